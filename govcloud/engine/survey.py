"""Where each unit stands before anything is changed: in sync, new, or to be changed. Costs a few list calls a region."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from govcloud.cluster import Cluster
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.observe import Drift, by_region, observe
from govcloud.engine.receipts import Receipts
from govcloud.engine.units import Unit
from govcloud.errors import ClusterError
from stacks.target import Target

Connect = Callable[[Target], Cluster]


@dataclass(frozen=True)
class Standing:
    """A unit and how it stands.

    Attributes:
        unit: the stack and what it should hold.
        drift: what differs in the live objects.
        receipt: whether the stack was last brought to exactly this unit.
        known: whether the stack exists; None where the backend does not say so cheaply.
        error: why nothing can be said, in words; the region does not answer.
    """

    unit: Unit
    drift: list[Drift] = field(default_factory=list)
    receipt: bool = False
    known: bool | None = None
    error: str | None = None

    @property
    def in_sync(self) -> bool:
        """Whether the engine has nothing to do for it."""
        return self.receipt and not self.drift and self.error is None

    @property
    def new(self) -> bool:
        """Whether the stack is still to be founded."""
        return self.known is False


def connect(target: Target) -> Cluster:
    """A client of a region's API server."""
    return Cluster(target.kubeconfig, target.context)


def survey(
    units: Sequence[Unit], receipts: Receipts, checkpoints: Checkpoints | None, connect: Connect = connect
) -> list[Standing]:
    """How every unit stands, in the order of the units. A region that does not answer costs the others nothing."""
    groups = by_region(units)

    def standings(group: list[Unit]) -> list[Standing]:
        try:
            drift = observe(connect(group[0].target), group)
        except ClusterError as error:
            return [Standing(unit, error=str(error)) for unit in group]
        return [
            Standing(
                unit,
                drift[unit.name],
                receipts.holds(unit),
                checkpoints.exists(str(unit.name)) if checkpoints else None,
            )
            for unit in group
        ]

    with ThreadPoolExecutor(max(1, len(groups))) as pool:
        found = {s.unit.name: s for group in pool.map(standings, groups.values()) for s in group}
    return [found[unit.name] for unit in units]
