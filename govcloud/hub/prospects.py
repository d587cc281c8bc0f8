"""What has to happen next to a tenancy, and by whom: the question that everybody has who looks at one.

The life cycle says which steps there are. Here is the one that the tenancy waits for, so that each side can find what waits
for it, and whoever waits knows for whom.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from govcloud.hub.acts import conclusion
from govcloud.hub.lifecycle import ROLES, Phase, ReviewerRole, Side, roles_needed
from govcloud.hub.names import PLATFORM
from govcloud.hub.record import Record
from govcloud.hub.register import Caller


@dataclass(frozen=True, slots=True)
class Prospect:
    """What somebody can do next.

    Attributes:
        side: whose it is.
        what: what they do, in words.
        command: the command that does it; empty where none is needed.
        roles: for reviewers, in which role.
        needed: whether the tenancy waits for it; else it is left to them.
    """

    side: Side
    what: str
    command: str = ""
    roles: tuple[ReviewerRole, ...] = ()
    needed: bool = True


def prospects(record: Record, now: datetime | None = None) -> list[Prospect]:
    """What can come next, what the tenancy waits for first; nothing where it is at its end.

    Args:
        record: the tenancy.
        now: when the question is asked, which tells whether a retention period is over.
    """
    match record.phase:
        case "requested" | "in-review":
            return [_review(record), _own("take it back", f"withdraw {record.name}", needed=False)]
        case "changing":
            return _changing(record)
        case "cordoned":
            return _cordoned(record)
        case "retiring":
            return _retiring(record, now or datetime.now(UTC))
        case _:
            return _plain(record.phase, record.name)


def waiting_for(record: Record, caller: Caller, owned: Collection[str], now: datetime | None = None) -> bool:
    """Whether a tenancy waits for somebody.

    Args:
        record: the tenancy.
        caller: who it is.
        owned: the departments for which they may ask.
        now: when the question is asked.
    """
    return any(_is_for(one, record, caller, owned) for one in prospects(record, now) if one.needed)


def _is_for(prospect: Prospect, record: Record, caller: Caller, owned: Collection[str]) -> bool:
    if prospect.side == "department":
        return record.department in owned
    if prospect.side == "platform":
        return PLATFORM in caller.groups
    concerned = record.department in owned or PLATFORM in caller.groups or caller.name in _asked(record)
    has_spoken = (
        any(one["by"] == caller.name for one in record.current_reviews) and record.phase != "retiring"
    )
    return not concerned and not has_spoken and bool(set(prospect.roles) & set(caller.roles))


def _asked(record: Record) -> set[str]:
    """Who asked for it, or for its end."""
    return {str(record.spec.get("requestedBy", "")), str(record.status.get("retirement", {}).get("by", ""))}


def _own(what: str, command: str, *, needed: bool = True) -> Prospect:
    return Prospect("department", what, f"govcloud tenancy {command}", needed=needed)


def _plain(phase: Phase, name: str) -> list[Prospect]:
    """Of the phases in which nothing depends on what was decided before."""
    about = Prospect(
        "platform",
        "bring it about; the platform does so by itself",
        f"govcloud up --register --tenancy {name}",
    )
    told: dict[Phase, list[Prospect]] = {
        "draft": [_own("ask for it", f"request {name}")],
        "rejected": [_own("answer the rejection with another spec, then ask again", f"change {name}")],
        "withdrawn": [_own("ask for it again", f"request {name}", needed=False)],
        "approved": [about],
        "provisioning": [about],
        "active": [
            _own("ask for a change", f"change {name}", needed=False),
            _own("close it to new work, before its end", f"cordon {name} --reason TEXT", needed=False),
        ],
    }
    return told.get(phase, [])


def _review(record: Record) -> Prospect:
    command = f"govcloud tenancy review {record.name} --approve --reason TEXT, or --reject"
    if conclusion(record):  # the reviews are complete, and their step was interrupted
        return Prospect("reviewer", "review it once more, which ends the review", command, ROLES)
    both = len(record.missing) > 1 and roles_needed(record.grade) > 1
    what = "review it: two persons, one of each role" if both else "review it"
    return Prospect("reviewer", what, command, record.missing)


def _changing(record: Record) -> list[Prospect]:
    name, approved = record.name, record.status.get("approved") or {}
    drop = _own("drop the change", f"change {name} --drop", needed=False)
    if record.spec == approved.get("spec"):
        return [_own("write the change", f"change {name}"), drop]
    if any(one["decision"] == "reject" for one in record.current_reviews):
        return [_own("write another change, since this one was rejected, or drop it", f"change {name}"), drop]
    return [_review(record), drop]


def _cordoned(record: Record) -> list[Prospect]:
    name, cordon = record.name, record.status.get("cordon") or {}
    lift = f"govcloud tenancy cordon {name} --lift"
    side: Side = "platform" if cordon.get("side") == "platform" else "department"
    return [
        Prospect(side, "lift the cordon", lift, needed=False),
        _own("ask for its end", f"retire {name} --reason TEXT", needed=False),
    ]


def _retiring(record: Record, now: datetime) -> list[Prospect]:
    name, asked = record.name, record.status["retirement"]
    end = f"govcloud up --register --tenancy {name}"
    if record.is_being_destroyed:
        return [Prospect("platform", "destroy it to the end; the platform does so by itself", end)]
    keep = _own("keep it", f"retire {name} --keep", needed=False)
    if not asked.get("consent"):
        what = "agree, as the second person, that it is destroyed"
        return [
            Prospect("reviewer", what, f"govcloud tenancy retire {name} --agree --reason TEXT", ROLES),
            keep,
        ]
    until = str(asked["until"])
    over = datetime.fromisoformat(until) <= now
    what = "destroy it" if over else f"destroy it after {until}, when the retention is over"
    return [Prospect("platform", what, end, needed=over), keep]
