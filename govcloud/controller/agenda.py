"""What the register asks of the platform for one tenancy, from its record and the time alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal

from govcloud.hub.record import Record

Work = Literal["begin", "finish", "keep", "end"]
"""Begin what was approved; finish what was begun; keep what runs as it was approved; end what was retired."""

READY = "Ready"
CORDONED = "Cordoned"
_KEPT = ("active", "changing", "cordoned", "retiring")
_CLOSED = ("cordoned", "retiring")


def work_for(record: Record, now: datetime) -> Work | None:
    """What is to be done for a tenancy; None where it exists nowhere, and is not to."""
    if record.phase == "approved":
        return "begin"
    if record.phase == "provisioning":
        return "finish"
    if record.phase in _KEPT:
        return "end" if is_over(record, now) else "keep"
    return None


def is_closed(record: Record) -> bool:
    """Whether nothing new may be made in the tenancy."""
    return record.phase in _CLOSED


def is_over(record: Record, now: datetime) -> bool:
    """Whether the tenancy may be destroyed: somebody else agreed, and the retention is over."""
    end = due_at(record)
    return end is not None and end <= now


def due_at(record: Record) -> datetime | None:
    """When the tenancy may be destroyed; None where that is not agreed to."""
    asked = record.status.get("retirement")
    if record.phase != "retiring" or not asked or not asked.get("consent"):
        return None
    return datetime.fromisoformat(asked["until"]).astimezone(UTC)


def is_settled(record: Record) -> bool:
    """Whether its own status says that it is as the register wants it; only a look at the regions knows more."""
    closed = "True" if is_closed(record) else "False"
    approved = record.status.get("approved") or {}
    return (
        _told(record, READY) == "True"
        and (_told(record, CORDONED) or "False") == closed
        and record.status.get("observedGeneration") == approved.get("generation")
    )


def mark_of(record: Record) -> tuple[object, ...]:
    """Tells changes that ask for something from those that the controller itself wrote, or that only it writes."""
    newest = max((int(entry["seq"]) for entry in record.history), default=0)
    until = (record.status.get("retirement") or {}).get("until")
    return record.uid, record.generation, record.phase, newest, until


def _told(record: Record, kind: str) -> str | None:
    conditions: list[Mapping[str, Any]] = record.status.get("conditions", [])
    return next((str(one["status"]) for one in conditions if one["type"] == kind), None)
