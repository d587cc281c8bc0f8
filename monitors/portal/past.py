"""The past hours of the ledger, read in pieces of some days and kept, so that a page that asks often reads them once.

Of a thousand tenancies all hours are much, so that a question about all of them reads a few pieces, the newest first, answers
with what is known so far and says how much is still to be read. A question about one tenancy reads its hours alone. No thread
works behind anybody's back: what nobody looks at is not read.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock

from monitors.ledger.values import Only, PoolKey, Subject, TenancyKey
from monitors.portal.recent import Recent
from monitors.portal.sources import History

HOUR = 3600
DAY = 86400
_DAYS: dict[Subject, int] = {"tenancy": 1, "pool": 10, "region": 10}
"""Days of a piece; there are far more tenancies than pools."""

_AT_ONCE = 16
"""Pieces that one question reads."""

_SETTLED = 2 * DAY
"""Age at which hours are as they stay; younger ones are read again each hour."""

_KEPT = 1000
"""Pieces kept: those of ninety days of all that the page asks for. A thousand tenancies fill about 100 MB with them."""

_ALONE = 200
"""Tenancies and measures whose own hours are kept: 4 MB at most."""

Piece = dict[str, "array[float]"]


@dataclass(frozen=True, slots=True)
class Line:
    """Which hours are asked for: a measure of a resource of all subjects of a kind."""

    subject: Subject
    resource: str
    measure: str


class Past:
    """The hours that were read so far. Any thread may ask."""

    def __init__(self, ledger: History) -> None:
        self._ledger = ledger
        self._lock = Lock()
        self._pieces: dict[tuple[Line, int], tuple[int, Piece]] = {}
        self._alone: Recent[tuple[Line, str, int], list[float]] = Recent(_ALONE)

    def read(self, lines: Iterable[Line], days: int, now: float) -> tuple[int, int]:
        """Reads some of what is lacking; returns how many pieces are known, and of how many.

        Args:
            lines: what is asked for.
            days: how far back.
            now: Unix seconds.
        """
        with self._lock:
            wanted = [(line, place) for place in _places(lines, days, now) for line in place[1]]
            keys = [(line, number) for line, (number, _) in wanted]
            lacking = [key for key in keys if self._lacks(key, now)]
            for line, number in lacking[:_AT_ONCE]:
                self._pieces.pop((line, number), None)
                self._pieces[line, number] = (int(now // HOUR), self._piece(line, number))
            while len(self._pieces) > max(_KEPT, len(keys)):
                del self._pieces[next(iter(self._pieces))]
            return len(keys) - max(0, len(lacking) - _AT_ONCE), len(keys)

    def hours(self, line: Line, key: str, days: int, now: float) -> list[float]:
        """The hours of one subject, the last one that of now; NaN where nothing is known."""
        first = int(now // HOUR) - days * 24 + 1
        length = _DAYS[line.subject] * 24
        values = [math.nan] * (days * 24)
        for number in range(first // length, (first + days * 24 - 1) // length + 1):
            _, piece = self._pieces.get((line, number), (0, {}))
            for offset, value in enumerate(piece.get(key, ())):
                place = number * length + offset - first
                if 0 <= place < len(values):
                    values[place] = value
        return values

    def alone(self, line: Line, key: str, days: int, now: float) -> list[float]:
        """As `hours`, but read for this subject and nobody else."""
        return self._alone.get((line, key, days), now, lambda: self._own_hours(line, key, days, now))

    def _own_hours(self, line: Line, key: str, days: int, now: float) -> list[float]:
        first = int(now // HOUR) - days * 24 + 1
        told = self._ledger.series(
            line.subject,
            line.resource,
            line.measure,
            first * HOUR,
            (first + days * 24) * HOUR,
            keys=only(key),
        )
        values = array("d", [math.nan]) * (days * 24)
        for row in told.values:
            _lay(row, values)
        return values.tolist()

    def _lacks(self, key: tuple[Line, int], now: float) -> bool:
        found = self._pieces.get(key)
        if found is None:
            return True
        end = (key[1] + 1) * _DAYS[key[0].subject] * DAY
        return found[0] * HOUR < end + _SETTLED and found[0] != int(now // HOUR)

    def _piece(self, line: Line, number: int) -> Piece:
        """A piece by the key that the page knows; where a tenancy changed its department, both parts are one."""
        length = _DAYS[line.subject] * DAY
        start = number * length
        told = self._ledger.series(line.subject, line.resource, line.measure, start, start + length)
        piece: Piece = {}
        for key, row in zip(told.keys, told.values, strict=True):
            _lay(row, piece.setdefault(page_key(key), array("f", [math.nan]) * (length // HOUR)))
        return piece


def _lay(row: array[float], values: array[float]) -> None:
    """Put what is known of a row over what was known before."""
    for offset, value in enumerate(row[: len(values)]):
        if not math.isnan(value):
            values[offset] = value


def page_key(key: TenancyKey | PoolKey | str) -> str:
    """How the page names a subject: ``region``, ``region/pool`` or ``region/tenancy``."""
    if isinstance(key, TenancyKey):
        return f"{key.region}/{key.tenancy}"
    return f"{key.region}/{key.pool}" if isinstance(key, PoolKey) else key


def only(key: str) -> Only:
    """What the page names so, as the ledger is asked for it."""
    region, _, name = key.partition("/")
    return Only((region,), (name,) if name else ())


def _places(lines: Iterable[Line], days: int, now: float) -> Iterator[tuple[int, tuple[Line, ...]]]:
    """Numbers of the pieces of some days, the newest first, with the lines that are wanted of them."""
    groups: dict[int, tuple[Line, ...]] = {}
    for line in lines:
        groups[_DAYS[line.subject]] = (*groups.get(_DAYS[line.subject], ()), line)
    for length, grouped in groups.items():
        last = int(now // (length * DAY))
        first = int((int(now // HOUR) - days * 24 + 1) * HOUR // (length * DAY))
        for number in range(last, first - 1, -1):
            yield number, grouped
