"""Resource quotas: what a tenancy may ask of a region, in compute, in storage and in objects.

The API server charges every object at admission, so that a quota holds against any client. All that a tenant
may create is counted, but for events: components retry an event that is refused, and with a full quota what
went wrong would be the first thing to be lost.
"""

from __future__ import annotations

from decimal import Decimal

from govcloud.model import Region, Tenancy, format_quantity
from govcloud.planner.labels import Manifest
from govcloud.planner.size import Size

CPU_OVERCOMMIT = {1: Decimal(2), 2: Decimal(2), 3: Decimal(1), 4: Decimal(1)}
"""Processor limits over requests, by grade; memory is never overcommitted: a pod cannot give it back."""

STORAGE_CLASS_PREFIX = "govcloud-"

COUNTED = {  # resource: (at least, and so many for each pod)
    "configmaps": (50, 2),
    "secrets": (50, 2),
    "services": (20, 1),
    "serviceaccounts": (20, 1),
    "deployments.apps": (20, 1),
    "statefulsets.apps": (20, 1),
    "daemonsets.apps": (10, 0),
    "replicasets.apps": (100, 10),
    "controllerrevisions.apps": (100, 10),
    "jobs.batch": (100, 5),
    "cronjobs.batch": (20, 1),
    "horizontalpodautoscalers.autoscaling": (20, 1),
    "poddisruptionbudgets.policy": (20, 1),
    "ingresses.networking.k8s.io": (20, 1),
    "networkpolicies.networking.k8s.io": (50, 1),
    "leases.coordination.k8s.io": (20, 1),
    "roles.rbac.authorization.k8s.io": (20, 0),
    "rolebindings.rbac.authorization.k8s.io": (20, 0),
}


def quotas(tenancy: Tenancy, region: Region, size: Size, labels: dict[str, str]) -> list[Manifest]:
    """The resource quotas of a tenancy in a region."""
    hard = {
        "compute": _compute(tenancy, region, size),
        "storage": _storage(region, size),
        "objects": _objects(tenancy),
    }
    return [_quota(tenancy.namespace, name, limits, labels) for name, limits in hard.items()]


def _quota(namespace: str, name: str, hard: dict[str, str], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": name, "namespace": namespace, "labels": {**labels}},
        "spec": {"hard": hard},
    }


def _compute(tenancy: Tenancy, region: Region, size: Size) -> dict[str, str]:
    offered = {name for pool in region.spec.pools for name in pool.shape.accelerators}
    memory, scratch = format_quantity(size.memory), format_quantity(size.ephemeral_storage)
    return {
        "requests.cpu": format_quantity(size.cpu),
        "limits.cpu": format_quantity(size.cpu * CPU_OVERCOMMIT[tenancy.grade]),
        "requests.memory": memory,
        "limits.memory": memory,
        "requests.ephemeral-storage": scratch,
        "limits.ephemeral-storage": scratch,
        "pods": str(int(size.pods)),
        **{
            f"requests.{name}": str(int(size.accelerators.get(name, 0)))
            for name in sorted(offered | set(size.accelerators))
        },
    }


def _storage(region: Region, size: Size) -> dict[str, str]:
    """Each class may hold up to the whole; the sum over all classes is capped as well."""
    total = format_quantity(size.storage)
    classes = (f"{STORAGE_CLASS_PREFIX}{tier.name}" for tier in region.spec.storage)
    return {
        "requests.storage": total,
        "persistentvolumeclaims": str(20 + 2 * int(size.pods)),
        **{f"{name}.storageclass.storage.k8s.io/requests.storage": total for name in classes},
    }


def _objects(tenancy: Tenancy) -> dict[str, str]:
    """A standby may hold all objects of its primary, whatever its share of compute: it has to take over."""
    resources = tenancy.spec.resources
    return {
        **{f"count/{kind}": str(base + each * resources.pods) for kind, (base, each) in COUNTED.items()},
        "services.nodeports": str(resources.node_ports),
        "services.loadbalancers": str(resources.load_balancers),
    }
