"""A process that feeds a ledger until it is killed: what is held at a moment follows from the moment alone."""

from __future__ import annotations

import multiprocessing
import time
from multiprocessing.connection import Connection

from monitors.facts import Amounts, EstateFacts, RegionFacts, TenancyFacts
from monitors.ledger import Ledger

SPEED = 200
"""Time runs so many times as fast: a test of seconds is one of hours."""
EPOCH = 1_795_000_000_000
PERIOD = 86_400
"""Seconds over which what is held goes once up and down."""
_FORK = multiprocessing.get_context("fork")  # a fresh interpreter would start longer than it feeds


class FastClock:
    """Both clocks, fast."""

    def wall(self) -> int:
        return EPOCH + (time.time_ns() // 1_000_000 - EPOCH) * SPEED

    def steady(self) -> int:
        return time.monotonic_ns() * SPEED // 1_000_000


def cores_at(at: float) -> float:
    """What is held: between 5 and 15 cores, up and down."""
    phase = (at % PERIOD) / PERIOD
    return 5 + 20 * min(phase, 1 - phase)


def held_until(at: float) -> float:
    """Core-seconds from the beginning of all periods to a moment: the truth."""
    whole, rest = divmod(at, PERIOD)
    phase = rest / PERIOD
    part = 10 * phase**2 if phase < 0.5 else 5 - 10 * (1 - phase) ** 2
    return (whole * 10 + 5 * phase + part) * PERIOD


def unseen_within(seconds: float) -> float:
    """Core-seconds by which what is held changes most within a time, so that what held at its beginning cannot tell them."""
    return 20 / PERIOD * seconds**2 / 2


def facts_at(at: float) -> EstateFacts:
    cores = Amounts(cpu=cores_at(at))
    air = TenancyFacts(
        "air", "mee", 3, "extranet", 4, "primary", "north", Amounts(cpu=20), cores, allocated=cores
    )
    return EstateFacts("small", at, (RegionFacts("north", "北", at, at, True, 1.3, (air,)),))


def add_now(ledger: Ledger) -> tuple[float, int]:
    """Add a sample; the moment, and the total after it in units."""
    at = FastClock().wall() / 1000
    ledger.add(facts_at(at))
    return at, sum(one.cpu for one in ledger.totals().values())


def fed_and_killed(url: str, samples: int) -> list[tuple[float, int]]:
    """What a feeder told of its samples until it was killed, after so many of them and wherever it was then."""
    told, ours = _FORK.Pipe(duplex=False)
    feeder = _FORK.Process(target=_feed, args=(url, ours))
    feeder.start()
    ours.close()
    try:
        found = [told.recv() for _ in range(samples)]
    finally:
        feeder.kill()
    while True:
        try:
            found.append(told.recv())
        except EOFError:
            break
    feeder.join()
    told.close()
    feeder.close()
    return found


def _feed(url: str, told: Connection) -> None:
    with Ledger.open(url, clock=FastClock()) as ledger:
        while not ledger.lead():
            time.sleep(0.001)
        while True:
            told.send(add_now(ledger))
