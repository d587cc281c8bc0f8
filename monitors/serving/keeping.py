"""Keeps the ledger beside the exporter: the one that leads writes, and a database that is gone or locked stops no scrape."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable

from govcloud.errors import GovCloudError
from monitors.facts import EstateFacts
from monitors.families import Counted
from monitors.ledger import Ledger

_LOG = logging.getLogger(__name__)


class Keeper:
    """Writes facts into a ledger where this process leads, in a thread of its own, and tells its totals.

    Args:
        ledger: an open ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: tuple[Counted, ...] = ()
        self._fails = False
        self._latest: EstateFacts | None = None
        self._news = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, seconds: float = 5.0) -> None:
        """Add what came last and end; waits for that so long at most."""
        self._stopped = True
        self._news.set()
        self._thread.join(seconds)

    def take(self, facts: EstateFacts) -> None:
        """Have facts added; returns at once. Of facts that come faster than they can be added the last ones count."""
        self._latest = facts
        self._news.set()

    def keep(self, facts: EstateFacts) -> None:
        """Add facts; where that fails the next ones make up for it, and the failure is logged once.

        Totals are read though nothing can be written, as of a ledger that another process keeps.
        """
        kept = self._tried(lambda: self._add(facts))
        well = self._tried(self._read) and kept
        if well and self._fails:
            _LOG.warning("the ledger is kept again")
        self._fails = not well

    def totals(self) -> Iterable[Counted]:
        """The totals as they were read last; they never fall, so old ones are only low."""
        return self._told

    def _run(self) -> None:
        while True:
            self._news.wait()
            self._news.clear()
            ending = self._stopped
            facts, self._latest = self._latest, None
            if facts is not None:
                self._kept(facts)
            if ending:
                return

    def _kept(self, facts: EstateFacts) -> None:
        """A fault costs one sample, and not all to come."""
        try:
            self.keep(facts)
        except Exception:
            _LOG.exception("facts were not added to the ledger")

    def _tried(self, act: Callable[[], None]) -> bool:
        try:
            act()
        except GovCloudError as error:
            if not self._fails:
                _LOG.warning("the ledger is not kept: %s", error)
            return False
        return True

    def _add(self, facts: EstateFacts) -> None:
        if self._ledger.lead():
            self._ledger.add(facts)

    def _read(self) -> None:
        self._told = tuple(self._ledger.totals().items())
