"""Limit ranges: defaults for all that a quota counts, so that a pod that says nothing is admitted."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from govcloud.model import Tenancy, format_quantity, parse_quantity
from govcloud.planner.labels import Manifest
from govcloud.planner.pools import Footing
from govcloud.planner.quota import CPU_OVERCOMMIT
from govcloud.planner.size import Size

_CPU_STEP, _MEMORY_STEP = Decimal("0.001"), parse_quantity("1Mi")
_DEFAULT_CPU, _DEFAULT_MEMORY, _DEFAULT_SCRATCH = (parse_quantity(q) for q in ("250m", "256Mi", "1Gi"))
_LEAST_VOLUME = parse_quantity("1Gi")


def limit_ranges(tenancy: Tenancy, ground: Footing, size: Size, labels: dict[str, str]) -> list[Manifest]:
    """The limit ranges of a tenancy in a region; none for what it may not use there at all."""
    limits = {
        "containers": _containers(tenancy, ground, size) if size.cpu and size.memory and size.pods else None,
        "volumes": _volumes(size) if size.storage else None,
    }
    return [_limit_range(tenancy.namespace, name, item, labels) for name, item in limits.items() if item]


def _limit_range(namespace: str, name: str, item: dict[str, Any], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": {"name": name, "namespace": namespace, "labels": {**labels}},
        "spec": {"limits": [item]},
    }


def _containers(tenancy: Tenancy, ground: Footing, size: Size) -> dict[str, Any]:
    """Defaults small enough for all pods of the quota; at most what a node can offer and the quota allows."""
    overcommit = CPU_OVERCOMMIT[tenancy.grade]
    shapes = [pool.shape for pool in ground.pools]
    most = {
        "cpu": min(size.cpu * overcommit, max(parse_quantity(shape.cpu) for shape in shapes)),
        "memory": min(size.memory, max(parse_quantity(shape.memory) for shape in shapes)),
        "ephemeral-storage": min(
            size.ephemeral_storage, max(parse_quantity(shape.storage) for shape in shapes)
        ),
    }
    request = {
        "cpu": _default(_DEFAULT_CPU, size.cpu / size.pods, _CPU_STEP, most["cpu"]),
        "memory": _default(_DEFAULT_MEMORY, size.memory / size.pods, _MEMORY_STEP, most["memory"]),
        "ephemeral-storage": _default(
            _DEFAULT_SCRATCH, size.ephemeral_storage / size.pods, _MEMORY_STEP, most["ephemeral-storage"]
        ),
    }
    limit = request | {"cpu": min(request["cpu"] * overcommit, most["cpu"])}
    return {
        "type": "Container",
        "default": _quantities(limit),
        "defaultRequest": _quantities(request),
        "max": _quantities(most),
    }


def _default(wanted: Decimal, share: Decimal, step: Decimal, most: Decimal) -> Decimal:
    whole_steps = (min(wanted, share) / step).to_integral_value(rounding=ROUND_FLOOR) * step
    return min(whole_steps or step, most)


def _volumes(size: Size) -> dict[str, Any]:
    return {
        "type": "PersistentVolumeClaim",
        "min": {"storage": format_quantity(min(_LEAST_VOLUME, size.storage))},
        "max": {"storage": format_quantity(size.storage)},
    }


def _quantities(values: dict[str, Decimal]) -> dict[str, str]:
    return {name: format_quantity(value) for name, value in values.items()}
