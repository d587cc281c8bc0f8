"""Tenancies by name: the argument of every command about one, completed by the shell from the hub."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub

if TYPE_CHECKING:
    from govcloud.hub.lifecycle import Phase
    from govcloud.hub.listing import Row
    from govcloud.hub.register import Register

_Command = Callable[..., Any]
_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_PATIENCE = 2.0
"""Seconds that a person who pressed a key waits for names."""


def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The names of tenancies that begin so and that the caller may see; none where the hub does not answer quickly."""
    found: list[str] = []
    asked = threading.Thread(target=_ask, args=(ctx.params, found), daemon=True)
    asked.start()
    asked.join(_PATIENCE)
    return [name for name in list(found) if name.startswith(incomplete)]


def named(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """A name as it was given.

    Raises:
        click.BadParameter: no tenancy can have it.
    """
    if value is not None and not _NAME.fullmatch(value):
        raise click.BadParameter(
            f"{value!r} names no tenancy; a name is <department>-<system>, of lower-case letters, digits and hyphens."
        )
    return value


def name_argument(command: _Command) -> _Command:
    """The argument NAME."""
    return click.argument("name", metavar="NAME", callback=named, shell_complete=complete)(command)


def visible_rows(
    register: Register, hub: Hub, departments: tuple[str, ...] = (), phase: Phase | None = None
) -> list[Row]:
    """The tenancies of some departments; where none is named, all that the caller reads.

    Raises:
        RefusedError: the caller may not see them.
    """
    return [
        row
        for department in scope(register, hub, departments)
        for row in register.rows(department, phase=phase)
    ]


def scope(register: Register, hub: Hub, departments: tuple[str, ...] = ()) -> tuple[str | None, ...]:
    """The departments to ask the register about; None stands for all at once."""
    from govcloud.hub.membership import departments_of, sees_everything

    if departments:
        return departments
    caller = register.caller()
    if sees_everything(caller):
        return (None,)
    return tuple(departments_of(caller) or departments_of(caller, hub.known)) or (None,)


def _ask(given: dict[str, Any], found: list[str]) -> None:
    """Names into a list; silent whatever is wrong, since a person is in the middle of a line."""
    import contextlib

    with contextlib.suppress(Exception):  # a completion that complains would break the line being typed
        hub = Hub(given.get("kubeconfig"), given.get("context"), given.get("estate_path"))
        found.extend(row.name for row in visible_rows(hub.register, hub))
