"""``govcloud toolchain``: installs the pinned programs, and tells what is there.

The library reports events and prints nothing; how they look, on a terminal and in a log, is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import emit, output_option

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from govcloud.local.toolchain import Event
    from govcloud.local.toolchain.events import Progress

_COLOURS = {"done": "green", "found": "green", "failed": "red", "altered": "yellow", "passed over": "dim"}
# How a megabyte is counted for a person who compares with the size of a download.
_MEGABYTE = 1_000_000


@click.group()
def toolchain() -> None:
    """The pinned programs that local regions and the engine need."""


@toolchain.command()
@click.argument("names", nargs=-1)
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Choice(["path", "mirror", "release", "build"]),
    help="Ask only this source (repeatable).  [default: all, in this order]",
)
@output_option
def install(names: tuple[str, ...], sources: tuple[str, ...], output: str) -> None:
    """Install the programs NAMES, by default all.

    Sources, in the order in which they are asked: a copy on PATH of the pinned version; a mirror
    (GOVCLOUD_TOOLCHAIN_MIRROR, a folder or URL); the publisher's release, by its published checksum; a build from
    pinned Go modules. Safe to repeat and to interrupt.
    """
    from govcloud.local.toolchain import SOURCES, Toolchain

    chain = Toolchain.default(sources or SOURCES)
    with _shown() as progress:
        installed = chain.install(names or None, progress)
    rows = [asdict(program) for program in installed]
    emit(_plain(rows), output, lambda: _table(rows, ("program", "version", "source", "seconds")))


@toolchain.command()
@click.option("--verify", is_flag=True, help="Hash every program and compare it with what was installed.")
@output_option
@click.pass_context
def status(context: click.Context, verify: bool, output: str) -> None:
    """Tell which programs are installed, and whether they are still what was installed.

    Exit code 1 when a program is absent or altered.
    """
    from govcloud.local.toolchain import Toolchain

    rows = [asdict(program) for program in Toolchain.default().status(verify=verify)]
    emit(_plain(rows), output, lambda: _table(rows, ("program", "version", "state", "source", "size")))
    if any(row["state"] != "installed" for row in rows):
        context.exit(1)


@contextmanager
def _shown() -> Iterator[Progress]:
    """Progress for a person: one line a program on a terminal, else one line a step."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as bars:
            yield _Bars(bars)
    else:
        yield _Lines()


def _bars(console: Any) -> Bars:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    return Progress(
        TextColumn("{task.fields[program]:<29}"),
        BarColumn(bar_width=20),
        TextColumn("[{task.fields[colour]}]{task.description}"),
        TimeElapsedColumn(),
        console=console,
    )


class _Bars:
    """One line a program, updated in place."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        if event.program not in self._tasks:
            self._tasks[event.program] = self._bars.add_task(
                "", program=event.program, colour="white", total=1.0
            )
        task, ended = self._tasks[event.program], event.phase in ("done", "found")
        self._bars.update(
            task,
            description=_text(event),
            completed=1.0 if ended else event.fraction or 0.0,
            # Without a fraction the bar moves back and forth instead of pretending to know.
            total=None if event.fraction is None and not ended else 1.0,
            colour=_COLOURS.get(event.phase, "white"),
        )
        if ended or event.phase == "failed":
            self._bars.stop_task(task)


class _Lines:
    """One line when a program's step changes, for logs and pipes."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[str, str]] = {}

    def __call__(self, event: Event) -> None:
        step = (event.phase, event.detail)
        if self._last.get(event.program) != step:
            self._last[event.program] = step
            click.echo(f"{event.program}: {_text(event)} [{event.seconds:.0f} s]", err=True)


def _text(event: Event) -> str:
    return event.detail if event.detail.startswith(event.phase) else f"{event.phase}: {event.detail}"


def _plain(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**row, "path": str(row["path"]) if row["path"] else None} for row in rows]


def _table(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Any:
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for column in columns:
        table.add_column(column.upper(), overflow="fold")
    for row in rows:
        table.add_row(*(_cell(column, row[column]) for column in columns))
    return table


def _cell(column: str, value: Any) -> str:
    if value is None:
        return "-"
    if column == "size":
        return f"{value / _MEGABYTE:.1f} MB"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
