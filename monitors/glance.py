"""One look at an estate: its facts as they are now, for whoever wants to know once and keeps no watch."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from govcloud.model import Estate
from monitors.facts import EstateFacts
from monitors.watch import EstateWatch, Tempo
from monitors.watch.api import Feed

PATIENCE = 20.0
"""Seconds after which a region that has not answered is told without an answer."""
_TEMPO = Tempo(sampling=1.0, settle=0.1)
_PAUSE = 0.05


def look_once(
    estate: Estate, clusters: Mapping[str, Callable[[], Feed]], *, patience: float = PATIENCE
) -> EstateFacts:
    """The facts of an estate when every region has told what it holds and uses, or the patience is at its end.

    Args:
        estate: its documents.
        clusters: by name of the region, what makes a client of its API server.
        patience: seconds; regions that take longer are in the facts as not fresh, without pools and tenancies.

    Raises:
        KeyError: a region is none of the estate.
    """
    watch = EstateWatch(estate, clusters, tempo=_TEMPO)
    watch.start()
    try:
        end = time.monotonic() + patience
        while not _whole(watch.facts(), len(clusters)) and time.monotonic() < end:
            time.sleep(_PAUSE)
        return watch.facts()
    finally:
        watch.stop()


def _whole(facts: EstateFacts, regions: int) -> bool:
    return len(facts.regions) == regions and all(one.fresh for one in facts.regions)
