"""Keeps the ledger beside the exporter: the one that leads writes, and a database that is gone stops no scrape."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from govcloud.errors import GovCloudError
from monitors.facts import EstateFacts
from monitors.families import Counted
from monitors.ledger import Ledger

_LOG = logging.getLogger(__name__)


class Keeper:
    """Writes facts into a ledger where this process leads, and tells its totals.

    Args:
        ledger: an open ledger.
    """

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._told: tuple[Counted, ...] = ()
        self._fails = False

    def take(self, facts: EstateFacts) -> None:
        """Add facts; where that fails the next ones make up for it, and the failure is logged once."""
        try:
            if self._ledger.lead():
                self._ledger.add(facts)
            self._told = tuple(self._ledger.totals().items())
            self._fails = False
        except GovCloudError as error:
            if not self._fails:
                _LOG.warning("the ledger is not kept: %s", error)
            self._fails = True

    def totals(self) -> Iterable[Counted]:
        """The totals as they were read last; they never fall, so old ones are only low."""
        return self._told
