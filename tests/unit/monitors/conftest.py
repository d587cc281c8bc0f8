"""A ledger that leads, by a clock that tests move."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_samples import HandClock

from monitors.ledger import Ledger


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'new' / 'ledger.sqlite'}"


@pytest.fixture
def ledger(url: str, clock: HandClock) -> Iterator[Ledger]:
    with Ledger.open(url, clock=clock) as opened:
        assert opened.lead()
        yield opened
