"""The choices of a request in words: what each grade, zone and tier means, costs and gives.

Names, ceilings and objectives come from the standards data, so that what a person is told is what the planner does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

Row = tuple[str, ...]

_REACH = {
    "internet": "citizens and firms reach it from the internet",
    "extranet": "departments reach it over the extranet",
    "dedicated": "your department alone reaches it, over a network of its own",
    "management": "for those who run the cloud, through a bastion",
    "exchange": "where data passes under control between the internet and the extranet",
}
_HARM = {
    1: "harm to persons and organisations, none to public order",
    2: "grave harm to persons and organisations, or harm to public order",
    3: "grave harm to public order, or harm to national security",
    4: "especially grave harm to public order, or grave harm to national security",
}
"""What would follow if the system were damaged (GB/T 22240-2020, the matrix of its grades)."""

CLASSES: tuple[Row, ...] = (
    ("general", "in no catalogue of important data"),
    ("important", "in the catalogue of important data of its sector"),
    ("core", "bears on national security or the lifelines of the economy"),
)
LEVELS: tuple[Row, ...] = (
    ("L1", "may be open to all"),
    ("L2", "may be open after desensitising"),
    ("L3", "for departments that need it"),
    ("L4", "never opened; important and core data are of this level"),
)


def zone_rows() -> list[Row]:
    """Zone, Chinese name, who reaches it, and the highest level of data."""
    from govcloud.standards import zone_facts

    facts = zone_facts()
    return [
        (name, facts[name].zh, reach, _ceiling(facts[name].data_ceiling)) for name, reach in _REACH.items()
    ]


def _ceiling(level: str | None) -> str:
    return f"data up to {level}" if level else "data of any level"


def grade_rows() -> list[Row]:
    """Grade, Chinese name, what its damage would mean, and what the grade brings with it."""
    from govcloud.standards import grade_names

    return [(str(grade), grade_names()[grade], harm, _brings(grade)) for grade, harm in _HARM.items()]


def _brings(grade: int) -> str:
    from govcloud.hub.lifecycle import roles_needed
    from govcloud.model.tenancy import least_isolation

    needed = roles_needed(grade)
    reviewers = "one reviewer" if needed == 1 else "two reviewers, security and platform"
    isolation = {"namespace": "", "node": ", nodes of its own", "sandbox": ", sandboxed, nodes of its own"}
    filing = ", filed with public security" if grade > 1 else ""
    return f"{reviewers}{filing}{isolation[least_isolation(grade)]}"


def tier_rows() -> list[Row]:
    """Tier, Chinese name, RPO, RTO, what it costs besides, and what stands by."""
    from govcloud.model.checks.recovery import duration_text
    from govcloud.standards import recovery_tiers, standby

    return [
        (
            str(number),
            tier.zh,
            duration_text(tier.rpo_seconds),
            duration_text(tier.rto_seconds),
            cost(number),
            standby(number).text,
        )
        for number, tier in recovery_tiers().items()
    ]


def cost(tier: int) -> str:
    """What a tier takes beside the primary region, as shares of what is asked for."""
    from govcloud.standards import standby

    share = standby(tier)
    if not share.sites:
        return "nothing more"
    parts = [f"{_percent(share.storage_ratio)} of the storage"]
    if share.compute_ratio:
        parts.insert(0, f"{_percent(share.compute_ratio)} of the compute")
    return f"{' and '.join(parts)} in {share.sites} more region{'' if share.sites == 1 else 's'}"


def table(headings: Sequence[str], rows: Iterable[Row]) -> Table:
    """Choices for a person to read; long words wrap."""
    from rich.table import Table

    made = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(heading, overflow="fold")
    for row in rows:
        made.add_row(*row)
    return made


def _percent(share: Decimal) -> str:
    return f"{share:.0%}"
