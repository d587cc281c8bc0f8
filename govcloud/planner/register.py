"""All that makes a region able to be the hub: the register's kinds, who may do what with them, and what admission refuses."""

from __future__ import annotations

from govcloud.model import Region
from govcloud.planner.crds import register_definitions
from govcloud.planner.labels import Manifest
from govcloud.planner.register_decisions import decision_policies
from govcloud.planner.register_requests import request_policies
from govcloud.planner.register_roles import register_roles
from govcloud.planner.register_status import status_policies


def register_platform(region: Region) -> list[Manifest]:
    """The manifests of the register that are the same for every estate, in the order in which they can be made."""
    return [
        *register_definitions(region),
        *register_roles(region),
        *request_policies(region),
        *status_policies(region),
        *decision_policies(region),
    ]
