"""What a field of a model must be, in words: the part of a message that says what would have been right."""

from __future__ import annotations

import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from govcloud.base import Meaning
from govcloud.model.wording import one_of

_PLAIN: dict[Any, str] = {
    bool: "true or false",
    date: "a date such as 2029-12-31",
    AwareDatetime: "a time with its zone such as 2029-12-31T00:00:00+08:00",
    str: "a text",
}


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of a value in a model: its type, and what the type's annotations add."""

    annotation: Any
    metadata: tuple[Any, ...] = ()

    def describe(self) -> str:
        """What a value here must be."""
        meaning = next((m.text for m in reversed(self.metadata) if isinstance(m, Meaning)), None)
        return meaning or _describe(self.annotation, self.metadata)

    def choices(self) -> list[str]:
        """The values that an enumeration allows; none for any other type."""
        return [
            str(choice)
            for slot in _alternatives(self)
            if get_origin(slot.annotation) is Literal
            for choice in get_args(slot.annotation)
        ]

    def fields(self) -> list[str]:
        """The names of the fields of a mapping, as YAML has them."""
        return [name for model in _models(self) for name in _by_name(model)]

    def holds_list(self) -> bool:
        """Whether the value is a list."""
        return any(get_origin(slot.annotation) is tuple for slot in _alternatives(self))

    def holds_mapping(self) -> bool:
        """Whether the value is a mapping."""
        return bool(_models(self)) or any(get_origin(slot.annotation) is dict for slot in _alternatives(self))


def slot_at(model: type[BaseModel], steps: Sequence[str | int]) -> Slot:
    """The slot that a path leads to; steps that name the variant of a union only narrow it."""
    slot = Slot(model)
    for step in steps:
        slot = _step(slot, step) or slot
    return slot


def _step(slot: Slot, step: str | int) -> Slot | None:
    for alternative in _alternatives(slot):
        origin = get_origin(alternative.annotation)
        if origin is tuple and isinstance(step, int):
            return Slot(get_args(alternative.annotation)[0])
        if origin is dict:
            return Slot(get_args(alternative.annotation)[1])
    for model in _models(slot):
        if (found := _by_name(model).get(str(step))) is not None:
            return found
    return next((Slot(model) for model in _models(slot) if _is_variant(model, step)), None)


def _is_variant(model: type[BaseModel], tag: str | int) -> bool:
    kind = _by_name(model).get("kind")
    return kind is not None and str(tag) in kind.choices()


def _by_name(model: type[BaseModel]) -> dict[str, Slot]:
    return {
        field.alias or name: Slot(field.annotation, tuple(field.metadata))
        for name, field in model.model_fields.items()
    }


def _models(slot: Slot) -> list[type[BaseModel]]:
    found = (alternative.annotation for alternative in _alternatives(slot))
    return [
        annotation
        for annotation in found
        if isinstance(annotation, type) and issubclass(annotation, BaseModel)
    ]


def _alternatives(slot: Slot) -> Iterator[Slot]:
    """The types that a slot may hold, without their wrapping: members of unions, bare types, never None."""
    origin = get_origin(slot.annotation)
    if origin is Annotated:
        inner, *metadata = get_args(slot.annotation)
        yield from _alternatives(Slot(inner, (*slot.metadata, *metadata)))
    elif origin in (Union, types.UnionType):
        for member in get_args(slot.annotation):
            yield from _alternatives(Slot(member, slot.metadata))
    elif slot.annotation is not types.NoneType:
        yield slot


def _describe(annotation: Any, metadata: tuple[Any, ...]) -> str:
    parts = [_describe_one(slot) for slot in _alternatives(Slot(annotation, metadata))]
    return " or ".join(dict.fromkeys(parts))


def _describe_one(slot: Slot) -> str:
    meaning = next((m.text for m in reversed(slot.metadata) if isinstance(m, Meaning)), None)
    origin, args = get_origin(slot.annotation), get_args(slot.annotation)
    if meaning:
        return meaning
    if origin is Literal:
        return one_of(str(choice) for choice in args)
    if origin is tuple:
        return f"a list, each item {Slot(args[0]).describe()}"
    if origin is dict:
        return f"a mapping of names, each to {Slot(args[1]).describe()}"
    if slot.annotation in (int, float):
        return _describe_number(slot)
    if models := _models(slot):
        return f"a mapping with the fields {', '.join(_by_name(models[0]))}"
    return _PLAIN.get(slot.annotation, "a value")


def _describe_number(slot: Slot) -> str:
    noun = "a whole number" if slot.annotation is int else "a number"
    least = next((bound.ge for bound in slot.metadata if getattr(bound, "ge", None) is not None), None)
    most = next((bound.le for bound in slot.metadata if getattr(bound, "le", None) is not None), None)
    return noun if least is None or most is None else f"{noun} from {least} to {most}"
