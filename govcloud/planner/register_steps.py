"""The life cycle in admission: which steps there are, whose they are, and that each leaves a true entry in the history.

The steps come from `govcloud.hub.lifecycle`. What each of them needs besides is checked in `register_needs`.
"""

from __future__ import annotations

from govcloud.hub.lifecycle import FIRST, PHASES, STEPS, Guard, Phase, steps_from
from govcloud.planner.admission import NAME, Check
from govcloud.planner.register_admission import CALLER, GRADE, PARTY, listing, refusing, text

_MOVES = dict.fromkeys(step.move for step in STEPS)
_STEPS = [f"{step.move} by {side}" for step in STEPS for side in step.sides]
_TOLERANCE, _BEFORE = "duration('600s')", "duration('-600s')"


def _phase(status: str) -> str:
    return f"has(variables.{status}.phase) ? string(variables.{status}.phase) : '{FIRST}'"


def entries_of(status: str, field: str) -> str:
    """CEL: a list of the status, empty where it is not there."""
    return f"(has(variables.{status}.{field}) ? variables.{status}.{field} : [])"


def same(field: str) -> str:
    """CEL: a field of the status is as it was."""
    before, now = (
        f"(has(variables.{s}.{field}) ? variables.{s}.{field} : dyn(''))" for s in ("before", "now")
    )
    return f"{before} == {now}"


_CONSENT = (
    "(has(variables.{0}.retirement) && has(variables.{0}.retirement.consent) ? "
    "variables.{0}.retirement.consent : dyn(''))"
)
VARIABLES = (
    {
        "name": NAME,
        "before": "has(oldObject.status) ? dyn(oldObject.status) : dyn({})",
        "now": "has(object.status) ? dyn(object.status) : dyn({})",
        "generation": "object.metadata.generation",
        "grade": GRADE,
    }
    | PARTY
    | {
        "past": entries_of("before", "history"),
        "conflicted": (
            f"variables.platform || variables.member || {CALLER} == dyn(object.spec.requestedBy) || "
            f"variables.past.exists(e, e.by == {CALLER} && e.from != e.to && e.to in ['requested', 'changing'])"
        ),
        "side": (
            "variables.platform ? 'platform' : variables.owner ? 'department' : "
            "size(variables.roles) > 0 && !variables.conflicted ? 'reviewer' : 'nobody'"
        ),
        "from": _phase("before"),
        "to": _phase("now"),
        "move": "variables.from + ' > ' + variables.to",
        "step": "variables.move + ' by ' + variables.side",
        "story": entries_of("now", "history"),
        "added": "variables.story.filter(e, !(e in variables.past))",
        "told": entries_of("before", "reviews"),
        "reviews": entries_of("now", "reviews"),
        "spoken": "variables.reviews.filter(r, !(r in variables.told))",
        "taken": "variables.told.filter(r, !(r in variables.reviews))",
        "consent_before": _CONSENT.format("before"),
        "consent": _CONSENT.format("now"),
        "agreed": "variables.to == 'retiring' && variables.consent != variables.consent_before",
        "acted": (
            "variables.from != variables.to || size(variables.spoken) > 0 || size(variables.taken) > 0 || "
            "variables.agreed"
        ),
        "logged": "has(variables.now.logged) ? int(variables.now.logged) : 0",
    }
)
"""CEL variables of the policies on a tenancy's status: what was, what is, and who does what."""


def steps_needing(guard: Guard) -> list[str]:
    """The steps, as ``variables.step`` writes them, for which a guard must hold."""
    return [f"{step.move} by {side}" for step in STEPS if guard in step.needs for side in step.sides]


def _ways_on() -> str:
    """CEL: the ways on from the present phase, for people."""

    def words(phase: Phase) -> str:
        ways = dict.fromkeys(f"{s.target} (by the {' or the '.join(s.sides)})" for s in steps_from(phase))
        return ", ".join(ways) or "no other phase"

    return f"{{{', '.join(f'{text(phase)}: {text(words(phase))}' for phase in PHASES)}}}[variables.from]"


