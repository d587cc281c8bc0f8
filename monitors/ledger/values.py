"""What the ledger tells: keys, totals, gaps and hourly series, as plain values that no later sample changes."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import Literal, NamedTuple

from monitors.ledger.units import base_seconds

Subject = Literal["tenancy", "pool", "region"]
Reason = Literal["stopped", "unreachable", "clock"]
"""``stopped``: nothing metered. ``unreachable``: the region did not answer. ``clock``: the wall clock was set."""


class TenancyKey(NamedTuple):
    """What a total is counted by: the labels of the exporter's counters."""

    tenancy: str
    department: str
    grade: int
    zone: str
    region: str


class PoolKey(NamedTuple):
    """A pool of a region."""

    region: str
    pool: str
    zone: str
    grade: int


@dataclass(frozen=True, slots=True)
class Only:
    """Which keys are meant, of all that there are; what is empty chooses nothing out.

    Args:
        regions: those in these regions.
        names: tenancies or pools of these names; of regions as a subject it says nothing.
    """

    regions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


ALL = Only()


@dataclass(frozen=True, slots=True)
class Totals:
    """All that was ever charged to a key, in the ledger's units (`monitors.ledger.units`); it never becomes less.

    What was allocated counts: measured, and estimated where a gap was short.
    """

    cpu: int = 0
    memory: int = 0
    storage: int = 0
    accelerators: int = 0
    energy: int = 0

    def __add__(self, other: Totals) -> Totals:
        return Totals(*(one + another for one, another in zip(self.values(), other.values(), strict=True)))

    def values(self) -> tuple[int, int, int, int, int]:
        """The counts, in the order of the fields."""
        return (self.cpu, self.memory, self.storage, self.accelerators, self.energy)

    @property
    def cpu_core_seconds(self) -> float:
        """Allocated cores over time."""
        return base_seconds("cpu", self.cpu)

    @property
    def memory_byte_seconds(self) -> float:
        """Allocated memory over time."""
        return base_seconds("memory", self.memory)

    @property
    def storage_byte_seconds(self) -> float:
        """Claimed storage over time."""
        return base_seconds("storage", self.storage)

    @property
    def accelerator_seconds(self) -> float:
        """Allocated cards over time."""
        return base_seconds("accelerators", self.accelerators)

    @property
    def energy_joules(self) -> float:
        """What the tenancy drew at the plug of the site."""
        return base_seconds("energy", self.energy)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time of a region of which the ledger has no sample.

    Args:
        region: the region.
        start: Unix seconds.
        end: Unix seconds; None while it lasts. Before ``start`` where the wall clock was set back.
        reason: why.
        estimated: whether it was short enough to be charged at what was last known.
    """

    region: str
    start: float
    end: float | None
    reason: Reason
    estimated: bool


@dataclass(frozen=True, slots=True)
class Series:
    """Hourly means, a row a key.

    Args:
        subject: what the keys are: ``tenancy`` (TenancyKey), ``pool`` (PoolKey), ``region`` (a name).
        resource: one of `monitors.ledger.units.METERED`.
        measure: what is told; see `Ledger.series`.
        start: Unix seconds of the first hour; hour ``i`` begins at ``start + 3600 * i``.
        keys: one for each row.
        values: a row a key, each as long as the others, in cores, bytes or cards; NaN where nothing is known.
    """

    subject: Subject
    resource: str
    measure: str
    start: int
    keys: tuple[TenancyKey | PoolKey | str, ...]
    values: tuple[array[float], ...]
