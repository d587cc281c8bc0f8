"""``govcloud tenancy change``: another spec, by options, from a file or in an editor, reviewed anew; or the old again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import say
from govcloud.cli.tenancy.fields import Field, filled, spec_options
from govcloud.cli.tenancy.names import name_argument

if TYPE_CHECKING:
    from govcloud.hub.lifecycle import Phase
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register
    from govcloud.model import Tenancy


@click.command()
@name_argument
@click.option("--file", "-f", "path", help="The document as it is to be, YAML or JSON; - for standard input.")
@spec_options
@click.option("--reason", default="changed", show_default=True, help="Why it is changed, for the history.")
@click.option("--drop", is_flag=True, help="Make it again what was approved.")
@click.option("--dry-run", is_flag=True, help="Only show what would change, and what the rules think of it.")
@hub_options
def change(
    name: str,
    path: str | None,
    asked: Mapping[Field, Any],
    reason: str,
    drop: bool,
    dry_run: bool,
    hub: Hub,
) -> None:
    """Change what the tenancy NAME asks for: by options, from a file, or, with neither, in your $EDITOR.

    What runs is asked for a change first, and goes on as it was approved until reviewers approve the change. Reviews of an
    earlier spec count no longer. Zone and grade never change once it is asked for; the department never does.
    """
    register = hub.register
    record = register.get(name)
    if drop:
        if asked or path:
            raise click.UsageError("--drop takes no change with it.")
        _tell(_dropped(register, record, reason))
        return
    _check_changeable(record)
    tenancy = _wanted(record, path, asked)
    spec = _spec(tenancy, record)
    if not _told_difference(record, spec):
        return
    _check_fixed(record, spec)
    _judge(tenancy, hub, path)
    if not dry_run:
        _tell(_written(register, record, spec, reason))


def _wanted(record: Record, path: str | None, asked: Mapping[Field, Any]) -> Tenancy:
    """The document as the person wants it."""
    from govcloud.cli.tenancy.editing import edited
    from govcloud.cli.tenancy.requesting import in_terminal
    from govcloud.cli.tenancy.verdict import formed, plain, read_file, source_of

    written: Mapping[str, Any] = record.spec
    if path:
        document = read_file(path)
        if document.name != record.name:
            raise click.UsageError(f"{path} asks for {document.name}, not for {record.name}.")
        written = plain(document)["spec"]
    elif not asked:
        if not in_terminal():
            raise click.UsageError(
                "Say what changes, with options or a file; there is no terminal for an editor."
            )
        return edited(formed(record.name, record.spec))
    return formed(record.name, filled(written, asked), source_of(path))


def _spec(tenancy: Tenancy, record: Record) -> dict[str, Any]:
    """The spec as it is written; who asked stays who asked."""
    from govcloud.cli.tenancy.verdict import plain

    spec: dict[str, Any] = plain(tenancy)["spec"]
    return spec if "requestedBy" in spec else {**spec, "requestedBy": record.spec.get("requestedBy")}


def _told_difference(record: Record, spec: Mapping[str, Any]) -> bool:
    """Say what changes; whether anything does."""
    from govcloud.cli.tenancy.difference import differences

    found = differences(record.spec, spec)
    for path, before, after in found:
        say(f"{path}: {before or '-'} → {after or '-'}")
    if not found:
        say("nothing changes")
    return bool(found)


def _judge(tenancy: Tenancy, hub: Hub, path: str | None) -> None:
    from govcloud.cli.tenancy.verdict import judge, source_of

    judge(tenancy, hub.known, source_of(path))


def _check_changeable(record: Record) -> None:
    from govcloud.errors import RefusedError
    from govcloud.hub.lifecycle import EDITABLE, PHASES

    mends = {
        "cordoned": f"take up the change first: `govcloud tenancy cordon {record.name} --lift --change`",
        "provisioning": "wait until it is active",
        "withdrawn": f"ask for it again: `govcloud tenancy request {record.name}`",
    }
    if record.phase not in (*EDITABLE, "active", "approved"):
        raise RefusedError(
            f"it is {record.phase}: {PHASES[record.phase]}",
            where=f"Tenancy {record.namespace}/{record.name}",
            expected=f"a tenancy that is {', '.join(EDITABLE)}, approved or active",
            mend=mends.get(record.phase, "keep it first, or ask for another one"),
        )


def _check_fixed(record: Record, spec: Mapping[str, Any]) -> None:
    """Refuse what never changes in place, before anything is opened for a change."""
    from govcloud.errors import RefusedError

    fixed = ("department",) if record.phase == "draft" else ("department", "zone", "grading")
    for key in fixed:
        before, after = record.spec[key], spec.get(key)
        if key == "grading":
            before, after = ({k: v for k, v in one.items() if k != "filing"} for one in (before, after or {}))
        if before != after:
            noun = {"grading": "grade"}.get(key, key)
            raise RefusedError(
                f"the {noun} of a tenancy never changes in place",
                where=f"Tenancy {record.namespace}/{record.name}: spec.{key}",
                expected=f"the {noun} that it has",
                mend="ask for another tenancy, and retire this one when it has taken over",
            )


def _written(register: Register, record: Record, spec: Mapping[str, Any], reason: str) -> Record:
    """The record with another spec; what runs, or was approved, is taken to where it may be changed first."""
    from govcloud.errors import GovCloudError

    target = _opening(record)
    if target:
        record = register.move(record, target, reason)
    try:
        return register.amend(record, spec)
    except GovCloudError:
        if target == "changing":
            say(
                f"{record.name} is changing now, and nothing is changed; drop it with --drop, or write another change"
            )
        raise


def _opening(record: Record) -> Phase | None:
    """The phase in which it may be changed, where it is not in one yet."""
    if record.phase == "active":
        return "changing"
    if record.phase == "approved":
        return "changing" if record.status.get("regions") else "requested"
    return None


def _dropped(register: Register, record: Record, reason: str) -> Record:
    """The record as it was approved, whose step back interrupts nothing that runs."""
    from govcloud.errors import RefusedError

    approved = record.status.get("approved")
    if record.phase != "changing" or approved is None:
        raise RefusedError(
            f"there is no change to drop: it is {record.phase}",
            where=f"Tenancy {record.namespace}/{record.name}",
            expected="a tenancy that is changing",
            mend=f"see `govcloud tenancy show {record.name}`; a request is taken back with `govcloud tenancy withdraw`",
        )
    if record.spec != approved["spec"]:
        record = register.amend(record, approved["spec"])
    return register.move(record, "approved", reason)


def _tell(record: Record) -> None:
    from govcloud.cli.tenancy.telling import tell

    tell(record)
