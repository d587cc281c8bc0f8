"""What readers ask of the store: gaps, hourly series, usage by account, the latest state of pools."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, and_, func, or_, select

from monitors.ledger.pools import Pool, load_pools
from monitors.ledger.rates import AccountKey
from monitors.ledger.schema import (
    HOUR_COLUMNS,
    PARTS,
    POOL_PARTS,
    accounts,
    gaps,
    hours,
    pool_hours,
    pools,
    regions,
)
from monitors.ledger.spans import MEASURED
from monitors.ledger.units import HOUR, METERED, mean
from monitors.ledger.values import ALL, Gap, Only, PoolKey, Series, Subject, TenancyKey

_USAGE = ("millis", *HOUR_COLUMNS, "energy")
_Key = TenancyKey | PoolKey | str
_AT_ONCE = 10_000
"""Rows that are fetched at once."""
_HOURS_A_QUERY = 1000


@dataclass(frozen=True, slots=True)
class Usage:
    """What an account came to in a span of hours: ``counts`` by column, in units; ``millis`` is how long it was charged."""

    account: AccountKey
    estimated: bool
    millis: int
    counts: dict[str, int]


def read_gaps(connection: Connection, start: float, end: float, now: int) -> tuple[Gap, ...]:
    """Gaps that touch a time, and those that last still; times in Unix seconds, ``now`` in milliseconds."""
    first, last = round(start * 1000), round(end * 1000)
    touches = or_(
        and_(gaps.c.start_ms < last, gaps.c.end_ms >= first),
        and_(gaps.c.end_ms < last, gaps.c.start_ms >= first),  # a clock was set back
    )
    told = select(gaps).where(touches).order_by(gaps.c.id)
    found = [
        Gap(row.region, row.start_ms / 1000, row.end_ms / 1000, row.reason, row.estimated)
        for row in connection.execute(told)
    ]
    silent = select(regions).where(regions.c.until_ms < min(now - MEASURED, last))
    found += [
        Gap(row.region, row.until_ms / 1000, None, "unreachable", estimated=False)
        for row in connection.execute(silent)
    ]
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.region)))


def read_usage(connection: Connection, first: int, last: int, departments: Sequence[str] = ()) -> list[Usage]:
    """Sums of the hours from ``first`` to before ``last``, by account and by whether they are estimated."""
    chosen = select(accounts)
    if departments:
        chosen = chosen.where(accounts.c.department.in_(departments))
    keys = {
        row["id"]: AccountKey(*(row[name] for name in AccountKey._fields))
        for row in connection.execute(chosen).mappings()
    }
    query = (
        select(hours.c.account, hours.c.estimated, *(func.sum(hours.c[name]).label(name) for name in _USAGE))
        .where(hours.c.hour >= first, hours.c.hour < last)
        .group_by(hours.c.account, hours.c.estimated)
    )
    if departments:
        query = query.where(hours.c.account.in_(list(keys)))
    rows = connection.execute(query).mappings().all()
    return sorted(
        (_usage(keys[row["account"]], row) for row in rows), key=lambda one: (one.account, one.estimated)
    )


def read_pools(connection: Connection) -> dict[PoolKey, Pool]:
    """The pools that are there, as they were at their region's last sample."""
    return {key: pool for key, pool in load_pools(connection) if pool.nodes}


def read_series(
    connection: Connection, subject: Subject, resource: str, measure: str, span: tuple[int, int], only: Only
) -> Series:
    """Hourly means of the hours of a span (first, before last), of tenancies, pools or regions."""
    source = _SOURCES[subject]
    chosen = _chosen(connection, source, only)
    found: dict[_Key, _Sums] = {}
    for hour, millis, count, number in _rows(connection, source, f"{measure}_{resource}", span, chosen, only):
        key = chosen[number]
        sums = found.get(key)
        if sums is None:
            sums = found[key] = _Sums(resource, span)
        sums.add(hour, millis, count, beside=subject == "region")
    keys = tuple(sorted(found))
    return Series(
        subject, resource, measure, span[0] * 3600, keys, tuple(found.pop(one).means() for one in keys)
    )


