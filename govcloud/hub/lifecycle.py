"""The life of a tenancy as data: its phases, who may move it from which to which, and what must hold for that.

One definition with two readers. The planner makes of it the admission policies by which the API server of the hub holds
everybody to it; the library and the command line tell people from it what comes next, and who can do it.

Departments ask, reviewers decide, the platform brings about (GB/T 22239-2019 8.1.7.3, authorisation and approval):
nobody is two of the three for the same tenancy.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Phase = Literal[
    "draft",
    "requested",
    "in-review",
    "approved",
    "provisioning",
    "active",
    "changing",
    "cordoned",
    "retiring",
    "retired",
    "rejected",
    "withdrawn",
]
Side = Literal["department", "reviewer", "platform"]
Decision = Literal["approve", "reject", "destroy"]
ReviewerRole = Literal["security", "platform"]
Guard = Literal[
    "answered",
    "reviewed",
    "rejected",
    "as-approved",
    "placed",
    "founded",
    "unfounded",
    "own-cordon",
    "whole",
    "over",
]

FIRST: Phase = "draft"
"""The phase of a tenancy whose status says nothing yet."""

PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        "draft": "written down, not yet asked for",
        "requested": "asked for; waits for a reviewer",
        "in-review": "reviewers are deciding",
        "approved": "approved as it is; waits to be brought about",
        "provisioning": "the platform is bringing it about",
        "active": "runs as it was approved",
        "changing": "runs as it was approved, while a change is written and reviewed",
        "cordoned": "runs, but nothing new may be made in it",
        "retiring": "kept for the retention period, then destroyed if a second person agrees",
        "retired": "destroyed; this is final",
        "rejected": "a reviewer said no; the department may answer with another request",
        "withdrawn": "taken back by the department before it was brought about",
    }
)
EDITABLE: tuple[Phase, ...] = ("draft", "requested", "in-review", "rejected", "changing")
"""Phases in which the department may change the spec. In all others it is what was approved, to the letter."""

REVIEWED: tuple[Phase, ...] = ("requested", "in-review", "changing")
"""Phases in which a reviewer may write a review."""

DELETABLE: tuple[Phase, ...] = ("draft", "rejected", "withdrawn", "retired")
"""Phases in which nothing of the tenancy exists in any region, so that the platform may clear its record away."""

ROLES: tuple[ReviewerRole, ...] = ("security", "platform")
BOTH_ROLES_FROM = 3
"""From this grade on, reviewers of both roles must approve, who are then two persons (a choice of govcloud)."""

RETENTION_DAYS: Mapping[int, int] = MappingProxyType({1: 30, 2: 30, 3: 60, 4: 90, 5: 180, 6: 180})
"""Days from asking for retirement to destruction, by recovery tier (a choice of govcloud)."""


@dataclass(frozen=True, slots=True)
class Step:
    """A move from one phase to another.

    Attributes:
        name: what a person calls it.
        sides: who may make it.
        needs: what must hold for it besides.
    """

    name: str
    source: Phase
    target: Phase
    sides: tuple[Side, ...]
    needs: tuple[Guard, ...] = ()

    @property
    def move(self) -> str:
        """The two phases, as admission compares them."""
        return f"{self.source} > {self.target}"


_OWN: tuple[Side, ...] = ("department",)
_THEIRS: tuple[Side, ...] = ("reviewer",)
_COUNTED: tuple[Side, ...] = ("reviewer", "platform")
_OURS: tuple[Side, ...] = ("platform",)
_EITHER: tuple[Side, ...] = ("department", "platform")

STEPS: tuple[Step, ...] = (
    # asking
    Step("request", "draft", "requested", _OWN),
    Step("request again", "rejected", "requested", _OWN, ("answered",)),
    Step("draft again", "withdrawn", "draft", _OWN),
    *(
        Step("withdraw", phase, "withdrawn", _OWN)
        for phase in ("draft", "requested", "in-review", "rejected")
    ),
    Step("withdraw", "approved", "withdrawn", _OWN, ("unfounded",)),
    # deciding
    Step("take up", "requested", "in-review", _THEIRS),
    Step("approve", "in-review", "approved", _COUNTED, ("reviewed",)),
    Step("reject", "in-review", "rejected", _THEIRS, ("rejected",)),
    # changing what runs, or was approved
    Step("ask for a change", "active", "changing", _OWN),
    Step("amend", "approved", "requested", _OWN, ("unfounded",)),
    Step("amend", "approved", "changing", _OWN, ("founded",)),
    Step("approve the change", "changing", "approved", _COUNTED, ("reviewed",)),
    Step("drop the change", "changing", "approved", _OWN, ("as-approved",)),
    # bringing about
    Step("provision", "approved", "provisioning", _OURS, ("as-approved", "placed")),
    Step("activate", "provisioning", "active", _OURS, ("as-approved", "placed")),
    Step("hand back", "provisioning", "changing", _OURS),
    # ending
    Step("cordon", "active", "cordoned", _EITHER),
    Step("cordon", "changing", "cordoned", _EITHER),
    Step("lift the cordon", "cordoned", "approved", _EITHER, ("own-cordon", "as-approved")),
    Step("take up the change", "cordoned", "changing", _EITHER, ("own-cordon",)),
    Step("retire", "cordoned", "retiring", _OWN),
    Step("keep", "retiring", "cordoned", _OWN, ("whole",)),
    Step("destroy", "retiring", "retired", _OURS, ("over",)),
)


def steps_from(phase: Phase) -> tuple[Step, ...]:
    """What can happen next, in the order of `STEPS`."""
    return tuple(step for step in STEPS if step.source == phase)


def find_step(source: Phase, target: Phase, side: Side) -> Step | None:
    """The step by which a side moves a tenancy from one phase to another; None where there is none."""
    return next((s for s in STEPS if (s.source, s.target) == (source, target) and side in s.sides), None)


def roles_needed(grade: int) -> int:
    """How many reviewers, each of another role, must approve a tenancy of a grade."""
    return len(ROLES) if grade >= BOTH_ROLES_FROM else 1
