"""The forecast as the page draws it, made once an hour: of pools and regions for all of a kind, of a tenancy by itself."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from monitors.ledger.values import ALL, Only, Subject
from monitors.portal.past import DAY, only, page_key
from monitors.portal.recent import Recent
from monitors.portal.sources import Foresight, Outlook

if TYPE_CHECKING:
    from monitors import outlook
    from monitors.ledger import Ledger

_DRAWN_DAYS = 60
"""Days that are drawn; when a pool is full may be told for later ones too."""
_KINDS = 8
"""Pools and regions, by resource: all that there are."""
_ALONE = 200
"""Tenancies and resources that are kept: 2 MB at most."""


def ledger_foresight(ledger: Ledger, clock: Callable[[], float] = time.time) -> Foresight:
    """The forecast of a ledger, for `Sources.outlook`.

    Pools and regions are forecast together, a tenancy by itself: there are far more tenancies than anybody looks at, and the
    hours of all of them would take the server's memory for one person's page.

    Args:
        ledger: the ledger.
        clock: Unix seconds.
    """
    together: Recent[tuple[Subject, str], dict[str, Outlook]] = Recent(_KINDS)
    alone: Recent[tuple[str, str], dict[str, Outlook]] = Recent(_ALONE)

    def look(subject: Subject, key: str, resource: str) -> Outlook | None:
        now = clock()
        if subject == "tenancy":
            found = alone.get((key, resource), now, lambda: _all(ledger, subject, resource, now, only(key)))
        else:
            found = together.get((subject, resource), now, lambda: _all(ledger, subject, resource, now, ALL))
        return found.get(key)

    return look


def _all(ledger: Ledger, subject: Subject, resource: str, now: float, keys: Only) -> dict[str, Outlook]:
    from monitors.outlook import look_ahead  # numpy, which only this needs

    told = look_ahead(ledger, subject, resource, now=now, keys=keys)
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
