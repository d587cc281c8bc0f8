"""Names that the register, its library and its admission have in common; light, so that a command can start with them."""

from __future__ import annotations

from govcloud.model.base import LABEL_PREFIX

NAMESPACE_PREFIX = "d-"
OWNERS = f"{LABEL_PREFIX}owners"
MEMBERS = f"{LABEL_PREFIX}members"
"""Annotations of a department's namespace: who owns it, and who belongs to it, one ``group:`` or ``user:`` a line."""

PLATFORM = "govcloud:platform"
"""The group of those who run the platform."""

REVIEWERS = "govcloud:reviewers:"
"""The prefix of the groups of reviewers; their role follows."""

PLATFORM_NAMESPACE = "govcloud-system"
LIMITS = "govcloud-register-limits"
"""The ConfigMap with the ceilings of the estate's regions and the retention of the tiers, and the policy that reads it."""

CEILING = "ceiling."
RETENTION = "retention."
"""Prefixes of its keys: the highest grade of a region by its name, and days by tier."""


def department_namespace(department: str) -> str:
    """The namespace of the hub in which a department asks for tenancies."""
    return f"{NAMESPACE_PREFIX}{department}"
