"""``govcloud tenancy list``: tenancies in a line each, those that wait for somebody, and how they go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from time import sleep as pause
from typing import TYPE_CHECKING, Any, get_args

import click

from govcloud.cli.columns import aligned, terminal_width
from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, output_option, say, to_yaml
from govcloud.cli.tenancy.fields import ZONES
from govcloud.cli.tenancy.names import scope
from govcloud.hub.lifecycle import Phase

if TYPE_CHECKING:
    from govcloud.hub.listing import Row
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register

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

_POLL = 2.0
_SHARE = 10
"""Of a watch, at most this part of its time is spent with asking the hub, whose time it is too."""


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

    With --watch, JSON is an object a line, and YAML a document each; a tenancy that leaves the listing is told as gone.
    """
    filters = Filters(departments, phases, grades, zones, mine, waiting)
    look = _looker(hub.register, hub, filters)
    if watch:
        _watch(look, output)
        return
    rows = look()
    if output == "table":
        _print_table(rows)
    else:
        emit([_plain(row) for row in rows], output, lambda: "")


def _looker(register: Register, hub: Hub, filters: Filters) -> Callable[[], list[Row]]:
    """What looks at the register once, through the filters."""
    departments = scope(register, hub, filters.departments)

    def look() -> list[Row]:
        phase = filters.phases[0] if len(filters.phases) == 1 else None
        found = [row for one in departments for row in register.rows(one, phase=phase)]  # type: ignore[arg-type]
        found = [row for row in found if filters.take(row, register.caller().name)]
        return list(_waiting(register, hub, found)) if filters.waiting else found

    return look


def _waiting(register: Register, hub: Hub, rows: Sequence[Row]) -> Iterator[Row]:
    """The rows of tenancies that wait for the caller; whole records are read only of those that are being decided on."""
    from govcloud.hub.membership import departments_of
    from govcloud.hub.prospects import waiting_for

    caller = register.caller()
    owned = departments_of(caller, hub.known, owned=True)
    places = {(row.department, row.phase) for row in rows if row.phase in _DECIDED}
    records = {
        record.name: record
        for department, phase in sorted(places)
        for record in register.records(department, phase=phase)
    }
    for row in rows:
        record = records.get(row.name) or _sketch(row)
        if waiting_for(record, caller, owned):
            yield row


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


def _watch(look: Callable[[], list[Row]], output: str) -> None:
    """Print the listing, then each row that has changed since; what is gone is said."""
    known: dict[str, Row] | None = None
    while True:
        begun = monotonic()
        rows = {row.name: row for row in look()}
        _print_changed(rows, known, output)
        for name in (known or {}).keys() - rows.keys():
            say(f"{name} is gone from this listing")
        known = rows
        pause(max(_POLL, _SHARE * (monotonic() - begun)))


def _print_changed(rows: dict[str, Row], known: dict[str, Row] | None, output: str) -> None:
    """The rows that are not as they were known; the whole listing where nothing was."""
    changed = [name for name, row in rows.items() if _fixed(row) != _fixed((known or {}).get(name))]
    if output == "table":
        headings, *lines = _lines(rows.values())
        by_name = dict(zip(rows, lines, strict=True))
        for line in ([headings] if known is None else []) + [by_name[name] for name in changed]:
            click.echo(line)
        return
    for name in changed:
        row = _plain(rows[name])
        click.echo(
            json.dumps(row, ensure_ascii=False) if output == "json" else f"---\n{to_yaml(row)}".rstrip()
        )


def _plain(row: Row) -> dict[str, Any]:
    """A row with the keys of documents."""
    from pydantic.alias_generators import to_camel

    return {to_camel(key): value for key, value in asdict(row).items()}


def _fixed(row: Row | None) -> dict[str, Any]:
    """What can change of a row, which its age always does."""
    return {key: value for key, value in asdict(row).items() if key != "age"} if row else {}


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
