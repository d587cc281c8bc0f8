"""Network policies of a tenancy: nothing passes, but for look-ups of names and for the tenancy within itself.

GB/T 22239-2019 8.2.2.1 b: the virtual networks of different customers are isolated from each other. What
passes between tenancies is opened by a sharing, one policy for each, and by nothing else.
"""

from __future__ import annotations

from typing import Any

from govcloud.model import Tenancy
from govcloud.planner.labels import TENANCY, Manifest


def network_policies(tenancy: Tenancy, labels: dict[str, str]) -> list[Manifest]:
    """The network policies that every tenancy has."""
    names = _peer({"kubernetes.io/metadata.name": "kube-system"}, {"matchLabels": {"k8s-app": "kube-dns"}})
    ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    specs: dict[str, dict[str, Any]] = {
        "default-deny": {"policyTypes": ["Ingress", "Egress"]},
        "allow-dns": {"policyTypes": ["Egress"], "egress": [{"to": [names], "ports": ports}]},
        "allow-tenancy": {
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [_peer({TENANCY: tenancy.name}, {})]}],
            "egress": [{"to": [_peer({TENANCY: tenancy.name}, {})]}],
        },
    }
    return [_policy(tenancy.namespace, name, spec, labels) for name, spec in specs.items()]


def _peer(namespaces: dict[str, str], pods: dict[str, Any]) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": namespaces}, "podSelector": pods}


def _policy(namespace: str, name: str, spec: dict[str, Any], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": namespace, "labels": {**labels}},
        "spec": {"podSelector": {}, **spec},
    }
