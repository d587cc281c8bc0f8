"""What an installation tells while it runs, and what it hands back.

The library never prints. It reports events; the command line, a portal or a test decides how to show them.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Phase = Literal[
    "found", "waiting", "altered", "downloading", "unpacking", "building", "passed over", "done", "failed"
]
State = Literal["installed", "absent", "altered"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of the installation of one program.

    Attributes:
        program: its name in the catalog.
        phase: what is happening now.
        detail: one sentence for a person.
        seconds: since the installation of this program began.
        fraction: how much of the phase is done, 0 to 1, where that is known.
    """

    program: str
    phase: Phase
    detail: str
    seconds: float
    fraction: float | None = None


Progress = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Installed:
    """A program that is in place and verified."""

    program: str
    version: str
    source: str
    path: Path
    sha256: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of one program of the catalog; what is unknown of an absent one is None."""

    program: str
    version: str
    source: str | None
    path: Path | None
    state: State
    sha256: str | None
    size: int | None


class Stopped(Exception):  # noqa: N818 - not an error: the person asked to stop
    """The installation was interrupted; what was half done has been put away."""


@dataclass(slots=True)
class Job:
    """The installation of one program: where its events go, and whether it is to stop.

    Attributes:
        program: name of the program.
        progress: receives the events; called by several threads, one at a time.
        stop: set when the person interrupts.
    """

    program: str
    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)
    began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since this job began."""
        return time.monotonic() - self.began

    def report(self, phase: Phase, detail: str, fraction: float | None = None) -> None:
        """Tell what is happening now."""
        self.progress(Event(self.program, phase, detail, self.seconds, fraction))

    def check(self) -> None:
        """End this job here if it is to stop.

        Raises:
            Stopped: the person interrupted.
        """
        if self.stop.is_set():
            raise Stopped(self.program)
