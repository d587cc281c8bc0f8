"""``govcloud tenancy review``: what is asked for, how it differs from what was approved, and the reviewer's word on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import say
from govcloud.cli.tenancy.names import name_argument

if TYPE_CHECKING:
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register

_DIGITS = 12


@click.command()
@name_argument
@click.option("--approve", "decision", flag_value="approve", help="Approve it.")
@click.option("--reject", "decision", flag_value="reject", help="Reject it.")
@click.option("--reason", help="Why; the department reads it.")
@click.option(
    "--role", type=click.Choice(["security", "platform"]), help="In which role, for a reviewer who has both."
)
@click.option(
    "--hash",
    "seen",
    help="The hash of what you have looked at, at least 12 digits; anything else is refused.",
)
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@hub_options
def review(
    name: str,
    decision: str | None,
    reason: str | None,
    role: Any,
    seen: str | None,
    yes: bool,
    hub: Hub,
) -> None:
    """Approve or reject what the tenancy NAME asks for, after a look at it.

    The review names the generation and the hash that were shown. Whatever changes in between is refused, and has to be
    looked at again. From grade 3 on two persons of different roles approve.
    """
    register = hub.register
    record = register.get(name)
    _show(record)
    _check_seen(record, seen)
    _check_reviewable(record)
    decision, reason = _decided(decision, reason)
    if not yes:
        about = f"generation {record.generation}, {record.hash[: len('sha256:') + _DIGITS]}"
        click.confirm(f"{decision} {name} ({about}) as {register.caller().name}?", abort=True, err=True)
    _tell(register.review(record, approve=decision == "approve", reason=reason, role=role), register)


def _decided(decision: str | None, reason: str | None) -> tuple[str, str]:
    """The decision and its reason, asked for in a terminal where they were not said."""
    from govcloud.cli.tenancy.requesting import in_terminal

    if not (decision and reason) and not in_terminal():
        raise click.UsageError("Say what you decide and why: --approve or --reject, and --reason.")
    if decision is None:
        choice = click.prompt(
            "What now", type=click.Choice(["approve", "reject", "stop"]), default="stop", err=True
        )
        if choice == "stop":
            raise click.Abort
        decision = str(choice)
    return decision, reason or str(click.prompt("Why", err=True))


def _show(record: Record) -> None:
    """What is decided about, on standard error: the decision is no data."""
    from rich.console import Console, Group

    from govcloud.cli.tenancy.portrait import decision_parts, request_parts
    from govcloud.cli.tenancy.showing import sections

    say(f"{record.name}  {record.spec['title']}: {record.phase}")
    parts = (*request_parts(record), *decision_parts(record))
    Console(stderr=True, markup=False, highlight=False).print(Group(*sections(parts)))
    say("")


def _check_seen(record: Record, seen: str | None) -> None:
    """Refuse where what is there is not what the reviewer looked at."""
    from govcloud.errors import RefusedError

    if seen is None:
        return
    digits = seen.removeprefix("sha256:")
    if len(digits) < _DIGITS:
        raise click.UsageError(f"--hash takes at least {_DIGITS} digits of the hash.")
    if not record.hash.removeprefix("sha256:").startswith(digits):
        raise RefusedError(
            f"its hash is {record.hash}, you have looked at {seen}",
            where=f"Tenancy {record.namespace}/{record.name}",
            expected="what you have looked at",
            mend="look at it again, then decide",
        )


def _check_reviewable(record: Record) -> None:
    from govcloud.errors import RefusedError
    from govcloud.hub.lifecycle import PHASES, REVIEWED

    if record.phase not in REVIEWED:
        raise RefusedError(
            f"there is nothing to review: it is {record.phase}: {PHASES[record.phase]}",
            where=f"Tenancy {record.namespace}/{record.name}",
            expected=f"a tenancy that is {', '.join(REVIEWED)}",
            mend=f"see what comes next with `govcloud tenancy show {record.name}`",
        )


def _tell(record: Record, register: Register) -> None:
    from govcloud.cli.tenancy.telling import tell

    say(f"written as {register.caller().name}, about {record.hash[: len('sha256:') + _DIGITS]}")
    tell(record)
