"""Locks between installations, so that two at once share the work instead of spoiling it.

A lock is a file that the operating system frees when its holder dies: nothing has to be cleaned up after a
crash.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from govcloud.local.toolchain.events import Job

_POLL_SECONDS = 0.2
# A wait of less than a second is nobody's concern.
_POLLS_UNTOLD = 5


@contextmanager
def hold(path: Path, job: Job, why: str) -> Iterator[None]:
    """Hold the lock of a file, waiting for another thread or process that has it.

    Args:
        path: the lock file; made if need be, never deleted (deleting it would let two holders in).
        job: told while it waits, and asked whether to stop.
        why: what is waited for, for the person who waits.

    Raises:
        Stopped: the person interrupted while it waited.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _wait(descriptor, job, why)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, job: Job, why: str) -> None:
    polls = 0
    while True:
        job.check()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            polls += 1
            if polls == _POLLS_UNTOLD:
                job.report("waiting", why)
            job.stop.wait(_POLL_SECONDS)
        else:
            return
