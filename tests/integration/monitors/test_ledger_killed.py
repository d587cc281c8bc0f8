"""A process that keeps the ledger is killed fifty times, wherever it happens to be; nothing is lost and nothing doubled."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from ledger_feeder import FastClock, add_now, fed_and_killed, held_until, unseen_within

from monitors.ledger import Ledger

KILLS = 50


def test_fifty_kills_cost_less_than_a_thousandth_and_no_total_steps_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    chance = random.Random(20988)  # noqa: S311 -- where to kill, no secret
    told = [one for _ in range(KILLS) for one in fed_and_killed(url, chance.randrange(1, 8))]
    totals = [total for _, total in told]
    assert totals == sorted(totals)
    with Ledger.open(url, clock=FastClock()) as ledger:
        assert ledger.lead()
        end, total = add_now(ledger)
        gaps = ledger.gaps(0, 4e9)
        usage = ledger.usage([(0, 4e9)])[0]
    assert total >= totals[-1]
    assert sum(one.counts["allocated_cpu"] for one in usage) == total
    assert len(gaps) >= KILLS
    truth = held_until(end) - held_until(told[0][0])
    # A machine that stands still for longer than is estimated makes a gap that the ledger owns up to.
    unseen = [held_until(gap.end) - held_until(gap.start) for gap in gaps if gap.end and not gap.estimated]
    # On a slow machine a new process begins late, and what changed meanwhile no estimate can know.
    changed = sum(unseen_within(gap.end - gap.start) for gap in gaps if gap.end and gap.estimated)
    assert total / 1_000_000 == pytest.approx(truth - sum(unseen), abs=0.001 * truth + changed)
