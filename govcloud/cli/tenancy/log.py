"""``govcloud tenancy log``: the decisions about tenancies, read, exported as JSON lines, and verified."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, say
from govcloud.cli.tenancy.names import complete, named, scope

if TYPE_CHECKING:
    from rich.table import Table

    from govcloud.hub.anchors import Anchors
    from govcloud.hub.log import Flaw, Manifest
    from govcloud.hub.record import Record

    _Read = tuple[list[Manifest], list[Record], tuple[str | None, ...]]

_path = click.Path(dir_okay=False, path_type=Path)


@click.command("log")
@click.argument("name", metavar="[NAME]", required=False, callback=named, shell_complete=complete)
@click.option(
    "--department",
    "departments",
    multiple=True,
    help="Whose log (repeatable); yours by default, all for those who read all.",
)
@click.option("--file", type=_path, help="Read exported lines from this file, and ask no hub.")
@click.option("--verify", is_flag=True, help="Say what is wrong with it; exit code 1 where something is.")
@click.option("--anchor", type=_path, help="With --verify: anchors that must still be in the log.")
@click.option(
    "--keep-anchor", "kept", type=_path, help="Add the end of a sound log to the anchors of a file."
)
@click.option(
    "--output",
    "-o",
    type=click.Choice(["table", "json", "yaml", "lines"]),
    default="table",
    show_default=True,
    help="How to print data; lines are JSON lines, to be kept outside of the hub.",
)
@hub_options
def log(
    name: str | None,
    departments: tuple[str, ...],
    file: Path | None,
    verify: bool,
    anchor: Path | None,
    kept: Path | None,
    output: str,
    hub: Hub,
) -> None:
    """Print the decision log, of the tenancy NAME alone where one is named.

    Each department has a log of its own, chained so that a changed, missing or reordered decision is found, and compared
    with the histories of its tenancies. What an anchor shows, kept where the hub cannot reach it, is that nothing was cut
    off at the end or made anew.
    """
    from govcloud.hub.anchors import by_department

    if (anchor or kept) and not verify:
        raise click.UsageError("--anchor and --keep-anchor are for a log that is verified: add --verify.")
    if verify and output == "lines":
        raise click.UsageError("What is wrong is printed as table, json or yaml.")
    decisions, records, meant = _from_file(file, departments) if file else _from_hub(hub, name, departments)
    logs = {one: log for one, log in by_department(decisions).items() if one in meant or None in meant}
    if verify:
        from govcloud.hub.anchors import read_anchors

        anchors = read_anchors(anchor) if anchor else {}
        mine = {one: kept for one, kept in anchors.items() if one in meant or None in meant}
        _verify(logs, records, mine, kept, output)
    else:
        _print(
            [one for log in logs.values() for one in log if name in (None, one["spec"]["tenancy"])], output
        )


def _from_file(file: Path, departments: tuple[str, ...]) -> _Read:
    from govcloud.errors import InputError
    from govcloud.hub.log import parse

    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the log cannot be read: {error}", where=str(file)) from error
    found = parse(lines)
    if wrong := [one for one in found if not _is_whole(one)]:
        raise InputError(
            f"decision {wrong[0]['metadata']['name']} does not say of which tenancy and department it is",
            where=str(file),
            expected="JSON lines as govcloud exports them",
            mend="export the log again",
        )
    return found, [], departments or (None,)


def _is_whole(one: Manifest) -> bool:
    return "namespace" in one["metadata"] and {"tenancy", "uid"} <= set(one["spec"])


def _from_hub(hub: Hub, name: str | None, departments: tuple[str, ...]) -> _Read:
    """The decisions and the tenancies of the departments that are meant, None for all.

    The tenancies are read first: what is recorded meanwhile is in the log then, and missing from none.
    """
    from govcloud.hub.recorder import DecisionLog

    register = hub.register
    if name and not departments:
        departments = (register.get(name).department,)
    meant = scope(register, hub, departments)
    records = [record for department in meant for record in register.records(department)]
    log = DecisionLog(register)
    return [one for department in meant for one in log.read(department)], records, meant


def _verify(
    logs: Mapping[str, list[Manifest]],
    records: Sequence[Record],
    anchors: Anchors,
    kept: Path | None,
    output: str,
) -> None:
    from govcloud.hub.anchors import anchors_of, keep, read_anchors

    flaws = _flaws(logs, records, anchors)
    rows = [{"department": one, "where": flaw.where, "what": flaw.what} for one, flaw in flaws]
    if flaws or output != "table":
        emit(
            rows,
            output,
            lambda: _table(("DEPARTMENT", "WHERE", "WHAT"), [tuple(row.values()) for row in rows]),
        )
    count = sum(map(len, logs.values()))
    say(f"{count} decisions of {len(logs)} departments: {len(flaws) or 'no'} flaws")
    if flaws:
        sys.exit(1)
    if kept:
        keep(kept, read_anchors(kept) if kept.exists() else {}, anchors_of(logs))


def _flaws(
    logs: Mapping[str, list[Manifest]], records: Sequence[Record], anchors: Anchors
) -> list[tuple[str, Flaw]]:
    """What is wrong with each log, by department; a log of which only an anchor is left is empty."""
    from govcloud.hub.log import compare, verify

    found: list[tuple[str, Flaw]] = []
    departments = {*logs, *anchors, *(record.department for record in records)}
    for one in sorted(departments):
        log = logs.get(one, [])
        mine = [record for record in records if record.department == one]
        found += [(one, flaw) for flaw in (*verify(log, anchors.get(one)), *compare(log, mine))]
    return found


def _print(decisions: Sequence[Manifest], output: str) -> None:
    from govcloud.hub.log import lines

    if output == "lines":
        for line in lines(decisions):
            click.echo(line)
        return
    rows = [_row(one) for one in decisions]
    head = ("DEPARTMENT", "NUMBER", "AT", "TENANCY", "FROM", "TO", "BY", "DECISION", "REASON")
    emit(rows, output, lambda: _table(head, [tuple(str(row[key.lower()]) for key in head) for row in rows]))


def _row(one: Manifest) -> dict[str, Any]:
    spec, entry = one["spec"], one["spec"]["entry"]
    return {
        "department": str(one["metadata"]["namespace"]).removeprefix("d-"),
        "number": spec["number"],
        "tenancy": spec["tenancy"],
        **{key: entry.get(key, "") for key in ("at", "from", "to", "by", "decision", "reason", "hash")},
        "digest": spec["digest"],
    }


def _table(head: Sequence[str], rows: Sequence[tuple[str, ...]]) -> Table:
    from rich.table import Table

    table = Table(*head, box=None)
    for row in rows:
        table.add_row(*row)
    return table
