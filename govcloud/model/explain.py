"""What is wrong with a document, in words for the person who wrote it.

The model speaks of types and validators; whoever edits an estate wants to know which value in which line is
wrong, what may stand there instead, and what to write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_network
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from govcloud.errors import Problem
from govcloud.model.documents import RawDocument
from govcloud.model.expectation import Slot, slot_at
from govcloud.model.source import FieldPath, field_text
from govcloud.model.wording import meant, near, one_of, value_text

_NOTHING = object()


@dataclass(frozen=True, slots=True)
class _Fault:
    """One error of the model, with its place in the document."""

    kind: str
    path: FieldPath
    value: Any
    slot: Slot
    holder: Slot

    @property
    def name(self) -> str:
        return str(self.path[-1]) if self.path else "document"

    @property
    def unknown(self) -> bool:
        return self.kind == "extra_forbidden"

    @property
    def place(self) -> str:
        return field_text(self.path[:-1]) if len(self.path) > 1 else "the document"


def explain(error: ValidationError, model: type[BaseModel], document: RawDocument) -> list[Problem]:
    """The problems of a document that its model refuses, one a field, in the order of the model.

    A field that is missing because its name is misspelt is one problem, not two.
    """
    problems: dict[FieldPath, Problem] = {}
    faults = list(_faults(error, model, document.data))
    misspelt = {
        (*fault.path[:-1], near(fault.name, fault.holder.fields())) for fault in faults if fault.unknown
    }
    for fault in faults:
        if fault.kind != "missing" or fault.path not in misspelt:
            problems.setdefault(fault.path, _problem(fault, document))
    return list(problems.values())


def _faults(error: ValidationError, model: type[BaseModel], data: Any) -> Iterator[_Fault]:
    for detail in error.errors(include_url=False):
        path, value = _locate(detail, data)
        yield _Fault(
            detail["type"], path, value, slot_at(model, detail["loc"]), slot_at(model, detail["loc"][:-1])
        )


def _locate(detail: ErrorDetails, data: Any) -> tuple[FieldPath, Any]:
    """The path of an error in the data, without names of variants and validators, and the value there."""
    path: list[str | int] = []
    value = data
    missing = detail["type"] == "missing"
    for position, step in enumerate(detail["loc"], start=1):
        last = position == len(detail["loc"])
        if missing and last:
            value = _NOTHING
        elif _leads_on(value, step):
            value = value[step]
        else:
            continue
        path.append(step)
    if detail["type"] in ("union_tag_not_found", "union_tag_invalid"):
        path.append("kind")
        value = value.get("kind", _NOTHING) if isinstance(value, dict) else value
    return tuple(path), value


def _leads_on(value: Any, step: str | int) -> bool:
    return step in value if isinstance(value, dict) else isinstance(value, list) and isinstance(step, int)


def _problem(fault: _Fault, document: RawDocument) -> Problem:
    what, expected, mend = _words(fault)
    return Problem(
        file=document.source.file,
        line=document.source.line_of(fault.path),
        field=field_text(fault.path),
        value="nothing" if fault.value is _NOTHING else value_text(fault.value),
        what=what,
        expected=expected,
        mend=mend,
    )


def _words(fault: _Fault) -> tuple[str, str, str]:
    """What is wrong, what was expected and how to mend it."""
    if fault.unknown:
        fields = fault.holder.fields()
        return "there is no such field", one_of(fields), meant(fault.name, fields, "remove the field")
    if fault.kind.startswith("union_tag"):
        variants = [str(choice) for choice in _variants(fault.slot)]
        mend = meant(fault.value, variants, "write one of them")
        return "the kind is missing or unknown", one_of(variants), mend
    expected = fault.slot.describe()
    if fault.kind == "missing" or fault.value is None:
        return "the field is missing or empty", expected, f"add '{fault.name}' to {fault.place}"
    what, mend = _wrong(fault)
    return what, expected, mend


def _variants(slot: Slot) -> Iterator[str]:
    for model in get_args(slot.annotation):
        yield from Slot(model.model_fields["kind"].annotation).choices()


def _wrong(fault: _Fault) -> tuple[str, str]:
    """What is wrong with a value that is there, and how to mend it."""
    if choices := fault.slot.choices():
        return "the value is not one of the choices", meant(fault.value, choices, "write one of them")
    if fault.kind in _BY_KIND:
        return _BY_KIND[fault.kind](fault)
    if isinstance(fault.value, dict | list) or fault.slot.holds_list() or fault.slot.holds_mapping():
        return _wrong_shape(fault)
    return "the value cannot be read", "write it in the form that is expected"


def _wrong_shape(fault: _Fault) -> tuple[str, str]:
    if fault.slot.holds_list():
        return "the value is not a list", "write each item in a line of its own that begins with '- '"
    if fault.slot.holds_mapping():
        return "the value is not a mapping", "write its fields below it, indented, as 'name: value'"
    return "the value is a list or mapping", "write a single value"


def _not_text(fault: _Fault) -> tuple[str, str]:
    if isinstance(fault.value, dict | list):
        return _wrong_shape(fault)
    return "the value is not a text", f'put it in quotes: "{value_text(fault.value)}"'


def _no_match(fault: _Fault) -> tuple[str, str]:
    slug = re.sub(r"[^a-z0-9]+", "-", str(fault.value).lower()).strip("-")
    fits = re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", slug) and len(slug) <= 50
    if "name" in fault.slot.describe() and fits:
        return "the name has characters that names may not have", f"write '{slug}'"
    return "the value has not the right form", "write it in the form that is expected"


def _not_quantity(fault: _Fault) -> tuple[str, str]:
    if "address range" in fault.slot.describe():
        return _not_range(fault)
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgtpe])i?b?", str(fault.value).strip().lower())
    what = "the value is not a quantity"
    if match:
        return (
            what,
            f"write '{match[1]}{match[2].upper()}i', or '{match[1]}{match[2].upper()}' for powers of 1000",
        )
    return what, "write a number, with a suffix such as m, Mi, Gi or Ti where one is needed"


def _not_range(fault: _Fault) -> tuple[str, str]:
    what = "the value is not an address range"
    if isinstance(fault.value, str) and "/" in fault.value:
        try:
            return what, f"write '{ip_network(fault.value, strict=False)}'"
        except ValueError:
            return what, "write a network address, a slash and the length of its prefix"
    return what, "add the length of the prefix, such as /16"


def _not_whole(fault: _Fault) -> tuple[str, str]:
    return "the value is not a whole number", "write digits only, without unit or quotes"


def _out_of_range(_: _Fault) -> tuple[str, str]:
    return "the value is out of range", "write a value within the range"


def _not_moment(fault: _Fault) -> tuple[str, str]:
    if isinstance(fault.value, date):
        day = fault.value.isoformat()[:10]
        return "the time has no zone", f"write it with its zone: {day}T00:00:00+08:00"
    return "the value is not a time", "write year-month-day, the letter T, hours:minutes:seconds and the zone"


def _empty(fault: _Fault) -> tuple[str, str]:
    if fault.slot.holds_list():
        return "the list is empty", "add at least one item"
    return "the text is empty", "write a text, or remove the field where it is optional"


_BY_KIND: dict[str, Callable[[_Fault], tuple[str, str]]] = {
    "string_type": _not_text,
    "string_pattern_mismatch": _no_match,
    "string_too_long": lambda _: ("the text is too long", "shorten it"),
    "string_too_short": _empty,
    "too_short": _empty,
    "value_error": _not_quantity,
    "int_type": _not_whole,
    "int_parsing": _not_whole,
    "int_parsing_size": _not_whole,
    "int_from_float": _not_whole,
    "float_type": lambda _: ("the value is not a number", "write digits, with a point where needed"),
    "float_parsing": lambda _: ("the value is not a number", "write digits, with a point where needed"),
    "bool_type": lambda _: ("the value is neither true nor false", "write true or false, without quotes"),
    "bool_parsing": lambda _: ("the value is neither true nor false", "write true or false, without quotes"),
    "greater_than_equal": _out_of_range,
    "less_than_equal": _out_of_range,
    "date_type": lambda _: ("the value is not a date", "write year-month-day, such as 2029-12-31"),
    "date_parsing": lambda _: ("the value is not a date", "write year-month-day, such as 2029-12-31"),
    "date_from_datetime_parsing": lambda _: (
        "the value is not a date",
        "write year-month-day, such as 2029-12-31",
    ),
    "date_from_datetime_inexact": lambda _: ("the value is a time, not a date", "leave out the hours"),
    "datetime_type": _not_moment,
    "datetime_parsing": _not_moment,
    "datetime_from_date_parsing": _not_moment,
    "timezone_aware": _not_moment,
}
