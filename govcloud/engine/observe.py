"""The live state of a region against its units: a few list calls, whatever the number of objects.

This is what lets the engine rest: a unit whose objects are all as planned needs no engine. It is also what `drift` shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.engine.compare import Difference, differences
from govcloud.engine.units import Unit
from govcloud.model import LABEL_PREFIX, MANAGED_BY, MANAGER
from stacks.names import StackName
from stacks.objects import FIELD_MANAGER

Manifest = dict[str, Any]
Key = tuple[str, str, str, str]
_TENANCY = f"{LABEL_PREFIX}tenancy"
_LISTS_AT_ONCE = 4
# Never pruned, since data would go with them.
_KEPT = frozenset({"CustomResourceDefinition", "StorageClass"})


@dataclass(frozen=True, slots=True)
class Drift:
    """One difference of one object of a stack."""

    stack: StackName
    manifest: Manifest
    difference: Difference

    @property
    def object(self) -> str:
        """Kind, namespace and name, as kubectl writes them."""
        metadata = self.manifest["metadata"]
        namespace = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        return f"{self.manifest['kind']} {namespace}{metadata['name']}"


def key_of(manifest: Manifest) -> Key:
    """What tells objects of a cluster apart."""
    metadata = manifest["metadata"]
    return manifest["apiVersion"], manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def observe(cluster: Cluster, units: Sequence[Unit]) -> dict[StackName, list[Drift]]:
    """The drift of each unit of one region; an empty list where all is as planned.

    Raises:
        ClusterError: the API server does not answer.
    """
    live = _live(cluster, units)
    planned_keys = {key_of(m) for unit in units for m in unit.manifests}
    found = {unit.name: list(_drift_of(unit, live)) for unit in units}
    by_tenancy = {unit.name.tenancy: unit.name for unit in units}  # None: the platform
    for key, manifest in live.items():
        stack = by_tenancy.get(manifest["metadata"]["labels"].get(_TENANCY))
        if stack and key not in planned_keys and key[1] not in _KEPT and made_by_govcloud(manifest):
            found[stack].append(Drift(stack, manifest, Difference("unplanned", (), None, None)))
    return found


def _drift_of(unit: Unit, live: Mapping[Key, Manifest]) -> Iterable[Drift]:
    for manifest in unit.manifests:
        for difference in differences(manifest, live.get(key_of(manifest))):
            yield Drift(unit.name, manifest, difference)


def _live(cluster: Cluster, units: Sequence[Unit]) -> dict[Key, Manifest]:
    wanted = {(m["apiVersion"], m["kind"]) for unit in units for m in unit.manifests}
    kinds = [cluster.kinds[key] for key in sorted(wanted) if key in cluster.kinds]
    labels = _selector(units)
    live: dict[Key, Manifest] = {}
    with ThreadPoolExecutor(_LISTS_AT_ONCE) as pool:
        for kind, items in pool.map(lambda k: (k, list(cluster.list(k, labels=labels))), kinds):
            live.update((key_of(item), item) for item in _typed(kind, items))
    return live


def _selector(units: Sequence[Unit]) -> str:
    """All that govcloud manages, or for a single tenancy only its own: the cost follows what was asked for."""
    managed = f"{MANAGED_BY}={MANAGER}"
    tenancies = {unit.name.tenancy for unit in units}
    if len(tenancies) == 1 and None not in tenancies:
        return f"{managed},{_TENANCY}={tenancies.pop()}"
    return managed


def _typed(kind: Kind, items: Iterable[Manifest]) -> Iterable[Manifest]:
    """Items of a list carry no apiVersion and kind of their own."""
    for item in items:
        yield {"apiVersion": kind.api_version, "kind": kind.kind, **item}


def made_by_govcloud(manifest: Manifest) -> bool:
    """Whether our field manager wrote it: a label alone, which others could set, is no ground to delete."""
    entries = manifest["metadata"].get("managedFields", ())
    return any(entry.get("manager") == FIELD_MANAGER for entry in entries)


def by_region(units: Iterable[Unit]) -> dict[str, list[Unit]]:
    """Units grouped by their region, in order."""
    groups: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        groups[unit.name.region].append(unit)
    return dict(groups)
