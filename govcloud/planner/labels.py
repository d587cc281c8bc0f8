"""The labels by which everything that govcloud makes can be found, counted, protected and removed."""

from __future__ import annotations

from typing import Any

from govcloud.model import LABEL_PREFIX, MANAGED_BY, MANAGER, Region, Role, Tenancy

Manifest = dict[str, Any]

TENANCY = f"{LABEL_PREFIX}tenancy"
DEPARTMENT = f"{LABEL_PREFIX}department"
GRADE = f"{LABEL_PREFIX}grade"
INFORMATION_GRADE = f"{LABEL_PREFIX}information-grade"
SERVICE_GRADE = f"{LABEL_PREFIX}service-grade"
DATA_LEVEL = f"{LABEL_PREFIX}data-level"
ZONE = f"{LABEL_PREFIX}zone"
TIER = f"{LABEL_PREFIX}tier"
ROLE = f"{LABEL_PREFIX}role"
REGION = f"{LABEL_PREFIX}region"

POOL = f"{LABEL_PREFIX}pool"
RUNTIME = f"{LABEL_PREFIX}runtime"
DEDICATED = f"{LABEL_PREFIX}dedicated"
ISOLATION = f"{LABEL_PREFIX}isolation"
POOL_GRADE = f"{LABEL_PREFIX}pool-grade"
POOL_RUNTIME = f"{LABEL_PREFIX}pool-runtime"


def tenancy_labels(tenancy: Tenancy, region: Region, role: Role) -> dict[str, str]:
    """The labels of every object that a tenancy has in a region."""
    return {
        MANAGED_BY: MANAGER,
        TENANCY: tenancy.name,
        DEPARTMENT: tenancy.spec.department,
        GRADE: str(tenancy.grade),
        ZONE: tenancy.spec.zone,
        TIER: str(tenancy.spec.recovery.tier),
        ROLE: role,
        REGION: region.name,
    }


def platform_labels(region: Region) -> dict[str, str]:
    """The labels of every object that a region has for all of its tenancies."""
    return {MANAGED_BY: MANAGER, REGION: region.name}
