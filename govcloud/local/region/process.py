"""Processes that outlive the command that started them, and how they are known again.

A pid alone says nothing after a crash or a reboot: the kernel hands it out again. A process is ours only when
its pid, its start (counted from the boot, which a corrected clock does not move), its executable and its
whole command line are those that were written down. Nothing else is ever stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from govcloud.errors import RegionError
from govcloud.local.region.layout import write_private

_LOG_LIMIT = 20 * 1024 * 1024
_POLL = 0.02
_START_TOLERANCE = 1.0  # seconds; the kernel counts hundredths


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a pid file holds: enough to know a process again, and what it was started with.

    ``started`` is in seconds after the boot; ``fingerprint`` tells whether the process still runs with what
    it should.
    """

    pid: int
    started: float
    executable: str
    command: list[str]
    fingerprint: str

    @classmethod
    def load(cls, path: Path) -> Ticket | None:
        """The ticket in a pid file, or None where there is none that can be read."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def save(self, path: Path) -> None:
        """Write the pid file."""
        write_private(path, json.dumps(asdict(self)))

    def process(self) -> psutil.Process | None:
        """The living process of this ticket, or None when it is gone or somebody else has its pid."""
        try:
            process = psutil.Process(self.pid)
            same = (
                process.status() != psutil.STATUS_ZOMBIE
                and abs(_since_boot(process) - self.started) < _START_TOLERANCE
                and process.exe() == self.executable
                and process.cmdline() == self.command
            )
        except psutil.Error:
            return None
        return process if same else None

    def await_end(self, seconds: float = 10.0) -> None:
        """Wait for the process of this ticket, which does not live any more, to let go of its ports."""
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(self.pid)
            if abs(_since_boot(process) - self.started) < _START_TOLERANCE:
                all_gone([process], seconds)


def start(
    command: Sequence[str],
    *,
    environment: dict[str, str],
    folder: Path,
    log: Path,
    ticket: Path,
    fingerprint: str,
) -> psutil.Process:
    """Start a detached process: own session, no terminal, output appended to ``log`` (0600).

    Ctrl-C in the terminal does not reach it, and it goes on when the caller ends.

    Raises:
        OSError: the program cannot be executed.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment,
            cwd=folder,
            start_new_session=True,
            umask=0o077,
        )
    finally:
        os.close(descriptor)
    child.returncode = 0  # it is meant to outlive us; Popen would warn that nobody waited
    process = psutil.Process(child.pid)
    started, executable = _since_boot(process), str(Path(command[0]).resolve())
    Ticket(child.pid, started, executable, list(command), fingerprint).save(ticket)
    return process


def strays(names: Sequence[str], folder: Path) -> list[psutil.Process]:
    """Processes of these programs (``name`` or ``name-version``) with an option in ``folder``, ticket or not.

    An interruption between the start of a process and the writing of its pid file leaves such behind.
    """
    inside = f"={folder}{os.sep}"
    return [
        process
        for process, program, line in _running()
        if any(f"{program}-".startswith(f"{name}-") for name in names)
        if any(inside in argument for argument in line[1:])
    ]


def stop(processes: Sequence[psutil.Process], patience: float = 15.0) -> None:
    """Ask processes to end, together, and kill those that have not after ``patience`` seconds.

    Raises:
        RegionError: one is still there after it was killed.
    """
    for force in (False, True):
        for process in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill() if force else process.terminate()
        if all_gone(processes, patience):
            return
    pids = ", ".join(str(process.pid) for process in processes if not is_gone(process))
    raise RegionError(
        f"processes {pids} do not end, even when killed",
        where=f"pid {pids}",
        expected="a killed process to be gone",
        mend="look what they wait for (a disk that does not answer?), then try again",
    )


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, be it that its parent has not taken notice of it yet.

    The kernel calls it a zombie as soon as its first thread has ended; until the last one has, it holds its ports.
    """
    with contextlib.suppress(ChildProcessError):  # it is somebody else's child, or init's
        os.waitpid(process.pid, os.WNOHANG)
    try:
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return not process.is_running() or (zombie and process.num_threads() <= 1)
    except psutil.NoSuchProcess:
        return True


def all_gone(processes: Sequence[psutil.Process], seconds: float) -> bool:
    """Whether processes have all ended, waited for as long as ``seconds``."""
    deadline = time.monotonic() + seconds
    while not all(is_gone(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def rotate(log: Path, limit: int = _LOG_LIMIT) -> None:
    """Move a log of more than ``limit`` bytes to ``.1``; a process that writes to it goes on undisturbed."""
    if log.exists() and log.stat().st_size > limit:
        older = log.with_name(f"{log.name}.1")
        older.touch(mode=0o600)
        shutil.copyfile(log, older)
        os.truncate(log, 0)  # it is written in append mode, so the writer goes on at the new end


def tail(log: Path, lines: int = 8) -> str:
    """The last lines of a log."""
    if not log.exists():
        return ""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 16384))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def _since_boot(process: psutil.Process) -> float:
    return process.create_time() - psutil.boot_time()


def _running() -> Iterator[tuple[psutil.Process, str, list[str]]]:
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                yield process, Path(process.exe()).name, process.cmdline()
        except psutil.Error:
            continue  # it ended meanwhile, or belongs to another user
