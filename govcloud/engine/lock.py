"""One change of an estate at a time on this machine, and what a killed one left behind.

The lock is the operating system's (flock), so it ends with its holder, however that ended. Pulumi's own lock is a file that
a killed engine leaves in the backend; who holds it is written in the backend's message, and where that process is dead the
lock is taken away.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from govcloud.engine.settings import RUN_MARK
from govcloud.errors import RefusedError
from govcloud.local.region.process import all_gone, is_gone

_POLL_SECONDS = 0.2
_HOLDER = re.compile(r"created by \S+@(\S+) \(pid (\d+)\)")
_ENGINE_PROGRAMS = ("pulumi", "pulumi-resource-kubernetes")


@contextmanager
def estate_lock(
    root: Path, *, wait: bool, tell: Callable[[str], None], stopped: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """Hold the estate's lock.

    Args:
        root: the estate's state folder.
        wait: wait for the holder; else refuse at once.
        tell: is told once who is waited for.
        stopped: whether to wait no longer.

    Raises:
        RefusedError: somebody else holds it, and ``wait`` is false or ``stopped`` is true.
    """
    with (root / "lock").open("a+") as file:
        _acquire(file.fileno(), root / "lock", lambda: wait and not stopped(), tell)
        file.seek(0)
        file.truncate()
        json.dump({"pid": os.getpid(), "since": time.strftime("%Y-%m-%d %H:%M:%S%z")}, file)
        file.flush()
        try:
            yield
        finally:
            file.seek(0)
            file.truncate()


def _acquire(descriptor: int, path: Path, wait: Callable[[], bool], tell: Callable[[str], None]) -> None:
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            holder = _holder(path)
            if not wait():
                raise RefusedError(
                    f"another change of this estate is under way ({holder})",
                    where=str(path),
                    mend="wait until it has ended, or leave --no-wait out to wait for it",
                ) from None
            if not told:
                tell(f"waiting for another change of this estate to end ({holder})")
                told = True
            time.sleep(_POLL_SECONDS)


def _holder(path: Path) -> str:
    try:
        holder = json.loads(path.read_text())
        return f"process {holder['pid']}, since {holder['since']}"
    except (OSError, ValueError, KeyError):
        return "its holder is just starting"


def end_leftovers(root: Path) -> list[int]:
    """End engines and providers that a killed command of this estate left running, and return their process ids.

    Call it only with the estate's lock held: then no living command owns such a process. They are told by a mark in
    their environment, which only this estate's engine sets.
    """
    leftovers = [process for process in psutil.process_iter(["name"]) if _is_leftover(process, root)]
    for process in leftovers:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    all_gone(leftovers, seconds=5)
    return [process.pid for process in leftovers]


def interrupt_runs(told: Collection[int]) -> list[int]:
    """Ask the engines that this process started to end; each finishes the calls that it has begun and writes its record.

    Args:
        told: process ids that were asked already; to be asked twice is to be broken off.

    Returns:
        The process ids that were asked now.
    """
    asked = []
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            if process.name() == _ENGINE_PROGRAMS[0] and process.pid not in told:
                process.send_signal(signal.SIGINT)
                asked.append(process.pid)
    return asked


def _is_leftover(process: psutil.Process, root: Path) -> bool:
    # The kernel cuts a process's name at 15 characters.
    if not any(
        process.info["name"] == name[:15] or process.info["name"] == name for name in _ENGINE_PROGRAMS
    ):
        return False
    try:
        return bool(process.environ().get(RUN_MARK) == str(root))
    except psutil.Error:
        return False


def dead_holder(message: str) -> bool:
    """Whether a message of Pulumi about a lock names only processes of this machine that no longer run a Pulumi."""
    holders = _HOLDER.findall(message)
    host = socket.gethostname()
    return bool(holders) and all(name == host and not _runs_pulumi(int(pid)) for name, pid in holders)


def _runs_pulumi(pid: int) -> bool:
    """A process id alone does not do: after a reboot it may be anybody's, and of a dead process it may be left.

    Where a command was killed, init takes notice of the end of its engine, at its leisure.
    """
    try:
        process = psutil.Process(pid)
        return process.name().startswith("pulumi") and not is_gone(process)
    except psutil.Error:
        return False
