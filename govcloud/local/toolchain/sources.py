"""What a source of programs is, and the first of them: a copy on PATH.

A source either gives a verified file, says that it cannot (and the next is asked), or raises an error because
what it offers is not what was published. The last ends the installation: falling back quietly after a forged
file would hide the forgery.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from govcloud.local.toolchain.catalog import Program
from govcloud.local.toolchain.events import Job
from govcloud.local.toolchain.fetch import Unavailable

_PROBE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Obtained:
    """A verified program: in the staging folder, or, with ``in_place``, to be used where it lies."""

    path: Path
    in_place: bool = False


class Source(Protocol):
    """Somewhere programs come from."""

    @property
    def name(self) -> str:
        """One word, as ``--from`` takes it."""

    def obtain(self, program: Program, staging: Path, job: Job) -> Obtained:
        """A verified program.

        Raises:
            Unavailable: this source cannot give it.
            ToolchainError: what the source gives is not what was pinned.
            Stopped: the person interrupted.
        """


class PathSource:
    """Programs that the machine already has, if they say that they are of the pinned version.

    Args:
        root: folder of the toolchain; its own links are not taken for somebody else's program.
        path: folders to search, by default those of the environment.
    """

    name = "path"

    def __init__(self, root: Path, path: str | None = None) -> None:
        self._root = root
        self._path = os.environ.get("PATH", "") if path is None else path

    def obtain(self, program: Program, staging: Path, job: Job) -> Obtained:
        """See :meth:`Source.obtain`."""
        if program.probe.pinned is None:
            raise Unavailable("on PATH: this program cannot tell its version")
        answers = []
        for found in self._found(program.name):
            job.check()
            answer = probe(found, program)
            if program.probe.pinned.search(answer):
                return Obtained(found, in_place=True)
            answers.append(f"{found} is another version")
        raise Unavailable("; ".join(answers) or "not on PATH")

    def _found(self, name: str) -> list[Path]:
        folders = [Path(folder) for folder in self._path.split(os.pathsep) if folder]
        files = [folder / name for folder in folders]
        return [
            file
            for file in files
            if file.is_file()
            and os.access(file, os.X_OK)
            and not file.resolve().is_relative_to(self._root.resolve())
        ]


def probe(path: Path, program: Program) -> str:
    """What a copy of a program answers when it is asked who it is; empty when it does not answer in time."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [path, *program.probe.args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=_PROBE_SECONDS,
            env=quiet,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
