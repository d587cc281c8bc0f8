"""The leader's work: a sample comes in, and in one transaction everything that it settles is charged.

What is read before and written after is one state, guarded by the lease's token: a process that dies between any two
statements leaves the store as it was before the sample, and the time is charged by whoever adds the next one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, delete, func, insert, select

from monitors.facts import EstateFacts, RegionFacts
from monitors.ledger.accounts import Account, load_accounts, take_tenancies, write_accounts
from monitors.ledger.clock import Moment
from monitors.ledger.lease import Lease
from monitors.ledger.pools import Pool, load_pools, take_pools, write_pools
from monitors.ledger.rates import NOTHING, AccountKey, Rates, charge, charge_pool, mean
from monitors.ledger.schema import gaps, hours, pool_hours, regions
from monitors.ledger.spans import NO_SPAN, Cursor, Span, span_since
from monitors.ledger.store import Row, Store, add_counts, replace_rows
from monitors.ledger.units import HOUR
from monitors.ledger.values import PoolKey, TenancyKey, Totals


@dataclass(slots=True)
class Region:
    """A region: how far it is accounted for, and what was last known of it."""

    cursor: Cursor | None = None
    accounts: dict[AccountKey, Account] = field(default_factory=dict)
    pools: dict[PoolKey, Pool] = field(default_factory=dict)


class Writer:
    """Adds samples while it holds the lease; knows by heart what the store holds, and forgets it where a write fails."""

    def __init__(self, store: Store, lease: Lease, keep: int) -> None:
        self._store, self._lease, self._keep = store, lease, keep
        self._regions: dict[str, Region] | None = None
        self._swept = 0
        self.totals: dict[TenancyKey, Totals] = {}

    def add(self, facts: EstateFacts, moment: Moment) -> None:
        """Charge what passed since the last sample, and remember this one.

        Raises:
            RefusedError: another process holds the lease.
            OutsideError: the store failed; nothing was written.
        """
        try:
            with self._store.writing() as connection:
                self._lease.fence(connection)
                known = self._regions if self._regions is not None else _load(connection)
                for one in facts.regions:
                    if one.fresh:
                        _add_region(connection, known.setdefault(one.region, Region()), one, facts.at, moment)
                self._sweep(connection, moment)
        except BaseException:
            self.forget()
            raise
        self._regions = known
        self.totals = _totals(known.values())

    def forget(self) -> None:
        """Know nothing by heart; also not whether the lease is still held, for a commit may have failed half-way."""
        self._regions = None
        self.totals = {}  # others may have written since: until the next sample the store tells
        self._lease.forget()

    def _sweep(self, connection: Connection, moment: Moment) -> None:
        """Once an hour, drop hours that are older than what is kept; totals and gaps stay.

        Never more than the oldest day at once: a clock that is years ahead must not take the past away.
        """
        now = moment.at // HOUR
        if now == self._swept:
            return
        for table in (hours, pool_hours):
            oldest = connection.scalar(select(func.min(table.c.hour)))
            if oldest is not None and oldest < now - self._keep:
                connection.execute(delete(table).where(table.c.hour < min(now - self._keep, oldest + 24)))
        self._swept = now


def read_totals(connection: Connection) -> dict[TenancyKey, Totals]:
    """The totals as the store has them."""
    known = Region(accounts=dict(load_accounts(connection)))
    return _totals([known])


def _load(connection: Connection) -> dict[str, Region]:
    found: defaultdict[str, Region] = defaultdict(Region)
    for row in connection.execute(select(regions)):
        found[row.region].cursor = Cursor(row.until_ms, row.high_ms, None, row.sample)
    for key, account in load_accounts(connection):
        found[key.region].accounts[key] = account
    for pool_key, pool in load_pools(connection):
        found[pool_key.region].pools[pool_key] = pool
    return dict(found)


def _totals(known: Iterable[Region]) -> dict[TenancyKey, Totals]:
    found: dict[TenancyKey, Totals] = {}
    for region in known:
        for account in region.accounts.values():
            counted = account.counted_as
            found[counted] = found[counted] + account.totals if counted in found else account.totals
    return found


def _add_region(
    connection: Connection, region: Region, facts: RegionFacts, sample: float, moment: Moment
) -> None:
    cursor = region.cursor
    if cursor is not None and cursor.sample == sample:
        return  # the same sample again says nothing of the time since
    span = span_since(cursor, moment) if cursor else NO_SPAN
    held = {key: account.rates for key, account in region.accounts.items()}
    _charge_pools(connection, region.pools.values(), span)
    take_tenancies(connection, region.accounts, facts.tenancies)
    take_pools(connection, region.pools, facts.pools)
    _charge_accounts(connection, region.accounts, held, span)
    _tell_holes(connection, facts.region, span)
    region.cursor = (cursor or Cursor(moment.at, moment.at, None, sample)).moved(moment, sample)
    write_accounts(connection, region.accounts.values())
    write_pools(connection, region.pools)
    replace_rows(connection, regions, [_cursor_row(facts.region, region.cursor)])


def _charge_accounts(
    connection: Connection,
    accounts: Mapping[AccountKey, Account],
    held: Mapping[AccountKey, Rates],
    span: Span,
) -> None:
    """Charge what accounts held at the beginning of a span, or where nobody looked the mean of that and its end."""
    rows: list[Row] = []
    for key, account in accounts.items():
        before = held.get(key, NOTHING)
        rates = mean(before, account.rates) if span.estimated else before
        for hour, millis in span.hours():
            counts = charge(rates, millis)
            if any(counts):
                account.add(counts)
                rows.append((hour, account.number, span.estimated, millis, *counts))
    add_counts(connection, hours, rows)


def _charge_pools(connection: Connection, pools: Iterable[Pool], span: Span) -> None:
    """Charge what pools held over a span; of a time when nobody looked nothing is told."""
    if span.estimated:
        return
    rows = [
        (hour, pool.number, millis, *charge_pool(pool.rates, millis))
        for hour, millis in span.hours()
        for pool in pools
        if pool.nodes
    ]
    add_counts(connection, pool_hours, rows)


def _tell_holes(connection: Connection, region: str, span: Span) -> None:
    rows = [
        {
            "region": region,
            "start_ms": hole.start,
            "end_ms": hole.end,
            "reason": hole.reason,
            "estimated": hole.estimated,
        }
        for hole in span.holes
    ]
    if rows:
        connection.execute(insert(gaps), rows)


def _cursor_row(region: str, cursor: Cursor) -> Row:
    return (region, cursor.until, cursor.high, cursor.sample)
