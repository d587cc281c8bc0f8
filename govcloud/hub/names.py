"""Names that the register, its library and its admission have in common; light, so that a command can start with them."""

from __future__ import annotations

from govcloud.base import LABEL_PREFIX

NAMESPACE_PREFIX = "d-"
OWNERS = f"{LABEL_PREFIX}owners"
MEMBERS = f"{LABEL_PREFIX}members"
"""Annotations of a department's namespace: who owns it, and who belongs to it, one ``group:`` or ``user:`` a line."""

PLATFORM = "govcloud:platform"
"""The group of those who run the platform."""

REVIEWERS = "govcloud:reviewers:"
"""The prefix of the groups of reviewers; their role follows."""

LIMITS = "register"
"""The object of kind ``Limits`` that the register goes by."""

LIMITS_POLICY = "govcloud-register-limits"
"""The admission policy that reads it."""


def department_namespace(department: str) -> str:
    """The namespace of the hub in which a department asks for tenancies."""
    return f"{NAMESPACE_PREFIX}{department}"