def _makers() -> str:
    """CEL: the sides that may make the move, for people."""
    entries = {
        move: " or the ".join(dict.fromkeys(side for s in STEPS if s.move == move for side in s.sides))
        for move in _MOVES
    }
    return (
        f"{{{', '.join(f'{text(move)}: {text(sides)}' for move, sides in entries.items())}}}[variables.move]"
    )


_APART = "timestamp(dyn(m.time)) - timestamp(e.at)"
# The server sets the time of whoever writes. Entries that a caller slips in are looked at as well, so that none helps.
_NOW = (
    f"object.metadata.managedFields.all(m, !has(m.time) || {_APART} < {_TOLERANCE}) && "
    "object.metadata.managedFields.filter(m, has(m.time) && !(m in oldObject.metadata.managedFields))"
    f".all(m, {_APART} > {_BEFORE})"
)
_SAID = (
    "size(variables.spoken) > 0 ? (has(e.decision) && e.decision == variables.spoken[0].decision && "
    "e.hash == variables.spoken[0].hash) : variables.agreed ? has(e.decision) && e.decision == 'destroy' : "
    "!has(e.decision)"
)


def _entry_check(expression: str, what: str, rule: str = "GC-REG-14") -> Check:
    """A check of the one entry that is added, which both expressions call ``e``."""
    return refusing(
        rule,
        f"variables.added.all(e, {expression})",
        f"variables.added.filter(e, !({expression})).map(e, {what}).join('; ')",
    )


STEP_CHECKS: list[Check] = [
    refusing(
        "GC-REG-10",
        f"variables.from == variables.to || variables.move in {listing(_MOVES)}",
        "'it cannot go from ' + variables.from + ' to ' + variables.to + "
        f"'; from there it can go to ' + {_ways_on()}",
    ),
    refusing(
        "GC-REG-11",
        f"variables.from == variables.to || !(variables.move in {listing(_MOVES)}) || "
        f"variables.step in {listing(_STEPS)}",
        f"{CALLER} + ' may not take it from ' + variables.from + ' to ' + variables.to + "
        f"', which is for the ' + {_makers()}",
    ),
    refusing(
        "GC-REG-12",
        "variables.platform || variables.acted",
        f"{CALLER} + ' changes its status, but makes no step, review or agreement to destroy'",
    ),
    refusing(
        "GC-REG-13",
        "variables.past.all(e, e in variables.story || (variables.platform && e.seq <= variables.logged && "
        "variables.past.exists(later, later.seq > e.seq)))",
        "'an earlier entry of its history is changed or gone'",
    ),
    refusing(
        "GC-REG-13",
        "size(variables.added) == (variables.acted ? 1 : 0)",
        "'its history gets ' + string(size(variables.added)) + ' entries, and ' + "
        "(variables.acted ? 'one' : 'none') + ' was due'",
    ),
    _entry_check(
        "size(variables.past) == 0 ? e.seq == 1 : "
        "variables.past.exists(p, p.seq == e.seq - 1) && variables.past.all(p, p.seq < e.seq)",
        "'the entry has number ' + string(e.seq) + ', which is not the next'",
        rule="GC-REG-13",
    ),
    _entry_check(f"e.by == {CALLER}", f"'the entry is by ' + string(e.by) + ', not by ' + {CALLER}"),
    _entry_check(
        "e.from == variables.from && e.to == variables.to",
        "'the entry goes from ' + string(e.from) + ' to ' + string(e.to) + ', the tenancy from ' + "
        "variables.from + ' to ' + variables.to",
    ),
    _entry_check(
        "e.generation == variables.generation",
        "'the entry is about generation ' + string(e.generation) + ', the tenancy is at ' + "
        "string(variables.generation)",
    ),
    _entry_check(_SAID, "'the entry does not tell the decision that is written with it'"),
    _entry_check(_NOW, "'the entry is of ' + string(e.at) + ', which is not now'"),
]
"""That each write is a step of the life cycle by the side that it belongs to, and is recorded as such."""
