"""Watches: what every region of an estate holds and uses, kept up event by event and never read twice."""

from monitors.watch.api import ApiServer
from monitors.watch.estate import EstateWatch
from monitors.watch.region import RegionWatch, Tempo

__all__ = ["ApiServer", "EstateWatch", "RegionWatch", "Tempo"]
