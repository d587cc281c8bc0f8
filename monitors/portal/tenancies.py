"""Tenancies as the page shows them: many rows, so that they come as columns by place and not by name."""

from __future__ import annotations

from typing import Any

from govcloud.model import Estate
from monitors.facts import EstateFacts, TenancyFacts

FIELDS = (
    "tenancy",
    "title",
    "department",
    "organ",
    "region",
    "role",
    "zone",
    "grade",
    "tier",
    "quota",
    "requested",
    "used",
    "watts",
)


def tenancies(facts: EstateFacts, estate: Estate | None) -> dict[str, Any]:
    """A row a tenancy and region; amounts are lists in the order of ``monitors.facts.RESOURCES``, in base units."""
    rows = [_row(one, estate) for region in facts.regions for one in region.tenancies]
    return {
        "at": facts.at,
        "stale": [region.region for region in facts.regions if not region.fresh],
        "fields": FIELDS,
        "rows": rows,
    }


def title_of(tenancy: str, estate: Estate | None) -> str:
    """What people call a tenancy; nothing where no document tells."""
    document = estate.tenancies.get(tenancy) if estate else None
    return document.spec.title if document else ""


def organ_of(department: str, estate: Estate | None) -> str:
    """What people call a department; nothing where no document tells."""
    document = estate.departments.get(department) if estate else None
    return document.spec.title if document else ""


def _row(one: TenancyFacts, estate: Estate | None) -> tuple[Any, ...]:
    return (
        one.tenancy,
        title_of(one.tenancy, estate),
        one.department,
        organ_of(one.department, estate),
        one.region,
        one.role,
        one.zone,
        one.grade,
        one.tier,
        _short(one.quota.values()),
        _short(one.requested.values()),
        _short(one.used.values()),
        round(one.watts, 1),
    )


def _short(amounts: tuple[float, ...]) -> list[float]:
    """Thousandths of a core are enough for a page, and bytes have no fraction."""
    return [int(one) if one == int(one) else round(one, 3) for one in amounts]
