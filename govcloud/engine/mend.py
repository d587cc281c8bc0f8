"""What a run of the engine cannot put right by itself, and the last look before a receipt is written.

Server-side apply sets the fields it owns. It leaves fields that another manager added, the provider replaces custom resource
definitions instead of applying them, and nobody knows of objects whose record a crash took away. All that is put right here,
directly, and then everything is looked at once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from govcloud.cluster import Cluster
from govcloud.engine.observe import Drift, made_by_govcloud, observe
from govcloud.engine.units import Unit
from govcloud.model import MANAGED_BY, MANAGER
from stacks.names import StackName
from stacks.objects import FIELD_MANAGER, with_field_manager


def settle(cluster: Cluster, units: Sequence[Unit]) -> dict[StackName, list[Drift]]:
    """Put right what still differs in these units, and return what even then does."""
    drift = observe(cluster, units)
    left = [item for items in drift.values() for item in items]
    for item in left:
        _mend(cluster, item)
    return observe(cluster, units) if left else drift


def sweep(cluster: Cluster, unit: Unit) -> None:
    """Delete a departed tenancy's namespace, should one be left that no record knows of."""
    if unit.name.tenancy is None:
        return
    kind = cluster.kinds["v1", "Namespace"]
    found = cluster.get(kind, f"t-{unit.name.tenancy}")
    if found and found["metadata"].get("labels", {}).get(MANAGED_BY) == MANAGER and made_by_govcloud(found):
        cluster.delete({"apiVersion": "v1", "kind": "Namespace", **found})


def _mend(cluster: Cluster, drift: Drift) -> None:
    match drift.difference.change:
        case "unplanned":
            cluster.delete(drift.manifest)
        case "added":
            cluster.merge(drift.manifest, _without(drift.difference.path))
        case "changed" | "removed":
            cluster.apply(with_field_manager(drift.manifest), manager=FIELD_MANAGER)
        case "missing":
            pass  # the engine said that it made it: that is for a person to look at


def _without(path: Sequence[str]) -> dict[str, Any]:
    """The merge patch that removes one field."""
    patch: Any = None
    for part in reversed(path):
        patch = {part: patch}
    return dict(patch)
