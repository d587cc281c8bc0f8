"""A statement as plain data and as CSV: figures in the units that people order by, and the exact counts beside them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zoneinfo
from collections.abc import Iterator
from typing import Any, NamedTuple

from monitors.ledger import Gap
from monitors.ledger.units import UNIT_NAMES, base_seconds
from monitors.statement import Parts, Statement, Sums

_GIB = 1024**3


class Item(NamedTuple):
    """A resource on a statement: its unit, how many base units over a second make one, and its names."""

    resource: str
    unit: str
    per: float
    en: str
    zh: str
    unit_zh: str
    use_is_known: bool


ITEMS = (
    Item("cpu", "core-hours", 3600, "Processor", "处理器", "核·小时", True),
    Item("memory", "GiB-hours", 3600 * _GIB, "Memory", "内存", "GiB·小时", True),
    Item("storage", "GiB-hours", 3600 * _GIB, "Storage", "存储", "GiB·小时", False),
    Item("accelerators", "card-hours", 3600, "Accelerators", "加速卡", "卡·小时", False),
)
"""What of a claim or a card is used no kubelet tells: for these, use stays unsaid."""


def figure(item: Item, count: int) -> float:
    """A count in the unit of the statement."""
    return base_seconds(item.resource, count) / item.per


def kilowatt_hours(count: int) -> float:
    """Millijoules in kWh."""
    return base_seconds("energy", count) / 3.6e6


def plain(statement: Statement) -> dict[str, Any]:
    """The statement as JSON and YAML have it; ``counts`` are exact, figures are rounded to a millionth."""
    return {
        "department": statement.department,
        "month": statement.month,
        "timeZone": statement.zone,
        "from": stamp(statement.start, statement.zone),
        "to": stamp(statement.end, statement.zone),
        "made": stamp(statement.made, statement.zone),
        "complete": statement.complete,
        "units": UNIT_NAMES,
        "total": _sums(statement, statement.total),
        "lines": [{**line.account._asdict(), **_sums(statement, line.sums)} for line in statement.lines],
        "days": [{"date": str(day.date), **_sums(statement, day.sums)} for day in statement.days],
        "gaps": [gap_plain(gap, statement.zone) for gap in statement.gaps],
    }


def write_csv(statement: Statement) -> str:
    """A line a tenancy, region and role, with a heading; figures in the units that the heading names."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    heading = ["month", "department", "tenancy", "region", "grade", "zone", "role"]
    columns = [(f"{item.resource} {part} {item.unit}", item, part) for item, part in _columns()]
    writer.writerow([*heading, *(name for name, *_ in columns), "energy kWh", "energy estimated kWh"])
    for account, sums in statement.lines:
        named = [getattr(account, name) for name in heading[1:]]
        figures = [
            _round(figure(item, getattr(sums.resources[item.resource], part))) for _, item, part in columns
        ]
        energy = [_round(kilowatt_hours(one)) for one in (sums.energy.drawn, sums.energy.estimated)]
        writer.writerow([statement.month, *map(_harmless, map(str, named)), *figures, *energy])
    return text.getvalue()


def stamp(at: float, zone: str) -> str:
    """A moment in a time zone, to the second."""
    return dt.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone)).isoformat(timespec="seconds")


def gap_plain(gap: Gap, zone: str) -> dict[str, Any]:
    """A gap as plain data; one that lasts has no end."""
    return {
        "region": gap.region,
        "from": stamp(gap.start, zone),
        "to": None if gap.end is None else stamp(gap.end, zone),
        "reason": gap.reason,
        "charged": "estimated" if gap.estimated else "nothing",
    }


def _columns() -> Iterator[tuple[Item, str]]:
    for item in ITEMS:
        for part in ("used", "allocated", "quota", "idle", "estimated"):
            if part != "used" or item.use_is_known:
                yield item, part


def _sums(statement: Statement, sums: Sums) -> dict[str, Any]:
    hours = (statement.end - statement.start) / 3600
    resources = {item.resource: _parts(item, sums.resources[item.resource], hours) for item in ITEMS}
    return {
        "resources": resources,
        "energy": {
            "unit": "kWh",
            "drawn": _round(kilowatt_hours(sums.energy.drawn)),
            "estimated": _round(kilowatt_hours(sums.energy.estimated)),
            "counts": {"drawn": sums.energy.drawn, "estimated": sums.energy.estimated},
        },
        "hoursMeasured": _round(sums.measured / 3.6e6),
        "hoursEstimated": _round(sums.estimated / 3.6e6),
    }


def _parts(item: Item, parts: Parts, hours: float) -> dict[str, Any]:
    shown = [part for one, part in _columns() if one == item]
    counts = {part: getattr(parts, part) for part in shown}
    figures = {part: _round(figure(item, count)) for part, count in counts.items()}
    mean = _round(figure(item, parts.allocated) / hours)  # GiB-months and core-months
    return {"unit": item.unit, **figures, "allocatedMonths": mean, "counts": counts}


def _round(value: float) -> float:
    return round(value, 6)


def _harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@")) else value
