"""The files of an estate, read again when they change, so that what they say counts without a restart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from govcloud.model import Estate
from monitors.families import Extra

EVERY = 30.0
"""Seconds between two looks."""

Marks = tuple[tuple[str, int, int], ...]


def files_reader(
    path: Path, read: Callable[[], Estate], take: Callable[[Estate], None]
) -> Callable[[], Iterable[Extra]]:
    """What looks at the files, for a `Source`; it has no samples of its own.

    Args:
        path: the file or folder.
        read: reads and checks it.
        take: is told the estate where it changed. One that has problems is not taken up, and the round fails.
    """
    seen = marks(path)

    def look() -> Iterable[Extra]:
        nonlocal seen
        now = marks(path)
        if now != seen:
            take(read())
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
