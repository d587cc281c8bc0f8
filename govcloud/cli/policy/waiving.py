"""``govcloud policy waive|waivers``: ask for an exception to a rule, and see those that there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.estates import estate_argument, read_estate
from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, output_option, say
from govcloud.cli.policy.auditing import audited, registered
from govcloud.cli.policy.found import fails, say_findings
from govcloud.cli.policy.rules import find_rule

if TYPE_CHECKING:
    from datetime import datetime

    from govcloud.cluster import Cluster
    from govcloud.hub.register import Register
    from govcloud.model import Estate, Waiver
    from govcloud.waivers import Looks, Standing


@click.command()
@click.argument("rule", metavar="RULE")
@click.option("--tenancy", "-t", required=True, help="Whose objects are to be excused.")
@click.option("--reason", required=True, help="Why the rule cannot be kept for now.")
@click.option("--ticket", required=True, help="The ticket under which it was discussed.")
@click.option("--days", type=click.IntRange(1), help="For how many days from now.")
@click.option(
    "--until", help="Until the end of this day, 2027-01-31, or until a moment, 2027-01-31T16:00:00Z; UTC."
)
@click.option(
    "--kind", "kinds", multiple=True, help="Only objects of this kind, and what they make (repeatable)."
)
@click.option(
    "--name", "names", multiple=True, help="Only objects of this name; web-* is a beginning (repeatable)."
)
@click.option("--waiver", "name", help="The name of the waiver; by default made of rule, tenancy and day.")
@click.option("--approved-by", help="Who approves, by the user name of the identity provider.")
@click.option(
    "--apply", "apply_", is_flag=True, help="Write it into the register of the hub, approved by you."
)
@hub_options
@click.option("--output", "-o", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True)
def waive(
    rule: str,
    tenancy: str,
    reason: str,
    ticket: str,
    days: int | None,
    until: str | None,
    kinds: tuple[str, ...],
    names: tuple[str, ...],
    name: str | None,
    approved_by: str | None,
    apply_: bool,
    hub: Hub,
    output: str,
) -> None:
    """Make a waiver of RULE for a tenancy: the document to be reviewed, or with --apply the approved one.

    A Deployment is excused together with its pods. What is printed belongs into the estate; --apply writes it into the
    register, as whoever the kubeconfig says, who has to be a reviewer of another department.
    """
    from govcloud.waivers import default_name, draft, plain, problems_of
    from stacks.desired import tenancy_of

    register, now = hub.register if apply_ else None, _now()
    estate = hub.estate if register is None else _with_registered(hub.estate, register, tenancy)
    owner = tenancy_of(estate, tenancy)
    document = draft(
        find_rule(rule).id,
        owner,
        reason=reason,
        ticket=ticket,
        kinds=kinds,
        names=names,
        until=_end(days, until, now),
        approved_by=_approver(approved_by, register),
        name=name or default_name(rule, owner, now),
    )
    findings = problems_of(document, estate, now)
    say_findings(findings)
    if fails(findings, None):
        raise click.exceptions.Exit(1)
    if register is not None:
        _write(register.cluster, document)
    emit(plain(document) if output == "json" else [plain(document)], output, lambda: "")


@click.command()
@estate_argument
@click.option("--tenancy", "-t", "tenancies", multiple=True, help="Only this tenancy (repeatable).")
@click.option("--audit", is_flag=True, help="Look at the regions, to tell which waivers excuse nothing.")
@output_option
def waivers(path: str, tenancies: tuple[str, ...], audit: bool, output: str) -> None:
    """List the waivers of an estate and of its register: days left, what has ended, and what excuses nothing.

    Exit code 1 where something is wrong with one.
    """
    from govcloud.waivers import standings

    estate, now = read_estate(path), _now()
    found = standings(estate, registered(estate), now, _looks(estate, tenancies, now) if audit else None)
    chosen = [one for one in found if not tenancies or one.waiver.spec.tenancy in tenancies]
    if chosen or output != "table":
        emit([one.plain() for one in chosen], output, lambda: _table(chosen))
    wrong = [one for one in chosen if one.findings]
    noun = "waiver" if len(chosen) == 1 else "waivers"
    say(f"{len(chosen)} {noun}, {len(wrong)} with something to mend" if chosen else "no waivers")
    if wrong:
        raise click.exceptions.Exit(1)


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def _end(days: int | None, until: str | None, now: datetime) -> datetime:
    """When the waiver ends, to the second."""
    from datetime import timedelta

    if days is not None and until is None:
        return (now + timedelta(days=days)).replace(microsecond=0)
    if until is not None and days is None:
        return _moment(until)
    raise click.UsageError("Say until when, with either --days or --until.")


def _moment(text: str) -> datetime:
    from datetime import UTC, date, datetime, time, timedelta

    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except ValueError:
        raise click.UsageError(
            f"--until takes a day, 2027-01-31, or a moment, 2027-01-31T16:00:00Z; not {text!r}."
        ) from None


def _with_registered(estate: Estate, register: Register, tenancy: str) -> Estate:
    """The estate, and a tenancy that is not in it but in the register."""
    from dataclasses import replace

    if tenancy in estate.tenancies:
        return estate
    found = register.get(tenancy).document()
    return replace(estate, tenancies={**estate.tenancies, tenancy: found})


def _approver(named: str | None, register: Register | None) -> str:
    """Who approves: who is named, and in the register whoever calls."""
    from govcloud.errors import RefusedError

    if register is None:
        if named is None:
            raise click.UsageError("Say who approves with --approved-by, or write it yourself with --apply.")
        return named
    caller = register.caller().name
    if named not in (None, caller):
        raise RefusedError(
            f"the register would have it approved by {named}, but {caller} calls",
            expected="approval in the approver's own name",
            mend="leave --approved-by out, or let the approver call",
        )
    return caller


def _write(hub: Cluster, document: Waiver) -> None:
    from govcloud.waivers import register_waiver

    register_waiver(hub, document)
    say(
        f"waiver {document.name} is in the register; regions know it when `govcloud up` or the controller ran"
    )


def _looks(estate: Estate, tenancies: Sequence[str], now: datetime) -> Looks:
    from govcloud.waivers import Looks, excuses_of

    audits, silent = audited(estate, (), tenancies, excuses_of(estate, ()), now)
    return Looks(tuple(audits), whole=not silent)


def _table(found: Sequence[Standing]) -> Any:
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("WAIVER", overflow="fold")
    table.add_column("EXCUSES", overflow="fold")
    table.add_column("DAYS", justify="right", no_wrap=True)
    table.add_column("APPROVED BY", overflow="fold")
    table.add_column("TO MEND", overflow="fold")
    for one in found:
        spec = one.waiver.spec
        wrong = "; ".join(dict.fromkeys(finding.title for finding in one.findings))
        excuses = f"{spec.rule} for {spec.tenancy}: {one.scope}"
        left = "ended" if one.days_left < 0 else str(one.days_left)
        table.add_row(one.waiver.name, excuses, left, f"{spec.approved_by} ({spec.ticket})", wrong)
    return table
