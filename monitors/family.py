"""What a metric family is, and what its samples are read from: what the tables of `monitors.families` are made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeVar

from monitors.facts import RESOURCES, Amounts, PoolFacts, RegionFacts, TenancyFacts

Kind = Literal["gauge", "counter"]
Subject = TypeVar("Subject")
Rows = Iterable[tuple[tuple[str, ...], float]]
"""Samples of one subject: values of the labels beyond those of the subject, and the value."""

TotalsKey = tuple[str, str, int, str, str]
"""What totals are counted by: tenancy, department, grade, zone, region."""

TENANCY_LABELS = ("tenancy", "department", "grade", "zone", "resource_region")
POOL_LABELS = ("pool", "zone", "grade", "resource_region")
REGION_LABELS = ("resource_region",)

_ENDINGS = {
    "cpu": "cpu_cores",
    "memory": "memory_bytes",
    "storage": "storage_bytes",
    "accelerators": "accelerators",
    "pods": "pods",
}
_NOUNS = {
    "cpu": "processor cores",
    "memory": "bytes of memory",
    "storage": "bytes of storage",
    "accelerators": "accelerator cards",
    "pods": "pods",
}


class Totals(Protocol):
    """What a tenancy has had in a region since accounting began; never falls."""

    @property
    def cpu_core_seconds(self) -> float:
        """Allocated cores, integrated over time."""

    @property
    def memory_byte_seconds(self) -> float:
        """Allocated bytes of memory, integrated over time."""

    @property
    def storage_byte_seconds(self) -> float:
        """Allocated bytes of storage, integrated over time."""

    @property
    def accelerator_seconds(self) -> float:
        """Allocated cards, integrated over time."""

    @property
    def energy_joules(self) -> float:
        """What its share of the nodes drew, at the plug of the site."""


Counted = tuple[TotalsKey, Totals]
"""Totals, and what they are counted by."""


Extra = tuple[str, tuple[str, ...], float]
"""A sample of what the watches do not see: family name, label values, value."""


@dataclass(frozen=True, slots=True)
class Health:
    """How the exporter itself is.

    ``rendered`` is the seconds that the text of this generation took, ``cpu`` the process's own processor seconds, ``memory``
    its resident bytes, ``begun`` and ``at`` Unix seconds of its start and of the facts that are told.
    """

    version: str
    at: float
    begun: float
    rendered: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Family(Generic[Subject]):
    """One metric family.

    Attributes:
        name: as its samples are called: a counter's ends in ``_total``.
        help: one sentence.
        kind: gauge or counter.
        unit: the unit that the name ends with, "" where it has none (OpenMetrics 1.0, UNIT).
        labels: names of all labels, those of the subject first.
        rows: the samples of one subject.
    """

    name: str
    help: str
    kind: Kind
    unit: str
    labels: tuple[str, ...]
    rows: Callable[[Subject], Rows]


def tenancy_labels(facts: TenancyFacts) -> tuple[str, ...]:
    """Values of ``TENANCY_LABELS``."""
    return (facts.tenancy, facts.department, str(facts.grade), facts.zone, facts.region)


def counted_labels(counted: Counted) -> tuple[str, ...]:
    """Values of ``TENANCY_LABELS``."""
    tenancy, department, grade, zone, region = counted[0]
    return (tenancy, department, str(grade), zone, region)


def pool_labels(facts: PoolFacts) -> tuple[str, ...]:
    """Values of ``POOL_LABELS``."""
    return (facts.pool, facts.zone, str(facts.grade), facts.region)


def region_labels(facts: RegionFacts) -> tuple[str, ...]:
    """Values of ``REGION_LABELS``."""
    return (facts.region,)


def only(read: Callable[[Subject], float]) -> Callable[[Subject], Rows]:
    """The rows of a family that has one sample a subject and no labels beyond the subject's."""
    return lambda subject: (((), read(subject)),)


def amounts_of(
    prefix: str,
    labels: tuple[str, ...],
    told: Iterable[tuple[str, str, Callable[[Subject], Amounts]]],
    resources: Iterable[str] = RESOURCES,
) -> tuple[Family[Subject], ...]:
    """A family for each of ``told`` (word, sentence, what it is) and each resource."""
    return tuple(
        Family(
            f"{prefix}_{word}_{_ENDINGS[resource]}",
            sentence.format(_NOUNS[resource]),
            "gauge",
            _ENDINGS[resource].rpartition("_")[2],
            labels,
            _amount(amounts, RESOURCES.index(resource)),
        )
        for word, sentence, amounts in told
        for resource in resources
    )


def _amount(amounts: Callable[[Subject], Amounts], place: int) -> Callable[[Subject], Rows]:
    return lambda subject: (((), amounts(subject).values()[place]),)
