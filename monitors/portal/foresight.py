"""The forecast as the page draws it: pools and regions, made once an hour for all of a kind."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from monitors.ledger.values import Subject
from monitors.portal.past import DAY, HOUR, page_key
from monitors.portal.sources import Foresight, Outlook

if TYPE_CHECKING:
    from monitors import outlook
    from monitors.ledger import Ledger

_DRAWN_DAYS = 60
"""Days that are drawn; when a pool is full may be told for later ones too."""


def ledger_foresight(ledger: Ledger, clock: Callable[[], float] = time.time) -> Foresight:
    """The forecast of a ledger, for `Sources.outlook`.

    Tenancies are left to the command line: a forecast reads the hours of all of a kind, which for a thousand tenancies would
    take the server's memory for one person's page.

    Args:
        ledger: the ledger.
        clock: Unix seconds.
    """
    lock = Lock()
    kept: dict[tuple[Subject, str], tuple[int, dict[str, Outlook]]] = {}

    def look(subject: Subject, key: str, resource: str) -> Outlook | None:
        if subject == "tenancy":
            return None
        now = clock()
        with lock:
            found = kept.get((subject, resource))
            if found is None or found[0] != int(now // HOUR):
                found = (int(now // HOUR), _all(ledger, subject, resource, now))
                kept[subject, resource] = found
        return found[1].get(key)

    return look


def _all(ledger: Ledger, subject: Subject, resource: str, now: float) -> dict[str, Outlook]:
    from monitors.outlook import look_ahead  # numpy, which only this needs

    told = look_ahead(ledger, subject, resource, now=now)
    mase = told.tested.get("mase")
    return {page_key(one.key): _drawn(one, now, mase) for one in told.rows if one.model}


def _drawn(one: outlook.Outlook, now: float, mase: float | None) -> Outlook:
    days = min(_DRAWN_DAYS, len(one.expected))
    return Outlook(
        times=tuple(now + DAY * day for day in range(1, days + 1)),
        low=tuple(map(float, one.lower[:days])),
        expected=tuple(map(float, one.expected[:days])),
        high=tuple(map(float, one.upper[:days])),
        level=0.8,
        early=_moment(one.earliest, now),
        full=_moment(one.days, now),
        late=_moment(one.latest, now),
        mase=mase,
    )


def _moment(days: float, now: float) -> float | None:
    return now + days * DAY if math.isfinite(days) else None
