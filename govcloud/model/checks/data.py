"""Data lies where its class, level and secrecy allow."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.draft import Draft, Flaw
from govcloud.standards import zone_facts

_LEVELS = ("L1", "L2", "L3", "L4")
_LEAST_GRADE = 3


def classified_data_stays_on_the_intranet(draft: Draft) -> Iterator[Flaw]:
    """Classified data is not placed on the extranet (分级保护: approval by the secrecy authority; BMB17)."""
    if (head := draft.head) is None or head.spec.network == "intranet":
        return
    for tenancy in draft.tenancies.values():
        if tenancy.spec.data.secrecy != "none":
            yield Flaw(
                tenancy,
                ("spec", "data", "secrecy"),
                tenancy.spec.data.secrecy,
                "classified data on the extranet",
                "'none'",
                "move the tenancy to an estate of the intranet; it may not be on this one in any form",
            )


def zone_may_hold_data(draft: Draft) -> Iterator[Flaw]:
    """A zone holds data up to its ceiling: internet L2, extranet L3, dedicated L4 (a design proposal)."""
    for tenancy in draft.tenancies.values():
        zone, level = tenancy.spec.zone, tenancy.spec.data.level
        ceiling = zone_facts()[zone].data_ceiling
        if ceiling is not None and is_above(level, ceiling):
            yield Flaw(
                tenancy,
                ("spec", "data", "level"),
                level,
                f"data of level {level} in zone {zone}",
                f"at most {ceiling} in zone {zone}",
                "move the tenancy to a zone for such data, or lower the level by desensitising the data",
            )


def sensitive_data_is_well_graded(draft: Draft) -> Iterator[Flaw]:
    """Important, core and L4 data need grade 3 and keep out of the internet zone (a design proposal, DC3)."""
    for tenancy in draft.tenancies.values():
        data = tenancy.spec.data
        if data.classification == "general" and data.level != "L4":
            continue
        held = f"{data.classification} data of level {data.level}"
        if tenancy.grade < _LEAST_GRADE:
            yield Flaw(
                tenancy,
                ("spec", "grading"),
                f"S{tenancy.spec.grading.information}A{tenancy.spec.grading.service}",
                f"{held} in a system of grade {tenancy.grade}",
                f"grade {_LEAST_GRADE} or above",
                "have the system graded anew, or keep such data out of it",
            )
        if data.classification != "general" and tenancy.spec.zone == "internet":
            yield Flaw(
                tenancy,
                ("spec", "zone"),
                "internet",
                f"{data.classification} data in the internet zone",
                "zone extranet or dedicated",
                "move the tenancy to one of these zones, and publish through a front end without such data",
            )


def core_data_is_in_a_dedicated_zone(draft: Draft) -> Iterator[Flaw]:
    """Core data needs a dedicated zone (a design proposal, DC4); another check keeps it off the internet."""
    for tenancy in draft.tenancies.values():
        zone = tenancy.spec.zone
        if tenancy.spec.data.classification == "core" and zone not in ("dedicated", "internet"):
            mend = "move the tenancy to zone dedicated"
            yield Flaw(tenancy, ("spec", "zone"), zone, f"core data in zone {zone}", "'dedicated'", mend)


def is_above(level: str, ceiling: str) -> bool:
    """Whether a data level is above another."""
    return _LEVELS.index(level) > _LEVELS.index(ceiling)
