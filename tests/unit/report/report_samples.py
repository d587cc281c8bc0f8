"""A small check of two tenancies: violations, a warning, waivers, a rule that failed, and hostile texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from govcloud.report import Report
from policies.clauses import controls
from policies.finding import Finding, Subject, Waived
from policies.loading import read_rules
from policies.rule import Rule
from policies.tally import Graded, Look

AT = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script> & \"quotes\" ]]> \x00\x1b 中文"
_RULE = """\
id: {id}
title: {{en: {en}, zh: {zh}}}
clauses: [{clauses}]
grades: {{from: {grade}}}
severity: {severity}
action: {action}
target: {target}
points: [{points}]
fails: "true"
path: "'spec'"
value: "'x'"
remedy: {{en: "mend {id}", zh: 整改 {id}}}
why: {why}
examples:
  pass: [{{base: Deployment}}]
  fail: [{{base: Deployment}}]
"""


def a_rule(rule: str, **changes: str) -> Rule:
    """A rule about workloads from grade 1 on, changed as asked."""
    given = {
        "en": f"Title of {rule}",
        "zh": "名称",
        "clauses": "MLPS-CMP-13",
        "grade": "1",
        "severity": "high",
        "action": "deny",
        "target": "workload",
        "points": "preview, admission, audit",
        "why": "There is a reason.",
    }
    return next(iter(read_rules({"sample.yaml": _RULE.format(id=rule, **given | changes)}).values()))


PRIVILEGED = a_rule(
    "GC-POD-01", en="Containers do not run privileged", zh="容器不得以特权模式运行", severity="critical"
)
IMAGES = a_rule(
    "GC-POD-02",
    en="Images come from a registry",
    zh="镜像来自镜像仓库",
    clauses="MLPS-BLD-03, MLPS-CLD-17",
    grade="2",
)
REPLICAS = a_rule("GC-POD-03", clauses="MLPS-CMP-24", grade="3", severity="medium", action="warn")
SERVICES = a_rule("GC-SVC-01", clauses="MLPS-BND-01", target="service", severity="low")
REQUEST = a_rule("GC-TEN-01", clauses="MLPS-CLD-02", target="tenancy", points="request")
RULES = (REQUEST, SERVICES, REPLICAS, IMAGES, PRIVILEGED)


def a_finding(rule: Rule, name: str = "web", tenancy: str | None = "air", **changes: object) -> Finding:
    """A finding about a Deployment of a tenancy, changed as asked."""
    offence = f"spec.{name} is wrong"
    found = Finding(
        rule=rule.id,
        title=rule.title.en,
        severity=rule.severity,
        action=rule.action,
        point="preview",
        subject=Subject("apps/v1", "Deployment", name, f"t-{tenancy}" if tenancy else None),
        grade=3,
        message=f"[{rule.id}] {rule.title.en}: {offence}; to mend it: {rule.remedy.en}",
        offences=(offence,),
        clauses=tuple(controls()[one].at(3) for one in rule.clauses),
        remedy=rule.remedy.en,
        tenancy=tenancy,
        department="mee" if tenancy else None,
        region="beijing",
    )
    return replace(found, **changes)


def a_waiver(name: str = "air-images", ticket: str = "OPS-12") -> Waived:
    return Waived(name, ticket, "li.na@review", datetime(2027, 1, 31, 16, tzinfo=UTC))


FINDINGS = (
    a_finding(REPLICAS),
    a_finding(IMAGES, "old", waived=a_waiver()),
    a_finding(IMAGES, "older", waived=a_waiver("waiver.govcloud.dev/GC-POD-02", "")),
    a_finding(
        PRIVILEGED,
        "web",
        subject=Subject("apps/v1", "Deployment", "web", "t-air", "deploy/web app.yaml:17"),
        offences=("spec.containers[a].privileged is true", f"spec.containers[b].image is {HOSTILE}"),
    ),
    a_finding(
        PRIVILEGED,
        "broken",
        offences=(),
        error=True,
        message=f"[GC-POD-01] it cannot be evaluated: {HOSTILE}",
    ),
    a_finding(IMAGES, "tool", tenancy=None, region="guian"),
    a_finding(IMAGES, "site", tenancy="water", region=None, grade=2),
)
TENANCIES = (Graded("water", 2, 1, "mwr"), Graded("air", 3, 3, "mee"))
LOOKS = (
    *(Look("air", rule.id, 5) for rule in (PRIVILEGED, IMAGES, REPLICAS)),
    *(Look("water", rule.id, 2) for rule in (PRIVILEGED, IMAGES)),
    Look("water", SERVICES.id, 1),
)


def a_report(**changes: object) -> Report:
    """The report of the check, changed as asked."""
    report = Report(
        findings=FINDINGS,
        rules=RULES,
        points=("preview",),
        estate="national",
        at=AT,
        version="0.1.0",
        objects=42,
        looks=LOOKS,
        tenancies=TENANCIES,
        regions=("guian", "beijing"),
    )
    return replace(report, **changes)
