"""A report as plain data and JSON: the stable form, which programs of others may build upon.

``findings.schema.json`` beside this module is its schema. Fields may be added to it; none changes its meaning or goes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from govcloud.report.report import Report, RuleLike, fingerprint, moment
from policies.coverage import STATUSES, Covered
from policies.finding import Clause, Finding, Subject
from policies.rule import Both, Rule
from policies.tally import Graded, tenancy_of
from policies.uncovered import Words


def plain(report: Report) -> dict[str, Any]:
    """The report as plain data, in a fixed order."""
    return {
        "apiVersion": "govcloud.dev/v1",
        "kind": "PolicyReport",
        "tool": {"name": "govcloud", "version": report.version},
        "time": report.time,
        "estate": report.estate,
        "regions": list(report.regions),
        "points": list(report.points),
        "summary": summary(report),
        "rules": [_rule(rule) for rule in report.rules],
        "findings": [plain_finding(finding) for finding in report.findings],
        "coverage": [_tenancy(one, report.coverage[one.tenancy]) for one in report.tenancies],
    }


def write_json(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(plain(report), ensure_ascii=False, indent=2) + "\n"


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of `plain`."""
    text = files("govcloud.report").joinpath("findings.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def summary(report: Report) -> dict[str, Any]:
    """How many objects, findings and waivers there are, and how grave those are that no waiver excuses."""
    return {
        "objects": report.objects,
        "findings": len(report.findings),
        "blocking": len(report.blocking),
        "warnings": len(report.warnings),
        "waived": len(report.waived),
        "bySeverity": dict(report.by_severity()),
    }


def plain_finding(finding: Finding) -> dict[str, Any]:
    """A finding as plain data."""
    waived = finding.waived
    return {
        "fingerprint": fingerprint(finding),
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity,
        "action": finding.action,
        "blocks": finding.blocks,
        "error": finding.error,
        "point": finding.point,
        "region": finding.region,
        "tenancy": tenancy_of(finding),
        "department": finding.department,
        "grade": finding.grade,
        "subject": _subject(finding.subject),
        "offences": list(finding.offences),
        "clauses": [_clause(clause) for clause in finding.clauses],
        "remedy": finding.remedy,
        "message": finding.message,
        "waived": {
            "name": waived.name,
            "ticket": waived.ticket,
            "approvedBy": waived.approved_by,
            "until": moment(waived.until),
        }
        if waived
        else None,
    }


def _rule(rule: RuleLike) -> dict[str, Any]:
    grades = {"from": rule.grades.from_, "by": rule.grades.by} if isinstance(rule, Rule) else None
    return {
        "id": rule.id,
        "title": _both(rule.title),
        "severity": rule.severity,
        "action": rule.action,
        "clauses": list(rule.clauses),
        "grades": grades,
        "points": list(rule.points) if isinstance(rule, Rule) else [],
        "why": rule.why,
        "remedy": _both(rule.remedy),
    }


def _tenancy(tenancy: Graded, covered: tuple[Covered, ...]) -> dict[str, Any]:
    return {
        "tenancy": tenancy.tenancy,
        "department": tenancy.department,
        "grades": {
            "information": tenancy.information,
            "service": tenancy.service,
            "overall": tenancy.overall,
        },
        "statuses": {status: sum(one.status == status for one in covered) for status in STATUSES},
        "controls": [_covered(one) for one in covered],
    }


def _covered(one: Covered) -> dict[str, Any]:
    return {
        "control": one.control.id,
        "title": {"en": one.control.title_en, "zh": one.control.title_zh},
        "clause": _clause(one.clause),
        "status": one.status,
        "vacuous": one.vacuous,
        "why": _words(one.why),
        "partial": _words(one.partial) if one.partial else None,
        "rules": [{"rule": look.rule, "objects": look.objects} for look in one.looks],
        "findings": [fingerprint(finding) for finding in one.findings],
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        "apiVersion": subject.api_version,
        "kind": subject.kind,
        "namespace": subject.namespace,
        "name": subject.name,
        "source": subject.source,
    }


def _clause(clause: Clause) -> dict[str, Any]:
    return {
        "control": clause.control,
        "standard": clause.standard,
        "number": clause.number,
        "confidence": clause.confidence,
    }


def _both(both: Both) -> dict[str, str]:
    return {"en": both.en, "zh": both.zh}


def _words(words: Words) -> dict[str, str]:
    return {"en": words.en, "zh": words.zh}
