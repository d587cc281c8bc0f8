"""What the demo's tenancies run: a web application and its workers, as a department would write them.

They pass every rule of every grade, so that the demo shows what is admitted, and an audit of it finds nothing. Nothing is
really run: the pods are simulated (kwok), and what they use is what their annotations say. How much a tenancy holds and uses
depends on its place among the others alone, so that a second demo asks for the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from govcloud.model import Estate, Region, Tenancy, format_quantity, parse_quantity

Manifest = dict[str, Any]

PART_OF = "app.kubernetes.io/part-of"
DEMO = "govcloud-demo"
SELECTOR = f"{PART_OF}={DEMO}"
KINDS = (("apps/v1", "Deployment"), ("policy/v1", "PodDisruptionBudget"))
"""Of the objects of the demo."""

_PARTS = 16
"""What a pod asks for is counted in such parts of the processors and the memory of its tenancy."""
_REPLICAS = 2
_CARD_PARTS = 4
"""Each worker asks for so small a part of the accelerators, if there are as many."""
_MEBIBYTE = 1024**2
_CPU_STEP = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Load:
    """What a tenancy runs, and how much of it is used.

    Attributes:
        web: sixteenths of the quota that each of the two pods of the application asks for.
        worker: sixteenths that each of its two workers asks for.
        cpu: used part of the requested processor time, on average.
        memory: used part of the requested memory, on average.
        swing: by which part usage of processors rises and falls around its average.
        period: seconds from one peak to the next.
    """

    web: int
    worker: int
    cpu: Decimal
    memory: Decimal
    swing: Decimal
    period: int


def load_of(place: int) -> Load:
    """The load of the tenancy at a place, counted from 0; each fifth holds its quota and hardly uses it.

    At its peak a pod uses no more than it asked for: the swing is a half, and no average is above two thirds.
    """
    period = 180 + 60 * (place % 7)
    if place % 5 == 4:
        return Load(3, 2, Decimal("0.02"), Decimal("0.1"), Decimal("0.5"), period)
    cpu = Decimal("0.05") * (6 + place * 3 % 8)
    return Load(1 + place % 3, 1 + place // 3 % 3, cpu, cpu + Decimal("0.2"), Decimal("0.5"), period)


def workloads_of(estate: Estate, region: Region) -> Iterator[Manifest]:
    """What the tenancies run whose primary region this is."""
    for place, tenancy in enumerate(estate.tenancies.values()):
        placed = tenancy.spec.regions
        if placed and placed.primary == region.name:
            yield from _of_tenancy(tenancy, region.spec.registries[0], load_of(place), place)


def _of_tenancy(tenancy: Tenancy, registry: str, load: Load, place: int) -> Iterator[Manifest]:
    for name, parts in (("web", load.web), ("worker", load.worker)):
        labels = {"app.kubernetes.io/name": name, PART_OF: DEMO}
        metadata = {"name": name, "namespace": tenancy.namespace, "labels": labels}
        selector = {"matchLabels": {"app.kubernetes.io/name": name}}
        asked = _asked(tenancy, parts, cards=name == "worker")
        image = f"{registry}/{tenancy.spec.department}/{tenancy.name}-{name}"
        template = {
            "metadata": {"labels": labels, "annotations": usage_of(asked, load)},
            "spec": _pod(_container(name, image, asked), place) | _where(name, selector),
        }
        yield {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": metadata,
            "spec": {"replicas": _REPLICAS, "selector": selector, "template": template},
        }
        yield {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": metadata,
            "spec": {"maxUnavailable": 1, "selector": selector},
        }


def usage_of(asked: dict[str, str], load: Load) -> dict[str, str]:
    """The annotations by which a simulated pod uses something (govcloud/local/region/files/kwok.yaml)."""
    cpu, memory = parse_quantity(asked["cpu"]), parse_quantity(asked["memory"])
    return {
        "kwok.x-k8s.io/usage-cpu": format_quantity(cpu * load.cpu),
        "kwok.x-k8s.io/usage-memory": format_quantity(_mebibytes(memory * load.memory)),
        "simulation.govcloud.dev/usage-swing": str(load.swing),
        "simulation.govcloud.dev/usage-period": str(load.period),
    }


def _asked(tenancy: Tenancy, parts: int, *, cards: bool) -> dict[str, str]:
    """What one pod asks for: processors and memory by parts of the quota; with ``cards``, accelerators if there are many."""
    quota = tenancy.spec.resources
    cpu = (parse_quantity(quota.cpu) * parts / _PARTS).quantize(_CPU_STEP, ROUND_FLOOR)
    asked = {
        "cpu": format_quantity(cpu),
        "memory": format_quantity(_mebibytes(parse_quantity(quota.memory) * parts / _PARTS)),
    }
    held = {card: int(parse_quantity(count)) // _CARD_PARTS for card, count in quota.accelerators.items()}
    return asked | {card: str(count) for card, count in held.items() if cards and count}


def _mebibytes(value: Decimal) -> Decimal:
    return (value / _MEBIBYTE).to_integral_value(ROUND_FLOOR) * _MEBIBYTE


def _where(name: str, selector: Manifest) -> Manifest:
    """Where pods are scheduled: the application on two nodes, and its workers beside it.

    From grade 3 on nodes are a tenancy's own while it has a pod there, so one that spreads over many takes them from others.
    """
    apart = "kubernetes.io/hostname" if name == "web" else "topology.kubernetes.io/zone"
    spread = {
        "maxSkew": 1,
        "topologyKey": apart,
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": selector,
    }
    if name == "web":
        return {"topologySpreadConstraints": [spread]}
    web = {
        "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "web"}},
        "topologyKey": "kubernetes.io/hostname",
    }
    beside = {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": web}]}
    return {"topologySpreadConstraints": [spread], "affinity": {"podAffinity": beside}}


def _pod(container: Manifest, place: int) -> Manifest:
    return {
        "automountServiceAccountToken": False,
        "hostUsers": False,
        "securityContext": {
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
            "seLinuxOptions": {"level": f"s0:c{place},c{1023 - place}"},
        },
        "containers": [container],
        "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "64Mi"}}],
    }


def _container(name: str, image: str, asked: dict[str, str]) -> Manifest:
    return {
        "name": name,
        "image": f"{image}@sha256:{hashlib.sha256(image.encode()).hexdigest()}",
        "ports": [{"name": "http", "containerPort": 8080}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http"}},
        "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],  # noqa: S108  # in the container
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "resources": {"requests": asked, "limits": asked},
    }
