"""What a department held and used in a month, in units of resources: a statement for who pays, without any price.

Everything is a sum of the ledger's hours in whole units, so that days come to the month and lines to the total, exactly. Days
and months are those of a time zone whose hours begin with UTC's; Asia/Shanghai by default, the legal time of the country.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from govcloud.errors import InputError
from monitors.ledger import Gap, Ledger
from monitors.ledger.rates import AccountKey
from monitors.ledger.reader import Usage
from monitors.ledger.units import METERED

DEFAULT_ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Parts:
    """One resource in the ledger's units.

    ``allocated`` and ``idle`` together are what was held; ``estimated`` is the part of ``allocated`` that was not measured.
    """

    used: int = 0
    allocated: int = 0
    quota: int = 0
    idle: int = 0
    estimated: int = 0

    def __add__(self, other: Parts) -> Parts:
        return Parts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Energy:
    """Energy in millijoules, and the part of it that was not measured."""

    drawn: int = 0
    estimated: int = 0

    def __add__(self, other: Energy) -> Energy:
        return Energy(self.drawn + other.drawn, self.estimated + other.estimated)


@dataclass(frozen=True, slots=True)
class Sums:
    """All resources over a time; ``measured`` and ``estimated`` are milliseconds that were charged, over all accounts."""

    resources: Mapping[str, Parts] = field(default_factory=lambda: dict.fromkeys(METERED, Parts()))
    energy: Energy = Energy()
    measured: int = 0
    estimated: int = 0

    def __add__(self, other: Sums) -> Sums:
        resources = {name: parts + other.resources[name] for name, parts in self.resources.items()}
        return Sums(
            resources,
            self.energy + other.energy,
            self.measured + other.measured,
            self.estimated + other.estimated,
        )


class Line(NamedTuple):
    """What one account came to in the month."""

    account: AccountKey
    sums: Sums


class Day(NamedTuple):
    """What all accounts came to on one day."""

    date: dt.date
    sums: Sums


@dataclass(frozen=True, slots=True)
class Statement:
    """A month of a department.

    Args:
        department: whose; None for all departments.
        month: ``2026-11``.
        zone: the time zone of its days.
        start: Unix seconds.
        end: Unix seconds; the month may not be over yet.
        made: Unix seconds, when the ledger was read.
        lines: a line an account.
        days: every day that has begun.
        total: all lines together.
        gaps: what was not seen, of the regions that lines are about.
    """

    department: str | None
    month: str
    zone: str
    start: float
    end: float
    made: float
    lines: tuple[Line, ...]
    days: tuple[Day, ...]
    total: Sums
    gaps: tuple[Gap, ...]

    @property
    def complete(self) -> bool:
        """Whether the month is over."""
        return self.made >= self.end


def make_statement(
    ledger: Ledger, department: str | None, month: str, *, now: float, zone: str = DEFAULT_ZONE
) -> Statement:
    """The statement of a month.

    Args:
        ledger: the ledger.
        department: its name; all departments where it is None.
        month: ``YYYY-MM``.
        now: Unix seconds.
        zone: an IANA time zone.

    Raises:
        InputError: no such month, time zone or department.
    """
    bounds = _bounds(month, zone)
    known = {key.department for key in ledger.totals()}
    if department is not None and department not in known:
        raise InputError(
            f"the ledger has no department {department!r}",
            where="--department",
            expected=f"one of {', '.join(sorted(known))}"
            if known
            else "a ledger to which samples were added",
            mend="name one of them",
        )
    start, end = bounds[0], bounds[-1]
    days = [(one, other) for one, other in itertools.pairwise(bounds) if one.timestamp() <= now]
    spans = [(start, end), *days]
    whole, *daily = ledger.usage(
        [(one.timestamp(), other.timestamp()) for one, other in spans], [department] if department else []
    )
    lines = _lines(whole)
    regions = {line.account.region for line in lines}
    gaps = ledger.gaps(start.timestamp(), min(end.timestamp(), now))
    return Statement(
        department=department,
        month=month,
        zone=zone,
        start=start.timestamp(),
        end=end.timestamp(),
        made=now,
        lines=lines,
        days=tuple(Day(span[0].date(), _total(rows)) for span, rows in zip(days, daily, strict=True)),
        total=_total(whole),
        gaps=tuple(gap for gap in gaps if gap.region in regions),
    )


def current_month(now: float, zone: str = DEFAULT_ZONE) -> str:
    """The month in which a moment is."""
    return dt.datetime.fromtimestamp(now, _zone(zone)).strftime("%Y-%m")


def _bounds(month: str, zone: str) -> list[dt.datetime]:
    """The beginnings of a month's days, and of the day after it."""
    where = _zone(zone)
    try:
        first = dt.datetime.strptime(month, "%Y-%m").replace(tzinfo=where)
    except ValueError as error:
        raise InputError(
            f"{month!r} is no month", where="--month", expected="YYYY-MM, as 2026-11", mend="correct it"
        ) from error
    days = [first + dt.timedelta(days=number) for number in range(32)]
    bounds = [day for day in days if day.month == first.month]
    bounds.append(days[len(bounds)])
    if any(bound.timestamp() % 3600 for bound in bounds):
        raise InputError(
            f"days of {zone} do not begin with an hour of UTC",
            where="--time-zone",
            expected="a time zone that is whole hours from UTC: the ledger counts by the hour",
            mend=f"use {DEFAULT_ZONE}",
        )
    return bounds


def _zone(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            f"there is no time zone {name!r}",
            where="--time-zone",
            expected="an IANA time zone",
            mend=f"use {DEFAULT_ZONE}",
        ) from error


def _lines(rows: Iterable[Usage]) -> tuple[Line, ...]:
    found: dict[AccountKey, Sums] = {}
    for row in rows:
        found[row.account] = found.get(row.account, Sums()) + _sums(row)
    return tuple(Line(account, sums) for account, sums in sorted(found.items()))


def _total(rows: Iterable[Usage]) -> Sums:
    return sum((_sums(row) for row in rows), start=Sums())


def _sums(row: Usage) -> Sums:
    resources = {name: _parts(row, name) for name in METERED}
    energy = row.counts["energy"]
    if row.estimated:
        return Sums(resources, Energy(energy, energy), estimated=row.millis)
    return Sums(resources, Energy(energy), measured=row.millis)


def _parts(row: Usage, resource: str) -> Parts:
    used, allocated, quota, idle = (
        row.counts[f"{part}_{resource}"] for part in ("used", "allocated", "quota", "idle")
    )
    return Parts(used, allocated, quota, idle, allocated if row.estimated else 0)
