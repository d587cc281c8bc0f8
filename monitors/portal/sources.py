"""Where the portal's figures come from. What is not at hand is None, and the page says so: it shows no invented figure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from govcloud.model import Estate
from govcloud.report.report import Report
from monitors.facts import EstateFacts
from monitors.ledger.values import ALL, Gap, Only, Series, Subject


class History(Protocol):
    """What the portal asks of the ledger."""

    def series(
        self, subject: Subject, resource: str, measure: str, start: float, end: float, *, keys: Only = ALL
    ) -> Series:
        """Hourly means from ``start`` to ``end`` (Unix seconds), of all of a kind or only some."""

    def gaps(self, start: float, end: float) -> tuple[Gap, ...]:
        """The times of which nothing is known."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a standby of a tenancy is, as drills and copies have measured it.

    Moments are Unix seconds; None is what was never measured.

    Args:
        tenancy: the tenancy.
        region: the standby region.
        copied: when its data was last copied there with success.
        drilled: when it was last drilled with success.
        rpo: the data lost in that drill, in seconds.
        rto: how long that drill took, in seconds.
    """

    tenancy: str
    region: str
    copied: float | None = None
    drilled: float | None = None
    rpo: float | None = None
    rto: float | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of a subject's use.

    Moments are Unix seconds; amounts are in base units.

    Args:
        times: when.
        low: the lower bound at these times.
        expected: what is expected then.
        high: the upper bound.
        level: which part of what comes the bounds are meant to hold, 0 to 1.
        early: when the upper bound reaches the limit; None where it does not.
        full: when what is expected does.
        late: when the lower bound does.
        mase: error on the last week over that of telling each day from the day before (MASE), of all of its kind; None where
            none could be tested.
    """

    times: tuple[float, ...]
    low: tuple[float, ...]
    expected: tuple[float, ...]
    high: tuple[float, ...]
    level: float
    early: float | None = None
    full: float | None = None
    late: float | None = None
    mase: float | None = None


Foresight = Callable[[Subject, str, str], Outlook | None]
"""Of a kind of subject, its key (``region``, ``region/pool``, ``region/tenancy``) and a resource: what is expected of it."""


@dataclass(frozen=True)
class Sources:
    """All that the portal reads. Each call is cheap, since a page may ask often.

    Args:
        facts: the newest facts of the estate.
        documents: the estate as it is known now: titles, objectives, filings, sharings and waivers come from it.
        ledger: past hours, for trend, forecast and reclaim candidates.
        outlook: what is expected of a subject; it gives None where too little is known to say.
        report: the newest check of the rules; a call may give None where none was made yet.
        recovery: what was measured of the standbys.
        clock: Unix seconds.
    """

    facts: Callable[[], EstateFacts]
    documents: Callable[[], Estate] | None = None
    ledger: History | None = None
    outlook: Foresight | None = None
    report: Callable[[], Report | None] | None = None
    recovery: Callable[[], Iterable[Readiness]] | None = None
    clock: Callable[[], float] = time.time

    @property
    def estate(self) -> Estate | None:
        """The documents, None where nobody knows them."""
        return self.documents() if self.documents else None
