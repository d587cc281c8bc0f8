"""A region is of one piece: its network, its zones, its ceiling and its pools agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from govcloud.model.draft import Draft, Flaw
from govcloud.model.source import FieldPath
from govcloud.model.wording import one_of


def region_is_on_the_network(draft: Draft) -> Iterator[Flaw]:
    """An estate is on one network: extranet and intranet are physically apart, and no estate spans both."""
    if (head := draft.head) is None:
        return
    network = head.spec.network
    for region in draft.regions.values():
        if region.spec.network != network:
            yield Flaw(
                region,
                ("spec", "network"),
                region.spec.network,
                f"the region is not on the network of estate {head.name}",
                f"'{network}'",
                f"move the region to an estate of its own network, or write '{network}'",
            )


def names_within_a_region_differ(draft: Draft) -> Iterator[Flaw]:
    """Pools of a region have names of their own, and each class of storage is offered once."""
    for region in draft.regions.values():
        listed: tuple[tuple[str, Iterable[str]], ...] = (
            ("pools", [pool.name for pool in region.spec.pools]),
            ("storage", [tier.name for tier in region.spec.storage]),
        )
        for field, names in listed:
            for path, name in _repeated(field, names):
                what = f"the name is used twice in region {region.name}"
                mend = "rename one of them, or remove it"
                yield Flaw(region, path, name, what, "each name once", mend)


def _repeated(field: str, names: Iterable[str]) -> Iterator[tuple[FieldPath, str]]:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            yield ("spec", field, index, "name"), name
        seen.add(name)


def pools_stay_in_the_zones(draft: Draft) -> Iterator[Flaw]:
    """A pool serves a zone that its region offers."""
    for region in draft.regions.values():
        for index, pool in enumerate(region.spec.pools):
            if pool.zone not in region.spec.zones:
                yield Flaw(
                    region,
                    ("spec", "pools", index, "zone"),
                    pool.zone,
                    f"region {region.name} does not offer the zone of its pool {pool.name}",
                    one_of(region.spec.zones),
                    f"add {pool.zone} to spec.zones, or change the zone of the pool",
                )


def pools_stay_below_the_ceiling(draft: Draft) -> Iterator[Flaw]:
    """A pool is not graded above its region (GB/T 22239-2019 8.2.2.1 a)."""
    for region in draft.regions.values():
        ceiling = region.spec.grade_ceiling
        for index, pool in enumerate(region.spec.pools):
            if pool.grade > ceiling:
                yield Flaw(
                    region,
                    ("spec", "pools", index, "grade"),
                    pool.grade,
                    f"pool {pool.name} is graded above the ceiling of region {region.name}",
                    f"a grade from 1 to {ceiling}",
                    "lower the grade of the pool, or have the region assessed and raise spec.gradeCeiling",
                )
