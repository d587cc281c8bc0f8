"""What a tenancy uses of its quota in each region, as far as the caller can read it there.

The hub is one of the regions often enough, so its API server is asked too. Nobody's name is changed for this: with a
kubeconfig of one's own, only what that reaches is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from govcloud.cli.hubs import Hub

if TYPE_CHECKING:
    from govcloud.cluster import Cluster
    from govcloud.hub.record import Record


_SHOWN = {
    "requests.cpu": "cpu",
    "requests.memory": "memory",
    "requests.storage": "storage",
    "pods": "pods",
}

_ACCELERATOR = r"requests\.[^/]+/.+"


@dataclass(frozen=True, slots=True)
class Usage:
    """Use in one region.

    Attributes:
        region: its name.
        amounts: by resource, what is used and what may be, as Kubernetes quantities.
        unread: why it cannot be told; empty where it can.
    """

    region: str
    amounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    unread: str = ""


def usage_of(record: Record, hub: Hub) -> list[Usage]:
    """What a tenancy uses in each region where it is, by its status."""
    return [_in_region(record, place["name"], hub) for place in record.status.get("regions", ())]


def _in_region(record: Record, region: str, hub: Hub) -> Usage:
    from govcloud.cluster.client import StatusError
    from govcloud.errors import ClusterError

    reasons = []
    for cluster in _clusters(region, hub):
        try:
            found = list(_quotas(cluster, record.name, region))
        except ClusterError as error:
            refused = isinstance(error, StatusError) and error.status == 403
            reasons.append("you may not read it with this kubeconfig" if refused else error.what)
            continue
        if found:
            return Usage(region, {key: pair for quota in found for key, pair in _amounts(quota)})
    return Usage(region, unread=reasons[-1] if reasons else f"nothing here leads to region {region}")


def _clusters(region: str, hub: Hub) -> Iterator[Cluster]:
    """The API servers to ask as the caller: the hub, and what leads to the region, if anything does."""
    from govcloud.cluster import Cluster
    from govcloud.errors import ClusterError
    from stacks.desired import target_of

    yield hub.cluster
    try:
        if hub.kubeconfig:
            yield Cluster(hub.kubeconfig, region)
        elif hub.known and region in hub.known.regions:
            target = target_of(hub.known, region)
            yield Cluster(target.kubeconfig, target.context)
    except ClusterError:
        return  # no context of that name, or no kubeconfig yet


def _quotas(cluster: Cluster, tenancy: str, region: str) -> Iterator[dict[str, Any]]:
    from govcloud.cluster import Kind
    from govcloud.model import LABEL_PREFIX

    kind = Kind("v1", "ResourceQuota", "resourcequotas", namespaced=True)
    return cluster.list(kind, namespace=f"t-{tenancy}", labels=f"{LABEL_PREFIX}region={region}")


def _amounts(quota: dict[str, Any]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Use and limit of what people plan with: compute, storage, pods, accelerators."""
    status = quota.get("status") or {}
    used = status.get("used") or {}
    for resource, hard in (status.get("hard") or {}).items():
        if resource in _SHOWN or re.fullmatch(_ACCELERATOR, resource):
            yield _SHOWN.get(resource, resource.removeprefix("requests.")), (used.get(resource, "0"), hard)
