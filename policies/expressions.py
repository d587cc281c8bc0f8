"""From a rule to CEL: the same expressions for every point, so that a verdict and its words cannot differ.

A rule becomes two expressions. The first lists its offences, ``path is value`` each, and is empty where the rule does not
hold for the object's grade. The second makes the message of that list, which it reads as ``variables.<name>_offences``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from policies.cel import literal
from policies.clauses import controls
from policies.finding import Clause
from policies.rule import Rule
from policies.target import Target

_LONGEST = 300
_AXIS = {"overall": "grade", "information": "information", "service": "service"}


def variable(rule: Rule) -> str:
    """The name of a rule's CEL variable."""
    return re.sub(r"[^a-z0-9]", "_", rule.id.lower())


def offences(rule: Rule) -> str:
    """CEL: the list of a rule's offences."""
    place = f"{_text(rule.path)} + ' is ' + {_text(rule.value)}"
    holds = f"variables.{_AXIS[rule.grades.by]} >= {rule.grades.from_}"
    asked = f"{holds} && ({rule.when})" if rule.when else holds
    if rule.each:
        return f"({asked}) ? ({rule.each}).filter(e, {rule.fails}).map(e, {place}) : []"
    return f"({asked}) && ({rule.fails}) ? [{place}] : []"


def message(rule: Rule) -> str:
    """CEL: the message about a rule's offences, of which it names the first and counts the others.

    It is one line of bounded length, whatever is in the object: the API server shows no other.
    """
    found = f"variables.{variable(rule)}_offences"
    return " + ".join(
        (
            literal(f"[{rule.id}] {rule.title.en}: "),
            _line(f"{found}[0]"),
            f"(size({found}) > 1 ? ' (and ' + string(size({found}) - 1) + ' more)' : '')",
            literal("; "),
            _clause_texts(rule),
            literal(f"; to mend it: {rule.remedy.en}"),
        )
    )


def clauses_of(rule: Rule, grade: int) -> tuple[Clause, ...]:
    """The clauses that a rule serves for an object of a grade; of each control that is demanded at it."""
    return tuple(controls()[one].at(grade) for one in rule.clauses)


def kinds_of(target: Target) -> Iterable[tuple[str, str]]:
    """(apiVersion, kind) of all that a target is about."""
    return ((kind.api_version, kind.kind) for kind in target.kinds)


def _clause_texts(rule: Rule) -> str:
    """A map from the grade to the words, since the number of a clause is another at each grade."""
    words = {grade: ", ".join(map(str, clauses_of(rule, grade))) for grade in (1, 2, 3, 4)}
    if len(set(words.values())) == 1:
        return literal(words[1])
    entries = ", ".join(f"{grade}: {literal(text)}" for grade, text in words.items())
    return f"{{{entries}}}[variables.grade]"


def _line(text: str) -> str:
    """A text that somebody else wrote, as part of one line."""
    cut = f"[{text}].map(t, size(t) > {_LONGEST} ? t.substring(0, {_LONGEST}) + '...' : t)[0]"
    return f"{cut}.replace('\\n', ' ').replace('\\r', ' ')"


def _text(expression: str) -> str:
    return f"({expression})"
