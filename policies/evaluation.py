"""The rules, asked about objects: data in, findings out. No clock, no cluster, no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from policies.cel import CelError, Expression, Inputs
from policies.expressions import clauses_of, message, offences, variable
from policies.finding import Finding, Point, Subject
from policies.nulls import without_nulls
from policies.question import Question
from policies.rule import Rule
from policies.settings import Settings
from policies.target import targets, variables_of

Manifest = dict[str, Any]
_BY_HAND: tuple[Point, ...] = ("request", "preview")  # what the API server hands out has no nulls
STRICTEST = 4
"""The grade of an object whose namespace is not known: every rule holds."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a rule may know besides the object itself.

    Args:
        namespace: the Namespace of the object, with its labels; for objects that are in one.
        siblings: all objects of the same namespace, for rules that look at more than one.
        region: the region's name, for the finding.
        source: ``file:line`` where the object was read.
    """

    namespace: Manifest | None = None
    siblings: Sequence[Manifest] = ()
    region: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class _Compiled:
    """A rule and its two expressions."""

    rule: Rule

    @cached_property
    def offences(self) -> Expression:
        return Expression(offences(self.rule))

    @cached_property
    def message(self) -> Expression:
        return Expression(f"[{message(self.rule)}]")


@dataclass(frozen=True)
class _Plan:
    """All that is asked about objects of a target, at a point; variables are CEL by name."""

    variables: Mapping[str, str]
    rules: tuple[_Compiled, ...]

    @cached_property
    def question(self) -> Question:
        """All of it at once."""
        return Question(self.variables, [one.rule for one in self.rules])

    def of(self, rule: Rule) -> _Compiled:
        """The compiled form of one of its rules."""
        return next(one for one in self.rules if one.rule is rule)


@dataclass
class Evaluator:
    """Rules with the settings of a region.

    Args:
        rules: the rules to ask.
        settings: the values that rules compare with.
    """

    rules: Iterable[Rule]
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self._compiled = [_Compiled(rule) for rule in self.rules]
        self._plans: dict[tuple[str, str, Point], tuple[_Plan, ...]] = {}

    def evaluate(
        self, manifest: Manifest, point: Point, surroundings: Surroundings | None = None
    ) -> list[Finding]:
        """What the rules of a point find about an object, in the order of the rules' ids.

        A rule that has no value for the object is a finding too, never a pass.
        """
        return self.evaluate_all([manifest], point, surroundings)[0]

    def evaluate_all(
        self, manifests: Sequence[Manifest], point: Point, surroundings: Surroundings | None = None
    ) -> list[list[Finding]]:
        """What the rules find about each of several objects; much faster than asking about one after the other.

        Args:
            manifests: objects of one apiVersion and kind that share their surroundings.
            point: where the question is asked.
            surroundings: what the rules may know besides.
        """
        around = surroundings or Surroundings()
        if point in _BY_HAND:
            manifests = [without_nulls(one) for one in manifests]
        inputs = Inputs({**_shared(around), "objects": list(manifests)})
        found: list[list[Finding]] = [[] for _ in manifests]
        for plan in self._planned(manifests[0], point) if manifests else ():
            for one, more in zip(found, self._ask_all(plan, manifests, inputs, point, around), strict=True):
                one += more
        return found

    def prepare(self, api_version: str, kind: str, point: Point) -> None:
        """Compile what is asked about objects of a kind; what cannot be is a finding when it is asked."""
        for plan in self._planned({"apiVersion": api_version, "kind": kind}, point):
            with suppress(CelError):
                plan.question.prepare()

    def concerns(self, manifest: Manifest, point: Point) -> bool:
        """Whether any rule is about objects of this kind at this point."""
        return bool(self._planned(manifest, point))

    def _planned(self, manifest: Manifest, point: Point) -> tuple[_Plan, ...]:
        key = (str(manifest.get("apiVersion")), str(manifest.get("kind")), point)
        if key not in self._plans:
            self._plans[key] = tuple(plan for plan in self._plans_for(*key) if plan.rules)
        return self._plans[key]

    def _plans_for(self, api_version: str, kind: str, point: Point) -> Iterable[_Plan]:
        for target in targets().values():
            if not any(one.api_version == api_version and one.kind == kind for one in target.kinds):
                continue
            chosen = [
                one for one in self._compiled if one.rule.target == target.name and point in one.rule.points
            ]
            named = {**self.settings.variables(), **variables_of(target)}
            yield _Plan(named, tuple(chosen))

    def _ask_all(
        self, plan: _Plan, manifests: Sequence[Manifest], inputs: Inputs, point: Point, around: Surroundings
    ) -> list[list[Finding]]:
        """All objects and rules at once; where that has no answer one object, and at last one rule at a time."""
        try:
            answers = plan.question.answers(inputs, len(manifests))
        except CelError:
            if len(manifests) == 1:
                return [list(self._ask(plan, manifests[0], point, around))]
            alone = [Inputs({**_shared(around), "objects": [one]}) for one in manifests]
            return [
                self._ask_all(plan, [one], its, point, around)[0]
                for one, its in zip(manifests, alone, strict=True)
            ]
        return [
            [
                _found(
                    plan.of(rule), one, point, around, {"grade": answer.grade, "labels": answer.labels}, found
                )
                for rule, found in answer.offences
            ]
            for one, answer in zip(manifests, answers, strict=True)
        ]

    def _ask(self, plan: _Plan, manifest: Manifest, point: Point, around: Surroundings) -> Iterable[Finding]:
        known = self._variables(plan, manifest, around)
        inputs = Inputs({**_shared(around), "object": manifest, "variables": known})
        for one in plan.rules:
            try:
                found = tuple(one.offences.texts(inputs))
            except CelError as error:
                yield _finding(one.rule, manifest, point, around, known, (), str(error))
            else:
                if found:
                    yield _found(one, manifest, point, around, known, found)

    def _variables(self, plan: _Plan, manifest: Manifest, around: Surroundings) -> dict[str, Any]:
        """The variables that have a value; rules that use another one fail, and that is a finding."""
        known: dict[str, Any] = {}
        for name, text in plan.variables.items():
            inputs = Inputs({**_shared(around), "object": manifest, "variables": known})
            try:
                known[name] = _expression(text).value(inputs)
            except CelError:
                continue
        return known


@cache
def _expression(text: str) -> Expression:
    """A variable, compiled once: it is the same for all kinds of its target, and at all points."""
    return Expression(text)


def _shared(around: Surroundings) -> dict[str, Any]:
    """The inputs that objects of the same surroundings have in common."""
    return {"namespaceObject": around.namespace, "siblings": list(around.siblings)}


def _found(
    one: _Compiled,
    manifest: Manifest,
    point: Point,
    around: Surroundings,
    known: Mapping[str, Any],
    found: tuple[str, ...],
) -> Finding:
    """The finding about offences, in the rule's words."""
    variables = {**known, f"{variable(one.rule)}_offences": list(found)}
    try:
        told = one.message.texts(Inputs({"variables": variables}))[0]
    except CelError as error:
        return _finding(one.rule, manifest, point, around, known, (), str(error))
    return _finding(one.rule, manifest, point, around, known, found, told, error=False)


def _finding(
    rule: Rule,
    manifest: Manifest,
    point: Point,
    around: Surroundings,
    known: Mapping[str, Any],
    found: tuple[str, ...],
    text: str,
    *,
    error: bool = True,
) -> Finding:
    grade = int(known.get("grade", STRICTEST))
    labels = known.get("labels") or {}
    return Finding(
        rule=rule.id,
        title=rule.title.en,
        severity=rule.severity,
        action=rule.action,
        point=point,
        subject=_subject(manifest, around),
        grade=grade,
        message=f"[{rule.id}] the rule cannot be evaluated: {text}" if error else text,
        offences=found,
        clauses=clauses_of(rule, grade),
        remedy=rule.remedy.en,
        tenancy=labels.get("govcloud.dev/tenancy"),
        department=labels.get("govcloud.dev/department"),
        region=around.region,
        error=error,
    )


def _subject(manifest: Manifest, around: Surroundings) -> Subject:
    metadata = manifest.get("metadata") or {}
    return Subject(
        str(manifest.get("apiVersion")),
        str(manifest.get("kind")),
        str(metadata.get("name") or metadata.get("generateName") or "(no name)"),
        metadata.get("namespace"),
        around.source,
    )
