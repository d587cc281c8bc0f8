"""Rules and findings that coverage is asked about, made as each test needs them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from policies.clauses import controls
from policies.finding import Finding, Subject, Waived
from policies.loading import read_rules
from policies.rule import Rule

WAIVED = Waived("w-1", "OPS-1", "li.na@review", datetime(2027, 1, 31, tzinfo=UTC))
_RULE = """\
id: {id}
title: {{en: title, zh: 名称}}
clauses: [{clauses}]
grades: {{from: {grade}, by: {by}}}
severity: high
target: {target}
points: [{points}]
fails: "true"
path: "'spec'"
value: "'x'"
remedy: {{en: mend it, zh: 整改}}
why: There is a reason.
examples:
  pass: [{{base: Deployment}}]
  fail: [{{base: Deployment}}]
"""


def a_rule(clauses: str, rule: str = "GC-POD-01", **changes: str) -> Rule:
    """A rule about workloads that serves some controls from grade 1 on, changed as asked."""
    given = {"grade": "1", "by": "overall", "target": "workload", "points": "preview, admission, audit"}
    text = _RULE.format(id=rule, clauses=clauses, **given | changes)
    return next(iter(read_rules({"sample.yaml": text}).values()))


def a_finding(rule: Rule, **changes: object) -> Finding:
    """A finding about a Deployment of tenancy air, changed as asked."""
    found = Finding(
        rule=rule.id,
        title=rule.title.en,
        severity=rule.severity,
        action=rule.action,
        point="preview",
        subject=Subject("apps/v1", "Deployment", "web", "t-air"),
        grade=3,
        message="it is wrong",
        offences=("spec is x",),
        clauses=tuple(controls()[one].at(3) for one in rule.clauses),
        remedy=rule.remedy.en,
        tenancy="air",
    )
    return replace(found, **changes)
