"""Whose tenancies a caller works with, told from the groups that the API server knows them by.

A department's kubeconfig names no department. By convention its members are in ``<department>:owners``, ``:operators`` and
``:viewers``; an estate may name others. This only chooses what to ask for: what the caller may see, the API server decides.
"""

from __future__ import annotations

import re

from govcloud.hub.register import Caller
from govcloud.model import Estate

_CONVENTION = re.compile(r"(?P<department>[a-z][-a-z0-9]*):(?P<role>owner|operator|viewer)s")
_EVERYTHING = ("govcloud:", "system:masters")


def sees_everything(caller: Caller) -> bool:
    """Whether a caller reads the tenancies of all departments: reviewers, auditors, the platform."""
    return any(group.startswith(_EVERYTHING) for group in caller.groups)


def departments_of(caller: Caller, estate: Estate | None = None, *, owned: bool = False) -> list[str]:
    """The departments that a caller belongs to, in the order of their names.

    Args:
        caller: who calls.
        estate: names the members of departments that keep to other groups than those of the convention.
        owned: only those for which the caller may ask.
    """
    roles = ("owner",) if owned else ("owner", "operator", "viewer")
    matches = filter(None, map(_CONVENTION.fullmatch, caller.groups))
    found = {match["department"] for match in matches if match["role"] in roles}
    return sorted(found | (_named(caller, estate, roles) if estate else set()))


def _named(caller: Caller, estate: Estate, roles: tuple[str, ...]) -> set[str]:
    """The departments whose members the estate names, with the caller among them."""
    members = {
        name: [getattr(department.spec.roles, role) for role in roles]
        for name, department in estate.departments.items()
    }
    return {
        name
        for name, named in members.items()
        if any(caller.name in one.users or set(one.groups) & set(caller.groups) for one in named)
    }
