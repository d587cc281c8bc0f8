"""Who may except whom from a rule: waivers in the register, and on the namespace where admission reads them.

A waiver is approved by a reviewer who is not of the tenancy's department, in the reviewer's own name, for at most a year,
and is never changed afterwards: what is approved anew is a new waiver (GB/T 22239-2019 8.1.4.2 d, duties separated). That
holds for everybody, the platform included.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from govcloud.errors import InputError
from govcloud.model import Region, Tenancy, Waiver
from govcloud.planner.admission import NAME, Check, Params, resource_rule, validating
from govcloud.planner.labels import Manifest, platform_labels
from policies.waivers import WAIVER_PREFIX, waivers_of_document

MOST_DAYS = 366
"""How far ahead the end of any waiver may be, in days. A choice of govcloud; of grave rules GC-WVR-01 demands less."""

REVIEWERS = ("govcloud:reviewers:security", "govcloud:reviewers:platform")
"""The groups whose members approve waivers."""

_NAME = "govcloud-waivers"
_RBAC = "rbac.authorization.k8s.io"
_ROLE = "govcloud-waiver-reviewer"
_ASK = "; ask a reviewer of another department for a waiver"
_VARIABLES = {
    "name": NAME,
    "me": "request.userInfo.username",
    "groups": "has(request.userInfo.groups) ? request.userInfo.groups : []",
    "department": "has(object.spec.department) && object.spec.department != null ? object.spec.department : ''",
    # The tenancies of a department begin with its name, and no department's name begins with that of another.
    "concerned": "object.spec.tenancy.startsWith(params.metadata.name + '-')",
    "named": (
        "!has(params.spec.roles) ? [] : "
        "['owner', 'operator', 'viewer'].filter(r, r in params.spec.roles).map(r, params.spec.roles[r])"
    ),
    "own": (
        "variables.groups.exists(g, g.startsWith(variables.department + ':')) || "
        "(variables.concerned && (variables.groups.exists(g, g.startsWith(params.metadata.name + ':')) || "
        "variables.named.exists(m, (has(m.users) && variables.me in m.users) || "
        "(has(m.groups) && m.groups.exists(g, g in variables.groups)))))"
    ),
}


def waiver_policies(region: Region) -> list[Manifest]:
    """What makes and guards waivers in the register: the reviewers' role, and the policy that holds them to the rules.

    The policy looks at every department of the register, for only the register knows who is of which. Without any it
    refuses.
    """
    labels = platform_labels(region)
    match = {"resourceRules": [resource_rule("govcloud.dev", ["waivers"], ["CREATE", "UPDATE"])]}
    policy = validating(
        _NAME, match, _VARIABLES, _CHECKS, labels, params=Params("govcloud.dev/v1", "Department")
    )
    return [*_reviewers(labels), *policy]


def waiver_annotations(tenancy: Tenancy, waivers: Iterable[Waiver]) -> dict[str, str]:
    """The annotations by which admission knows the waivers of a tenancy, by rule, each entry with its end.

    Those that have ended are among them: they count nowhere, and a plan knows no clock.

    Raises:
        InputError: a waiver of the tenancy names another department.
    """
    entries: dict[str, set[str]] = {}
    for waiver in waivers:
        if waiver.spec.tenancy == tenancy.name:
            _check_department(tenancy, waiver)
            found = entries.setdefault(f"{WAIVER_PREFIX}{waiver.spec.rule}", set())
            found |= {excuse.entry for excuse in waivers_of_document(waiver)}
    return {key: ",".join(sorted(entries[key])) for key in sorted(entries)}


def _check_department(tenancy: Tenancy, waiver: Waiver) -> None:
    if waiver.spec.department not in (None, tenancy.spec.department):
        raise InputError(
            f"waiver {waiver.name} was approved for department {waiver.spec.department}, "
            f"but tenancy {tenancy.name} is of {tenancy.spec.department}",
            where=f"Waiver/{waiver.name}: spec.department",
            expected=f"department {tenancy.spec.department}",
            mend="have the waiver approved for the department of the tenancy",
        )


def _refusing(expression: str, what: str) -> Check:
    return Check(expression, f"'waiver ' + variables.name + ': ' + {what} + '{_ASK}'")


_CHECKS = [
    _refusing(
        f"variables.groups.exists(g, g in {list(REVIEWERS)})",
        f"variables.me + ' is not in the groups {' or '.join(REVIEWERS)}, whose members approve waivers'",
    ),
    _refusing(
        "object.spec.approvedBy == variables.me",
        "'spec.approvedBy is ' + object.spec.approvedBy + ', but ' + variables.me + ' makes it'",
    ),
    _refusing(
        "variables.department != '' && object.spec.tenancy.startsWith(variables.department + '-') && "
        "(!variables.concerned || variables.department == params.metadata.name)",
        "'spec.department does not name the department of tenancy ' + object.spec.tenancy",
    ),
    _refusing(
        "!variables.own",
        "variables.me + ' is of department ' + variables.department + ', whose waiver it is'",
    ),
    _refusing(
        "request.operation != 'CREATE' || (timestamp(object.spec.until) > "
        "timestamp(object.metadata.creationTimestamp) && timestamp(object.spec.until) <= "
        f"timestamp(object.metadata.creationTimestamp) + duration('{MOST_DAYS * 24}h'))",
        f"'spec.until is ' + object.spec.until + ', which is not within {MOST_DAYS} days from now'",
    ),
    _refusing(
        "request.operation == 'CREATE' || object.spec == oldObject.spec",
        "'spec is what was approved, and cannot be changed'",
    ),
]


def _reviewers(labels: dict[str, str]) -> list[Manifest]:
    """Reading is in the role of all reviewers of the register."""
    rules: list[dict[str, Any]] = [
        {"apiGroups": ["govcloud.dev"], "resources": ["waivers"], "verbs": ["create", "delete"]}
    ]
    return [
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": _ROLE, "labels": {**labels}},
            "rules": rules,
        },
        {
            "apiVersion": f"{_RBAC}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": _ROLE, "labels": {**labels}},
            "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": _ROLE},
            "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": name} for name in REVIEWERS],
        },
    ]
