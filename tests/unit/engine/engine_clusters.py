"""A region's API server in memory: holds objects, answers lists, deletes and merges."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.engine.observe import key_of
from govcloud.engine.units import Unit

Manifest = dict[str, Any]


class MemoryCluster(Cluster):
    """Only what the engine asks for; labels select as equality and inequality do."""

    def __init__(self, objects: Iterable[Manifest] = ()) -> None:
        self.objects = {key_of(item): copy.deepcopy(item) for item in objects}
        self.deleted: list[str] = []
        self.lists: list[tuple[str, str]] = []
        self.stubborn = False

    @property
    def kinds(self) -> dict[tuple[str, str], Kind]:  # type: ignore[override]
        return Everything()

    def list(self, kind: Kind, *, namespace: str | None = None, labels: str = "") -> Iterator[Manifest]:
        self.lists.append((kind.kind, labels))
        for (version, name, place, _), item in self.objects.items():
            here = (version, name) == (kind.api_version, kind.kind) and namespace in (None, place)
            if here and _selected(item["metadata"].get("labels", {}), labels):
                yield {key: value for key, value in item.items() if key not in ("apiVersion", "kind")}

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Manifest | None:
        return self.objects.get((kind.api_version, kind.kind, namespace or "", name))

    def apply(self, manifest: Manifest, *, manager: str = "govcloud", dry_run: bool = False) -> Manifest:
        if not self.stubborn:
            self.objects[key_of(manifest)] = _applied(manifest)
        return manifest

    def merge(self, manifest: Manifest, patch: Manifest) -> Manifest:
        return _merge(self.objects[key_of(manifest)], patch)

    def delete(self, manifest: Manifest) -> None:
        self.deleted.append(manifest["metadata"]["name"])
        self.objects.pop(key_of(manifest), None)


class Everything(dict[tuple[str, str], Kind]):
    """Every kind is served."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: tuple[str, str]) -> Kind:
        return Kind(*key, plural=f"{key[1].lower()}s", namespaced=True)


def as_applied(units: Iterable[Unit]) -> list[Manifest]:
    """The live objects after these units were applied."""
    return [_applied(manifest) for unit in units for manifest in unit.manifests]


def _applied(manifest: Manifest) -> Manifest:
    live = copy.deepcopy(manifest)
    fields = {f"f:{key}": {} for key in live if key not in ("apiVersion", "kind", "metadata")}
    ours = {"manager": "govcloud", "operation": "Apply", "fieldsV1": fields}
    live["metadata"] |= {"uid": "4d", "managedFields": [ours]}
    return live


def _selected(labels: dict[str, str], selector: str) -> bool:
    for term in filter(None, selector.split(",")):
        name, value = term.replace("!=", "=").split("=")
        if (labels.get(name) == value) == ("!=" in term):
            return False
    return True


def _merge(target: Manifest, patch: Manifest) -> Manifest:
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            _merge(target[key], value)
    return target
