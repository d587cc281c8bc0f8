"""The whole numbers that the ledger counts in: sums of whole numbers are exact in any order, sums of floats are not.

A rate (cores, bytes, cards, watts) that held for some milliseconds becomes units once, when it is charged; from then on
units are only added. So the days of a month sum to the month, and the parts of a total to the total, to the last unit.
"""

from __future__ import annotations

HOUR = 3_600_000
"""Milliseconds in an hour; an hour is named by its number since 1970-01-01T00:00Z."""

METERED = ("cpu", "memory", "storage", "accelerators")
"""The resources that are accounted, in the order of all columns."""

UNIT_NAMES = {
    "cpu": "core-microseconds",
    "memory": "KiB-seconds",
    "storage": "KiB-seconds",
    "accelerators": "card-microseconds",
    "energy": "millijoules",
}
"""What one unit is. Sixty-four bits hold 290 years of a thousand cores, and of 270 PiB an hour."""

_PER_MILLISECOND = {
    "cpu": 1_000.0,
    "memory": 1 / 1_024_000,
    "storage": 1 / 1_024_000,
    "accelerators": 1_000.0,
    "energy": 1.0,
}
_PER_BASE = {"cpu": 10**6, "memory": 1 / 1024, "storage": 1 / 1024, "accelerators": 10**6, "energy": 1_000}

FACTORS = tuple(_PER_MILLISECOND[resource] for resource in METERED)
"""Units for one core, byte, byte and card held for a millisecond."""


def units(resource: str, rate: float, milliseconds: int) -> int:
    """What a rate in base units (cores, bytes, cards, watts) comes to; a larger rate never comes to less."""
    return round(rate * milliseconds * _PER_MILLISECOND[resource])


def base_seconds(resource: str, count: int) -> float:
    """Units as core-seconds, byte-seconds, card-seconds or joules."""
    return count / _PER_BASE[resource]


def mean(resource: str, count: int, milliseconds: int) -> float:
    """The mean rate, in base units, that comes to so many units in so many milliseconds."""
    return count / (milliseconds * _PER_MILLISECOND[resource])
