"""A rule: an expression, the clauses it serves, the grades it holds for, a remedy, and examples that prove it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from govcloud.base import Grade, Strict
from policies.finding import Action, Point, Severity

RuleId = Annotated[str, StringConstraints(pattern=r"^GC-[A-Z]{2,4}-[0-9]{2}$")]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=400, pattern=r"^[^\n]+$", strip_whitespace=True)
]
Expression = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Axis = Literal["overall", "information", "service"]


class Both(Strict):
    """A display text in both languages."""

    en: Line
    zh: Line


class Grades(Strict):
    """From which grade a rule holds, and whose: the overall grade, that of information (S) or of service (A)."""

    from_: Annotated[Grade, Field(alias="from")]
    by: Axis = "overall"


class Example(Strict):
    """An object that must pass or must fail: a base object of the target, changed by a JSON patch (RFC 6902).

    ``namespace`` changes the labels and annotations of the namespace the object is in, by a JSON merge patch.
    ``settings`` are those in which the region differs from that of the bases. ``finds`` is the exact list of
    offences of a failing example.
    """

    base: str
    patch: tuple[dict[str, Any], ...] = ()
    namespace: dict[str, Any] = Field(default_factory=dict)
    settings: dict[str, Any] = Field(default_factory=dict)
    siblings: tuple[dict[str, Any], ...] = ()
    finds: tuple[str, ...] = ()


class Examples(Strict):
    """What proves a rule."""

    pass_: Annotated[tuple[Example, ...], Field(alias="pass", min_length=1)]
    fail: Annotated[tuple[Example, ...], Field(min_length=1)]


class Rule(Strict):
    """One rule, as it is written in ``rules/*.yaml``.

    ``fails`` is a CEL expression that is true for what violates the rule. With ``each``, a CEL list of
    ``{'at': path, 'it': value}``, it is asked of every entry ``e``. ``path`` and ``value`` are CEL expressions
    of strings that say where and what; ``when`` limits the rule to some objects.
    """

    id: RuleId
    title: Both
    clauses: Annotated[tuple[str, ...], Field(min_length=1)]
    grades: Grades
    severity: Severity
    action: Action = "deny"
    target: str
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    when: Expression | None = None
    each: Expression | None = None
    fails: Expression
    path: Expression
    value: Expression
    remedy: Both
    why: Line
    examples: Examples

    @model_validator(mode="after")
    def _points_in_order(self) -> Rule:
        if len(set(self.points)) != len(self.points):
            raise ValueError("a point is named twice")
        return self
