"""What tenants run in a tenancy's namespace, so that nobody takes it away without meaning to."""

from __future__ import annotations

from collections import Counter

from govcloud.cluster import Cluster
from govcloud.model import MANAGED_BY, MANAGER

# Owners before what they own; what a controller made is counted with its owner.
_KINDS = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "CronJob"),
    ("batch/v1", "Job"),
    ("v1", "Pod"),
    ("v1", "PersistentVolumeClaim"),
)


def workloads_in(cluster: Cluster, namespace: str) -> Counter[str]:
    """The number of workloads and volume claims by kind, without those that another object or govcloud owns."""
    found: Counter[str] = Counter()
    for key in _KINDS:
        for item in cluster.list(cluster.kinds[key], namespace=namespace, labels=f"{MANAGED_BY}!={MANAGER}"):
            if not item["metadata"].get("ownerReferences"):
                found[key[1]] += 1
    return found
