"""Amounts as whole numbers, so that what is added and taken away again a million times leaves nothing behind.

Processors are counted in billionths of a core, the finest that Kubernetes knows; memory and storage in bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache

from govcloud.model import parse_quantity
from monitors.facts import Amounts
from monitors.watch.objects import Container, Needs, PodSpec, Quantities

NANO = 1_000_000_000
Vector = tuple[int, int, int, int, int]
"""cpu in billionths of a core, memory in bytes, storage in bytes, accelerators, pods: the order of ``RESOURCES``."""

NOTHING: Vector = (0, 0, 0, 0, 0)
_OWN = ("cpu", "memory", "ephemeral-storage", "pods")


@lru_cache(maxsize=65_536)
def nano(quantity: str) -> int:
    """A quantity in billionths of its unit, rounded up; Kubernetes also writes it with an exponent ("1e3")."""
    try:
        value = parse_quantity(quantity)
    except ValueError:
        value = Decimal(quantity)
    return int((value * NANO).to_integral_value(ROUND_CEILING))


def whole(quantity: str) -> int:
    """A quantity in its unit, rounded up."""
    return -(-nano(quantity) // NANO)


def is_accelerator(resource: str) -> bool:
    """Whether an extended resource counts cards: vendors name theirs with a domain, Kubernetes' own have none."""
    return "/" in resource and not resource.startswith(("hugepages-", "requests.", "limits.", "count/"))


def of_quantities(quantities: Mapping[str, str] | None, *, pods: int | None = None) -> Vector:
    """What requests, limits, or a node's capacity say; ``pods`` where they do not say it themselves."""
    found = quantities or {}
    return (
        nano(found.get("cpu", "0")),
        whole(found.get("memory", "0")),
        whole(found.get("ephemeral-storage", "0")),
        sum(whole(value) for name, value in found.items() if is_accelerator(name)),
        whole(found.get("pods", "0")) if pods is None else pods,
    )


def of_quota(hard: Quantities | None) -> Vector:
    """What a resource quota allows to be requested; storage is that of claims."""
    found = hard or {}
    asked = "requests."
    return (
        nano(found.get("requests.cpu", found.get("cpu", "0"))),
        whole(found.get("requests.memory", found.get("memory", "0"))),
        whole(found.get("requests.storage", "0")),
        sum(whole(v) for n, v in found.items() if n.startswith(asked) and is_accelerator(n[len(asked) :])),
        whole(found.get("pods", "0")),
    )


def scratch_of_quota(hard: Quantities | None) -> int:
    """The storage on nodes that a resource quota allows to be requested, in bytes."""
    return whole((hard or {}).get("requests.ephemeral-storage", "0"))


def requested(spec: PodSpec) -> Vector:
    """What a pod asks of its node, as the scheduler counts it."""
    return _of_pod(spec, lambda needs: needs.requests)


def limited(spec: PodSpec) -> Vector:
    """What a pod may use at most; a container without a limit adds nothing."""
    return _of_pod(spec, lambda needs: needs.limits)


def _of_pod(spec: PodSpec, read: Callable[[Needs], Quantities | None]) -> Vector:
    """Containers and sidecars run together; each other init container runs alone, beside the sidecars before it."""
    running = add(NOTHING, *(_of(one, read) for one in spec.containers))
    sidecars, peak = NOTHING, NOTHING
    for one in spec.init_containers:
        if one.restart_policy == "Always":
            sidecars = add(sidecars, _of(one, read))
            peak = most(peak, sidecars)
        else:
            peak = most(peak, add(sidecars, _of(one, read)))
    found = most(add(running, sidecars), peak)
    if spec.resources is not None:
        found = _overridden(found, read(spec.resources))
    return (*add(found, of_quantities(spec.overhead, pods=0))[:4], 1)


def _overridden(found: Vector, told: Quantities | None) -> Vector:
    """What is said of a pod as a whole counts instead of the sum over its containers."""
    whole_pod = of_quantities(told, pods=0)
    return _vector(
        mine if name in (told or {}) else theirs
        for name, mine, theirs in zip((*_OWN[:3], "", ""), whole_pod, found, strict=True)
    )


def _of(container: Container, read: Callable[[Needs], Quantities | None]) -> Vector:
    return of_quantities(read(container.resources), pods=0)


def add(*vectors: Vector) -> Vector:
    """The sum."""
    return _vector(map(sum, zip(*vectors, strict=True)))


def most(one: Vector, other: Vector) -> Vector:
    """The larger of both, resource by resource."""
    return _vector(map(max, one, other))


def amounts(vector: Iterable[int]) -> Amounts:
    """In cores and bytes."""
    cpu, memory, storage, accelerators, pods = vector
    return Amounts(cpu / NANO, float(memory), float(storage), float(accelerators), float(pods))


def _vector(numbers: Iterable[int]) -> Vector:
    cpu, memory, storage, accelerators, pods = numbers
    return (cpu, memory, storage, accelerators, pods)
