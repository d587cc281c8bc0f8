"""Which pools of a region carry a tenancy: its own, else the shared ones of the lowest sufficient grade."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from govcloud.errors import InputError
from govcloud.model import Pool, Region, Tenancy


@dataclass(frozen=True, slots=True)
class Footing:
    """The pools under a tenancy: all of one grade, and either all its own (``dedicated``) or all shared."""

    pools: tuple[Pool, ...]
    dedicated: bool

    @property
    def grade(self) -> int:
        """The grade that these pools have in common."""
        return self.pools[0].grade


def sandboxed(tenancy: Tenancy) -> bool:
    """Whether the isolation of a tenancy needs sandboxed containers; in a cluster of its own it does not."""
    return tenancy.isolation == "sandbox"


def footing(tenancy: Tenancy, region: Region) -> Footing:
    """The pools of a region that carry a tenancy.

    Raises:
        InputError: no pool of the region has the zone, grade, runtime and accelerators that it needs, or it
            needs a cluster of its own and the region has pools for others.
    """
    if tenancy.isolation == "cluster" and any(pool.tenancy != tenancy.name for pool in region.spec.pools):
        raise _not_its_own(tenancy, region)
    own = _lowest_fit(tenancy, region.pools_of(tenancy.name))
    pools = own or _lowest_fit(tenancy, region.pools_for(tenancy.spec.zone, tenancy.grade))
    if not pools:
        raise _nowhere(tenancy, region)
    return Footing(pools, dedicated=bool(own))


def _lowest_fit(tenancy: Tenancy, candidates: Iterable[Pool]) -> tuple[Pool, ...]:
    fit = sorted((pool for pool in candidates if _fits(tenancy, pool)), key=lambda pool: pool.grade)
    for _, group in groupby(fit, key=lambda pool: pool.grade):
        pools = tuple(group)
        offered = {name for pool in pools for name in pool.shape.accelerators}
        if offered.issuperset(tenancy.spec.resources.accelerators):
            return pools
    return ()


def _fits(tenancy: Tenancy, pool: Pool) -> bool:
    runs = pool.runtime == "sandbox" or not sandboxed(tenancy)
    return pool.zone == tenancy.spec.zone and pool.grade >= tenancy.grade and runs


def _nowhere(tenancy: Tenancy, region: Region) -> InputError:
    needs = [f"zone {tenancy.spec.zone}", f"grade {tenancy.grade} or above"]
    if sandboxed(tenancy):
        needs.append("runtime sandbox")
    needs += tenancy.spec.resources.accelerators
    return InputError(
        f"region {region.name} has no pool that may carry tenancy {tenancy.name} "
        f"(zone {tenancy.spec.zone}, grade {tenancy.grade}, isolation {tenancy.isolation})",
        where=f"Region/{region.name}: spec.pools",
        expected=f"a pool with {', '.join(needs)}",
        mend="add such a pool to the region, or place the tenancy in a region that has one",
    )


def _not_its_own(tenancy: Tenancy, region: Region) -> InputError:
    others = ", ".join(pool.name for pool in region.spec.pools if pool.tenancy != tenancy.name)
    return InputError(
        f"tenancy {tenancy.name} needs its own cluster; region {region.name} has pools for others: {others}",
        where=f"Tenancy/{tenancy.name}: spec.isolation",
        expected=f"a region all of whose pools are dedicated to tenancy {tenancy.name}",
        mend="place the tenancy in a region of its own, or ask for another isolation",
    )
