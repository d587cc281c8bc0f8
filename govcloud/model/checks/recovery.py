"""Recovery is promised where it can be kept: standby regions, and objectives as tight as the tier's."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.draft import Draft, Flaw, named_regions
from govcloud.model.tenancy import Tenancy, duration_seconds
from govcloud.standards import recovery_tiers, standby


def regions_are_different(draft: Draft) -> Iterator[Flaw]:
    """The regions of a tenancy are all different: a region cannot stand by for itself."""
    for tenancy in draft.tenancies.values():
        seen: set[str] = set()
        for path, _, name in named_regions(tenancy):
            if name in seen:
                primary = tenancy.spec.regions is not None and name == tenancy.spec.regions.primary
                what = (
                    "the primary region stands by for itself"
                    if primary
                    else "the standby region is named twice"
                )
                yield Flaw(
                    tenancy, path, name, what, "each region once", "name another region, or remove this one"
                )
            seen.add(name)


def standby_is_named(draft: Draft) -> Iterator[Flaw]:
    """From tier 2 a tenancy has a standby region (GB/T 20988-2007: a standby site from level 2)."""
    for tenancy in draft.tenancies.values():
        placement, tier = tenancy.spec.regions, tenancy.spec.recovery.tier
        if placement is not None and not placement.standby and standby(tier).sites:
            yield Flaw(
                tenancy,
                ("spec", "regions", "standby"),
                None,
                f"recovery tier {tier} has no standby region",
                "at least one region other than the primary",
                "add spec.regions.standby, or leave out spec.regions and let placement choose",
            )


def objectives_are_not_looser(draft: Draft) -> Iterator[Flaw]:
    """RPO and RTO may be tighter than the tier's, never looser (the tier's are a design choice)."""
    for tenancy in draft.tenancies.values():
        tier = recovery_tiers()[tenancy.spec.recovery.tier]
        yield from _looser(tenancy, "rpo", tenancy.spec.recovery.rpo, tier.rpo_seconds)
        yield from _looser(tenancy, "rto", tenancy.spec.recovery.rto, tier.rto_seconds)


def _looser(tenancy: Tenancy, field: str, asked: str | None, most: int) -> Iterator[Flaw]:
    if asked is None or duration_seconds(asked) <= most:
        return
    tier = tenancy.spec.recovery.tier
    limit = duration_text(most)
    yield Flaw(
        tenancy,
        ("spec", "recovery", field),
        asked,
        f"the {field.upper()} is looser than that of recovery tier {tier}",
        f"at most {limit}",
        f"write {limit} or less, leave it out, or ask for a lower tier",
    )


def duration_text(seconds: int) -> str:
    """Seconds as people write them: in the largest unit that divides them."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s" if seconds else "0"
