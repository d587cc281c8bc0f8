"""What is known of an estate at one moment: the one thing that exporter, ledger, portal and forecast are about.

Watches make these values, everything else reads them: no other module knows how a cluster is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Self

RESOURCES = ("cpu", "memory", "storage", "accelerators", "pods")
"""Units: cores, bytes, bytes, cards, pods."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much of each resource, in base units (``RESOURCES``)."""

    cpu: float = 0.0
    memory: float = 0.0
    storage: float = 0.0
    accelerators: float = 0.0
    pods: float = 0.0

    def __add__(self, other: Self) -> Self:
        return type(self)(
            *(one + another for one, another in zip(self.values(), other.values(), strict=True))
        )

    def __sub__(self, other: Self) -> Self:
        return type(self)(
            *(one - another for one, another in zip(self.values(), other.values(), strict=True))
        )

    def most(self, other: Self) -> Self:
        """The larger of both, resource by resource."""
        return type(self)(*map(max, self.values(), other.values()))

    def values(self) -> tuple[float, float, float, float, float]:
        """The amounts in the order of ``RESOURCES``."""
        return (self.cpu, self.memory, self.storage, self.accelerators, self.pods)


@dataclass(frozen=True, slots=True)
class TenancyFacts:
    """A tenancy in one region.

    ``allocated`` is the sum over its pods of what is larger, requested or used (the allocation rule of the OpenCost
    specification); storage is that of its claims. ``watts`` is what its share of the nodes draws, at the plug of the site.
    """

    tenancy: str
    department: str
    grade: int
    zone: str
    tier: int
    role: Literal["primary", "standby"]
    region: str
    quota: Amounts = Amounts()
    requested: Amounts = Amounts()
    limit: Amounts = Amounts()
    used: Amounts = Amounts()
    allocated: Amounts = Amounts()
    watts: float = 0.0


@dataclass(frozen=True, slots=True)
class PoolFacts:
    """A pool of a region. ``largest`` is what its largest ready node offers: what is lost when that one fails (N-1).

    ``quota`` is what the tenancies that are placed on it may ask for; over ``allocatable`` it is the overcommitment.
    """

    region: str
    pool: str
    zone: str
    grade: int
    nodes: int
    ready: int
    capacity: Amounts = Amounts()
    allocatable: Amounts = Amounts()
    requested: Amounts = Amounts()
    used: Amounts = Amounts()
    quota: Amounts = Amounts()
    largest: Amounts = Amounts()
    watts: float = 0.0

    @property
    def headroom(self) -> Amounts:
        """What may still be requested; negative where more was granted than there is."""
        return self.allocatable - self.requested

    @property
    def headroom_n1(self) -> Amounts:
        """What may still be requested so that the loss of the largest node is borne."""
        return self.headroom - self.largest


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """What one region was at ``observed`` (Unix seconds), as its watches saw it.

    ``fresh`` is false where the API server or a kubelet has not been heard of since, so that what is told is of the past.
    ``sampled`` is when its kubelets told their usage last.
    """

    region: str
    title: str
    observed: float
    sampled: float
    fresh: bool
    pue: float
    tenancies: tuple[TenancyFacts, ...] = ()
    pools: tuple[PoolFacts, ...] = ()
    watch_errors: int = 0


@dataclass(frozen=True, slots=True)
class EstateFacts:
    """All regions of an estate at one moment."""

    estate: str
    at: float
    regions: tuple[RegionFacts, ...] = field(default=())
