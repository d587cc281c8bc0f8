"""The ledger is kept beside the exporter, and where it cannot be, nobody waits for it."""

from __future__ import annotations

import logging
import threading
from typing import cast

import pytest

from govcloud.errors import OutsideError
from monitors.facts import EstateFacts
from monitors.ledger import Ledger
from monitors.ledger.values import TenancyKey, Totals
from monitors.serving.keeping import Keeper

KEY = TenancyKey("air", "mee", 3, "extranet", "north")


class Kept:
    """A ledger that may be locked, or not to be written."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.waits = threading.Event()
        self.read_only = False
        self.added: list[float] = []

    def lead(self) -> bool:
        self.waits.set()
        self.free.wait(30)
        if self.read_only:
            raise OutsideError("nothing can be written")
        return True

    def add(self, facts: EstateFacts) -> None:
        self.added.append(facts.at)

    def totals(self) -> dict[TenancyKey, Totals]:
        return {KEY: Totals(len(self.added), 0, 0, 0, 0)}


def keeper(kept: Kept) -> Keeper:
    return Keeper(cast("Ledger", kept))


def test_facts_wait_for_a_locked_ledger_and_who_tells_them_does_not() -> None:
    kept = Kept()
    kept.free.clear()
    one = keeper(kept)
    one.start()
    one.take(EstateFacts("small", 1.0))
    assert kept.waits.wait(10)
    for at in (2.0, 3.0):
        one.take(EstateFacts("small", at))
    assert kept.added == []
    kept.free.set()
    one.stop(30)
    assert kept.added == [1.0, 3.0]
    assert dict(one.totals())[KEY] == Totals(2, 0, 0, 0, 0)  # type: ignore[index]


def test_totals_of_a_ledger_that_cannot_be_written_are_told(caplog: pytest.LogCaptureFixture) -> None:
    kept = Kept()
    kept.read_only = True
    one = keeper(kept)
    with caplog.at_level(logging.WARNING):
        one.keep(EstateFacts("small", 1.0))
        one.keep(EstateFacts("small", 2.0))
        assert [key for key, _ in one.totals()] == [KEY]
        kept.read_only = False
        one.keep(EstateFacts("small", 3.0))
    words = [one.getMessage() for one in caplog.records]
    assert words == ["the ledger is not kept: nothing can be written", "the ledger is kept again"]
