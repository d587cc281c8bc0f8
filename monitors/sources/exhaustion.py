"""When pools run out, by the forecast from the ledger: read once an hour, since the ledger's hours change no faster."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator

from monitors.families import Extra
from monitors.ledger import Ledger, PoolKey
from monitors.ledger.units import METERED

EVERY = 3600.0
"""Seconds between two rounds."""
_DAY = 86_400


def exhaustion_reader(
    ledger: Ledger, clock: Callable[[], float] = time.time
) -> Callable[[], Iterable[Extra]]:
    """What forecasts the pools, for a `Source`.

    Args:
        ledger: the ledger.
        clock: Unix seconds.
    """
    return lambda: list(_pools(ledger, clock()))


def _pools(ledger: Ledger, now: float) -> Iterator[Extra]:
    """Pools that are there and run out in sight; those that are full already since now."""
    from monitors.outlook import look_ahead  # numpy, which a start need not wait for

    there = ledger.pools()
    for resource in METERED:
        for one in look_ahead(ledger, "pool", resource, now=now).rows:
            if isinstance(one.key, PoolKey) and one.key in there and math.isfinite(one.days):
                key = one.key
                labels = (key.pool, key.zone, str(key.grade), key.region, resource)
                yield "govcloud_pool_exhaustion_timestamp_seconds", labels, now + one.days * _DAY
