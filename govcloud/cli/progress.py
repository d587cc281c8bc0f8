"""Progress of many runs at once: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from govcloud.cli.output import say


class PlainProgress:
    """One line when a run begins and one when it ends."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._since = time.monotonic()

    def start(self, jobs: Iterable[tuple[str, int]]) -> None:
        """Runs that are to come."""
        self._sizes = dict(jobs)
        for job, size in self._sizes.items():
            say(f"{job}: {size} objects")

    def step(self, job: str, done: int) -> None:
        """Nothing: lines are for beginnings and ends."""

    def finish(self, job: str, failed: bool) -> None:
        """A run has ended."""
        say(f"{job}: {'failed' if failed else 'done'} after {time.monotonic() - self._since:.1f} s")

    def say(self, message: str) -> None:
        """Something that a person should know."""
        say(message)


class BarProgress:
    """A bar a run, and one for all."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}
        self._sizes: dict[str, int] = {}
        self._all: Any = None
        self._lock = threading.Lock()

    def start(self, jobs: Iterable[tuple[str, int]]) -> None:
        """Runs that are to come."""
        self._sizes = dict(jobs)
        if self._sizes:
            self._all = self._bars.add_task("all", total=sum(self._sizes.values()))

    def step(self, job: str, done: int) -> None:
        """A run has done so many objects."""
        with self._lock:
            if job not in self._tasks:
                self._tasks[job] = self._bars.add_task(job, total=self._sizes.get(job))
            self._bars.update(self._tasks[job], completed=min(done, self._sizes.get(job, done)))
            self._bars.update(self._all, completed=self._completed())

    def finish(self, job: str, failed: bool) -> None:
        """A run has ended; its bar goes, so that only what is under way is seen."""
        with self._lock:
            if job in self._tasks:
                self._bars.update(self._tasks[job], completed=self._sizes.get(job, 0), visible=failed)
            if failed:
                self._bars.console.print(f"{job}: failed", style="red")

    def say(self, message: str) -> None:
        """Something that a person should know."""
        self._bars.console.print(message, markup=False)

    def _completed(self) -> int:
        return int(sum(task.completed for task in self._bars.tasks if task.id != self._all))


@contextmanager
def progress() -> Iterator[PlainProgress | BarProgress]:
    """Progress on standard error, in the form that suits it."""
    if not sys.stderr.isatty():
        yield PlainProgress()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield BarProgress(bars)
