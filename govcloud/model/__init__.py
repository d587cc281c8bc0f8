"""The typed words of govcloud: what an estate holds, and what a tenancy asks for."""

from govcloud.base import API_VERSION, LABEL_PREFIX, MANAGED_BY, MANAGER, Network, Zone
from govcloud.model.department import Department, Members, Roles
from govcloud.model.estate import Estate, EstateDocument
from govcloud.model.quantity import format_quantity, parse_quantity
from govcloud.model.region import KubeconfigCluster, LocalCluster, NodeShape, Pool, Region
from govcloud.model.sharing import Sharing
from govcloud.model.tenancy import (
    ISOLATION_ORDER,
    Isolation,
    Placement,
    Role,
    Tenancy,
    duration_seconds,
    least_isolation,
)
from govcloud.model.waiver import Waiver, WaiverScope

__all__ = [
    "API_VERSION",
    "ISOLATION_ORDER",
    "LABEL_PREFIX",
    "MANAGED_BY",
    "MANAGER",
    "Department",
    "Estate",
    "EstateDocument",
    "Isolation",
    "KubeconfigCluster",
    "LocalCluster",
    "Members",
    "Network",
    "NodeShape",
    "Placement",
    "Pool",
    "Region",
    "Role",
    "Roles",
    "Sharing",
    "Tenancy",
    "Waiver",
    "WaiverScope",
    "Zone",
    "duration_seconds",
    "format_quantity",
    "least_isolation",
    "parse_quantity",
]
