"""How long to wait before the next try: longer each time, and not the same for all who wait."""

from __future__ import annotations

import random


class Backoff:
    """Doubles from ``first`` to ``most`` seconds; each wait is a random part of it, from half to all."""

    def __init__(self, first: float = 0.5, most: float = 30.0) -> None:
        self._first = first
        self._most = most
        self._next = first

    def wait(self) -> float:
        """Seconds to wait now."""
        now, self._next = self._next, min(self._most, self._next * 2)
        return now * random.uniform(0.5, 1.0)  # noqa: S311  # nothing secret hangs on it

    def reset(self) -> None:
        """It went well: begin at the shortest wait again."""
        self._next = self._first
