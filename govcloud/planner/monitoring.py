"""What the exporter may read of a region, and nothing else: its watches, and the rules that it asks about what is live.

Two roles, so that who wants no audit by the exporter takes one binding away. No secret is in either: the rules about secrets
are asked by the platform's own audit alone (GB/T 22239-2019 8.1.4.2 d).
"""

from __future__ import annotations

from typing import Any

from govcloud.model import Region
from govcloud.planner.labels import Manifest, platform_labels
from policies.target import targets

MONITORS = "govcloud:monitors"
"""The group of exporters."""

WATCH = "govcloud-monitor"
AUDIT = "govcloud-monitor-audit"
_RBAC = "rbac.authorization.k8s.io"
_WATCHED = ["namespaces", "nodes", "persistentvolumeclaims", "pods", "resourcequotas"]
_SECRETS = ("", "secrets")


def monitor_roles(region: Region) -> list[Manifest]:
    """The cluster roles of the exporter, bound to its group."""
    labels = platform_labels(region)
    rules = {WATCH: _watch(), AUDIT: _audit()}
    roles = [_role(name, granted, labels) for name, granted in rules.items()]
    return [*roles, *(_binding(name, labels) for name in rules)]


def _watch() -> list[dict[str, Any]]:
    """Objects as they change, the usage that kubelets tell, and the register; any region may become the hub."""
    return [
        _rule("", _WATCHED, ["list", "watch"]),
        _rule("", ["nodes/metrics"], ["get"]),
        _rule("govcloud.dev", ["sharings", "tenancies", "waivers"], ["list"]),
    ]


def _audit() -> list[dict[str, Any]]:
    """All kinds that rules are about. A namespace that came while the audit ran is asked for by its name."""
    found: dict[str, set[str]] = {}
    for target in targets().values():
        for kind in target.kinds:
            if (kind.group, kind.plural) != _SECRETS:
                found.setdefault(kind.group, set()).add(kind.plural)
    lists = [_rule(group, sorted(names), ["list"]) for group, names in sorted(found.items())]
    return [*lists, _rule("", ["namespaces"], ["get"])]


def _rule(group: str, resources: list[str], verbs: list[str]) -> dict[str, Any]:
    return {"apiGroups": [group], "resources": list(resources), "verbs": verbs}


def _role(name: str, rules: list[dict[str, Any]], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {**labels}},
        "rules": rules,
    }


def _binding(name: str, labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name, "labels": {**labels}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": MONITORS}],
    }