def check_series(subject: str, resource: str, measure: str) -> bool:
    """Whether there is such a series."""
    measures = PARTS if subject == "tenancy" else POOL_PARTS
    return subject in _SOURCES and resource in METERED and measure in measures


class _Source(NamedTuple):
    """Where a subject's hours are, what they are counted by there, and what a key is made of."""

    hours: Table
    number: Any
    named: Table
    name: str
    key: Callable[..., _Key]
    fields: tuple[str, ...]


_SOURCES: dict[str, _Source] = {
    "tenancy": _Source(hours, hours.c.account, accounts, "tenancy", TenancyKey, TenancyKey._fields),
    "pool": _Source(pool_hours, pool_hours.c.pool, pools, "pool", PoolKey, PoolKey._fields),
    "region": _Source(pool_hours, pool_hours.c.pool, pools, "", str, ("region",)),
}


def _chosen(connection: Connection, source: _Source, only: Only) -> dict[int, _Key]:
    """The keys that are meant, by the number under which their hours are kept; several numbers may be of one key."""
    query = select(source.named.c.id, *(source.named.c[name] for name in source.fields))
    if only.regions:
        query = query.where(source.named.c.region.in_(only.regions))
    if only.names and source.name:
        query = query.where(source.named.c[source.name].in_(only.names))
    return {number: source.key(*words) for number, *words in connection.execute(query)}


def _rows(
    connection: Connection,
    source: _Source,
    column: str,
    span: tuple[int, int],
    chosen: Collection[int],
    only: Only,
) -> Iterator[Any]:
    """(hour, milliseconds, count, number); few numbers are looked up hour by hour, instead of reading all that is there."""
    table = source.hours
    query = select(table.c.hour, table.c.millis, table.c[column], source.number)
    if only == ALL:
        parts = [query.where(table.c.hour >= span[0], table.c.hour < span[1])]
    else:
        # The rows are in the order of (hour, number), so that each of these pairs is found without looking at others.
        mine = query.where(source.number.in_(list(chosen)))
        parts = [mine.where(table.c.hour.in_(part)) for part in _batches(span)] if chosen else []
    for part in parts:
        yield from connection.execute(part.execution_options(yield_per=_AT_ONCE))


def _batches(span: tuple[int, int]) -> Iterator[list[int]]:
    for first in range(span[0], span[1], _HOURS_A_QUERY):
        yield list(range(first, min(first + _HOURS_A_QUERY, span[1])))


class _Sums:
    """A key's hours while they are read, without an object an hour."""

    def __init__(self, resource: str, span: tuple[int, int]) -> None:
        self._resource, self._first = resource, span[0]
        self._values = array("d", [math.nan]) * (span[1] - span[0])
        self._millis = array("q", [0]) * (span[1] - span[0])

    def add(self, hour: int, millis: int, count: int, *, beside: bool) -> None:
        """Parts of an hour follow each other in time, but for the pools of a region, which lie beside each other."""
        at = hour - self._first
        before, told = self._millis[at], mean(self._resource, count, millis)
        if not before:
            self._values[at] = told
        elif beside:
            self._values[at] += told
        else:
            self._values[at] = (self._values[at] * before + told * millis) / (before + millis)
        self._millis[at] = before + millis

    def means(self) -> array[float]:
        """The hourly means; NaN where nothing is known."""
        return self._values


def _usage(key: AccountKey, row: Any) -> Usage:
    counts = {name: int(row[name]) for name in (*HOUR_COLUMNS, "energy")}
    return Usage(key, bool(row["estimated"]), int(row["millis"]), counts)


def hours_of(start: float, end: float) -> tuple[int, int]:
    """The hours that a time in Unix seconds touches: first, and before last."""
    return int(start * 1000) // HOUR, -(-int(end * 1000) // HOUR)
