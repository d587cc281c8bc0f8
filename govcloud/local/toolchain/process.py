"""A long program that can be stopped: builds take minutes, and Ctrl-C must not leave them running.

The program gets a process group of its own, so that what it started ends with it, and nothing else does.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from govcloud.local.toolchain.events import Job

_POLL_SECONDS = 0.5
_GRACE_SECONDS = 5.0
_TAIL_LINES = 8


def run(
    args: Sequence[str | Path],
    *,
    folder: Path,
    env: Mapping[str, str],
    log: Path,
    job: Job,
    tick: Callable[[float], None] = lambda seconds: None,
) -> int:
    """Run a program to its end; its output goes to a file.

    Args:
        args: the program and its arguments.
        folder: where it runs.
        env: its whole environment.
        log: the file, overwritten.
        job: asked whether to stop.
        tick: called twice a second with the seconds since the start.

    Returns:
        The exit code.

    Raises:
        Stopped: the person interrupted; the program and all that it started have ended.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            args,
            cwd=folder,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    began = job.seconds
    try:
        while True:
            try:
                return process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                job.check()
                tick(job.seconds - began)
    finally:
        _end(process)


def tail(log: Path) -> str:
    """The last lines of a program's output, which is where it says what went wrong."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:])


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
