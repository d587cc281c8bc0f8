"""A listing of the register for people, at the price of what it shows.

The API server makes the rows itself (``as=Table``), as it does for kubectl: of ten thousand tenancies it then sends one
megabyte instead of twenty, which is what makes a listing quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from govcloud.cluster import Cluster, Kind
from govcloud.hub.lifecycle import FIRST, PHASES, Phase

_TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Row:
    """One tenancy of a listing. ``age`` is as kubectl writes it; what is not said is None."""

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
    age: str


def in_phase(phase: Phase) -> str:
    """The field selector of a phase. A first draft has none yet, so drafts are those in no other."""
    if phase != FIRST:
        return f"status.phase={phase}"
    return ",".join(f"status.phase!={other}" for other in PHASES if other != FIRST)


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
        for row in table.get("rows") or ():
            yield _row(dict(zip(names, row["cells"], strict=True)))
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
