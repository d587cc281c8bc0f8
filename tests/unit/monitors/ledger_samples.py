"""Clocks that tests turn, and estates that hold what a test says."""

from __future__ import annotations

from monitors.facts import Amounts, EstateFacts, PoolFacts, RegionFacts, TenancyFacts

START = 1_793_458_800_000
"""2026-10-31T15:00Z in milliseconds: an hour before November begins in Shanghai."""
GIB = 1024**3


class HandClock:
    """Both clocks; ``step`` sets the wall clock alone, as people and NTP do."""

    def __init__(self, wall: int = START) -> None:
        self._wall, self._steady = wall, 0

    def wall(self) -> int:
        return self._wall

    def steady(self) -> int:
        return self._steady

    def go(self, seconds: float) -> None:
        self._wall += round(seconds * 1000)
        self._steady += round(seconds * 1000)

    def step(self, seconds: float) -> None:
        self._wall += round(seconds * 1000)

    def boot(self) -> None:
        """Another process, or another machine: the steady clock means something else."""
        self._steady += 777_777_777


def tenancy(
    name: str = "air", *, cpu: float = 4.0, used: float = 1.0, quota: float = 8.0, **more: object
) -> TenancyFacts:
    """A tenancy that holds so many cores, and as many GiB of memory."""
    amounts = [Amounts(cpu=one, memory=one * GIB, storage=one * GIB) for one in (quota, cpu, used)]
    facts: dict[str, object] = {
        "tenancy": name,
        "department": "mee",
        "grade": 3,
        "zone": "extranet",
        "tier": 4,
        "role": "primary",
        "region": "north",
        "quota": amounts[0],
        "requested": amounts[1],
        "allocated": amounts[1],
        "used": amounts[2],
        "watts": 100.0,
    }
    return TenancyFacts(**{**facts, **more})  # type: ignore[arg-type]


def pool(region: str = "north", *, allocatable: float = 64.0, requested: float = 16.0) -> PoolFacts:
    """A pool of eight nodes."""
    return PoolFacts(
        region,
        "ext3",
        "extranet",
        3,
        8,
        8,
        allocatable=Amounts(cpu=allocatable, memory=allocatable * GIB),
        requested=Amounts(cpu=requested, memory=requested * GIB),
        used=Amounts(cpu=requested / 2),
        quota=Amounts(cpu=requested * 2),
        largest=Amounts(cpu=allocatable / 8),
    )


def estate(clock: HandClock, *tenancies: TenancyFacts, fresh: bool = True, **pools: PoolFacts) -> EstateFacts:
    """The facts of one region at this moment."""
    now = clock.wall() / 1000
    region = RegionFacts("north", "北", now, now, fresh, 1.3, tenancies, tuple(pools.values()))
    return EstateFacts("small", now, (region,))
