"""Many rules about many objects, as one question to the engine.

To call the engine, and to turn data into its form, costs more than most rules do. So all rules of a target are put into
one expression, the variables of the target around them, and it is asked of all objects that share a namespace at once.
The answer is right or there is none: where anything in it cannot be evaluated, rules have to be asked one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from policies.cel import CelError, Expression, Inputs, listing, literal
from policies.expressions import offences
from policies.rule import Rule

_LONGEST = 60_000
"""Characters of rules in one expression; the engine takes 100,000, and the variables come on top."""

_NAME = re.compile(r"\bvariables\.(\w+)")
_ALWAYS = ("grade", "labels")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found about one object: its grade, the labels of its tenancy, and the offences by rule."""

    grade: int
    labels: Mapping[str, str]
    offences: tuple[tuple[Rule, tuple[str, ...]], ...]


class Question:
    """The rules of a target, with its variables.

    Args:
        variables: CEL by name, in the order in which each may use those before it.
        rules: the rules to ask.
    """

    def __init__(self, variables: Mapping[str, str], rules: Sequence[Rule]) -> None:
        self._variables = variables
        self._rules = rules

    def prepare(self) -> None:
        """Compile it, which the first answer would wait for.

        Raises:
            CelError: a rule or variable is no CEL.
        """
        _ = self._parts

    def answers(self, inputs: Inputs, number: int) -> list[Answer]:
        """An answer for each object; only rules with offences are in it.

        Args:
            inputs: the objects, as ``objects``, and what is true for all of them. It may serve several questions: data
                are turned into the engine's form once.
            number: how many objects there are.

        Raises:
            CelError: a rule or variable has no value for one of the objects.
        """
        parts = [
            [_checked(answer, rules) for answer in _listed(expression.value(inputs), number)]
            for rules, expression in self._parts
        ]
        return [_joined(of_one) for of_one in zip(*parts, strict=True)]

    @cached_property
    def _parts(self) -> list[tuple[Sequence[Rule], Expression]]:
        return [(rules, _compiled(_text(self._variables, rules))) for rules in _divided(self._rules)]


@cache
def _compiled(text: str) -> Expression:
    """An expression, compiled once: all kinds of a target are asked the same."""
    return Expression(text, bulk=True)


def _divided(rules: Sequence[Rule]) -> Iterator[Sequence[Rule]]:
    """The rules in parts that the engine takes."""
    part: list[Rule] = []
    length = 0
    for rule in rules:
        size = len(offences(rule))
        if part and length + size > _LONGEST:
            yield part
            part, length = [], 0
        part.append(rule)
        length += size
    if part:
        yield part


def _text(variables: Mapping[str, str], rules: Sequence[Rule]) -> str:
    """CEL: for each of ``objects`` its grade, labels and lists of offences."""
    asked = [offences(rule) for rule in rules]
    layers = list(_layers(variables, {*_ALWAYS, *_used(asked)}))
    places = {name: f"layer{number}.{name}" for number, layer in enumerate(layers) for name in layer}

    def placed(text: str) -> str:
        return _NAME.sub(lambda found: places.get(found[1], found[0]), text)

    found = listing(f"dyn({placed(text)})" for text in asked)
    inner = listing([f"dyn({places['grade']})", f"dyn({places['labels']})", f"dyn({found})"])
    for number, layer in reversed(list(enumerate(layers))):
        entries = ", ".join(f"{literal(name)}: dyn({placed(variables[name])})" for name in layer)
        inner = f"cel.bind(layer{number}, {{{entries}}}, {inner})"
    return f"objects.map(object, {inner})"


def _layers(variables: Mapping[str, str], needed: set[str]) -> Iterator[list[str]]:
    """The variables that are needed, in layers: each uses those of the layers before it only."""
    for name in reversed(list(variables)):
        if name in needed:
            needed |= _used([variables[name]]) & variables.keys()
    depth: dict[str, int] = {}
    for name in variables:
        if name in needed:
            depth[name] = max((depth[one] + 1 for one in _used([variables[name]]) if one in depth), default=0)
    for level in range(max(depth.values()) + 1):
        yield [name for name, its in depth.items() if its == level]


def _used(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _NAME.findall(text)}


def _listed(value: Any, length: int) -> list[Any]:
    if isinstance(value, list) and len(value) == length:
        return value
    raise CelError(f"{length} answers were expected, not {type(value).__name__}")


def _checked(answer: Any, rules: Sequence[Rule]) -> Answer:
    """An answer of the engine, which tells no types, with its types looked at."""
    grade, labels, found = _listed(answer, 3)
    if type(grade) is not int or not isinstance(labels, dict):
        raise CelError("a grade and labels were expected")
    lists = [_listed_texts(one) for one in _listed(found, len(rules))]
    return Answer(grade, labels, tuple((rule, one) for rule, one in zip(rules, lists, strict=True) if one))


def _listed_texts(value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise CelError(f"a list of strings was expected, not {type(value).__name__}")


def _joined(answers: Sequence[Answer]) -> Answer:
    first = answers[0]
    return Answer(first.grade, first.labels, tuple(found for one in answers for found in one.offences))
