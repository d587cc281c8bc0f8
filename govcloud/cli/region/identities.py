"""Kubeconfigs for people: the platform team's, one for anybody, and the cast of a demonstration in one go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import emit, output_option, say
from govcloud.cli.region.choice import estate_option, on_this_machine

if TYPE_CHECKING:
    from datetime import datetime

    from rich.table import Table

    from govcloud.local.region import LocalRegion
    from govcloud.model import Department, Estate
    from govcloud.planner.cast import Part

_DEPARTMENTS = 2
_days = click.option(
    "--days", type=click.IntRange(1, 365), default=1, show_default=True, help="How long it is good for."
)


@click.command("kubeconfig")
@click.argument("name")
@click.option("--raw", is_flag=True, help="Print the kubeconfig itself; it holds a private key.")
@click.option("--user", help="Issue one for this user, in place of the platform team's.")
@click.option(
    "--group", "groups", multiple=True, help="A group of the user (repeatable); see docs/access.md."
)
@_days
@click.option("--file", type=click.Path(dir_okay=False, path_type=Path), help="Where to write it.")
def kubeconfig(
    name: str, raw: bool, user: str | None, groups: tuple[str, ...], days: int, file: Path | None
) -> None:
    """Print where the platform team's kubeconfig of a region is, or issue one for somebody.

    What is issued, as with `--user li.na@mee --group mee:owners`, is a certificate: it has the rights of its groups and
    cannot be called back before it ends.
    """
    one = on_this_machine((name,), False)[0]
    if user is None:
        _refuse_without_user(groups, file)
        path = _of_platform(one)
    else:
        path = file or one.layout.identities / f"{_file_name(user)}.kubeconfig"
        until = _issue(one, user, groups, path, days)
        say(f"for {user} in {', '.join(groups) or 'no group'}, good until {until:%Y-%m-%d %H:%M} UTC")
    click.echo(path.read_text(encoding="utf-8") if raw else str(path), nl=not raw)


@click.command("identities")
@click.argument("name")
@estate_option
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where to write the kubeconfigs.",
)
@click.option(
    "--department",
    "departments",
    multiple=True,
    help=f"Whose requester and viewer (repeatable); by default the first {_DEPARTMENTS} of the estate.",
)
@_days
@output_option
def identities(
    name: str, estate_path: str, folder: Path, departments: tuple[str, ...], days: int, output: str
) -> None:
    """Issue the cast of a demonstration: one kubeconfig for each part in the register.

    A requester and a viewer of each department, a security reviewer, a platform reviewer, an operator of the platform,
    and an auditor. What each may do is told in docs/access.md.
    """
    from govcloud.model.loader import load_estate
    from govcloud.planner.cast import cast

    one = on_this_machine((name,), False)[0]
    parts = cast(_chosen(load_estate(estate_path), departments))
    rows = [_row(one, part, folder / f"{part.name}.kubeconfig", days) for part in parts]
    emit(rows, output, lambda: _table(rows))
    say(f"good for {days} {'day' if days == 1 else 'days'}; they cannot be called back before")


def _row(one: LocalRegion, part: Part, path: Path, days: int) -> dict[str, Any]:
    until = _issue(one, part.user, part.groups, path, days)
    return {
        "part": part.name,
        "user": part.user,
        "groups": list(part.groups),
        "does": part.does,
        "kubeconfig": str(path),
        "until": until.isoformat(),
    }


def _table(rows: Sequence[dict[str, Any]]) -> Table:
    from rich.table import Table

    table = Table("PART", "USER", "GROUPS", "DOES", "KUBECONFIG", box=None)
    for row in rows:
        table.add_row(row["part"], row["user"], ", ".join(row["groups"]), row["does"], row["kubeconfig"])
    return table


def _chosen(estate: Estate, names: Sequence[str]) -> list[Department]:
    from govcloud.errors import InputError

    if unknown := [name for name in names if name not in estate.departments]:
        raise InputError(
            f"estate {estate.name} has no department called {', '.join(unknown)}",
            expected=f"some of: {', '.join(estate.departments)}",
            mend="see the departments with `govcloud estate show`, or name the estate with --estate",
        )
    return [estate.departments[name] for name in names or [*estate.departments][:_DEPARTMENTS]]


def _issue(one: LocalRegion, user: str, groups: Sequence[str], path: Path, days: int) -> datetime:
    from govcloud.errors import InputError
    from govcloud.local.region.credentials import expiry

    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        return expiry(one.issue(user, list(groups), path, days))
    except OSError as error:
        raise InputError(
            f"the kubeconfig of {user} cannot be written: {error.strerror}",
            where=str(path),
            expected="a folder that may be written to",
            mend="name another place",
        ) from error


def _of_platform(one: LocalRegion) -> Path:
    from govcloud.errors import RegionError

    if not one.kubeconfig.exists():
        raise RegionError(
            f"region {one.name} has no kubeconfig yet",
            where=str(one.kubeconfig),
            expected="a region that was up once",
            mend=f"govcloud region up {one.name}",
        )
    return one.kubeconfig


def _refuse_without_user(groups: Sequence[str], file: Path | None) -> None:
    if groups or file:
        raise click.UsageError("--group and --file are for a kubeconfig that is issued: add --user.")


def _file_name(user: str) -> str:
    """A user's name as a file name; two users never share one."""
    from urllib.parse import quote

    return quote(user, safe="@")
