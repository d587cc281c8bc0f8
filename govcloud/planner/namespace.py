"""The namespace of a tenancy: its identity, its pod security, and what placement and rules read of it."""

from __future__ import annotations

from govcloud.model import LABEL_PREFIX, Department, Tenancy
from govcloud.model.checks.carrying import is_sandboxed
from govcloud.planner.labels import (
    DATA_LEVEL,
    DEDICATED,
    INFORMATION_GRADE,
    ISOLATION,
    POOL_GRADE,
    POOL_RUNTIME,
    SERVICE_GRADE,
    Manifest,
)
from govcloud.planner.pools import Footing

POD_SECURITY = "pod-security.kubernetes.io/"
POD_SECURITY_VERSION = "v1.37"
POD_SECURITY_LEVELS = {1: "baseline", 2: "restricted", 3: "restricted", 4: "restricted"}
"""Pod security by grade. Grade 3 must be restricted (GB/T 22239-2019 8.1.4.2); grade 2 is so by choice."""


DOMAINS = f"{LABEL_PREFIX}domains"
"""Annotation: the domains that the tenancy's hosts may be under, separated by commas."""


def namespace(
    tenancy: Tenancy,
    department: Department,
    ground: Footing,
    labels: dict[str, str],
    waivers: dict[str, str],
) -> Manifest:
    """The namespace that carries a tenancy in a region; ``waivers`` are annotations."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": tenancy.namespace,
            "labels": labels | _grading(tenancy) | _pod_security(tenancy) | _placement(tenancy, ground),
            "annotations": {
                f"{LABEL_PREFIX}title": tenancy.spec.title,
                f"{LABEL_PREFIX}department-title": department.spec.title,
                **({DOMAINS: ",".join(department.spec.domains)} if department.spec.domains else {}),
                **waivers,
            },
        },
    }


def _grading(tenancy: Tenancy) -> dict[str, str]:
    """What the rules read beside the overall grade, which all objects of a tenancy bear."""
    grading = tenancy.spec.grading
    return {
        INFORMATION_GRADE: str(grading.information),
        SERVICE_GRADE: str(grading.service),
        DATA_LEVEL: tenancy.spec.data.level,
    }


def _pod_security(tenancy: Tenancy) -> dict[str, str]:
    level = POD_SECURITY_LEVELS[tenancy.grade]
    labels = {}
    for mode in ("enforce", "audit", "warn"):
        labels[f"{POD_SECURITY}{mode}"] = level
        labels[f"{POD_SECURITY}{mode}-version"] = POD_SECURITY_VERSION
    return labels


def _placement(tenancy: Tenancy, ground: Footing) -> dict[str, str]:
    """What the placement policy reads: it sees a pod's namespace, not the tenancy."""
    return {
        ISOLATION: tenancy.isolation,
        POOL_GRADE: str(ground.grade),
        **({POOL_RUNTIME: "sandbox"} if is_sandboxed(tenancy) else {}),
        **({DEDICATED: tenancy.name} if ground.dedicated else {}),
    }
