"""The watch of an estate: all of its regions beside each other, and one value of them whenever something changed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from govcloud.model import Estate
from monitors.facts import EstateFacts
from monitors.watch.api import Feed
from monitors.watch.power import PowerModel
from monitors.watch.region import RegionWatch, Tempo

_LOG = logging.getLogger(__name__)
Listener = Callable[[EstateFacts], None]


class EstateWatch:
    """Watches the regions of an estate.

    Args:
        estate: its documents.
        clusters: by name of the region, what makes a client of its API server; only these regions are watched.
        tempo: how often.
        model: how much power nodes draw.

    Raises:
        KeyError: a region is none of the estate.
    """

    def __init__(
        self,
        estate: Estate,
        clusters: Mapping[str, Callable[[], Feed]],
        *,
        tempo: Tempo | None = None,
        model: PowerModel | None = None,
    ) -> None:
        self._estate = estate
        self._tempo = tempo or Tempo()
        self._changed = threading.Event()
        self._urgent = threading.Event()
        self._stopped = threading.Event()
        self._listeners: list[Listener] = []
        self._model = model
        self._adding = threading.Lock()
        self._started = False
        self.regions: tuple[RegionWatch, ...] = ()
        for name, connect in clusters.items():
            self.add(name, connect)
        self._facts = EstateFacts(estate.name, time.time())
        self._thread = threading.Thread(target=self._run, name="facts", daemon=True)

    def on_facts(self, listener: Listener) -> None:
        """Tell a listener of all facts to come, in one thread, one after the other; at least once a sampling interval."""
        self._listeners.append(listener)

    def add(self, name: str, connect: Callable[[], Feed]) -> None:
        """Watch one more region, from now on where the others are watched already.

        Raises:
            KeyError: it is none of the estate.
        """
        one = RegionWatch(
            self._estate.regions[name], connect, self._changed.set, self._urgent.set, self._tempo, self._model
        )
        with self._adding:
            self.regions = (*self.regions, one)
            if self._started and not self._stopped.is_set():
                one.start()

    def take(self, estate: Estate) -> None:
        """The documents are others now. Regions that are none of the estate any more are watched no longer.

        Those that it has besides are watched when they are added.
        """
        with self._adding:
            self._estate = estate
            gone = [one for one in self.regions if one.region.name not in estate.regions]
            self.regions = tuple(one for one in self.regions if one not in gone)
        for one in self.regions:
            one.take(estate.regions[one.region.name])
        for one in gone:
            one.stop()
        self._changed.set()

    def start(self) -> None:
        """Begin to watch; returns at once."""
        with self._adding:
            self._started = True
            for region in self.regions:
                region.start()
        self._thread.start()

    def stop(self) -> None:
        """End all watches; returns when listeners are told nothing any more."""
        with self._adding:
            self._stopped.set()
        self._changed.set()
        self._urgent.set()
        for region in self.regions:
            region.stop()
        self._thread.join(5)

    def facts(self) -> EstateFacts:
        """The facts that were made last; costs nothing, from any thread."""
        return self._facts

    @property
    def ready(self) -> bool:
        """Whether every region was read once or does not answer, so that what is told is all there is to tell."""
        return all(region.tried for region in self.regions) and bool(self._facts.regions or not self.regions)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._changed.wait(self._tempo.sampling)
            self._changed.clear()
            if self._stopped.is_set():
                return
            self._urgent.clear()
            self._tell()
            self._urgent.wait(self._tempo.settle)

    def _tell(self) -> None:
        """A listener that fails is a fault in it, which the others and the watches outlive."""
        regions = tuple(region.facts() for region in self.regions)
        self._facts = EstateFacts(self._estate.name, time.time(), regions)
        for listener in self._listeners:
            try:
                listener(self._facts)
            except Exception:
                _LOG.exception("a listener of facts failed")
