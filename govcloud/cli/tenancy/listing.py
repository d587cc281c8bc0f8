"""``govcloud tenancy list``: tenancies in a line each, those that wait for somebody, and how they go on."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

import click

from govcloud.cli.columns import aligned, terminal_width
from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, output_option, say, to_yaml
from govcloud.cli.tenancy.fields import ZONES
from govcloud.cli.tenancy.names import scope, visible_rows
from govcloud.hub.lifecycle import Phase

if TYPE_CHECKING:
    from govcloud.hub.listing import Row
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register
    from govcloud.hub.vigil import News, Seen

_PHASES = get_args(Phase)
_HEADINGS = (
    "NAME",
    "TITLE",
    "DEPARTMENT",
    "ZONE",
    "GRADE",
    "TIER",
    "PHASE",
    "PRIMARY",
    "REQUESTED BY",
    "AGE",
)
_GIVE = ("TITLE", "REQUESTED BY")
_DROP = ("REQUESTED BY", "TITLE", "DEPARTMENT", "PRIMARY", "AGE", "ZONE", "TIER")
_DECIDED = ("requested", "in-review", "changing", "retiring")
"""Phases in which it hangs on reviews and agreements whom a tenancy waits for."""
_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tenancies are meant."""

    departments: tuple[str, ...]
    phases: tuple[str, ...]
    grades: tuple[int, ...]
    zones: tuple[str, ...]
    mine: bool
    waiting: bool

    def take(self, row: Row, caller: str) -> bool:
        """Whether a row is meant, as far as rows tell."""
        return (
            (not self.phases or row.phase in self.phases)
            and (not self.grades or row.grade in self.grades)
            and (not self.zones or row.zone in self.zones)
            and (not self.mine or row.requested_by == caller)
        )


@click.command("list")
@click.option("--department", "-d", "departments", multiple=True, help="Only this department (repeatable).")
@click.option(
    "--phase", "phases", multiple=True, type=click.Choice(_PHASES), help="Only this phase (repeatable)."
)
@click.option(
    "--grade", "grades", multiple=True, type=click.IntRange(1, 4), help="Only this grade (repeatable)."
)
@click.option("--zone", "zones", multiple=True, type=click.Choice(ZONES), help="Only this zone (repeatable).")
@click.option("--mine", is_flag=True, help="Only what you asked for.")
@click.option("--waiting-for-me", "waiting", is_flag=True, help="Only what waits for a step of yours.")
@click.option("--watch", "-w", is_flag=True, help="Go on, and print what changes, until interrupted.")
@hub_options
@output_option
def list_tenancies(
    departments: tuple[str, ...],
    phases: tuple[str, ...],
    grades: tuple[int, ...],
    zones: tuple[str, ...],
    mine: bool,
    waiting: bool,
    watch: bool,
    hub: Hub,
    output: str,
) -> None:
    """List the tenancies that you may see: those of your department, or all for who decides, audits or runs the cloud.

    With --watch, JSON is an object a line, and YAML a document each; a tenancy that leaves the listing is told as gone. It
    goes on when the hub was away for a while, and ends with Ctrl-C.
    """
    filters = Filters(departments, phases, grades, zones, mine, waiting)
    if watch:
        _watch(hub, filters, output)
        return
    rows = _look(hub.register, hub, filters)
    if output == "table":
        _print_table(rows)
    else:
        emit([_plain(row) for row in rows], output, lambda: "")


def _look(register: Register, hub: Hub, filters: Filters) -> list[Row]:
    """Look at the register once, through the filters."""
    from govcloud.hub.vigil import Seen

    phase = filters.phases[0] if len(filters.phases) == 1 else None
    found = visible_rows(register, hub, filters.departments, phase)  # type: ignore[arg-type]
    return _through(register, hub, filters, [Seen(row) for row in found])


def _through(register: Register, hub: Hub, filters: Filters, seen: Sequence[Seen]) -> list[Row]:
    """Those that the filters let through."""
    found = [one for one in seen if filters.take(one.row, register.caller().name)]
    return list(_waiting(register, hub, found)) if filters.waiting else [one.row for one in found]


