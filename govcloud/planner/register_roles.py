"""Who may do what in the register, as far as RBAC can say it; admission sees to the rest.

A department works in its own namespace of the hub and reads nothing outside of it. Reviewers read everything and write the
status. Auditors read everything (see `clusterroles`). The platform is bound elsewhere: it can do all that admission lets it.
"""

from __future__ import annotations

from typing import Any

from govcloud.hub.lifecycle import ROLES
from govcloud.hub.names import REVIEWERS
from govcloud.model import Region
from govcloud.planner.crds import GROUP
from govcloud.planner.labels import Manifest, platform_labels

OWNER = "govcloud-register-owner"
VIEWER = "govcloud-register-viewer"
REVIEWER = "govcloud-register-reviewer"

_RBAC = "rbac.authorization.k8s.io"
_READ = ["get", "list", "watch"]


def register_roles(region: Region) -> list[Manifest]:
    """The cluster roles of the register, and what binds reviewers to theirs."""
    labels = platform_labels(region)
    own = ["tenancies", "decisions"]
    roles = {
        OWNER: [
            _rule(own, _READ),
            _rule(["tenancies"], ["create", "update", "patch"]),
            _rule(["tenancies/status"], ["get", "update", "patch"]),
        ],
        VIEWER: [_rule(own, _READ), _rule(["tenancies/status"], ["get"])],
        REVIEWER: [
            _rule([*own, "departments", "sharings", "waivers", "limits"], _READ),
            _rule(["tenancies/status"], ["get", "update", "patch"]),
        ],
    }
    return [*(_role(name, rules, labels) for name, rules in roles.items()), _reviewers(labels)]


def _rule(resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [GROUP], "resources": resources, "verbs": verbs}


def _role(name: str, rules: list[dict[str, Any]], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {**labels}},
        "rules": rules,
    }


def _reviewers(labels: dict[str, str]) -> Manifest:
    subjects = [{"apiGroup": _RBAC, "kind": "Group", "name": f"{REVIEWERS}{role}"} for role in ROLES]
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": REVIEWER, "labels": {**labels}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": REVIEWER},
        "subjects": subjects,
    }
