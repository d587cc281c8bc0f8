"""What is to be looked at and when: at once when something changed, later and later while it fails."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable


class Queue:
    """Names with the time at which each is due.

    Args:
        least: seconds after the first failure; each further one doubles them.
        most: seconds after the last of many.
        clock: counts seconds.
    """

    def __init__(
        self, least: float = 2.0, most: float = 300.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._least = least
        self._most = most
        self._clock = clock
        self._due: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._changed = threading.Condition()

    def put(self, name: str, after: float = 0.0) -> None:
        """Have a name looked at; what is due earlier stays so."""
        due = self._clock() + after
        with self._changed:
            self._due[name] = min(due, self._due.get(name, due))
            self._changed.notify_all()

    def retry(self, name: str) -> float:
        """Have a name looked at again after a failure; in how many seconds.

        Half of the time is random, so that those who failed together do not come back together.
        """
        count = self._failures[name] = self._failures.get(name, 0) + 1
        longest = min(self._most, self._least * 2.0 ** min(count - 1, 30))
        after = longest * random.uniform(0.5, 1.0)  # noqa: S311  # only to spread those who failed together
        self.put(name, after)
        return after

    def forget(self, name: str) -> None:
        """No failure any more."""
        self._failures.pop(name, None)

    def take(self, patience: float) -> list[str]:
        """The names that are due, as soon as there are any; none after so many seconds."""
        end = self._clock() + patience
        with self._changed:
            while True:
                now = self._clock()
                if due := [name for name, at in self._due.items() if at <= now]:
                    for name in due:
                        del self._due[name]
                    return due
                if now >= end:
                    return []
                self._changed.wait(max(0.0, min([end, *self._due.values()]) - now))

    def wake(self) -> None:
        """Let whoever waits look around."""
        with self._changed:
            self._changed.notify_all()
