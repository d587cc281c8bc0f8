"""The rules of a region, as policies of its API server."""

from __future__ import annotations

from govcloud.model import Region
from govcloud.planner.labels import Manifest, platform_labels
from policies.admission import admission_policies
from policies.loading import shipped_rules
from policies.settings import Settings


def rule_policies(region: Region) -> list[Manifest]:
    """The admission policies of all rules that come with govcloud."""
    return admission_policies(shipped_rules().values(), Settings.of(region), platform_labels(region))
