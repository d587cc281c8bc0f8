"""What is asked for, field by field: one option of the command line for each, and the spec that they make.

`request` and `change` have the same options. An option that is not given leaves its field as it is.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import click

_Command = Callable[..., Any]
Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """An option and the field of the spec that it fills.

    Attributes:
        option: its name on the command line.
        path: the field of the spec.
        help: what it is.
        type: what click makes of the words.
        many: given once for each entry.
        kind: ``value``; ``contact`` or ``accelerator`` for entries NAME=VALUE; ``grade`` for both grades at once.
    """

    option: str
    path: tuple[str, ...]
    help: str
    type: Any = None
    many: bool = False
    kind: str = "value"

    @property
    def name(self) -> str:
        """The option as a name of Python."""
        return "spec_" + self.option.removeprefix("--").replace("-", "_")


ZONES = ("internet", "extranet", "dedicated", "management", "exchange")
_GRADE = click.IntRange(1, 4)
FIELDS = (
    Field("--title", ("title",), "What the system is called."),
    Field("--department", ("department",), "The department that asks; yours by default."),
    Field("--programme", ("programme",), "Its number in the national plan."),
    Field("--zone", ("zone",), "Who reaches it.", click.Choice(ZONES)),
    Field("--grade", ("grading",), "The grade of both information and service.", _GRADE, kind="grade"),
    Field("--information", ("grading", "information"), "The grade of its information (S).", _GRADE),
    Field("--service", ("grading", "service"), "The grade of its service (A).", _GRADE),
    Field("--filing", ("grading", "filing", "number"), "The number of the filing certificate."),
    Field("--filed-on", ("grading", "filing", "date"), "The day of the filing, 2026-03-01."),
    Field(
        "--data-class",
        ("data", "class"),
        "The national class of its data.",
        click.Choice(["general", "important", "core"]),
    ),
    Field(
        "--data-level", ("data", "level"), "The level of its data.", click.Choice(["L1", "L2", "L3", "L4"])
    ),
    Field("--personal", ("data", "personal"), "Whether it holds personal data.", click.BOOL),
    Field(
        "--secrecy",
        ("data", "secrecy"),
        "State secrets; for estates on the intranet alone.",
        click.Choice(["none", "secret", "confidential", "top-secret"]),
    ),
    Field("--tier", ("recovery", "tier"), "The recovery tier.", click.IntRange(1, 6)),
    Field("--rpo", ("recovery", "rpo"), "How much data may be lost, 15m; the tier's by default."),
    Field("--rto", ("recovery", "rto"), "How long it may be down, 2h; the tier's by default."),
    Field(
        "--isolation",
        ("isolation",),
        "How far it is kept from others; the least of its grade by default.",
        click.Choice(["namespace", "node", "sandbox", "cluster"]),
    ),
    Field("--cpu", ("resources", "cpu"), "Cores."),
    Field("--memory", ("resources", "memory"), "Memory, 32Gi."),
    Field("--storage", ("resources", "storage"), "Storage, 1Ti."),
    Field("--pods", ("resources", "pods"), "Pods.", click.IntRange(1)),
    Field("--ephemeral-storage", ("resources", "ephemeralStorage"), "Storage that goes with the pods, 50Gi."),
    Field(
        "--accelerator",
        ("resources", "accelerators"),
        "Accelerators, nvidia.com/gpu=2 (repeatable).",
        many=True,
        kind="accelerator",
    ),
    Field("--node-ports", ("resources", "nodePorts"), "Services with ports of nodes.", click.IntRange(0)),
    Field(
        "--load-balancers", ("resources", "loadBalancers"), "Services with load balancers.", click.IntRange(0)
    ),
    Field("--primary", ("regions", "primary"), "The region where it runs; placed by govcloud by default."),
    Field("--standby", ("regions", "standby"), "A region where it stands by (repeatable).", many=True),
    Field("--contact", ("contacts",), "Whom to call, NAME=PHONE (repeatable).", many=True, kind="contact"),
    Field("--until", ("until",), "The day until which it is needed, 2029-12-31."),
)


def option_of(field: str) -> str | None:
    """The option that fills a field of a document, ``spec.recovery.rpo``; None where none does."""
    path = tuple(field.removeprefix("spec.").split("[")[0].split("."))
    return next((one.option for one in FIELDS if one.path == path), None)


def spec_options(command: _Command) -> _Command:
    """An option for each field; the command gets those that were given as one argument, ``asked``, by path."""

    @functools.wraps(command)
    def called(*arguments: Any, **options: Any) -> Any:
        given = {field: options.pop(field.name) for field in FIELDS}
        asked = {field: value for field, value in given.items() if value not in (None, ())}
        return command(*arguments, asked=asked, **options)

    for field in reversed(FIELDS):
        called = click.option(
            field.option, field.name, type=field.type, multiple=field.many, help=field.help
        )(called)
    return called


def filled(spec: Mapping[str, Any], asked: Mapping[Field, Any]) -> Spec:
    """A spec with the fields that were given.

    Raises:
        click.UsageError: an entry is not NAME=VALUE.
    """
    result: Spec = copy.deepcopy(dict(spec))
    for field, value in asked.items():
        if field.kind == "grade":
            for part in ("information", "service"):
                _put(result, ("grading", part), value)
        else:
            _put(result, field.path, _read(field, value))
    return result


def _read(field: Field, value: Any) -> Any:
    if field.kind == "contact":
        return [{"name": name, "phone": phone} for name, phone in _pairs(field, value)]
    if field.kind == "accelerator":
        return dict(_pairs(field, value))
    return list(value) if field.many else value


def _pairs(field: Field, entries: tuple[str, ...]) -> list[tuple[str, str]]:
    parts = [entry.partition("=") for entry in entries]
    if wrong := [
        entry for entry, (key, mark, value) in zip(entries, parts, strict=True) if not (key and value)
    ]:
        raise click.UsageError(f"{field.option} takes NAME=VALUE; not {wrong[0]!r}.")
    return [(key, value) for key, _, value in parts]


def _put(spec: Spec, path: tuple[str, ...], value: Any) -> None:
    *parents, last = path
    for parent in parents:
        spec = spec.setdefault(parent, {})
    spec[last] = value
