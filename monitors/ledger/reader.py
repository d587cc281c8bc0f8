"""What readers ask of the store: gaps, hourly series, usage by account, the latest state of pools."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

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
from monitors.ledger.values import Gap, PoolKey, Series, Subject, TenancyKey

_USAGE = ("millis", *HOUR_COLUMNS, "energy")


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
    connection: Connection, subject: Subject, resource: str, measure: str, span: tuple[int, int]
) -> Series:
    """Hourly means of the hours of a span (first, before last), of all tenancies, pools or regions."""
    table, names, key = _source(subject)
    column = f"{measure}_{resource}"
    query = (
        select(table.c.hour, table.c.millis, table.c[column], *names)
        .join_from(table, names[0].table, names[0].table.c.id == table.c[_joined(subject)])
        .where(table.c.hour >= span[0], table.c.hour < span[1])
    )
    sums: dict[Any, dict[int, list[tuple[int, int]]]] = {}
    for hour, millis, count, *words in connection.execute(query):
        sums.setdefault(key(*words), {}).setdefault(hour, []).append((millis, count))
    keys = tuple(sorted(sums))
    rows = tuple(_row(sums[one], resource, span, parts_add=subject == "region") for one in keys)
    return Series(subject, resource, measure, span[0] * 3600, keys, rows)


def check_series(subject: str, resource: str, measure: str) -> bool:
    """Whether there is such a series."""
    measures = PARTS if subject == "tenancy" else POOL_PARTS
    return subject in ("tenancy", "pool", "region") and resource in METERED and measure in measures


def _source(subject: Subject) -> tuple[Any, list[Any], Any]:
    if subject == "tenancy":
        return hours, [accounts.c[name] for name in TenancyKey._fields], TenancyKey
    if subject == "pool":
        return pool_hours, [pools.c[name] for name in PoolKey._fields], PoolKey
    return pool_hours, [pools.c.region], str


def _joined(subject: Subject) -> str:
    return "account" if subject == "tenancy" else "pool"


def _row(
    found: dict[int, list[tuple[int, int]]], resource: str, span: tuple[int, int], *, parts_add: bool
) -> array[float]:
    """A key's hours. Parts of an hour follow each other in time, but for the pools of a region, which add up."""
    values = array("d", [math.nan]) * (span[1] - span[0])
    for hour, parts in found.items():
        if parts_add:
            values[hour - span[0]] = sum(mean(resource, count, millis) for millis, count in parts)
        else:
            millis = sum(millis for millis, _ in parts)
            values[hour - span[0]] = mean(resource, sum(count for _, count in parts), millis)
    return values


def _usage(key: AccountKey, row: Any) -> Usage:
    counts = {name: int(row[name]) for name in (*HOUR_COLUMNS, "energy")}
    return Usage(key, bool(row["estimated"]), int(row["millis"]), counts)


def hours_of(start: float, end: float) -> tuple[int, int]:
    """The hours that a time in Unix seconds touches: first, and before last."""
    return int(start * 1000) // HOUR, -(-int(end * 1000) // HOUR)
