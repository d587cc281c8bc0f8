"""``govcloud policy list|explain|verify``: the rules as a person reads them, and whether they are what they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from govcloud.cli.output import emit, output_option, say
from govcloud.cli.policy.language import text

if TYPE_CHECKING:
    from policies.rule import Rule
    from policies.waiver_rules import WaiverRule

_SEVERITIES = ("low", "medium", "high", "critical")
_POINTS = ("request", "preview", "admission", "audit")
_NEAR = 3


@click.command("list")
@click.option("--target", help="Only rules about this target.")
@click.option("--grade", type=click.IntRange(1, 4), help="Only rules that hold at this grade.")
@click.option("--severity", type=click.Choice(_SEVERITIES), help="Only rules of at least this severity.")
@click.option("--point", type=click.Choice(_POINTS), help="Only rules that are asked at this point.")
@output_option
def list_rules(
    target: str | None, grade: int | None, severity: str | None, point: str | None, output: str
) -> None:
    """List the rules: what they are about, from which grade they hold, and where they are asked."""
    from policies.loading import shipped_rules

    _check_target(target)
    least = _SEVERITIES.index(severity or "low")
    chosen = [
        rule
        for rule in shipped_rules().values()
        if target in (None, rule.target)
        and (grade is None or rule.grades.from_ <= grade)
        and _SEVERITIES.index(rule.severity) >= least
        and (point is None or point in rule.points)
    ]
    emit([_row(rule) for rule in chosen], output, lambda: _table(chosen))


@click.command()
@click.argument("rule", metavar="RULE")
@output_option
def explain(rule: str, output: str) -> None:
    """Explain RULE: what it demands and why, its clauses, its expression, examples, and how to be excused."""
    from govcloud.cli.policy.explained import explained, explained_waiver_rule, plain
    from policies.rule import Rule

    found = find_rule(rule)
    if isinstance(found, Rule):
        emit(plain(found), output, lambda: explained(found))
    else:
        emit(_plain_waiver_rule(found), output, lambda: explained_waiver_rule(found))


@click.command()
@click.option(
    "--rules",
    "folder",
    type=click.Path(exists=True, file_okay=False),
    help="A folder of rules of your own, in place of those that come with govcloud.",
)
def verify(folder: str | None) -> None:
    """Verify rules: form, expressions, clauses and every example; all problems are told at once."""
    from policies.examples import example_problems
    from policies.loading import RuleError, lint

    rules = _rules_of(folder)
    problems = lint(rules.values())
    problems += (
        [] if problems else example_problems(rules.values())
    )  # a broken expression fails every example
    if problems:
        raise RuleError(problems)
    examples = sum(len(one.examples.pass_) + len(one.examples.fail) for one in rules.values())
    say(f"{len(rules)} {'rule' if len(rules) == 1 else 'rules'} with {examples} examples: all of it holds")


def find_rule(name: str) -> Rule | WaiverRule:
    """A rule by its id, in whatever case it is written.

    Raises:
        InputError: there is no such rule; the nearest are named.
    """
    from difflib import get_close_matches

    from govcloud.errors import InputError
    from policies.loading import shipped_rules
    from policies.waiver_rules import WAIVER_RULES

    known: dict[str, Rule | WaiverRule] = {**shipped_rules(), **WAIVER_RULES}
    if name.upper() in known:
        return known[name.upper()]
    near = get_close_matches(name.upper(), known, n=_NEAR, cutoff=0.5)
    near += [one.id for one in known.values() if name.lower() in one.title.en.lower() and one.id not in near]
    words = ", ".join(f"{one} ({text(known[one].title)})" for one in near[:_NEAR])
    raise InputError(
        f"there is no rule {name!r}",
        expected="the id of a rule, such as GC-POD-01",
        mend=f"did you mean {words}?" if near else "see all of them with `govcloud policy list`",
    )


def _check_target(name: str | None) -> None:
    from govcloud.errors import InputError
    from policies.target import targets

    if name is not None and name not in targets():
        raise InputError(f"there is no target {name!r}", expected=f"one of: {', '.join(targets())}")


def _rules_of(folder: str | None) -> Mapping[str, Rule]:
    from pathlib import Path

    from govcloud.errors import InputError
    from policies.loading import read_rules, shipped_rules

    if folder is None:
        return shipped_rules()
    files = sorted(Path(folder).rglob("*.yaml"))
    if not files:
        raise InputError("there is no rule in it", where=folder, expected="*.yaml with a rule a document")
    return read_rules({str(file): file.read_text(encoding="utf-8") for file in files})


def _row(rule: Rule) -> dict[str, Any]:
    return {
        "rule": rule.id,
        "title": rule.title.model_dump(),
        "severity": rule.severity,
        "action": rule.action,
        "grade": rule.grades.from_,
        "by": rule.grades.by,
        "target": rule.target,
        "points": list(rule.points),
        "clauses": list(rule.clauses),
    }


def _table(rules: Sequence[Rule]) -> Any:
    from rich.table import Table

    if not rules:
        return "no rule is like that"
    table = Table(caption="Read one with `govcloud policy explain RULE`", box=None, padding=(0, 2, 0, 0))
    table.add_column("RULE", no_wrap=True)
    table.add_column("SEVERITY", no_wrap=True)
    table.add_column("GRADE", no_wrap=True)
    for heading in ("TARGET", "TITLE", "POINTS"):
        table.add_column(heading, overflow="fold")
    for rule in rules:
        severity = rule.severity if rule.action == "deny" else f"{rule.severity}, warns"
        points = " ".join(rule.points)
        table.add_row(rule.id, severity, grade_text(rule), rule.target, text(rule.title), points)
    return table


def grade_text(rule: Rule) -> str:
    """From which grade a rule holds, and whose: 3+ is overall, S3+ of information, A3+ of service."""
    return f"{ {'overall': '', 'information': 'S', 'service': 'A'}[rule.grades.by] }{rule.grades.from_}+"


def _plain_waiver_rule(rule: WaiverRule) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(rule) | {"title": rule.title.model_dump(), "remedy": rule.remedy.model_dump()}
