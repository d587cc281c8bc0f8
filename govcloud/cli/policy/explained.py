"""A rule as an engineer wants to read it: what, why, on whose ground, and what a right and a wrong object look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import unified_diff
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from govcloud.cli.output import to_yaml
from policies.clauses import controls
from policies.evaluation import Evaluator
from policies.examples import make, shipped_bases
from policies.expressions import message, offences
from policies.loading import shipped_rules
from policies.rule import Example, Rule
from policies.target import targets
from policies.waiver_rules import GRAVE, MOST_DAYS, WaiverRule

_AXES = {
    "overall": "the overall grade",
    "information": "the grade of information (S)",
    "service": "that of service (A)",
}
_AROUND = 2
"""Lines of an example that are shown around what was changed."""


def plain(rule: Rule) -> dict[str, Any]:
    """All of a rule as plain data, with its clauses by grade and the two expressions that it becomes."""
    return {
        **rule.model_dump(mode="json", by_alias=True, exclude_none=True),
        "clauses": [_clause(one) for one in rule.clauses],
        "kinds": [f"{kind.kind} of {kind.api_version}" for kind in targets()[rule.target].kinds],
        "expression": offences(rule),
        "messageExpression": message(rule),
    }


def explained(rule: Rule) -> RenderableType:
    """A rule, for people."""
    target = targets()[rule.target]
    kinds = ", ".join(kind.kind for kind in target.kinds)
    facts = {
        "holds": f"from grade {rule.grades.from_} on, by {_AXES[rule.grades.by]}",
        "severity": f"{rule.severity}; what violates it is {'refused' if rule.action == 'deny' else 'only told'}",
        "about": f"{target.title.en} ({target.title.zh}): {kinds}",
        "asked at": ", ".join(rule.points),
    }
    return Group(
        *_heading(rule),
        _pairs(facts),
        *_section("Clauses", _clauses(rule.clauses)),
        *_section("Expression (CEL)", _pairs(_expressions(rule))),
        *_section("To mend it", _pairs({"en": rule.remedy.en, "zh": rule.remedy.zh})),
        *_section("Examples", Group(*_examples(rule))),
        *_section("To be excused", Group(*_waiving(rule))),
    )


def explained_waiver_rule(rule: WaiverRule) -> RenderableType:
    """A rule about waivers, for people."""
    facts = {
        "severity": f"{rule.severity}; what violates it is {'refused' if rule.action == 'deny' else 'only told'}",
        "about": "Waivers (豁免) of an estate, of the hub and on namespaces",
        "asked at": "request, audit",
    }
    return Group(
        *_heading(rule),
        _pairs(facts),
        *_section("Clauses", _clauses(rule.clauses)),
        *_section("To mend it", _pairs({"en": rule.remedy.en, "zh": rule.remedy.zh})),
    )


def _heading(rule: Rule | WaiverRule) -> Iterator[RenderableType]:
    yield Text(f"{rule.id}  {rule.title.en}", style="bold")
    yield Text(" " * (len(rule.id) + 2) + rule.title.zh)
    yield Text()
    yield Text(rule.why)
    yield Text()


def _section(title: str, body: RenderableType) -> Iterator[RenderableType]:
    yield Text()
    yield Text(title, style="bold")
    yield Padding(body, (0, 0, 0, 2))


def _pairs(facts: Mapping[str, str]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        table.add_row(name, value)
    return table


def _clause(control: str) -> dict[str, Any]:
    known = controls()[control]
    return {
        "control": control,
        "standard": known.standard,
        "title": {"en": known.title_en, "zh": known.title_zh},
        "fromGrade": known.from_grade,
        "confidence": known.confidence,
        "numbers": {str(grade): number for grade, number in known.numbers.items()},
    }


def _clauses(clauses: tuple[str, ...]) -> Group:
    """Each control with its clause numbers by grade, and how sure the standards data are of them."""
    lines = []
    for one in clauses:
        known = controls()[one]
        numbers = ", ".join(f"grade {grade}: {number}" for grade, number in known.numbers.items())
        titles = " · ".join(dict.fromkeys((known.title_en, known.title_zh)))
        lines.append(Text.assemble((one, "bold"), f"  {titles}"))
        lines.append(Text(f"  {known.standard} {numbers}".rstrip() + f"; confidence {known.confidence}"))
    return Group(*lines)


def _expressions(rule: Rule) -> dict[str, str]:
    parts = {
        "when": rule.when,
        "each": rule.each,
        "fails": rule.fails,
        "path": rule.path,
        "value": rule.value,
    }
    return {name: part for name, part in parts.items() if part}


def _examples(rule: Rule) -> Iterator[RenderableType]:
    failing, passing = rule.examples.fail[0], rule.examples.pass_
    yield Text(f"fails, since {'; '.join(failing.finds)}:")
    yield Padding(_difference(failing), (0, 0, 0, 2))
    changed = next((one for one in passing if one.patch or one.siblings), None)
    if changed is None:
        yield Text(f"passes: the same {failing.base} without the change")
        return
    yield Text("passes:")
    yield Padding(_difference(changed), (0, 0, 0, 2))


def _difference(example: Example) -> Text:
    """What an example changes in its base, and in the namespace that it is in."""
    bases = shipped_bases()
    made = make(example, bases)
    lines = [
        *_diff(bases.of(example.base), made.manifest, example.base),
        *_diff(bases.namespace, made.namespace, "Namespace"),
    ]
    beside = [f" with {one['kind']} {one['metadata']['name']} beside it" for one in made.siblings[1:]]
    if not lines:
        lines = [f"@ {example.base}", *(beside or [" with nothing beside it"])]
    else:
        lines += beside
    styles = {"+": "green", "-": "red", "@": "dim"}
    return Text("\n").join(Text(line, style=styles.get(line[:1], "")) for line in lines)


def _diff(before: dict[str, Any], after: dict[str, Any], kind: str) -> Iterator[str]:
    lines = unified_diff(to_yaml(before).splitlines(), to_yaml(after).splitlines(), lineterm="", n=_AROUND)
    changes = [" ..." if line.startswith("@@") else line for line in lines if line[:3] not in ("---", "+++")]
    return iter([f"@ {kind}", *changes[1:]] if changes else ())


def _waiving(rule: Rule) -> Iterator[Text]:
    if refusal := _beyond_waiving(rule):
        yield Text(f"nobody can be: {refusal}")
        return
    most = f" --days {MOST_DAYS}" if rule.severity in GRAVE else " --days N"
    yield Text(f"govcloud policy waive {rule.id} --tenancy NAME --ticket TICKET --reason WHY{most}")
    if rule.severity in GRAVE:
        yield Text(f"for at most {MOST_DAYS} days, since its severity is {rule.severity}")


def _beyond_waiving(rule: Rule) -> str | None:
    """Why no waiver of a rule would be approved; None where it can be waived."""
    waiver = shipped_bases().of("Waiver")
    waiver["spec"] |= {"rule": rule.id}
    waiver["metadata"].pop("creationTimestamp", None)
    about = [one for one in shipped_rules().values() if one.target == "waiver"]
    found = Evaluator(about, shipped_bases().settings).evaluate(waiver, "request")
    return next((f"{one.title} ({one.rule})" for one in found if one.blocks), None)
