"""``govcloud tenancy request``: from a file, from options, or asked step by step; drafts, and requests made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.hubs import Hub, hub_options
from govcloud.cli.output import emit, say
from govcloud.cli.tenancy.fields import Field, Spec, filled, spec_options
from govcloud.cli.tenancy.names import complete, named

if TYPE_CHECKING:
    from govcloud.hub.record import Record
    from govcloud.hub.register import Register
    from govcloud.model import Tenancy

_OPEN = ("draft", "rejected", "withdrawn")


@click.command()
@click.argument("name", metavar="[NAME]", required=False, callback=named, shell_complete=complete)
@click.option("--file", "-f", "path", help="The document of the tenancy, YAML or JSON; - for standard input.")
@spec_options
@click.option(
    "--reason", default="asked for", show_default=True, help="Why it is asked for, for the history."
)
@click.option("--draft", is_flag=True, help="Write it down in the register without asking for it yet.")
@click.option(
    "--dry-run", is_flag=True, help="Only say what rules and hub think of it, and print the document."
)
@hub_options
def request(
    name: str | None,
    path: str | None,
    asked: Mapping[Field, Any],
    reason: str,
    draft: bool,
    dry_run: bool,
    hub: Hub,
) -> None:
    """Ask for the tenancy NAME, <department>-<system>, or ask again for one that was rejected or withdrawn.

    What is asked for comes from a file, from options, or, in a terminal, from questions that explain the choices; options
    go before the file. The rules are asked before anything is sent, and what they refuse is not sent. Reviewers decide.
    """
    register = hub.register
    known, tenancy = _meant(register, hub, name, path, asked)
    _refuse_unless_open(known)
    if dry_run:
        _send(register, known, tenancy, dry_run=True)
        say("the hub would take it; nothing is sent")
        emit([_plain(tenancy)], "yaml", lambda: "")
        return
    record = _send(register, known, tenancy)
    if not draft and record.phase != "requested":
        record = register.move(record, "requested", reason)
    _tell(record)


def _meant(
    register: Register, hub: Hub, name: str | None, path: str | None, asked: Mapping[Field, Any]
) -> tuple[Record | None, Tenancy]:
    """The tenancy that the register has already, if it has, and what is asked for, which the rules let pass."""
    from govcloud.cli.tenancy.verdict import formed, judge, read_file, source_of

    document = read_file(path) if path else None
    where = source_of(path)
    if document and name not in (None, document.name):
        raise click.UsageError(f"{path} asks for {document.name}, not for {name}.")
    name = document.name if document else name
    known = _known(register, name) if name else None
    written = _plain(document)["spec"] if document else dict(known.spec) if known else {}
    spec = _signed(filled(written, asked), register, known)
    if not (document or known) and (lacking := _lacking(name, spec)):
        return None, _answered(register, hub, name, spec, lacking)
    tenancy = formed(name or "", spec, where)
    judge(tenancy, hub.known, where)
    return known, tenancy


def _known(register: Register, name: str) -> Record | None:
    from govcloud.errors import InputError

    try:
        return register.get(name)
    except InputError:
        return None


def _answered(register: Register, hub: Hub, name: str | None, spec: Spec, lacking: list[str]) -> Tenancy:
    """A request for which a person answers what the options left out."""
    from govcloud.cli.tenancy.asking import ask
    from govcloud.hub.membership import departments_of

    if not in_terminal():
        raise click.UsageError(
            f"Missing {', '.join(lacking)}. Say it with options, or give a file with -f, or answer in a terminal."
        )
    answered, said = ask(name, spec, departments_of(register.caller(), hub.known, owned=True))
    return _agreed(answered, said, hub)


def _agreed(name: str, spec: Spec, hub: Hub) -> Tenancy:
    """What was answered, shown, judged, and corrected until rules and person are content.

    Raises:
        click.Abort: the person would rather not; the document is printed, so that no answer is lost.
    """
    from govcloud.cli.output import to_yaml
    from govcloud.cli.tenancy.editing import edited
    from govcloud.cli.tenancy.verdict import formed, judge
    from govcloud.errors import EstateError, RefusedError

    tenancy = formed(name, spec)
    while True:
        say(f"\n{to_yaml([_plain(tenancy)])}")
        try:
            judge(tenancy, hub.known)
        except (EstateError, RefusedError) as error:
            say(f"it cannot be sent: {error}")
            choices = ["edit", "stop"]
        else:
            choices = ["send", "edit", "stop"]
        answer = click.prompt("What now", type=click.Choice(choices), default=choices[0], err=True)
        if answer == "send":
            return tenancy
        if answer == "stop":
            emit([_plain(tenancy)], "yaml", lambda: "")
            say("nothing is sent; keep the document, and ask with `govcloud tenancy request -f FILE`")
            raise click.exceptions.Exit(1)
        tenancy = edited(tenancy)


_REQUIRED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("--department", ("department",)),
    ("--title", ("title",)),
    ("--zone", ("zone",)),
    ("--grade", ("grading", "information")),
    ("--grade", ("grading", "service")),
    ("--data-class", ("data", "class")),
    ("--data-level", ("data", "level")),
    ("--tier", ("recovery", "tier")),
    ("--cpu", ("resources", "cpu")),
    ("--memory", ("resources", "memory")),
    ("--storage", ("resources", "storage")),
    ("--pods", ("resources", "pods")),
)


def _lacking(name: str | None, spec: Mapping[str, Any]) -> list[str]:
    """What a request cannot do without and nothing says."""
    options = [option for option, path in _REQUIRED if not _has(spec, path)]
    return list(dict.fromkeys([*([] if name else ["NAME"]), *options]))


def _has(spec: Mapping[str, Any], path: tuple[str, ...]) -> bool:
    value: Any = spec
    for part in path:
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True


def _refuse_unless_open(known: Record | None) -> None:
    from govcloud.errors import RefusedError
    from govcloud.hub.lifecycle import PHASES

    if known is not None and known.phase not in (*_OPEN, "requested"):
        raise RefusedError(
            f"it is {known.phase}: {PHASES[known.phase]}",
            where=f"Tenancy {known.namespace}/{known.name}",
            expected=f"a tenancy that is new, or one of {', '.join(_OPEN)}",
            mend=f"see `govcloud tenancy show {known.name}`; change what is asked for with `govcloud tenancy change`",
        )


def _send(register: Register, known: Record | None, tenancy: Tenancy, *, dry_run: bool = False) -> Record:
    """Write what is asked for into the register, as far as it does not say so already."""
    document = _plain(tenancy)
    if known is None:
        return register.create(document, dry_run=dry_run)
    if known.phase == "withdrawn" and not dry_run:
        known = register.move(known, "draft", "asked for again")
    if known.spec == document["spec"] or known.phase == "withdrawn":
        return known
    return register.amend(known, document["spec"], dry_run=dry_run)


def _signed(spec: Spec, register: Register, known: Record | None) -> Spec:
    """A spec with the name of the one who asks, the first to do so, and of the department where they have one alone."""
    from govcloud.hub.membership import departments_of

    caller = register.caller()
    asks = known.spec.get("requestedBy") if known else None
    own = departments_of(caller, owned=True) or departments_of(caller)
    department = {"department": own[0]} if len(own) == 1 else {}
    return {**department, **spec, "requestedBy": spec.get("requestedBy") or asks or caller.name}


def in_terminal() -> bool:
    """Whether a person is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _plain(tenancy: Tenancy) -> dict[str, Any]:
    from govcloud.cli.tenancy.verdict import plain

    return plain(tenancy)


def _tell(record: Record) -> None:
    from govcloud.cli.tenancy.telling import tell

    tell(record)
