"""What owners, operators, viewers and auditors of a tenancy may do; each right is spelt out, no wildcards.

GB/T 22239-2019 8.1.4.2 d: least privilege, and duties separated. Only the platform may write quotas, limits
and namespaces. Nobody in a tenancy gets ``escalate``, ``bind`` or ``impersonate``, so that owners, who manage
roles in their namespace, cannot hand out more than they hold. Endpoints are not for tenants to write: with
them a service could lead to where its tenancy may not send traffic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from govcloud.model import Region
from govcloud.planner.access import AUDITORS, CREDENTIALS
from govcloud.planner.credentials import ACCOUNTS, PARTS, Part
from govcloud.planner.labels import Manifest, platform_labels

Rule = dict[str, Any]

_READ = ("get", "list", "watch")
_WRITE = ("create", "update", "patch", "delete", "deletecollection")
_RBAC = "rbac.authorization.k8s.io"

# What runs, and what it needs to run: operators and owners change these.
_WORKLOADS = {
    "": ("pods", "services", "configmaps", "persistentvolumeclaims"),
    "apps": ("deployments", "statefulsets", "daemonsets", "replicasets"),
    "batch": ("jobs", "cronjobs"),
    "autoscaling": ("horizontalpodautoscalers",),
    "policy": ("poddisruptionbudgets",),
    "networking.k8s.io": ("ingresses",),
    "coordination.k8s.io": ("leases",),
}
# Who may do what, and what may reach what: owners change these.
_GOVERNED = {
    "": ("serviceaccounts",),
    "networking.k8s.io": ("networkpolicies",),
    _RBAC: ("roles", "rolebindings"),
}
# What only the platform and the controllers change.
_GIVEN = {
    "": ("namespaces", "resourcequotas", "limitranges", "events", "endpoints"),
    "apps": ("controllerrevisions",),
    "discovery.k8s.io": ("endpointslices",),
    "events.k8s.io": ("events",),
    "metrics.k8s.io": ("pods",),
}
_CLUSTER = {
    "": ("nodes", "namespaces", "persistentvolumes"),
    "admissionregistration.k8s.io": (
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
    ),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
    "certificates.k8s.io": ("certificatesigningrequests",),
    "govcloud.dev": ("tenancies", "sharings", "waivers", "departments", "decisions", "limits"),
    "node.k8s.io": ("runtimeclasses",),
    # Who may do what, in the namespaces of the register and of the platform too.
    _RBAC: ("clusterroles", "clusterrolebindings", "roles", "rolebindings"),
    "scheduling.k8s.io": ("priorityclasses",),
    "storage.k8s.io": ("storageclasses",),
}


def cluster_roles(region: Region) -> list[Manifest]:
    """The cluster roles that tenancies bind, and what auditors read of the cluster itself."""
    labels = platform_labels(region)
    rules = {
        "owner": _owner(),
        "operator": _operator(),
        "viewer": _viewer(),
        "auditor": _viewer(),
        "cluster-auditor": _rules(_CLUSTER, _READ),
        **{f"{CREDENTIALS}{part}": _credentials(part) for part in ("operator", "viewer")},
    }
    roles = [_cluster_role(f"govcloud-{name}", granted, labels) for name, granted in rules.items()]
    return [*roles, _cluster_auditors(labels)]


def _owner() -> list[Rule]:
    return [
        *_operator(),
        *_rules(_GOVERNED, _WRITE),
        *_rules({"": ("secrets",)}, (*_READ, *_WRITE)),
        *_rules({"": ("serviceaccounts/token",)}, ("create",)),
    ]


def _operator() -> list[Rule]:
    scale = {"apps": ("deployments/scale", "statefulsets/scale", "replicasets/scale")}
    return [
        *_viewer(),
        *_rules(_WORKLOADS, _WRITE),
        *_rules(scale, ("get", "update", "patch")),
        *_rules({"": ("pods/exec", "pods/attach", "pods/portforward")}, ("get", "create")),
        *_rules({"": ("pods/eviction",)}, ("create",)),
        *_rules({"": ("pods/ephemeralcontainers", "pods/resize")}, ("update", "patch")),
    ]


def _viewer() -> list[Rule]:
    return [
        *_rules(_WORKLOADS, _READ),
        *_rules(_GOVERNED, _READ),
        *_rules(_GIVEN, _READ),
        *_rules({"": ("pods/log",)}, ("get",)),
    ]


def _credentials(part: Part) -> list[Rule]:
    """To take credentials of one's part and of those below it; owners can take all by what they hold anyway.

    Of secrets, admission lets these two write nothing but credentials of their own (see `credentials`). They are no part of
    the roles themselves, so that a credential does not hold them and cannot beget another.
    """
    accounts = [ACCOUNTS[one] for one in PARTS[PARTS.index(part) :]]
    (tokens,) = _rules({"": ("serviceaccounts/token",)}, ("create",))
    return [{**tokens, "resourceNames": accounts}, *_rules({"": ("secrets",)}, ("create", "delete"))]


def _rules(resources: Mapping[str, tuple[str, ...]], verbs: tuple[str, ...]) -> list[Rule]:
    return [
        {"apiGroups": [group], "resources": list(names), "verbs": list(verbs)}
        for group, names in resources.items()
    ]


def _cluster_role(name: str, rules: list[Rule], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name, "labels": {**labels}},
        "rules": rules,
    }


def _cluster_auditors(labels: dict[str, str]) -> Manifest:
    name = "govcloud-cluster-auditor"
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name, "labels": {**labels}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": name},
        "subjects": [{"apiGroup": _RBAC, "kind": "Group", "name": AUDITORS}],
    }
