"""The rule of gaps: what of the time since a region's last sample is charged, and as what.

    time since the last sample                   charged                     told as
    up to `MEASURED`, by the monotonic clock     measured, at what was held  nothing
    up to `ESTIMATED`, a restart between or not  estimated, at the mean of   a gap, estimated
                                                 before and after
    longer                                       nothing                     a gap
    the wall clock was set                       the time that truly passed  a gap by which it moved

Across a restart only the wall clock is left to measure by. It is believed up to `ESTIMATED` and never below the latest
moment that was charged before, so that a clock that swings back and forth is not charged for twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from monitors.ledger.clock import Moment
from monitors.ledger.units import HOUR
from monitors.ledger.values import Reason

MEASURED = 60_000
"""Milliseconds for which a sample speaks: four of the exporter's intervals."""
ESTIMATED = 900_000
"""Milliseconds up to which what was held in a gap is estimated (a choice of govcloud, no official figure)."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a region is accounted for, in Unix milliseconds.

    Args:
        until: the moment of its last sample.
        high: the latest moment that was ever charged for.
        steady: the last sample's moment by the monotonic clock; None where another process took it.
        sample: `EstateFacts.at` of the last sample.
    """

    until: int
    high: int
    steady: int | None
    sample: float

    def moved(self, moment: Moment, sample: float) -> Cursor:
        """The cursor after a sample."""
        return replace(
            self,
            until=moment.at,
            high=max(self.high, moment.at),
            steady=moment.steady,
            sample=sample,
        )


@dataclass(frozen=True, slots=True)
class Hole:
    """A gap, in Unix milliseconds."""

    start: int
    end: int
    reason: Reason
    estimated: bool


@dataclass(frozen=True, slots=True)
class Span:
    """What is charged for, from ``start`` to ``end`` (Unix milliseconds), and the gaps to be told."""

    start: int
    end: int
    estimated: bool
    holes: tuple[Hole, ...] = ()

    def hours(self) -> list[tuple[int, int]]:
        """The hours that the span touches, each with its milliseconds."""
        parts = []
        at = self.start
        while at < self.end:
            hour = at // HOUR
            stop = min(self.end, (hour + 1) * HOUR)
            parts.append((hour, stop - at))
            at = stop
        return parts


NO_SPAN = Span(0, 0, estimated=False)


def span_since(cursor: Cursor, moment: Moment) -> Span:
    """What is to be charged between a region's last sample and this moment."""
    if cursor.steady is None:
        return _after_restart(cursor, moment.at)
    passed = moment.steady - cursor.steady
    start = moment.at - passed
    holes = [] if start == cursor.until else [Hole(cursor.until, start, "clock", estimated=False)]
    if passed <= MEASURED:
        return Span(start, moment.at, estimated=False, holes=tuple(holes))
    estimated = passed <= ESTIMATED
    holes.append(Hole(start, moment.at, "unreachable", estimated))
    return Span(start if estimated else moment.at, moment.at, estimated, tuple(holes))


def _after_restart(cursor: Cursor, at: int) -> Span:
    if at < cursor.until:
        return Span(at, at, estimated=False, holes=(Hole(cursor.until, at, "clock", estimated=False),))
    estimated = at - cursor.until <= ESTIMATED and cursor.high < at
    start = max(cursor.until, cursor.high) if estimated else at
    holes = (Hole(cursor.until, at, "stopped", estimated),) if at > cursor.until else ()
    return Span(start, at, estimated, holes)
