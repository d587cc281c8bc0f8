"""``govcloud monitor start``, ``stop`` and ``status``: the server of metrics and portal, detached from the terminal."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from govcloud.cli.estates import estate_argument
from govcloud.cli.monitor.options import serving_options
from govcloud.cli.output import emit, output_option, say

if TYPE_CHECKING:
    from rich.table import Table

    from govcloud.local.background import Background, Order, Place

_PATIENCE = 60.0
"""Seconds that the first reading of every region may take."""
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where a server at every address is found from here
_CODE = (".py", ".yaml", ".js", ".css")
State = Literal["up", "starting", "dead", "down"]


@dataclass(frozen=True, slots=True)
class Status:
    """How the server in the background is.

    ``starting``: it runs and has not read every region yet. ``dead``: it was started and is gone. ``memory_bytes`` counts a
    page that several processes share in equal parts, where the system tells; ``uptime`` is in seconds.
    """

    state: State
    url: str | None
    pid: int | None
    memory_bytes: int
    uptime: float
    log: str


@click.command()
@estate_argument
@serving_options
@click.pass_context
def start(context: click.Context, /, path: str, **_: Any) -> None:
    """Serve the metrics and the portal in the background.

    The same as `serve`, with the same options, detached from the terminal. What runs already with the same options is left
    alone; with others it is started anew. Returns when every region was read once.
    """
    order = order_of(path, {name: value for name, value in context.params.items() if name != "path"})
    started = in_background().start(order, patience=_PATIENCE, say=say)
    say("the monitor is up" if started else "the monitor runs already")
    say(f"portal:  {order.place.url}/")
    say(f"metrics: {order.place.url}/metrics")
    say("govcloud monitor stop ends it")


@click.command()
def stop() -> None:
    """End the server that `start` left in the background; the ledger and the log stay."""
    say("the monitor is down" if in_background().stop(say) else "no monitor runs in the background")


@click.command("status")
@output_option
def show_status(output: str) -> None:
    """Show whether a server runs in the background, where, and what it takes."""
    status = status_of(in_background())
    emit(asdict(status), output, lambda: _table(status))


def in_background() -> Background:
    """The one server in the background of this state folder."""
    from govcloud.local.background import Background
    from govcloud.paths import state_home

    return Background("monitor", state_home().absolute() / "monitor", "govcloud monitor")


def order_of(path: str, values: Mapping[str, Any]) -> Order:
    """The order to serve an estate.

    Args:
        path: the estate.
        values: the options of `serve`, by parameter.

    Raises:
        UsageError: a background has no standard input.
        InputError: the address is none.
    """
    import govcloud
    import monitors
    from govcloud.local.background import Order

    if path == "-":
        raise click.UsageError(
            "Name a file or a folder: in the background nothing is read from standard input."
        )
    place = _place(values)
    words, told = handed_on(values)
    command = (sys.executable, "-m", "govcloud.cli.main", "monitor", "serve", *words, _absolute(path))
    code = edition(Path(folder) for package in (govcloud, monitors) for folder in package.__path__)
    return Order(command, {**os.environ, **told}, told, code, place)


def edition(folders: Iterable[Path]) -> str:
    """Version and last change of the code in folders: an editable installation changes without a new version."""
    from importlib.metadata import version

    files = (path for folder in folders for path in folder.rglob("*") if path.suffix in _CODE)
    return f"{version('govcloud')} {max(path.stat().st_mtime_ns for path in files)}"


def handed_on(values: Mapping[str, Any]) -> tuple[list[str], dict[str, str]]:
    """Options of `serve` as words of a command line, or as variables where an option has one.

    Everybody on a machine reads the command lines of all, and the URL of a ledger may hold a password.
    """
    from govcloud.cli.monitor.serving import serve

    words: list[str] = []
    told: dict[str, str] = {}
    for option in (one for one in serve.params if isinstance(one, click.Option)):
        for text in _texts(values.get(option.name or "")):
            if isinstance(option.envvar, str):
                told[option.envvar] = text
            else:
                words += [option.opts[0], *([] if option.is_flag else [text])]
    return words, told


def status_of(server: Background) -> Status:
    """How the server in the background is."""
    import psutil

    from govcloud.local.region.status import memory_of

    place, running, log = server.place, server.process(), str(server.log)
    url = place.url if place else None
    try:
        if running:
            state: State = "up" if place and place.ready() else "starting"
            uptime = round(time.time() - running.create_time(), 1)
            return Status(state, url, running.pid, memory_of(running), uptime, log)
    except psutil.NoSuchProcess:
        running = None  # it ended while it was looked at
    return Status("dead" if server.ticket else "down", url, None, 0, 0.0, log)


def _place(values: Mapping[str, Any]) -> Place:
    from govcloud.local.background import Place
    from monitors.serving.access import Listen

    listen = Listen.parse(values["address"])
    if not listen.port:
        raise click.UsageError("Name a port with --address: at port 0 nobody would find the server.")
    host = _EVERYWHERE.get(listen.host, listen.host)
    scheme = "https" if values["tls_cert"] else "http"
    url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{listen.port}"
    return Place(listen.host, listen.port, url, values["client_ca"] is not None)


def _absolute(path: str) -> str:
    return str(Path(path).expanduser().absolute())


def _texts(value: Any) -> Iterator[str]:
    """A value of an option as texts: none where it is absent, several where it may be given several times."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, Path):
        yield _absolute(str(value))
    elif value is not None and value is not False:
        yield f"{value:g}" if isinstance(value, float) else str(value)


def _table(status: Status) -> Table:
    from rich.table import Table

    table = Table("STATE", "PORTAL", "PID", "MEMORY", "UP FOR", "LOG", box=None)
    table.add_row(
        status.state,
        f"{status.url}/" if status.url else "",
        str(status.pid or ""),
        f"{status.memory_bytes / 1e6:.0f} MB",
        f"{status.uptime:.0f} s",
        status.log,
    )
    return table
