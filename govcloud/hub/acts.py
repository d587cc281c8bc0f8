"""What a person or the platform does to a tenancy, as the status that it has afterwards: pure, no clock, no cluster.

The API server checks every one of these (`govcloud.planner.register_status`). They are made here so that each is whole:
the step, the entry of the history, and what the step sets and clears. A whole status is written, never a merge patch:
merged into what was approved before, a field that is gone would stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from govcloud.hub.lifecycle import RETENTION_DAYS, Decision, Phase, ReviewerRole, Side
from govcloud.hub.record import Record

Status = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """Who acts, when and why.

    Attributes:
        by: the caller's name, as the API server knows it.
        side: for whom the caller acts.
        at: now, with its offset.
        reason: why, for the history.
    """

    by: str
    side: Side
    at: datetime
    reason: str

    @property
    def time(self) -> str:
        """The moment as the register writes it, in UTC."""
        return written(self.at)


def written(moment: datetime) -> str:
    """A moment in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def step(
    record: Record,
    target: Phase,
    act: Act,
    changes: Mapping[str, Any] | None = None,
    decision: Decision | None = None,
) -> Status:
    """The status after a step, or after an act within a phase, with its entry of the history.

    Args:
        record: the tenancy as it is.
        target: the phase that it goes to.
        act: who acts.
        changes: other fields of the status that the act writes.
        decision: what is decided with it, if anything.
    """
    entry = {
        "seq": _next(record),
        "from": record.phase,
        "to": target,
        "by": act.by,
        "at": act.time,
        "generation": record.generation,
        "hash": record.hash,
        "reason": act.reason,
        **({"decision": decision} if decision else {}),
    }
    return {
        **_kept(record, target),
        **_closed(record, target, act),
        **(changes or {}),
        "phase": target,
        "history": [*record.history, entry],
    }


def review(record: Record, decision: Decision, role: ReviewerRole, act: Act) -> Status:
    """The status after a review, and after the step that it leads to.

    A requested tenancy comes into review. A rejection ends a review; the approval that was still missing approves.
    """
    mine = {
        "by": act.by,
        "role": role,
        "decision": decision,
        "reason": act.reason,
        "generation": record.generation,
        "hash": record.hash,
        "at": act.time,
    }
    others = [one for one in record.reviews if one["by"] != act.by]
    seen = Record({**record.manifest, "status": {**record.status, "reviews": [*others, mine]}})
    target = "in-review" if record.phase == "requested" else conclusion(seen) or record.phase
    changes: dict[str, Any] = {"reviews": [*others, mine]}
    if target == "approved":
        changes["approved"] = _approval(record)
    return step(record, target, act, changes, decision)


def conclude(record: Record, act: Act) -> Status | None:
    """The status after the step that complete reviews lead to; None where they are not complete."""
    target = conclusion(record)
    if target is None:
        return None
    changes = {"approved": _approval(record)} if target == "approved" else None
    return step(record, target, act, changes)


def conclusion(record: Record) -> Phase | None:
    """Where the present reviews lead from here."""
    if record.phase not in ("in-review", "changing"):
        return None
    if any(one["decision"] == "reject" for one in record.current_reviews):
        return "rejected" if record.phase == "in-review" else None
    return None if record.missing else "approved"


def retire(record: Record, act: Act, until: datetime | None = None) -> Status:
    """The status after the end is asked for.

    Args:
        record: the tenancy as it is.
        act: who asks.
        until: how long all is kept; the retention period of the tier, where nothing is said.
    """
    end = until or act.at + timedelta(days=RETENTION_DAYS[int(record.spec["recovery"]["tier"])])
    asked = {"by": act.by, "at": act.time, "until": written(end)}
    return step(record, "retiring", act, {"retirement": asked})


def consent(record: Record, role: ReviewerRole, act: Act) -> Status:
    """The status after a second person agreed to destroy."""
    asked = {**record.status["retirement"], "consent": {"by": act.by, "role": role, "at": act.time}}
    return step(record, record.phase, act, {"retirement": asked}, "destroy")


def _approval(record: Record) -> dict[str, Any]:
    return {"generation": record.generation, "hash": record.hash, "spec": record.spec}


def _kept(record: Record, target: Phase) -> Status:
    """The status without what goes with the phase that is left."""
    gone = {"cordon", "retirement"}
    if target in ("retiring", "retired"):
        gone = set()
    elif target == "cordoned":
        gone = {"retirement"}
    return {key: value for key, value in record.status.items() if key not in gone}


def _closed(record: Record, target: Phase, act: Act) -> Status:
    """Who closed the tenancy, where this step does."""
    if target != "cordoned" or record.phase == "retiring":
        return {}
    return {"cordon": {"by": act.by, "side": act.side, "at": act.time}}


def _next(record: Record) -> int:
    return 1 + max((int(entry["seq"]) for entry in record.history), default=0)
