"""A tenancy's facts, for its own workloads and people to read; nothing secret is among them."""

from __future__ import annotations

from govcloud.model import Department, Region, Role, Tenancy
from govcloud.planner.labels import Manifest


def facts(
    tenancy: Tenancy, department: Department, region: Region, role: Role, labels: dict[str, str]
) -> Manifest:
    """The ConfigMap ``govcloud-tenancy``; absent keys are facts that the tenancy does not state."""
    spec = tenancy.spec
    data = {
        "title": spec.title,
        "department": department.spec.title,
        "region": region.spec.title,
        "role": role,
        "zone": spec.zone,
        "grade": f"{tenancy.grade} (S{spec.grading.information} A{spec.grading.service})",
        "isolation": tenancy.isolation,
        "tier": str(spec.recovery.tier),
        "rpo": spec.recovery.rpo,
        "rto": spec.recovery.rto,
        "contacts": "\n".join(f"{contact.name} {contact.phone}" for contact in spec.contacts) or None,
        "until": spec.until.isoformat() if spec.until else None,
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "govcloud-tenancy", "namespace": tenancy.namespace, "labels": {**labels}},
        "data": {key: value for key, value in data.items() if value is not None},
    }
