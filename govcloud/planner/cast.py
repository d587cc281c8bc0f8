"""Who meets in the register, one of each: the people of a demonstration, with the groups that give them their part.

Each holds one part alone: whoever asks does not review, whoever reviews brings nothing about, and whoever audits changes
nothing (GB/T 22239-2019 8.1.4.2 d).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from govcloud.hub.lifecycle import ROLES
from govcloud.hub.names import REVIEWERS
from govcloud.model import Department
from govcloud.planner.access import AUDITORS, members_of
from govcloud.planner.admission import PLATFORM_GROUP


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody in a part.

    Attributes:
        name: what the part is called, fit for a file name.
        user: the user as the API server knows them.
        groups: what they are a member of.
        does: what they are for.
    """

    name: str
    user: str
    groups: tuple[str, ...]
    does: str


def cast(departments: Iterable[Department]) -> list[Part]:
    """A requester and a viewer of each department, a reviewer of each role, an operator of the platform, and an auditor."""
    asking = [part for department in departments for part in _department(department)]
    reviewing = [
        Part(f"{role}-reviewer", f"{role}-reviewer", (f"{REVIEWERS}{role}",), f"reviews, as {role}")
        for role in ROLES
    ]
    return [
        *asking,
        *reviewing,
        Part("operator", "operator", (PLATFORM_GROUP,), "runs the platform, and reviews nothing"),
        Part("auditor", "auditor", (AUDITORS,), "reads every tenancy and the register, changes nothing"),
    ]


def _department(department: Department) -> list[Part]:
    name = department.name
    return [
        _member(
            department, "owner", f"{name}-requester", f"requester@{name}", f"asks for tenancies of {name}"
        ),
        _member(department, "viewer", f"{name}-viewer", f"viewer@{name}", f"reads what {name} has"),
    ]


def _member(department: Department, role: str, part: str, user: str, does: str) -> Part:
    """A user of the part's own in the role's groups; where a role has users alone, the first of them."""
    subjects = members_of(department)[role]
    groups = tuple(subject["name"] for subject in subjects if subject["kind"] == "Group")
    return Part(part, user if groups else subjects[0]["name"], groups, does)
