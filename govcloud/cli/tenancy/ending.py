"""``govcloud tenancy withdraw|cordon|retire``: how requests are taken back, and how tenancies end or go on after all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.tenancy.names import name_argument

if TYPE_CHECKING:
    from datetime import datetime

    from govcloud.hub.lifecycle import Phase
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register

_Command = Callable[..., Any]


def _reason(default: str) -> Callable[[_Command], _Command]:
    return click.option("--reason", default=default, show_default=True, help="Why, for the history.")


_yes = click.option("--yes", "-y", is_flag=True, help="Do not ask.")


@click.command()
@name_argument
@_reason("taken back")
@_yes
@hub_options
def withdraw(name: str, reason: str, yes: bool, hub: Hub) -> None:
    """Take the request NAME back, before it is brought about; it can be asked for again."""
    register = hub.register
    record = register.get(name)
    _ask(f"take the request {name} back ({record.phase})?", yes)
    _moved(register, record, "withdrawn", reason)


@click.command()
@name_argument
@_reason("closed to new work")
@click.option("--lift", is_flag=True, help="Open it again, as it was approved.")
@click.option("--change", "to_change", is_flag=True, help="With --lift: go on with a change of it.")
@_yes
@hub_options
def cordon(name: str, reason: str, lift: bool, to_change: bool, yes: bool, hub: Hub) -> None:
    """Close the tenancy NAME to new work, while what is in it runs on; or open it again.

    Whoever set a cordon lifts it, the department or the platform; the platform lifts every one. A department closes a
    tenancy before it asks for its end.
    """
    if to_change and not lift:
        raise click.UsageError("--change goes with --lift.")
    register = hub.register
    record = register.get(name)
    if lift:
        why = reason if _said("reason") else "opened again"
        _moved(register, record, "changing" if to_change else "approved", why)
        return
    _ask(f"close {name} to new work?", yes)
    _moved(register, record, "cordoned", reason)


@click.command()
@name_argument
@_reason("no longer needed")
@click.option(
    "--until", help="Keep everything until this day, 2027-06-30, in place of the retention of its tier; UTC."
)
@click.option("--agree", is_flag=True, help="Agree, as the second person, that it is destroyed.")
@click.option("--keep", is_flag=True, help="Keep it after all; it stays cordoned.")
@_yes
@hub_options
def retire(name: str, reason: str, until: str | None, agree: bool, keep: bool, yes: bool, hub: Hub) -> None:
    """Ask for the end of the tenancy NAME, which is cordoned; agree to it as a reviewer; or keep it after all.

    Everything is kept for the retention period of its recovery tier. A second person, a reviewer of another department than
    that which asked, agrees; then the platform destroys it, and that is final.
    """
    if agree + keep + (until is not None) > 1:
        raise click.UsageError("One of --agree, --keep and --until at a time.")
    register = hub.register
    record = register.get(name)
    if keep:
        _moved(register, record, "cordoned", reason if _said("reason") else "kept after all")
    elif agree:
        _check_asked(record)
        _ask(f"agree that {name} is destroyed after {record.status['retirement']['until']}?", yes)
        _tell(register.consent(record, reason if _said("reason") else "agreed"))
    else:
        if record.phase != "cordoned":
            raise _no_step(record, "retiring")
        _ask(f"ask for the end of {name}? {_kept(record, until)}", yes)
        _tell(register.retire(record, reason, _moment(until) if until else None))


def _moved(register: Register, record: Record, target: Phase, reason: str) -> None:
    """Make a step, and tell; one that the life cycle does not have is refused here in the words of its phases."""
    from govcloud.hub.lifecycle import find_step

    if not any(find_step(record.phase, target, side) for side in ("department", "platform")):
        raise _no_step(record, target)
    _tell(register.move(record, target, reason))


def _no_step(record: Record, target: str) -> Exception:
    from govcloud.errors import RefusedError
    from govcloud.hub.lifecycle import PHASES, STEPS

    sources = dict.fromkeys(step.source for step in STEPS if step.target == target)
    look = f"see what can come next with `govcloud tenancy show {record.name}`"
    first = f"close it to new work first, with `govcloud tenancy cordon {record.name}`"
    return RefusedError(
        f"it is {record.phase} ({PHASES[record.phase]}), from where it does not become {target}",
        where=f"Tenancy {record.namespace}/{record.name}",
        expected=f"a tenancy that is {' or '.join(sources)}",
        mend=first if target == "retiring" and record.phase in ("active", "changing") else look,
    )


def _check_asked(record: Record) -> None:
    from govcloud.errors import RefusedError

    if record.phase != "retiring":
        raise RefusedError(
            f"nobody has asked for its end: it is {record.phase}",
            where=f"Tenancy {record.namespace}/{record.name}",
            expected="a tenancy that is retiring",
            mend=f"an owner of {record.department} asks, with `govcloud tenancy retire {record.name}`",
        )


def _kept(record: Record, until: str | None) -> str:
    """How long everything is kept, in words."""
    if until:
        return f"everything is kept until {until}"
    return f"everything is kept for the retention period of tier {record.spec['recovery']['tier']}"


def _moment(day: str) -> datetime:
    from datetime import UTC, date, datetime, time, timedelta

    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), time(), UTC)
    except ValueError:
        raise click.UsageError(f"--until takes a day, 2027-06-30; not {day!r}.") from None


def _said(option: str) -> bool:
    """Whether the person gave an option, or it has its default."""
    from click.core import ParameterSource

    return click.get_current_context().get_parameter_source(option) is ParameterSource.COMMANDLINE


def _ask(question: str, yes: bool) -> None:
    if not yes:
        click.confirm(question, abort=True, err=True)


def _tell(record: Record) -> None:
    from govcloud.cli.tenancy.telling import tell

    tell(record)
