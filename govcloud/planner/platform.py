"""All that a region has once, for all of its tenancies, in the order in which it can be made."""

from __future__ import annotations

from govcloud.model import Region
from govcloud.planner.classes import classes
from govcloud.planner.clusterroles import cluster_roles
from govcloud.planner.cordon import cordon_policies
from govcloud.planner.credentials import credential_policies
from govcloud.planner.labels import Manifest
from govcloud.planner.monitoring import monitor_roles
from govcloud.planner.placement import placement_policies
from govcloud.planner.protection import protection_policies
from govcloud.planner.register import register_platform
from govcloud.planner.rules import rule_policies
from govcloud.planner.waivers import waiver_policies


def plan_platform(region: Region) -> list[Manifest]:
    """The manifests of a region's platform.

    The register's definitions, roles and policies are in every region, so that any of them can become the hub.
    """
    return [
        *register_platform(region),
        *classes(region),
        *cluster_roles(region),
        *monitor_roles(region),
        *placement_policies(region),
        *protection_policies(region),
        *cordon_policies(region),
        *credential_policies(region),
        *waiver_policies(region),
        *rule_policies(region),
    ]
