"""``govcloud preview|up|destroy|drift``: the engine's operations on an estate."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.estates import estate_argument, read_estate, selection_options
from govcloud.cli.output import emit, output_option, say
from govcloud.cli.progress import progress
from govcloud.errors import InputError, RefusedError

if TYPE_CHECKING:
    from govcloud.engine.engine import Engine
    from govcloud.engine.report import Report
    from govcloud.engine.survey import Standing
    from govcloud.engine.units import Selection, Unit
    from govcloud.model import Estate

_Command = Callable[..., Any]
_CELL = 80
_ROWS = 12
no_wait_option: Callable[[_Command], _Command] = click.option(
    "--no-wait",
    is_flag=True,
    help="Refuse where another change of the estate is under way, instead of waiting.",
)
yes_option: Callable[[_Command], _Command] = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@contextmanager
def _engine(estate: Estate, no_wait: bool) -> Iterator[Engine]:
    from govcloud.engine.engine import Engine
    from govcloud.engine.settings import settings_for
    from govcloud.local.toolchain import Toolchain

    settings = settings_for(estate, Toolchain.default())
    with progress() as heard:
        yield Engine(settings, heard, wait=not no_wait)


def _read(path: str) -> Estate:
    """The estate, and the waivers of its register with it: what they excuse is excused wherever rules are asked."""
    from govcloud.cli.policy.auditing import registered
    from govcloud.waivers import with_registered

    estate = read_estate(path)
    return with_registered(estate, registered(estate))


def _units(estate: Estate, regions: tuple[str, ...], tenancies: tuple[str, ...]) -> list[Unit]:
    from govcloud.engine.units import units_of

    return units_of(estate, _selection(regions, tenancies))


def _selection(regions: tuple[str, ...], tenancies: tuple[str, ...]) -> Selection:
    from govcloud.engine.units import Selection

    return Selection(regions, tenancies)


@click.command()
@estate_argument
@selection_options
@click.option(
    "--register",
    is_flag=True,
    help="Bring about the tenancies that the register of the hub has approved, in place of those of PATH.",
)
@no_wait_option
@output_option
def up(
    path: str,
    tenancies: tuple[str, ...],
    regions: tuple[str, ...],
    register: bool,
    no_wait: bool,
    output: str,
) -> None:
    """Bring the regions to what PATH says; a second time changes nothing.

    Only stacks that are new, changed in the estate or changed by hand are run. A stack that fails, or that a rule refuses
    (exit code 1), stops no other. With the hub's platform the register is made ready for the departments of PATH.
    """
    from govcloud.engine.departures import strays

    estate = _read(path)
    if register:
        _up_register(estate, path, tenancies, regions, no_wait, output)
        return
    units = _units(estate, regions, tenancies)
    with _engine(estate, no_wait) as engine:
        report = engine.up(units)
        left = [] if tenancies or regions else strays(estate, engine.checkpoints)
    emit([result.plain() for result in report.results], output, lambda: _report_table(report))
    _say_findings(report, path)
    _establish(estate, report)
    known = _registered(estate) if left else set()
    for name in left:
        if name.tenancy in known:
            continue
        say(
            f"{name}: not in the estate any more; to take it away: govcloud destroy -t {name.tenancy} -r {name.region}"
        )
    say(_summary(report))
    _exit_on_failure(report)


def _up_register(
    estate: Estate,
    path: str,
    tenancies: tuple[str, ...],
    regions: tuple[str, ...],
    no_wait: bool,
    output: str,
) -> None:
    """What the controller does, once."""
    from govcloud.cli.controller import make_controller, stopping, tell_round
    from govcloud.engine.report import Report

    if regions:
        raise InputError(
            "--register and --region do not go together",
            expected="a tenancy of the register to be brought about in all of its regions",
            mend="leave --region out, or name tenancies",
        )
    made = make_controller(estate, wait=not no_wait)
    with stopping(made) as stopped:
        round_ = made.once(tenancies)
    report = Report(round_.results)
    emit([result.plain() for result in report.results], output, lambda: _report_table(report))
    _say_findings(report, path)
    tell_round(round_)
    if stopped:
        sys.exit(130)
    _exit_on_failure(report)
    if round_.failures:
        sys.exit(1)


def _establish(estate: Estate, report: Report) -> None:
    """Make the register ready, where the platform of the hub is there."""
    from govcloud.controller.hubs import hub_cluster
    from govcloud.hub.establish import establish

    there = ("created", "updated", "unchanged")
    hub = estate.head.spec.hub
    if any(r.stack.tenancy is None and r.stack.region == hub and r.state in there for r in report.results):
        establish(hub_cluster(estate), estate)


def _registered(estate: Estate) -> set[str]:
    """The tenancies that the register of the hub brings about."""
    from govcloud.controller.guard import governed
    from govcloud.controller.hubs import hub_cluster

    return set(governed(hub_cluster(estate)))


@click.command()
@estate_argument
@selection_options
@no_wait_option
@output_option
def preview(
    path: str, tenancies: tuple[str, ...], regions: tuple[str, ...], no_wait: bool, output: str
) -> None:
    """Show what `up` would change, object by object; nothing is changed."""
    estate = _read(path)
    units = _units(estate, regions, tenancies)
    with _engine(estate, no_wait) as engine:
        report = engine.preview(units)
    emit([result.plain() for result in report.results], output, lambda: _changes_table(report))
    _say_findings(report, path)
    say(_summary(report))
    _exit_on_failure(report)


@click.command()
@estate_argument
@selection_options
@output_option
def drift(path: str, tenancies: tuple[str, ...], regions: tuple[str, ...], output: str) -> None:
    """Name what someone changed by hand: object, field, planned and live value, and who. Exit code 1 where there is any."""
    estate = _read(path)
    units = _units(estate, regions, tenancies)
    with _engine(estate, no_wait=True) as engine:
        standings = engine.survey(units)
    rows = [row for standing in standings for row in _drift_rows(standing)]
    if rows or output != "table":
        emit(rows, output, lambda: _drift_table(rows))
    unreachable = [s for s in standings if s.error]
    for region, error in {s.unit.name.region: s.error for s in unreachable}.items():
        say(f"region {region}: {error}")
    objects = sum(len(s.unit.manifests) for s in standings if not s.error)
    noun = "difference" if len(rows) == 1 else "differences"
    found = f"{len(rows)} {noun} in {objects} objects; `govcloud up` mends what it finds"
    say(found if rows else f"no drift in {objects} objects")
    if unreachable:
        sys.exit(3)
    if rows:
        sys.exit(1)


@click.command()
@estate_argument
@selection_options
@click.option("--platform", is_flag=True, help="Take the regions' platforms away too, after their tenancies.")
@click.option(
    "--with-workloads",
    multiple=True,
    metavar="TENANCY",
    help="Take this tenancy away although it still has workloads (repeatable).",
)
@click.option(
    "--with-register",
    multiple=True,
    metavar="NAME",
    help="Take away a tenancy of the register that was not retired, or, by the name of the estate, the register itself.",
)
@yes_option
@no_wait_option
@output_option
def destroy(
    path: str,
    tenancies: tuple[str, ...],
    regions: tuple[str, ...],
    platform: bool,
    with_workloads: tuple[str, ...],
    with_register: tuple[str, ...],
    yes: bool,
    no_wait: bool,
    output: str,
) -> None:
    """Take tenancies away. One that still has workloads is refused unless named with --with-workloads.

    What the register of the hub keeps or governs is refused unless named with --with-register.
    """
    from govcloud.controller.guard import refuse_register
    from govcloud.engine.departures import departing, refuse_workloads

    estate = read_estate(path)
    with _engine(estate, no_wait) as engine:
        units = departing(estate, _selection(regions, tenancies), engine.checkpoints, platform=platform)
        refuse_register(estate, units, with_register)
        refuse_workloads(units, with_workloads)
        _ask(units, yes)
        report = engine.destroy(units)
    emit([result.plain() for result in report.results], output, lambda: _report_table(report))
    say(_summary(report))
    _exit_on_failure(report)


def _ask(units: Sequence[Unit], yes: bool) -> None:
    if yes:
        return
    for unit in units:
        say(f"{unit.name}: {len(unit.manifests) or 'all its'} objects")
    if not click.confirm(f"Take these {len(units)} stacks away?", err=True):
        raise RefusedError("nothing was taken away", mend="confirm, or say --yes")


def _say_findings(report: Report, path: str) -> None:
    from govcloud.cli.policy.found import say_findings

    say_findings(report.findings, f"govcloud policy check {path} --plan")


def _exit_on_failure(report: Report) -> None:
    if report.failed:
        sys.exit(3)
    if report.refused:
        sys.exit(1)


def _summary(report: Report) -> str:
    counts = {
        state: report.count(state)
        for state in (
            "created",
            "updated",
            "deleted",
            "planned",
            "unchanged",
            "refused",
            "failed",
            "skipped",
        )
    }
    words = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    if report.count("unchanged") == len(report.results):
        words = f"nothing to change in {len(report.results)} stacks"
    return f"{words} ({report.seconds:.1f} s)"


def _report_table(report: Report) -> Any:
    from rich.table import Table

    table = Table()
    for column in ("stack", "state", "objects", "changes", "why"):
        table.add_column(column, overflow="fold")
    told = [result for result in report.results if result.state != "unchanged"]
    if not told:
        return "every stack is as the estate says"
    shown = [r for r in told if r.why] + [r for r in told if not r.why][:_ROWS]
    for result in shown:
        table.add_row(
            str(result.stack), result.state, str(result.objects), str(len(result.changes) or ""), result.why
        )
    if len(told) > len(shown):
        table.caption = f"and {len(told) - len(shown)} more like these; all of them with --output json"
    return table


def _changes_table(report: Report) -> Any:
    from rich.table import Table

    table = Table()
    for column in ("stack", "op", "kind", "object", "fields"):
        table.add_column(column, overflow="fold")
    for result in report.results:
        for change in result.changes:
            fields = ", ".join(change.fields)
            table.add_row(str(result.stack), change.op, change.kind, change.object, fields)
        if result.why:
            table.add_row(str(result.stack), result.state, "", "", result.why)
    return table


def _drift_rows(standing: Standing) -> list[dict[str, Any]]:
    return [
        {
            "stack": str(item.stack),
            "object": item.object,
            "change": item.difference.change,
            "field": item.difference.field,
            "old": item.difference.old,
            "new": item.difference.new,
            "who": item.difference.who,
            "when": item.difference.when,
        }
        for item in standing.drift
    ]


def _drift_table(rows: Sequence[dict[str, Any]]) -> Any:
    from rich.table import Table

    table = Table()
    for column in ("stack", "object", "change", "field", "old", "new", "who", "when"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_short(value) for value in row.values()))
    return table


def _short(value: Any) -> str:
    """A value for a table's cell; JSON and YAML carry it whole."""
    text = "" if value is None else str(value)
    return text if len(text) <= _CELL else f"{text[: _CELL - 1]}…"
