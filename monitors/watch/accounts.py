"""Running sums of what tenancies and pools ask for and use: an event costs its own size, however much there is.

Each object puts an entry into the sums and takes exactly that entry out again when it changes or goes. Sums are whole
numbers, so that nothing is left behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from monitors.watch.amounts import Vector


class Entry(NamedTuple):
    """What one object adds to the account of its tenancy."""

    requested: Vector
    limit: Vector
    used: Vector
    allocated: Vector


@dataclass(slots=True)
class Account:
    """The sums of one namespace; ``placed`` is (cpu, cards) allocated by pool, which its power goes by."""

    requested: list[int] = field(default_factory=lambda: [0] * 5)
    limit: list[int] = field(default_factory=lambda: [0] * 5)
    used: list[int] = field(default_factory=lambda: [0] * 5)
    allocated: list[int] = field(default_factory=lambda: [0] * 5)
    placed: dict[str, tuple[int, int]] = field(default_factory=dict)

    def replace(self, old: Entry, new: Entry) -> None:
        """Take one entry out and put another one in."""
        for sums, before, after in (
            (self.requested, old.requested, new.requested),
            (self.limit, old.limit, new.limit),
            (self.used, old.used, new.used),
            (self.allocated, old.allocated, new.allocated),
        ):
            exchange(sums, before, after)

    def place(self, pool: str, cpu: int, cards: int) -> None:
        """Add to what is allocated on a pool (take away with negative numbers)."""
        before = self.placed.get(pool, (0, 0))
        after = (before[0] + cpu, before[1] + cards)
        if after == (0, 0):
            self.placed.pop(pool, None)
        else:
            self.placed[pool] = after


def exchange(sums: list[int], old: Vector, new: Vector) -> None:
    """Take one vector out of running sums and put another one in."""
    if old is not new and old != new:
        for place in range(5):
            sums[place] += new[place] - old[place]