def _waiting(register: Register, hub: Hub, seen: Sequence[Seen]) -> Iterator[Row]:
    """The rows of tenancies that wait for the caller; whole records are read only of those that are being decided on."""
    from govcloud.hub.membership import departments_of
    from govcloud.hub.prospects import waiting_for

    caller = register.caller()
    owned = departments_of(caller, hub.known, owned=True)
    rows = [one.row for one in seen if not one.record]
    places = {(row.department, row.phase) for row in rows if row.phase in _DECIDED}
    records = {one.row.name: one.record for one in seen if one.record} | {
        record.name: record
        for department, phase in sorted(places)
        for record in register.records(department, phase=phase)
    }
    for one in seen:
        record = records.get(one.row.name) or _sketch(one.row)
        if waiting_for(record, caller, owned):
            yield one.row


def _sketch(row: Row) -> Record:
    """As much of a record as tells whom it waits for, where that hangs on nothing but its phase."""
    from govcloud.hub.record import Record

    phase = (
        "withdrawn" if row.phase in _DECIDED else row.phase
    )  # it moved on meanwhile, and is seen at the next look
    return Record(
        {
            "metadata": {"name": row.name},
            "spec": {"department": row.department},
            "status": {"phase": phase},
        }
    )


def _watch(hub: Hub, filters: Filters, output: str) -> None:
    """Print the listing, then each row that has changed since; what is gone is said."""
    from govcloud.hub.vigil import Vigil

    register = hub.register
    with Vigil(register.cluster, scope(register, hub, filters.departments)) as vigil:
        try:
            shown = {row.name: row for row in _through(register, hub, filters, vigil.first())}
            _print_rows(shown.values(), (), output, headings=True)
            while True:
                _print_news(register, hub, filters, vigil.more(), shown, output)
        except KeyboardInterrupt:
            raise click.exceptions.Exit(_INTERRUPTED) from None


def _print_news(
    register: Register,
    hub: Hub,
    filters: Filters,
    news: Sequence[News],
    shown: dict[str, Row],
    output: str,
) -> None:
    """Print what has changed in the listing ``shown``, and change that."""
    from govcloud.cluster.following import Change

    changed: list[Row] = []
    for one in news:
        if not isinstance(one, Change):
            say(f"{one}; trying again")
            continue
        before = shown.pop(one.name, None)
        for row in _through(register, hub, filters, [one.now] if one.now else []):
            shown[one.name] = row
            changed += [row] if row != before else []
        if before and one.name not in shown:
            say(f"{one.name} is gone from this listing")
    _print_rows(changed, shown.values(), output)


def _print_rows(rows: Iterable[Row], beside: Collection[Row], output: str, *, headings: bool = False) -> None:
    """Print rows, in a table with the columns of all that are shown beside them."""
    rows = list(rows)
    if output == "table":
        head, *lines = _lines([*beside, *rows])
        for line in ([head] if headings else []) + lines[len(beside) :]:
            click.echo(line)
        return
    for row in map(_plain, rows):
        click.echo(
            json.dumps(row, ensure_ascii=False) if output == "json" else f"---\n{to_yaml(row)}".rstrip()
        )


def _plain(row: Row) -> dict[str, Any]:
    """A row with the keys of documents."""
    from pydantic.alias_generators import to_camel

    return {to_camel(key): value for key, value in asdict(row).items()}


def _print_table(rows: list[Row]) -> None:
    if rows:
        click.echo("\n".join(_lines(rows)))
        for row in rows:
            if row.last_error:
                say(f"{row.name}: {row.last_error}")
    else:
        say("no tenancies")


def _lines(rows: Iterable[Row]) -> Iterator[str]:
    cells = (
        (
            row.name,
            row.title,
            row.department,
            row.zone,
            str(row.grade or ""),
            str(row.tier),
            row.phase,
            row.primary or "",
            row.requested_by or "",
            row.age,
        )
        for row in rows
    )
    return aligned(_HEADINGS, cells, width=terminal_width(), give=_GIVE, drop=_DROP)
