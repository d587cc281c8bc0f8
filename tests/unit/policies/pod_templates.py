"""Where the template of a pod is in each kind that has one."""

from __future__ import annotations

from typing import Any

Manifest = dict[str, Any]

PLACES: dict[str, tuple[str, ...]] = {
    "Pod": (),
    "PodTemplate": ("template",),
    "ReplicationController": ("spec", "template"),
    "Deployment": ("spec", "template"),
    "StatefulSet": ("spec", "template"),
    "DaemonSet": ("spec", "template"),
    "ReplicaSet": ("spec", "template"),
    "Job": ("spec", "template"),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


def template_of(manifest: Manifest) -> Manifest:
    """The metadata and spec of the pods that an object is or makes."""
    found = manifest
    for key in PLACES[manifest["kind"]]:
        found = found[key]
    return found


def with_template(base: Manifest, template: Manifest) -> Manifest:
    """An object whose pods are those of a template of another one; its own name stays."""
    own = template_of(base)
    own["spec"] = template["spec"]
    for key in ("labels", "annotations"):
        if key in template.get("metadata", {}):
            own.setdefault("metadata", {})[key] = template["metadata"][key]
    return base


def moved(offence: str, source: str, target: str) -> str:
    """An offence as it is told of another kind."""
    before, after = (".".join((*PLACES[kind], "")) for kind in (source, target))
    return after + offence.removeprefix(before)
