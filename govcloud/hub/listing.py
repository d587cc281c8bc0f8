"""A listing of the register for people, at the price of what it shows.

The API server makes the rows itself (``as=Table``), as it does for kubectl: of ten thousand tenancies it then sends one
megabyte instead of twenty, which is what makes a listing quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from govcloud.cluster import Cluster, Kind
from govcloud.hub.lifecycle import FIRST, PHASES, Phase
from govcloud.hub.record import Record

_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_PAGE = 5000
_LENGTHS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_YEAR = 365 * 86400
_UNITS = (
    # unit, its length, from how many seconds on it is used, until when with the smaller one
    ("y", _YEAR, (2 * _YEAR, 8 * _YEAR), "d"),
    ("d", 86400, (2 * 86400, 8 * 86400), "h"),
    ("h", 3600, (3 * 3600, 8 * 3600), "m"),
    ("m", 60, (120, 600), "s"),
)
"""As kubectl does; hours stand alone from eight on."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tenancy of a listing; what is not said is None.

    ``age`` is as kubectl writes it. It always changes, so that two rows which differ in nothing else are equal.
    """

    name: str
    department: str
    zone: str
    grade: int | None
    tier: int
    phase: Phase
    primary: str | None
    title: str
    requested_by: str | None
    last_error: str | None
    age: str = field(compare=False)


def in_phase(phase: Phase) -> str:
    """The field selector of a phase. A first draft has none yet, so drafts are those in no other."""
    if phase != FIRST:
        return f"status.phase={phase}"
    return ",".join(f"status.phase!={other}" for other in PHASES if other != FIRST)


def row_of(record: Record, now: datetime) -> Row:
    """The row of a tenancy that was read whole."""
    spec = record.spec
    created = datetime.fromisoformat(record.manifest["metadata"]["creationTimestamp"])
    return Row(
        name=record.name,
        department=record.department,
        zone=spec["zone"],
        grade=record.grade,
        tier=int(spec["recovery"]["tier"]),
        phase=record.phase,
        primary=(spec.get("regions") or {}).get("primary"),
        title=spec["title"],
        requested_by=spec.get("requestedBy"),
        last_error=record.status.get("lastError"),
        age=age((now - created).total_seconds()),
    )


def age(seconds: float) -> str:
    """A time in its two largest units or one, as kubectl writes it."""
    whole = max(0, int(seconds))
    for unit, length, alone, smaller in _UNITS:
        if whole >= alone[0]:
            rest = whole % length // _LENGTHS[smaller] if smaller and whole < alone[1] else 0
            return f"{whole // length}{unit}" + (f"{rest}{smaller}" if rest else "")
    return f"{whole}s"


def rows(cluster: Cluster, kind: Kind, namespace: str | None, phase: Phase | None = None) -> Iterator[Row]:
    """The rows of a listing of tenancies, in the order of department and name.

    Args:
        cluster: the API server of the hub.
        kind: the kind of tenancies.
        namespace: of the department; None for all.
        phase: only tenancies in this phase.

    Raises:
        StatusError: the API server refused.
    """
    for found, _ in pages(cluster, kind, namespace, phase):
        yield from found


def pages(
    cluster: Cluster, kind: Kind, namespace: str | None, phase: Phase | None = None
) -> Iterator[tuple[list[Row], str]]:
    """The same rows page by page, each with the version of the whole listing, from which it can be watched.

    Raises:
        StatusError: the API server refused.
    """
    token = ""
    while True:
        query = {
            "includeObject": "None",
            "limit": str(_PAGE),
            "continue": token,
            "fieldSelector": in_phase(phase) if phase else "",
        }
        table = cluster.request(
            "GET", kind.path(namespace), {k: v for k, v in query.items() if v}, accept=_TABLE
        )
        names = [column["name"] for column in table["columnDefinitions"]]
        found = [_row(dict(zip(names, row["cells"], strict=True))) for row in table.get("rows") or ()]
        yield found, str(table["metadata"]["resourceVersion"])
        token = table["metadata"].get("continue", "")
        if not token:
            return


def _row(cells: Mapping[str, Any]) -> Row:
    return Row(
        name=cells["Name"],
        department=cells["Department"],
        zone=cells["Zone"],
        grade=int(cells["Grade"]) if cells["Grade"] else None,
        tier=cells["Tier"],
        phase=cast("Phase", cells["Phase"] or FIRST),
        primary=cells["Primary"],
        title=cells["Title"],
        requested_by=cells["Requested By"],
        last_error=cells["Last Error"],
        age=cells["Age"],
    )
