"""Regions on this machine: a control plane each, its certificates, encrypted store and simulated nodes."""

from govcloud.local.region.region import LocalRegion
from govcloud.local.region.status import Component, RegionStatus
from govcloud.paths import regions_root

__all__ = ["Component", "LocalRegion", "RegionStatus", "regions_root"]
