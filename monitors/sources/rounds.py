"""Sources that are read again and again, each in a thread of its own: one that fails or hangs stops no scrape and no other.

What a source told last is told until it is read again; how old that is, and how often it failed, are metrics themselves.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable

from govcloud.errors import GovCloudError
from monitors.families import Extra

_LOG = logging.getLogger(__name__)
_SUCCESS = "govcloud_source_last_success_timestamp_seconds"
_ERRORS = "govcloud_source_errors_total"
_AGAIN = 60.0
"""Seconds after which a source that failed is read again, where its turn would come later."""


class Source:
    """One source.

    Args:
        name: what it is called in metrics and in the log.
        read: reads it and gives its samples; may take long, may fail.
        every: seconds from the end of one round to the next.
        region: the region that it is about, "" where it is about none.
        cancel: ends a round under way.
    """

    def __init__(
        self,
        name: str,
        read: Callable[[], Iterable[Extra]],
        every: float,
        *,
        region: str = "",
        cancel: Callable[[], None] | None = None,
    ) -> None:
        self.labels = (name, region)
        self.errors = 0
        self.succeeded = 0.0
        self._read = read
        self._every = every
        self._cancel = cancel
        self._samples: tuple[Extra, ...] = ()
        self._fails = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"source {name} {region}".strip(), daemon=True)

    def samples(self) -> tuple[Extra, ...]:
        """What it told last; the very same tuple until it is read again."""
        return self._samples

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def retire(self) -> None:
        """Read it no more; a round under way comes to its end."""
        self._stopped.set()

    def stop(self) -> None:
        """Read it no more; a round under way that cannot be cancelled may go on for a while."""
        self.retire()
        if self._cancel is not None:
            self._cancel()

    def join(self, seconds: float) -> None:
        """Wait for a round under way, so long at most."""
        self._thread.join(seconds)

    def round(self) -> bool:
        """Read it once; whether that went well. A fault is logged once, until it is read again."""
        try:
            self._samples = tuple(self._read())
        except Exception as error:
            if self._stopped.is_set():
                return False
            self.errors += 1
            if not self._fails:
                expected = isinstance(error, GovCloudError)
                _LOG.warning("%s: %s", self._title, str(error), exc_info=None if expected else error)
            self._fails = True
            return False
        self.succeeded = time.time()
        if self._fails:
            _LOG.warning("%s: read again", self._title)
        self._fails = False
        return True

    @property
    def _title(self) -> str:
        name, region = self.labels
        return f"source {name}" + (f" of region {region}" if region else "")

    def _run(self) -> None:
        while not self._stopped.is_set():
            well = self.round()
            self._stopped.wait(self._every if well else min(self._every, _AGAIN))


class Rounds:
    """All sources of an exporter, and how they are."""

    def __init__(self) -> None:
        self._sources: tuple[Source, ...] = ()
        self._lock = threading.Lock()
        self._running = False
        self._told: tuple[Extra, ...] = ()

    def add(self, source: Source) -> None:
        """One more; it begins with the others, or now where they have begun."""
        with self._lock:
            self._sources = (*self._sources, source)
            if self._running:
                source.start()

    def drop(self, region: str) -> None:
        """Read what is about a region no more."""
        with self._lock:
            dropped = [one for one in self._sources if one.labels[1] == region]
            self._sources = tuple(one for one in self._sources if one not in dropped)
        for one in dropped:
            one.retire()

    def start(self) -> None:
        """Begin to read all of them; returns at once."""
        with self._lock:
            self._running = True
            for source in self._sources:
                source.start()

    def stop(self, seconds: float = 5.0) -> None:
        """End all of them; waits for rounds under way, so long in all at most."""
        with self._lock:
            running, self._running = self._running, False
            sources = self._sources
        end = time.monotonic() + seconds
        for source in sources:
            source.stop()
        for source in sources if running else ():
            source.join(max(0.0, end - time.monotonic()))

    def samples(self) -> tuple[Extra, ...]:
        """What the sources told last, and how each is; the very same tuple where nothing changed."""
        now = (*(sample for one in self._sources for sample in one.samples()), *self._standing())
        if now != self._told:
            self._told = now
        return self._told

    def _standing(self) -> Iterable[Extra]:
        for one in self._sources:
            if one.succeeded:
                yield _SUCCESS, one.labels, one.succeeded
            yield _ERRORS, one.labels, float(one.errors)
