"""What the leader knows by heart of pools: what they offer, what was asked of them, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Connection, insert, select

from monitors.facts import PoolFacts
from monitors.ledger.rates import pool_key, pool_rates
from monitors.ledger.schema import POOL_COLUMNS, pools
from monitors.ledger.store import Row, replace_rows
from monitors.ledger.units import METERED
from monitors.ledger.values import PoolKey


@dataclass(slots=True)
class Pool:
    """A pool: its row, and what it was last; ``nodes`` is 0 for one that is no longer there."""

    number: int
    rates: tuple[float, ...] = (0.0,) * len(POOL_COLUMNS)
    largest: tuple[float, ...] = (0.0,) * len(METERED)
    nodes: int = 0
    ready: int = 0


def load_pools(connection: Connection) -> Iterable[tuple[PoolKey, Pool]]:
    """All pools of the store."""
    for row in connection.execute(select(pools)).mappings():
        key = PoolKey(*(row[name] for name in PoolKey._fields))
        rates = tuple(row[f"rate_{name}"] for name in POOL_COLUMNS)
        largest = tuple(row[f"largest_{resource}"] for resource in METERED)
        yield key, Pool(row["id"], rates, largest, row["nodes"], row["ready"])


def take_pools(connection: Connection, known: dict[PoolKey, Pool], facts: Iterable[PoolFacts]) -> None:
    """Let the pools of a region be what facts say."""
    told = {pool_key(one): one for one in facts}
    for key in sorted(told.keys() - known.keys()):
        row = connection.execute(insert(pools).values(key._asdict()).returning(pools.c.id))
        known[key] = Pool(row.scalar_one())
    for key, pool in known.items():
        known[key] = _told(pool.number, told[key]) if key in told else Pool(pool.number)


def write_pools(connection: Connection, known: Mapping[PoolKey, Pool]) -> None:
    """Write all pools."""
    replace_rows(connection, pools, [_row(key, pool) for key, pool in known.items()])


def _row(key: PoolKey, pool: Pool) -> Row:
    return (
        pool.number,
        key.region,
        key.pool,
        key.zone,
        key.grade,
        *pool.rates,
        *pool.largest,
        pool.nodes,
        pool.ready,
    )


def _told(number: int, facts: PoolFacts) -> Pool:
    largest = tuple(islice(facts.largest.values(), len(METERED)))
    return Pool(number, pool_rates(facts), largest, facts.nodes, facts.ready)
