"""The ledger as others see it: open it, lead, add samples; or only read."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Self

from govcloud.errors import InputError, RefusedError
from monitors.facts import EstateFacts
from monitors.ledger.clock import Clock, SystemClock, Timeline
from monitors.ledger.lease import Lease
from monitors.ledger.pools import Pool
from monitors.ledger.reader import (
    Usage,
    check_series,
    hours_of,
    read_gaps,
    read_pools,
    read_series,
    read_usage,
)
from monitors.ledger.store import Store, default_url
from monitors.ledger.units import METERED
from monitors.ledger.values import ALL, Gap, Only, PoolKey, Series, Subject, TenancyKey, Totals
from monitors.ledger.writer import Writer, read_totals

KEPT_HOURS = 400 * 24
"""Hours that are kept: a year and the month that it is compared with. Totals and gaps are kept for ever."""


class Ledger:
    """What every tenancy held and used. Any thread may call it; samples come from one at a time.

    Make it with `Ledger.open`; as a context manager it closes itself.
    """

    def __init__(self, store: Store, clock: Clock, keep: int) -> None:
        self._store, self._clock = store, clock
        self._timeline = Timeline(clock)
        self._lease = Lease(store, clock)
        self._writer = Writer(store, self._lease, keep)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, url: str | None = None, *, clock: Clock | None = None, keep: int = KEPT_HOURS) -> Self:
        """Open a ledger; where there is none yet, it is made.

        Args:
            url: ``sqlite:///FILE`` or ``postgresql+psycopg://USER@HOST/DATABASE``; the one in the state folder by default.
            clock: what tells the time; the machine's by default.
            keep: hours for which hourly figures are kept.

        Raises:
            InputError: the URL is none, or the ledger was made by another version.
            OutsideError: the database does not answer.
        """
        return cls(Store(url or default_url()), clock or SystemClock(), keep)

    def lead(self) -> bool:
        """Be the one that writes, if nobody else is. Cheap while this process is; ask before each sample.

        Raises:
            OutsideError: the database failed.
        """
        with self._lock:
            return self._lease.take()

    def add(self, facts: EstateFacts) -> None:
        """Charge the time since the last sample at what was held then, and remember what is held now.

        Regions that are not fresh are left alone: their time is settled when they answer again, as
        `monitors.ledger.spans` says. A sample that was added already (by `EstateFacts.at`) charges nothing.

        Raises:
            RefusedError: this process does not lead, or another one took over.
            OutsideError: the database failed; nothing of the sample was written, and the next one makes up for it.
        """
        with self._lock:
            if not self._lease.held:
                raise RefusedError(
                    "this process does not keep the ledger",
                    where=self._store.name,
                    expected="one process that writes",
                    mend="ask lead() first, and add samples only where it is true",
                )
            self._writer.add(facts, self._timeline.now())

    def totals(self) -> Mapping[TenancyKey, Totals]:
        """All that was ever charged, by key. No figure ever becomes less.

        From memory where this process leads and has added a sample, else from the store.

        Raises:
            OutsideError: the database failed.
        """
        if self._lease.held and self._writer.totals:
            return self._writer.totals
        with self._store.reading() as connection:
            return read_totals(connection)

    def gaps(self, start: float, end: float) -> tuple[Gap, ...]:
        """Gaps that touch a time, by their start; one that lasts still has no end.

        Args:
            start: Unix seconds.
            end: Unix seconds.
        """
        with self._store.reading() as connection:
            return read_gaps(connection, start, end, self._clock.wall())

    def series(
        self, subject: Subject, resource: str, measure: str, start: float, end: float, *, keys: Only = ALL
    ) -> Series:
        """Hourly means of everything of a kind, as of the hours that a time touches.

        It takes sixteen bytes an hour and key, while it is read and after.

        Args:
            subject: ``tenancy``, ``pool`` or ``region`` (the sum of its pools).
            resource: ``cpu``, ``memory``, ``storage`` or ``accelerators``.
            measure: of tenancies ``used``, ``allocated``, ``quota`` or ``idle``; of pools and regions ``allocatable``,
                ``requested``, ``used`` or ``quota``.
            start: Unix seconds.
            end: Unix seconds.
            keys: only these are read; all by default.

        Raises:
            InputError: there is no such series.
        """
        if not check_series(subject, resource, measure):
            raise InputError(
                f"the ledger keeps no {measure} {resource} of a {subject}",
                where="series",
                expected=f"a resource of {', '.join(METERED)} and a measure of its subject",
                mend="ask for another one",
            )
        with self._store.reading() as connection:
            return read_series(connection, subject, resource, measure, hours_of(start, end), keys)

    def usage(
        self, spans: Sequence[tuple[float, float]], departments: Sequence[str] = ()
    ) -> list[list[Usage]]:
        """What accounts came to, a list a span of whole hours; all are read at one moment.

        Args:
            spans: (start, end) in Unix seconds, at whole hours.
            departments: only these; all by default.
        """
        with self._store.reading() as connection:
            return [
                read_usage(connection, *hours_of(start, end), departments=departments) for start, end in spans
            ]

    def pools(self) -> Mapping[PoolKey, Pool]:
        """The pools that are there, as they were at their region's last sample."""
        with self._store.reading() as connection:
            return read_pools(connection)

    def close(self) -> None:
        """Give up the lease, so that the next process need not wait, and close."""
        try:
            with self._lock:
                self._lease.release()
        finally:
            self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
