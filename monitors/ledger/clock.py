"""How much time passed, and what time it is: two questions, and only the first one decides what is charged.

A wall clock is set by people and by NTP, forward and back; a monotonic clock is not, but means nothing to the next
process. So within a process time is measured by the monotonic clock and placed where the wall clock says, and where the
two part by more than `TOLERANCE` the ledger's time is placed anew.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

TOLERANCE = 2_000
"""Milliseconds by which the wall clock may be off before that counts as a step."""


class Clock(Protocol):
    """Two clocks, in milliseconds."""

    def wall(self) -> int:
        """Unix time."""

    def steady(self) -> int:
        """Time since some moment, never set, running on while the machine sleeps."""


class SystemClock:
    """The clocks of this machine."""

    def wall(self) -> int:
        """Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def steady(self) -> int:
        """Milliseconds since the machine started."""
        # CLOCK_MONOTONIC stands still while a machine sleeps, so that waking would look like a clock that was set.
        return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)) // 1_000_000


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment: ``at`` in Unix milliseconds, ``steady`` by the other clock."""

    at: int
    steady: int


class Timeline:
    """The ledger's time: it runs as the monotonic clock does, from where the wall clock was."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wall, self._steady = clock.wall(), clock.steady()

    def now(self) -> Moment:
        """This moment; ``at`` jumps where the wall clock was set, ``steady`` never does."""
        wall, steady = self._clock.wall(), self._clock.steady()
        at = self._wall + steady - self._steady
        if abs(wall - at) <= TOLERANCE:
            return Moment(at, steady)
        self._wall, self._steady = wall, steady
        return Moment(wall, steady)
