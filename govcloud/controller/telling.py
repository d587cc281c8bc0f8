"""How a tenancy's provisioning goes, as the fields of its status that only the platform writes: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from govcloud.controller.agenda import CORDONED, READY, is_closed
from govcloud.engine.report import Result
from govcloud.hub.acts import written
from govcloud.hub.record import Record
from govcloud.model import Placement
from stacks.names import StackName

Fields = dict[str, Any]
_MOST = 1900
"""Of a message; the register takes 2,000 characters."""


def begun(record: Record, placement: Placement, now: datetime) -> Fields:
    """The fields with the step that begins: its regions, and that they are not ready."""
    places = [_place(record.name, region, role, "provisioning", "") for region, role in regions_of(placement)]
    words = f"being brought about in {', '.join(place['name'] for place in places)}"
    ready = condition(record, READY, "False", "Provisioning", words, now)
    return {"regions": places, "conditions": ready, "lastError": None}


def done(record: Record, placement: Placement, now: datetime) -> Fields:
    """The fields when all regions are as they were approved."""
    names = ", ".join(region for region, _ in regions_of(placement))
    conditions = condition(record, READY, "True", "AsApproved", f"as it was approved, in {names}", now)
    closed = is_closed(record)
    if closed or any(one["type"] == CORDONED for one in conditions):
        words = "nothing new may be made in it" if closed else "no cordon"
        told = Record({**record.manifest, "status": {**record.status, "conditions": conditions}})
        conditions = condition(told, CORDONED, "True" if closed else "False", record.phase, words, now)
    return {
        "regions": [_place(record.name, region, role, "ready", "") for region, role in regions_of(placement)],
        "conditions": conditions,
        "observedGeneration": record.status["approved"]["generation"],
        "lastError": None,
    }


def failed(
    record: Record,
    placement: Placement | None,
    results: Mapping[str, Result],
    words: str,
    now: datetime,
    *,
    reason: str = "Failed",
) -> Fields:
    """The fields when something went wrong: which regions are ready, which are not, and why.

    Args:
        record: the tenancy.
        placement: its regions, None where none could be given.
        results: of the engine, by region.
        words: what went wrong.
        now: the time.
        reason: one word for it.
    """
    fields: Fields = {
        "conditions": condition(record, READY, "False", reason, words, now),
        "lastError": words[:_MOST],
    }
    if reason == "DestroyFailed":
        fields["regions"] = _doomed(record, results)
    elif placement and record.phase not in ("approved", "retiring"):
        fields["regions"] = [
            _place(record.name, region, role, *_stand(results.get(region), words))
            for region, role in regions_of(placement)
        ]
    return fields


def leaving(record: Record, now: datetime) -> Fields:
    """The fields before its destruction begins."""
    places = [{**place, "state": "destroying"} for place in record.status.get("regions", ())]
    words = "being destroyed, its retention is over"
    return {"regions": places, "conditions": condition(record, READY, "False", "Destroying", words, now)}


def left(record: Record, now: datetime) -> Fields:
    """The fields with its retirement."""
    ready = condition(record, READY, "False", "Retired", "nothing of it is left in any region", now)
    return {"regions": [], "conditions": ready, "lastError": None}


def regions_of(placement: Placement) -> list[tuple[str, str]]:
    """The regions with their roles, the primary first."""
    return [(placement.primary, "primary"), *((name, "standby") for name in placement.standby)]


def condition(
    record: Record, kind: str, status: str, reason: str, message: str, now: datetime
) -> list[dict[str, Any]]:
    """The conditions of a tenancy with one of them as it is now; its time is that of the last change of status."""
    before: Sequence[Mapping[str, Any]] = record.status.get("conditions", ())
    old = next((one for one in before if one["type"] == kind), None)
    since = old["lastTransitionTime"] if old and old["status"] == status else written(now)
    made = {
        "type": kind,
        "status": status,
        "reason": reason,
        "message": message[:_MOST],
        "lastTransitionTime": since,
        "observedGeneration": record.generation,
    }
    return [*(dict(one) for one in before if one["type"] != kind), made]


def _doomed(record: Record, results: Mapping[str, Result]) -> list[dict[str, Any]]:
    """The regions of a tenancy whose destruction has begun: none of them stands any more as it was."""
    return [
        _place(record.name, place["name"], place["role"], "destroying", why)
        for place in record.status.get("regions", ())
        for why in [_why_not(results.get(place["name"]))]
    ]


def _why_not(result: Result | None) -> str:
    return "" if result is None or result.state == "deleted" else result.why or result.state


def _stand(result: Result | None, words: str) -> tuple[str, str]:
    if result is None:
        return "failed", words
    if result.state in ("failed", "skipped", "refused"):
        return "failed", result.why or words
    return "ready", ""


def _place(tenancy: str, region: str, role: str, state: str, message: str) -> dict[str, Any]:
    stack = str(StackName(region, tenancy))
    told = {"message": message[:_MOST]} if message else {}
    return {"name": region, "role": role, "stack": stack, "state": state, **told}
