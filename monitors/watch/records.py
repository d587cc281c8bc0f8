"""What is kept of a pod and of a node: no more than its part in the sums and its last sample."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from monitors.watch.accounts import Entry
from monitors.watch.amounts import NOTHING, Vector
from monitors.watch.objects import Node

Key = tuple[str, str]
"""Namespace and name; the namespace of what has none is empty."""

EMPTY = Entry(NOTHING, NOTHING, NOTHING, NOTHING)


@dataclass(slots=True)
class PodRecord:
    """A pod that has not ended.

    Attributes:
        uid: tells it from one of the same name before it.
        node: where it is, "" while it waits.
        running: whether it runs.
        requested: what it asks for; the storage in it is scratch space on its node.
        limit: what it may use at most.
        pool: the pool whose sums it is in.
        entry: what was added for it to the account of its namespace.
        charged: what was added for it to the requests of its pool.
        cpu: what it uses, in billionths of a core.
        memory: bytes that it uses.
        seconds: processor seconds of its last sample, -1 before the first.
        at: the moment of its last sample.
    """

    uid: str
    node: str
    running: bool = False
    requested: Vector = NOTHING
    limit: Vector = NOTHING
    pool: str = ""
    entry: Entry = EMPTY
    charged: Vector = NOTHING
    cpu: int = 0
    memory: int = 0
    seconds: float = -1.0
    at: float = 0.0


@dataclass(slots=True)
class NodeRecord:
    """A node of a region.

    Attributes:
        node: the object.
        pool: its pool, "" where it is of none.
        capacity: what it has.
        allocatable: what pods may have of it.
        cpu: what it uses, in billionths of a core.
        memory: bytes that it uses.
        seconds: processor seconds of its last sample, -1 before the first.
        at: the moment of that sample, on the clock of the samples.
        metered: whether what it uses of processors was ever told.
        sampled: when its kubelet answered last, Unix seconds.
        seen: when the node came, Unix seconds.
    """

    node: Node
    pool: str = ""
    capacity: Vector = NOTHING
    allocatable: Vector = NOTHING
    cpu: int = 0
    memory: int = 0
    seconds: float = -1.0
    at: float = 0.0
    metered: bool = False
    sampled: float = 0.0
    seen: float = field(default_factory=time.time)

    @property
    def ready(self) -> bool:
        """Whether it says that it is ready."""
        return any(one.type == "Ready" and one.status == "True" for one in self.node.status.conditions)

    @property
    def takes_pods(self) -> bool:
        """Whether it is ready and open for new pods."""
        return self.ready and not self.node.spec.unschedulable
