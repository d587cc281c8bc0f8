"""What a region's tenancies choose from: priorities, runtimes and kinds of storage."""

from __future__ import annotations

from dataclasses import dataclass

from govcloud.model import Region
from govcloud.planner.labels import RUNTIME, Manifest, platform_labels
from govcloud.planner.quota import STORAGE_CLASS_PREFIX

SANDBOX = "govcloud-sandbox"
SANDBOX_HANDLER = "kata"
STANDBY = "govcloud-standby"
GRADE_CLASS_PREFIX = "govcloud-grade-"


@dataclass(frozen=True, slots=True)
class Priority:
    """A priority class; ``preempts`` says whether its pods may push out those of lower classes."""

    name: str
    value: int
    preempts: bool
    description: str


PRIORITIES = (
    Priority(STANDBY, 100_000, False, "Pods that stand by for another region: the first to give way."),
    *(
        Priority(
            f"{GRADE_CLASS_PREFIX}{grade}", 200_000 * grade, True, f"Pods of tenancies of MLPS grade {grade}."
        )
        for grade in (1, 2, 3, 4)
    ),
)


def classes(region: Region) -> list[Manifest]:
    """The priority, runtime and storage classes of a region."""
    labels = platform_labels(region)
    return [
        *(_priority_class(priority, labels) for priority in PRIORITIES),
        _runtime_class(labels),
        *_storage_classes(region, labels),
    ]


def _priority_class(priority: Priority, labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "scheduling.k8s.io/v1",
        "kind": "PriorityClass",
        "metadata": {"name": priority.name, "labels": {**labels}},
        "value": priority.value,
        "preemptionPolicy": "PreemptLowerPriority" if priority.preempts else "Never",
        "description": priority.description,
    }


def _runtime_class(labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "node.k8s.io/v1",
        "kind": "RuntimeClass",
        "metadata": {"name": SANDBOX, "labels": {**labels}},
        "handler": SANDBOX_HANDLER,
        "scheduling": {"nodeSelector": {RUNTIME: "sandbox"}},
    }


def _storage_classes(region: Region, labels: dict[str, str]) -> list[Manifest]:
    """Volumes outlive their claims: data goes when a tenancy is retired, not by a slip of the hand."""
    return [
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": f"{STORAGE_CLASS_PREFIX}{tier.name}", "labels": {**labels}},
            "provisioner": tier.provisioner,
            "parameters": {"encrypted": str(tier.encrypted).lower()},
            "reclaimPolicy": "Retain",
            "volumeBindingMode": "WaitForFirstConsumer",
            "allowVolumeExpansion": True,
        }
        for tier in region.spec.storage
    ]
