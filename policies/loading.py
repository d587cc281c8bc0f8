"""The rules as they are shipped: read, checked in every respect, all problems told at once.

A rule is refused when its expression does not compile or leaves the portable part of CEL, when it cites a clause that the
standards data does not have or holds for a grade that the clause does not, and when an example does not do what it says.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from govcloud.errors import InputError
from policies.cel import CelError, Expression
from policies.clauses import DESIGN, controls
from policies.expressions import message, offences
from policies.rule import Rule
from policies.settings import Settings
from policies.subset import departures
from policies.target import targets, variables_of

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RuleError(InputError):
    """Every problem of the rules, a line each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun} in the rules")

    def __str__(self) -> str:
        return "\n".join(self.problems)


@cache
def shipped_rules() -> Mapping[str, Rule]:
    """The rules of this package by id, in the order of their ids.

    Structure alone is checked here, since it is done at every start; `lint` checks all the rest.

    Raises:
        RuleError: a file is not what it should be.
    """
    texts = {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in files("policies").joinpath("rules").iterdir()
        if entry.name.endswith(".yaml")
    }
    return read_rules(texts)


def read_rules(texts: Mapping[str, str]) -> Mapping[str, Rule]:
    """The rules of some files, by id.

    Args:
        texts: the YAML text of each file, a document a rule, by file name.

    Raises:
        RuleError: a document is no rule, or two have the same id.
    """
    problems: list[str] = []
    found: list[Rule] = []
    for name, text in sorted(texts.items()):
        for number, raw in enumerate(_documents(name, text), start=1):
            try:
                found.append(Rule.model_validate(raw))
            except ValidationError as error:
                problems += _problems(f"{name}: document {number} ({_id(raw)})", error)
    doubled = [one for one, times in Counter(rule.id for rule in found).items() if times > 1]
    problems += [f"{one}: the id is given to several rules; give each its own" for one in sorted(doubled)]
    if problems:
        raise RuleError(problems)
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}


def lint(rules: Iterable[Rule]) -> list[str]:
    """Everything that is wrong with rules, a line each, but for their examples."""
    return [f"{rule.id}: {problem}" for rule in rules for problem in _lint(rule)]


def _lint(rule: Rule) -> Iterable[str]:
    if rule.target not in targets():
        yield f"target: {rule.target!r} is not a target; expected one of {', '.join(targets())}"
        return
    yield from _clause_problems(rule)
    written = {"when": rule.when, "each": rule.each, "fails": rule.fails}
    for field, text in {**written, "path": rule.path, "value": rule.value}.items():
        for departure in departures(text or ""):
            yield f"{field}: {departure}; write it with the functions of the portable subset"
    yield from _compile_problems(rule)


def _clause_problems(rule: Rule) -> Iterable[str]:
    for one in rule.clauses:
        control = controls().get(one)
        if control is None:
            yield f"clauses: {one!r} is no control of the standards data"
        elif control.standard != DESIGN and rule.grades.from_ < control.from_grade:
            yield (
                f"grades.from: {rule.grades.from_} is below {control.from_grade}, from which {one} is demanded; "
                "raise it, or cite what demands it of lower grades"
            )


def _compile_problems(rule: Rule) -> Iterable[str]:
    texts = {"fails": offences(rule)}
    if all(one in controls() for one in rule.clauses):  # which the message names
        texts["message"] = message(rule)
    for what, text in texts.items():
        try:
            Expression(text)
        except CelError as error:
            yield f"{what}: it does not compile: {error}"
    unknown = _unknown_variables(rule)
    if unknown:
        yield f"fails: target {rule.target} has no variable {', '.join(sorted(unknown))}"


def _unknown_variables(rule: Rule) -> set[str]:
    known = {*variables_of(targets()[rule.target]), *Settings().variables()}
    texts = " ".join(text for text in (rule.when, rule.each, rule.fails, rule.path, rule.value) if text)
    return set(re.findall(r"\bvariables\.(\w+)", texts)) - known


def _documents(name: str, text: str) -> list[Any]:
    try:
        return [raw for raw in yaml.load_all(text, Loader=_LOADER) if raw is not None]
    except yaml.YAMLError as error:
        raise RuleError([f"{name}: it is no YAML: {error}"]) from error


def _id(raw: Any) -> str:
    return str(raw.get("id", "no id")) if isinstance(raw, dict) else type(raw).__name__


def _problems(where: str, error: ValidationError) -> list[str]:
    return [
        f"{where}: {'.'.join(map(str, one['loc'])) or 'document'}: {one['msg']}" for one in error.errors()
    ]
