"""Local regions on the command line: up, down, list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from govcloud.cli.output import emit, output_option, say
from govcloud.cli.region.choice import estate_option, local, of_estate, on_this_machine, require_choice

if TYPE_CHECKING:
    from rich.table import Table

    from govcloud.local.region import LocalRegion, RegionStatus
    from govcloud.local.toolchain import Toolchain
    from govcloud.model import Region

_T = TypeVar("_T")
_AT_ONCE = 4
_PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")


@click.command("up")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Every local region of the estate.")
@estate_option
def up(names: tuple[str, ...], every: bool, estate_path: str) -> None:
    """Start regions, or mend what died in them; a region that is fine is left alone."""
    from govcloud.model.authorities import identity_with_authorities
    from govcloud.model.loader import load_estate
    from govcloud.planner import plan_nodes
    from govcloud.planner.authentication import authentication_configuration

    require_choice(names, every)
    estate = load_estate(estate_path)
    chosen = of_estate(estate, names, every)
    callers = authentication_configuration(identity_with_authorities(estate))
    with _reporting() as report:
        toolchain = _installed(report)

        def bring_up(model: Region) -> None:
            one = local(model.name, toolchain, services=str(model.spec.addresses.services))
            nodes = plan_nodes(model)
            one.up(nodes, lambda step: report(f"{model.name}: {step}"), authentication=callers)

        _each(chosen, bring_up)
    for model in chosen:
        say(f"{model.name} is up; kubeconfig: {local(model.name, toolchain).kubeconfig}")


@click.command("down")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Every local region on this machine.")
@click.option("--purge", is_flag=True, help="Delete the data, keys and logs of the region too.")
@click.option("--yes", is_flag=True, help="Do not ask before deleting.")
def down(names: tuple[str, ...], every: bool, purge: bool, yes: bool) -> None:
    """Stop regions; their data stays unless --purge says otherwise."""
    require_choice(names, every)
    chosen = on_this_machine(names, every)
    if purge and chosen and not yes:
        called = ", ".join(one.name for one in chosen)
        click.confirm(f"Delete everything that {called} keeps?", abort=True, err=True)
    with _reporting() as report:

        def bring_down(one: LocalRegion) -> None:
            one.down(purge=purge, progress=lambda step: report(f"{one.name}: {step}"))

        _each(chosen, bring_down)
    for one in chosen:
        say(f"{one.name} is {'deleted' if purge else 'down'}")


@click.command("list")
@output_option
def list_regions(output: str) -> None:
    """Show the regions on this machine: state, nodes, memory, and which component is dead."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(_AT_ONCE, "region") as pool:
        found = list(pool.map(lambda one: one.status(), on_this_machine((), True)))
    emit([_as_data(status) for status in found], output, lambda: _table(found))


def _installed(report: Callable[[str], None]) -> Toolchain:
    from govcloud.local.toolchain import Toolchain

    toolchain = Toolchain.default()
    report("looking for the programs")
    toolchain.install(_PROGRAMS, lambda event: report(f"{event.program}: {event.detail}"))
    return toolchain


def _each(items: Sequence[_T], work: Callable[[_T], None]) -> None:
    """Do the work for all at once; afterwards raise what failed, all of it."""
    from concurrent.futures import ThreadPoolExecutor

    from govcloud.errors import GovCloudError, RegionError

    with ThreadPoolExecutor(_AT_ONCE, "region") as pool:
        futures = [pool.submit(work, item) for item in items]
        failures = [error for future in futures if (error := future.exception())]
    for failure in failures:
        if len(failures) == 1 or not isinstance(failure, GovCloudError):
            raise failure
    if failures:
        raise RegionError("\n".join(str(failure) for failure in failures)) from failures[0]


@contextmanager
def _reporting() -> Iterator[Callable[[str], None]]:
    """What is being done: one live line on a terminal, plain lines elsewhere; ends the work on Ctrl-C."""
    from rich.console import Console

    console, stopped = Console(stderr=True), threading.Event()
    status = console.status("") if console.is_terminal else None

    def report(step: str) -> None:
        if stopped.is_set():
            raise click.Abort
        status.update(step) if status else say(step)

    if status:
        status.start()
    try:
        yield report
    except KeyboardInterrupt:
        stopped.set()
        raise
    finally:
        if status:
            status.stop()


def _as_data(status: RegionStatus) -> dict[str, Any]:
    from dataclasses import asdict

    totals = {"memory_bytes": status.memory_bytes, "uptime": status.uptime, "failing": list(status.failing)}
    return asdict(status) | totals


def _table(found: Sequence[RegionStatus]) -> Table:
    from rich.table import Table

    table = Table("REGION", "STATE", "SERVER", "NODES", "MEMORY", "UP FOR", "FAILING", box=None)
    for one in found:
        table.add_row(
            one.name,
            one.state,
            one.server or "",
            f"{one.nodes_ready}/{one.nodes_total}",
            f"{one.memory_bytes / 1e6:.0f} MB",
            _duration(one.uptime),
            ", ".join(one.failing),
        )
    return table


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"
