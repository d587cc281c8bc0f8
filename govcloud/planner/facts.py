"""A tenancy's facts, for its own workloads and people to read; nothing secret is among them."""

from __future__ import annotations

from govcloud.model import Department, Region, Role, Tenancy
from govcloud.planner.labels import Manifest
from govcloud.standards import recovery_tiers


def facts(
    tenancy: Tenancy, department: Department, region: Region, role: Role, labels: dict[str, str]
) -> Manifest:
    """The ConfigMap ``govcloud-tenancy``; objectives that the tenancy does not tighten are those of its tier."""
    spec = tenancy.spec
    tier = recovery_tiers()[spec.recovery.tier]
    data = {
        "title": spec.title,
        "department": department.spec.title,
        "region": region.spec.title,
        "role": role,
        "zone": spec.zone,
        "grade": f"{tenancy.grade} (S{spec.grading.information} A{spec.grading.service})",
        "isolation": tenancy.isolation,
        "tier": str(spec.recovery.tier),
        "rpo": spec.recovery.rpo or _duration(tier.rpo_seconds),
        "rto": spec.recovery.rto or _duration(tier.rto_seconds),
        "contacts": "\n".join(f"{contact.name} {contact.phone}" for contact in spec.contacts) or None,
        "until": spec.until.isoformat() if spec.until else None,
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "govcloud-tenancy", "namespace": tenancy.namespace, "labels": {**labels}},
        "data": {key: value for key, value in data.items() if value is not None},
    }


def _duration(seconds: int) -> str:
    """Seconds in the largest unit that says them exactly, as a person writes them in a tenancy."""
    if not seconds:
        return "0"
    unit, length = next(
        (u, n) for u, n in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)) if seconds % n == 0
    )
    return f"{seconds // length}{unit}"
