"""Who may do what in a tenancy: its department's owners, operators and viewers, auditors, and workloads.

People also act in their part as its service account, for some hours, by a credential (see `credentials`).
"""

from __future__ import annotations

from govcloud.model import Department, Members, Tenancy
from govcloud.planner.credentials import ACCOUNTS, PARTS
from govcloud.planner.labels import Manifest

AUDITORS = "govcloud:auditors"
CREDENTIALS = "credentials-"
"""In front of a part: the role by which those who have it take credentials."""

_RBAC = "rbac.authorization.k8s.io"


def service_accounts(tenancy: Tenancy, labels: dict[str, str]) -> list[Manifest]:
    """The account for workloads, the default account, and one a part for credentials of people.

    None hands a token to a pod that does not ask; those for people give none to any pod.

    The default account comes with the namespace; applying it takes it over (GB/T 22239-2019 8.1.4.2 b).
    """
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": name, "namespace": tenancy.namespace, "labels": {**labels}},
            "automountServiceAccountToken": False,
        }
        for name in ("workload", "default", *ACCOUNTS.values())
    ]


def members_of(department: Department) -> dict[str, list[dict[str, str]]]:
    """Who acts for a department as owner, operator and viewer, as RBAC subjects by role."""
    roles = department.spec.roles
    return {
        "owner": _subjects(roles.owner, f"{department.name}:owners"),
        "operator": _subjects(roles.operator, f"{department.name}:operators"),
        "viewer": _subjects(roles.viewer, f"{department.name}:viewers"),
    }


def role_bindings(tenancy: Tenancy, department: Department, labels: dict[str, str]) -> list[Manifest]:
    """The bindings of a tenancy to the cluster roles of the platform.

    The account of a part has what its people have, but for taking credentials.
    """
    members = members_of(department)
    space = tenancy.namespace
    subjects: dict[str, list[dict[str, str]]] = {
        **{part: [*members[part], _account(space, ACCOUNTS[part])] for part in PARTS},
        "auditor": [_subject("Group", AUDITORS)],
        **{f"{CREDENTIALS}{part}": members_of(department)[part] for part in PARTS[1:]},
    }
    return [_binding(space, role, found, labels) for role, found in subjects.items()]


def _subjects(members: Members, default_group: str) -> list[dict[str, str]]:
    if not members.groups and not members.users:
        return [_subject("Group", default_group)]
    groups = [_subject("Group", name) for name in members.groups]
    return groups + [_subject("User", name) for name in members.users]


def _subject(kind: str, name: str) -> dict[str, str]:
    return {"apiGroup": _RBAC, "kind": kind, "name": name}


def _account(namespace: str, name: str) -> dict[str, str]:
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def _binding(namespace: str, role: str, members: list[dict[str, str]], labels: dict[str, str]) -> Manifest:
    name = f"govcloud-{role}"
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": namespace, "labels": {**labels}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": name},
        "subjects": members,
    }
