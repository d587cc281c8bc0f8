"""The files of an estate, read again when they change: what documents tell is then told anew, without a restart.

Regions and their pools are what the watches stand on; those are taken up at the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from govcloud.model import Estate
from monitors.families import Extra
from monitors.sources.known import Known

_LOG = logging.getLogger(__name__)
EVERY = 30.0
"""Seconds between two looks."""

Marks = tuple[tuple[str, int, int], ...]


def files_reader(known: Known, path: Path, read: Callable[[], Estate]) -> Callable[[], Iterable[Extra]]:
    """What looks at the files, for a `Source`; it has no samples of its own.

    Args:
        known: is told the estate where it changed. One that has problems is not taken up, and the round fails.
        path: the file or folder.
        read: reads and checks it.
    """
    seen = marks(path)

    def look() -> Iterable[Extra]:
        nonlocal seen
        now = marks(path)
        if now != seen:
            estate = read()
            if estate.regions != known.files.regions:
                _LOG.warning("the estate has other regions or pools now: they are taken up at the next start")
            known.read(estate)
            seen = now
        return ()

    return look


def marks(path: Path) -> Marks:
    """What changes whenever a file of an estate is written, comes or goes."""
    files = sorted(path.rglob("*.y*ml")) if path.is_dir() else [path]
    found = []
    for file in files:
        try:
            status = file.stat()
        except OSError:  # it went meanwhile, which the next look sees
            continue
        found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)
