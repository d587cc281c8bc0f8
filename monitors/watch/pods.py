"""The pods of a region, each in the sums of its namespace and of its pool with exactly what it was put in with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from monitors.watch.accounts import Account, Entry, exchange
from monitors.watch.amounts import NOTHING, Vector, limited, most, requested
from monitors.watch.objects import Pod
from monitors.watch.records import EMPTY, Key, PodRecord
from monitors.watch.usage import Usage, meter

_ENDED = ("Succeeded", "Failed")


class Pods:
    """The pods of a region that have not ended.

    Args:
        accounts: sums by namespace, made where they are missing.
        dirty: is told the namespaces whose sums changed.

    Attributes:
        records: by namespace and name.
        charged: by pool, what its pods ask of its nodes.
        placed: by pool, billionths of a core and cards that are allocated on it.
    """

    def __init__(self, accounts: Mapping[str, Account], dirty: set[str]) -> None:
        self.records: dict[Key, PodRecord] = {}
        self.charged: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
        self.placed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self._accounts = accounts
        self._dirty = dirty
        self._on_node: dict[str, set[Key]] = defaultdict(set)
        self._pool_of: dict[str, str] = {}

    def put(self, pod: Pod) -> None:
        """Take up a pod as it is now."""
        key = (pod.metadata.namespace, pod.metadata.name)
        if pod.status.phase in _ENDED:
            self.drop(key)
            return
        record = self.records.get(key)
        if record is not None and (record.uid, record.node) != (pod.metadata.uid, pod.spec.node_name):
            self.drop(key)
            record = None
        if record is None:
            record = self.records[key] = PodRecord(pod.metadata.uid, pod.spec.node_name)
            self._on_node[record.node].add(key)
        record.running = pod.status.phase == "Running"
        record.requested, record.limit = requested(pod.spec), limited(pod.spec)
        self._enter(key, record)

    def drop(self, key: Key) -> None:
        """A pod is gone, or has ended."""
        record = self.records.pop(key, None)
        if record is not None:
            self._on_node[record.node].discard(key)
            self._exchange(key[0], record, EMPTY, NOTHING, "")

    def move(self, node: str, pool: str) -> None:
        """A node is now of this pool, and so are its pods."""
        if self._pool_of.get(node, "") == pool:
            return
        self._pool_of[node] = pool
        for key in self._on_node[node]:
            self._enter(key, self.records[key])

    def sample(self, node: str, usage: Usage, clock: float) -> None:
        """Take up what the kubelet of a node said of its pods; those that it is silent about use nothing."""
        for key in self._on_node[node]:
            record, used = self.records[key], usage.pods.get(key)
            if used is None:
                record.cpu, record.memory, record.seconds = 0, 0, -1.0
            else:
                meter(record, used, used.at or clock)
            self._enter(key, record)

    def _enter(self, key: Key, record: PodRecord) -> None:
        pool = self._pool_of.get(record.node, "") if record.node else ""
        self._exchange(key[0], record, _entry(record), record.requested, pool)

    def _exchange(self, namespace: str, record: PodRecord, entry: Entry, charged: Vector, pool: str) -> None:
        """Take out of all sums what was put in for a pod, and put in what is so now."""
        if (entry, charged, pool) == (record.entry, record.charged, record.pool):
            return
        account = self._accounts[namespace]
        account.replace(record.entry, entry)
        self._place(account, record.pool, record.entry.allocated, -1)
        self._place(account, pool, entry.allocated, 1)
        exchange(self.charged[record.pool], record.charged, NOTHING)
        exchange(self.charged[pool], NOTHING, charged)
        record.entry, record.charged, record.pool = entry, charged, pool
        self._dirty.add(namespace)

    def _place(self, account: Account, pool: str, allocated: Vector, sign: int) -> None:
        cpu, cards = sign * allocated[0], sign * allocated[3]
        account.place(pool, cpu, cards)
        self.placed[pool][0] += cpu
        self.placed[pool][1] += cards


def _entry(record: PodRecord) -> Entry:
    """Cards are used when they are held, since kubelets say nothing about them; a pod is used when it runs."""
    cards = record.requested[3] if record.node else 0
    wanted = _without_scratch(record.requested)
    used = (record.cpu, record.memory, 0, cards, int(record.running))
    return Entry(wanted, _without_scratch(record.limit), used, most(wanted, used))


def _without_scratch(vector: Vector) -> Vector:
    cpu, memory, _, accelerators, pods = vector
    return (cpu, memory, 0, accelerators, pods)
