"""A region can carry what is placed in it: zone, grade, runtime, accelerators, isolation.

Placement asks the same questions of regions that are not chosen yet, so plain functions here answer them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from govcloud.model.draft import Draft, Flaw
from govcloud.model.region import Pool, Region
from govcloud.model.tenancy import ISOLATION_ORDER, Tenancy, least_isolation
from govcloud.model.wording import one_of


def zone_is_offered(draft: Draft) -> Iterator[Flaw]:
    """Each region of a tenancy offers the tenancy's zone."""
    for tenancy in draft.tenancies.values():
        for path, _, region in draft.placed(tenancy):
            if tenancy.spec.zone not in region.spec.zones:
                yield Flaw(
                    tenancy,
                    path,
                    region.name,
                    f"region {region.name} does not offer zone {tenancy.spec.zone}",
                    f"a region with zone {tenancy.spec.zone}; this one has {', '.join(region.spec.zones)}",
                    "choose another region, or leave out spec.regions and let placement choose",
                )


def ceiling_reaches_grade(draft: Draft) -> Iterator[Flaw]:
    """A platform carries no system graded above itself, nor stands by for one (GB/T 22239-2019 8.2.2.1 a)."""
    for tenancy in draft.tenancies.values():
        for path, _, region in draft.placed(tenancy):
            if tenancy.grade > region.spec.grade_ceiling:
                yield Flaw(
                    tenancy,
                    path,
                    region.name,
                    f"grade {tenancy.grade} is above the ceiling of region {region.name}, "
                    f"which is {region.spec.grade_ceiling}",
                    f"a region with spec.gradeCeiling {tenancy.grade} or above",
                    "choose another region, or leave out spec.regions and let placement choose",
                )


def pool_carries_tenancy(draft: Draft) -> Iterator[Flaw]:
    """Each region of a tenancy has a pool of its zone, grade, runtime and accelerators.

    Silent where zone or ceiling are wrong already: then no pool can be right.
    """
    for tenancy in draft.tenancies.values():
        for path, _, region in draft.placed(tenancy):
            if offers(region, tenancy) and not carrying_pools(region, tenancy):
                yield Flaw(
                    tenancy,
                    path,
                    region.name,
                    f"region {region.name} has no pool that can carry the tenancy",
                    f"a shared pool, or one dedicated to {tenancy.name}, with {needs(tenancy)}",
                    "choose another region, add such a pool to the region, or ask for less",
                )


def isolation_is_strict_enough(draft: Draft) -> Iterator[Flaw]:
    """Isolation is not weaker than the least of the grade.

    A choice of govcloud; grade 4 stands on GB/T 22239-2019 9.2.2.1 h, a pool of its own.
    """
    for tenancy in draft.tenancies.values():
        least = least_isolation(tenancy.grade)
        if ISOLATION_ORDER.index(tenancy.isolation) < ISOLATION_ORDER.index(least):
            allowed = ISOLATION_ORDER[ISOLATION_ORDER.index(least) :]
            yield Flaw(
                tenancy,
                ("spec", "isolation"),
                tenancy.isolation,
                f"the isolation is weaker than grade {tenancy.grade} allows",
                one_of(allowed),
                f"write '{least}', or leave out spec.isolation",
            )


def cluster_is_its_own(draft: Draft) -> Iterator[Flaw]:
    """Isolation by cluster means a region all of whose pools are dedicated to the tenancy."""
    for tenancy in draft.tenancies.values():
        if tenancy.isolation != "cluster":
            continue
        for path, _, region in draft.placed(tenancy):
            others = [pool.name for pool in region.spec.pools if pool.tenancy != tenancy.name]
            if others:
                yield Flaw(
                    tenancy,
                    path,
                    region.name,
                    f"isolation cluster shares the cluster of region {region.name} "
                    f"with pools of others: {', '.join(others)}",
                    f"a region where every pool has 'tenancy: {tenancy.name}'",
                    "choose such a region, or an isolation that shares a cluster: namespace, node or sandbox",
                )


def offers(region: Region, tenancy: Tenancy) -> bool:
    """Whether a region offers the zone of a tenancy up to its grade."""
    return tenancy.spec.zone in region.spec.zones and tenancy.grade <= region.spec.grade_ceiling


def carrying_pools(region: Region, tenancy: Tenancy) -> tuple[Pool, ...]:
    """The pools of a region that carry a tenancy: its own, else shared ones of the lowest fitting grade."""
    own = _lowest_fit(tenancy, region.pools_of(tenancy.name))
    return own or _lowest_fit(tenancy, region.pools_for(tenancy.spec.zone, tenancy.grade))


def needs(tenancy: Tenancy) -> str:
    """What a tenancy needs of a pool, in words."""
    wanted = [f"zone {tenancy.spec.zone}", f"grade {tenancy.grade} or above"]
    if is_sandboxed(tenancy):
        wanted.append(f"runtime sandbox (isolation {tenancy.isolation})")
    return ", ".join([*wanted, *(f"accelerators {name}" for name in tenancy.spec.resources.accelerators)])


def is_sandboxed(tenancy: Tenancy) -> bool:
    """Whether the isolation of a tenancy needs sandboxed containers."""
    return ISOLATION_ORDER.index(tenancy.isolation) >= ISOLATION_ORDER.index("sandbox")


def _lowest_fit(tenancy: Tenancy, candidates: Iterable[Pool]) -> tuple[Pool, ...]:
    fit = sorted((pool for pool in candidates if _fits(tenancy, pool)), key=lambda pool: pool.grade)
    wanted = set(tenancy.spec.resources.accelerators)
    for _, group in groupby(fit, key=lambda pool: pool.grade):
        pools = tuple(group)
        if wanted <= {name for pool in pools for name in pool.shape.accelerators}:
            return pools
    return ()


def _fits(tenancy: Tenancy, pool: Pool) -> bool:
    runs = pool.runtime == "sandbox" or not is_sandboxed(tenancy)
    return pool.zone == tenancy.spec.zone and pool.grade >= tenancy.grade and runs
