"""What was found within this hour, of the last few questions: the ledger's hours change no oftener."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

_HOUR = 3600
K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Values by key, each good until the hour is over. Any thread may ask; each value is made by one at a time.

    Args:
        most: how many are kept; the one that was asked for longest ago goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[K, tuple[int, V]] = OrderedDict()

    def get(self, key: K, now: float, make: Callable[[], V]) -> V:
        """The value of a key; made where it is not known, or of another hour.

        Args:
            key: whose.
            now: Unix seconds.
            make: makes it.
        """
        hour = int(now // _HOUR)
        with self._lock:
            found = self._kept.get(key)
            if found is None or found[0] != hour:
                found = (hour, make())
                self._kept[key] = found
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            return found[1]
