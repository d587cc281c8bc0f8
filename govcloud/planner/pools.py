"""Which pools of a region carry a tenancy, by the same rule as the checks of an estate; closed where none does."""

from __future__ import annotations

from dataclasses import dataclass

from govcloud.errors import InputError
from govcloud.model import Pool, Region, Tenancy
from govcloud.model.checks.carrying import carrying_pools, needs


@dataclass(frozen=True, slots=True)
class Footing:
    """The pools under a tenancy: all of one grade, and either all its own (``dedicated``) or all shared."""

    pools: tuple[Pool, ...]

    @property
    def grade(self) -> int:
        """The grade that these pools have in common."""
        return self.pools[0].grade

    @property
    def dedicated(self) -> bool:
        """Whether they carry this tenancy alone."""
        return self.pools[0].tenancy is not None


def footing(tenancy: Tenancy, region: Region) -> Footing:
    """The pools of a region that carry a tenancy.

    Raises:
        InputError: no pool of the region has the zone, grade, runtime and accelerators that it needs, or it
            needs a cluster of its own and the region has pools for others.
    """
    if tenancy.isolation == "cluster" and any(pool.tenancy != tenancy.name for pool in region.spec.pools):
        raise _not_its_own(tenancy, region)
    pools = carrying_pools(region, tenancy)
    if not pools:
        raise _nowhere(tenancy, region)
    return Footing(pools)


def _nowhere(tenancy: Tenancy, region: Region) -> InputError:
    return InputError(
        f"region {region.name} has no pool that may carry tenancy {tenancy.name} "
        f"(zone {tenancy.spec.zone}, grade {tenancy.grade}, isolation {tenancy.isolation})",
        where=f"Region/{region.name}: spec.pools",
        expected=f"a pool with {needs(tenancy)}",
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
