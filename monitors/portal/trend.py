"""Trend as the page shows it: the past hours of one pool, region or tenancy, and what is expected of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from monitors.ledger.units import METERED
from monitors.ledger.values import Gap, Subject
from monitors.portal.past import DAY, HOUR, Line, Past
from monitors.portal.sources import Outlook

MEASURES: Mapping[Subject, tuple[str, ...]] = {
    "pool": ("allocatable", "quota", "requested", "used"),
    "region": ("allocatable", "quota", "requested", "used"),
    "tenancy": ("quota", "allocated", "used"),
}
"""What is drawn of each kind."""

WINDOWS = (7, 30, 90)
"""Days that the page offers."""

_DIGITS = 5


def asked(values: Mapping[str, str]) -> tuple[Subject, str, str, int] | None:
    """Subject, key, resource and days of a question; None where it is none that the page may ask."""
    days = values.get("days", "30")
    resource = values.get("resource", "cpu")
    if not days.isascii() or not days.isdigit() or int(days) not in WINDOWS or resource not in METERED:
        return None
    for subject in MEASURES:
        if values.get("subject", "pool") == subject:
            return subject, values.get("key", ""), resource, int(days)
    return None


def trend(
    past: Past,
    gaps: Iterable[Gap],
    ahead: Outlook | None,
    question: tuple[Subject, str, str, int],
    now: float,
) -> dict[str, Any]:
    """Hourly means of each measure; null where nothing is known. ``read`` is how much of it was read so far."""
    subject, key, resource, days = question
    lines = {measure: Line(subject, resource, measure) for measure in MEASURES[subject]}
    if subject == "tenancy":
        read, hours = (1, 1), past.alone
    else:
        read, hours = past.read(lines.values(), days, now), past.hours
    measures = {measure: hours(line, key, days, now) for measure, line in lines.items()}
    region = key.partition("/")[0]
    return {
        "known": True,
        "start": (int(now // HOUR) - days * 24 + 1) * HOUR,
        "read": read,
        "measures": {measure: [_short(value) for value in values] for measure, values in measures.items()},
        "outlook": _told(ahead) if ahead else None,
        "gaps": [(gap.start, gap.end, gap.estimated) for gap in gaps if gap.region == region],
    }


def unknown() -> dict[str, Any]:
    """What is told where no ledger is at hand."""
    return {"known": False, "start": 0, "read": (0, 0), "measures": {}, "outlook": None, "gaps": []}


def since(days: int, now: float) -> float:
    """When a window of days begins, in Unix seconds."""
    return now - days * DAY


def _told(ahead: Outlook) -> dict[str, Any]:
    return {
        "times": ahead.times,
        "low": [_short(value) for value in ahead.low],
        "expected": [_short(value) for value in ahead.expected],
        "high": [_short(value) for value in ahead.high],
        "level": ahead.level,
        "full": {"early": ahead.early, "expected": ahead.full, "late": ahead.late},
        "mase": ahead.mase,
    }


def _short(value: float) -> float | None:
    """A chart has no more than some thousand points from bottom to top."""
    if math.isnan(value):
        return None
    digits = _DIGITS - 1 - math.floor(math.log10(abs(value))) if value else 0
    short = round(value, digits)
    return int(short) if short == int(short) else short
