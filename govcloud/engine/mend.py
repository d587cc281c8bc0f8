"""What a run of the engine cannot put right by itself, and the last look before a receipt is written.

Server-side apply sets the fields it owns. It leaves fields that another manager added, and it knows nothing of objects
whose record a crash took away. Both are put right here, directly, and then everything is looked at once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from govcloud.cluster import Cluster
from govcloud.engine.observe import Drift, observe
from govcloud.engine.units import Unit
from stacks.names import StackName


def settle(cluster: Cluster, units: Sequence[Unit]) -> dict[StackName, list[Drift]]:
    """Remove added fields and unplanned objects of these units; return what still differs."""
    drift = observe(cluster, units)
    removed = [_remove(cluster, item) for items in drift.values() for item in items]
    return observe(cluster, units) if any(removed) else drift


def _remove(cluster: Cluster, drift: Drift) -> bool:
    if drift.difference.change == "unplanned":
        cluster.delete(drift.manifest)
        return True
    if drift.difference.change == "added":
        cluster.merge(drift.manifest, _without(drift.difference.path))
        return True
    return False


def _without(path: Sequence[str]) -> dict[str, Any]:
    """The merge patch that removes one field."""
    patch: Any = None
    for part in reversed(path):
        patch = {part: patch}
    return dict(patch)
