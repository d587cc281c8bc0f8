"""From typed values to Kubernetes manifests: pure functions, the same input always giving the same output."""

from govcloud.planner.labels import Manifest
from govcloud.planner.nodes import plan_nodes
from govcloud.planner.platform import plan_platform
from govcloud.planner.tenancy import plan_tenancy

__all__ = ["Manifest", "plan_nodes", "plan_platform", "plan_tenancy"]
