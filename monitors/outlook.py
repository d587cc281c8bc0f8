"""When pools, regions and tenancies run out, from what the ledger knows of their last weeks.

A pool and a region run out when what is requested meets what can be allocated; a tenancy when what it is allocated meets its
quota.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from monitors.forecast import MODELS, Exhaustion, Floats, Forecast, daily_peaks, exhaustion, forecast
from monitors.ledger import Ledger, PoolKey, TenancyKey
from monitors.ledger.values import ALL, Only, Series, Subject

HISTORY_DAYS = 56
"""Days that are looked back on."""
HORIZON_DAYS = 180
"""Days that are looked ahead: what is farther off is told as not in sight."""
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected of one resource of one pool, region or tenancy.

    Args:
        key: whose.
        present: what is requested (of a tenancy: allocated) now, in cores, bytes or cards.
        limit: where it ends.
        days: until it does; infinite where that is not in sight, NaN where history is too short, 0 where it is met.
        earliest: the same at the upper bound of the interval, which eight of ten stay below.
        latest: the same at the lower bound.
        model: what told it, one of `monitors.forecast.MODELS`; empty where history is too short.
        expected: daily peaks of the days to come; with ``lower`` and ``upper``.
    """

    key: TenancyKey | PoolKey | str
    present: float
    limit: float
    days: float
    earliest: float
    latest: float
    model: str
    expected: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Outlooks:
    """All of a kind, those that run out first at the head.

    ``tested`` is how good the method was on the last week (`monitors.forecast.BackTest.summary`).
    """

    subject: Subject
    resource: str
    rows: tuple[Outlook, ...]
    tested: Mapping[str, Any]


def look_ahead(
    ledger: Ledger,
    subject: Subject,
    resource: str,
    *,
    now: float,
    days: int = HORIZON_DAYS,
    keys: Only = ALL,
) -> Outlooks:
    """Forecast everything of a kind, or what is chosen of it.

    Args:
        ledger: the ledger.
        subject: ``pool``, ``region`` or ``tenancy``.
        resource: ``cpu``, ``memory``, ``storage`` or ``accelerators``.
        now: Unix seconds.
        days: how far to look.
        keys: only these; the others' hours are not read, and how good the method was is told of these alone.

    Raises:
        InputError: there is no such resource.
        OutsideError: the ledger does not answer.
    """
    start = now - HISTORY_DAYS * _DAY
    measure, limit = ("allocated", "quota") if subject == "tenancy" else ("requested", "allocatable")
    asked = ledger.series(subject, resource, measure, start, now, keys=keys)
    limits = dict(_latest(ledger.series(subject, resource, limit, start, now, keys=keys)))
    rows = [number for number, key in enumerate(asked.keys) if limits.get(key, 0.0) > 0]
    found_keys = [asked.keys[number] for number in rows]
    if not found_keys:
        return Outlooks(subject, resource, (), {})
    hourly = np.array([asked.values[number] for number in rows])
    present = np.array([_last(asked.values[number]) for number in rows])
    bounds = np.array([limits[key] for key in found_keys])
    found = forecast(daily_peaks(hourly), days)
    when = exhaustion(found, present, bounds)
    told = [
        _outlook(key, float(present[at]), float(bounds[at]), found, when, at)
        for at, key in enumerate(found_keys)
    ]
    return Outlooks(subject, resource, tuple(sorted(told, key=_urgency)), found.test.summary)


def _outlook(
    key: TenancyKey | PoolKey | str, present: float, limit: float, found: Forecast, when: Exhaustion, at: int
) -> Outlook:
    """One key's part of the forecast of all."""
    return Outlook(
        key,
        present,
        limit,
        float(when.days[at]),
        float(when.earliest[at]),
        float(when.latest[at]),
        "" if np.isnan(found.expected[at]).all() else MODELS[found.model[at]],
        found.expected[at],
        found.lower[at],
        found.upper[at],
    )


def _urgency(outlook: Outlook) -> tuple[float, float, float]:
    days, earliest = (math.inf if math.isnan(one) else one for one in (outlook.days, outlook.earliest))
    return (days, earliest, -outlook.present / outlook.limit)


def _latest(series: Series) -> list[tuple[Any, float]]:
    return [(key, _last(values)) for key, values in zip(series.keys, series.values, strict=True)]


def _last(values: array[float]) -> float:
    return next((value for value in reversed(values) if not math.isnan(value)), 0.0)
