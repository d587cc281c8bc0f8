"""From facts to rates, and from a rate that held for a while to units: the only place where floats become counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from monitors.facts import Amounts, PoolFacts, TenancyFacts
from monitors.ledger.units import FACTORS, METERED
from monitors.ledger.values import PoolKey, TenancyKey

_RESOURCES = len(METERED)
_NONE = (0, 0, 0, 0)
Counts = list[int]
"""What is charged: units of (used, allocated, quota, idle) a resource, then of energy."""


class AccountKey(NamedTuple):
    """What a row of the ledger is about: who held something, where, and in which role."""

    tenancy: str
    region: str
    department: str
    grade: int
    zone: str
    role: str

    @property
    def counted_as(self) -> TenancyKey:
        """The key of the totals that the account is part of."""
        return TenancyKey(self.tenancy, self.department, self.grade, self.zone, self.region)


class Rates(NamedTuple):
    """What an account holds at a moment, in base units: (used, allocated, quota) a resource, and watts."""

    amounts: tuple[float, ...]
    watts: float


NOTHING = Rates((0.0,) * (3 * _RESOURCES), 0.0)


def account_of(facts: TenancyFacts) -> AccountKey:
    """The account of a tenancy in a region."""
    return AccountKey(facts.tenancy, facts.region, facts.department, facts.grade, facts.zone, facts.role)


def rates_of(facts: TenancyFacts) -> Rates:
    """What a tenancy holds; negative figures count as nothing, and usage beyond what is allocated is not use of it."""
    amounts: list[float] = []
    metered = zip(facts.used.values(), facts.allocated.values(), facts.quota.values(), strict=True)
    for used, allocated, quota in islice(metered, _RESOURCES):
        held = allocated if allocated > 0.0 else 0.0
        part = used if used > 0.0 else 0.0
        amounts += (part if part < held else held, held, quota if quota > 0.0 else 0.0)
    return Rates(tuple(amounts), max(facts.watts, 0.0))


def mean(one: Rates, another: Rates) -> Rates:
    """What lies half-way between two: of a change at an unknown moment the best guess."""
    if one is another:
        return one
    amounts = tuple((a + b) / 2 for a, b in zip(one.amounts, another.amounts, strict=True))
    return Rates(amounts, (one.watts + another.watts) / 2)


def charge(rates: Rates, milliseconds: int) -> Counts:
    """Units of (used, allocated, quota, idle) a resource, then of energy.

    Every part is rounded by itself and rounding keeps the order, so that idle is never less than nothing and used never
    more than allocated; idle and allocated together are quota or, where more is allocated than granted, what is allocated.
    """
    counts: list[int] = []
    amounts = iter(rates.amounts)
    for factor, used, allocated, quota in zip(FACTORS, amounts, amounts, amounts, strict=True):
        if not (allocated or quota):  # then nothing is used either
            counts += _NONE
            continue
        scale = factor * milliseconds
        held = round(allocated * scale)
        granted = round(quota * scale)
        counts += (round(used * scale), held, granted, granted - held if granted > held else 0)
    counts.append(round(rates.watts * milliseconds))
    return counts


def pool_key(facts: PoolFacts) -> PoolKey:
    """The key of a pool."""
    return PoolKey(facts.region, facts.pool, facts.zone, facts.grade)


def pool_rates(facts: PoolFacts) -> tuple[float, ...]:
    """(allocatable, requested, used, quota) a resource, in base units."""
    return tuple(_interleaved(facts.allocatable, facts.requested, facts.used, facts.quota))


def charge_pool(rates: tuple[float, ...], milliseconds: int) -> list[int]:
    """Units of (allocatable, requested, used, quota) a resource."""
    factors = (factor for factor in FACTORS for _ in range(4))
    return [
        round(max(rate, 0.0) * factor * milliseconds) for rate, factor in zip(rates, factors, strict=True)
    ]


def _interleaved(*amounts: Amounts) -> Iterator[float]:
    for values in zip(*(islice(one.values(), _RESOURCES) for one in amounts), strict=True):
        yield from values
