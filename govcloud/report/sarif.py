"""A report as SARIF 2.1.0 (OASIS), which code scanning and editors read.

Standards are taxonomies and their controls taxa, so that a reader can go from a clause to its findings. SARIF has no field
for the end of an exception; it is a property of the suppression.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from govcloud.report.report import Report, RuleLike, fingerprint, moment
from policies.clauses import Control, controls
from policies.finding import Finding, Severity, Subject, Waived
from policies.tally import tenancy_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS: Mapping[Severity, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES: Mapping[Severity, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""Scores of 0 to 10, in the bands that code scanning shows under the same names."""
_SOURCE = re.compile(r"(?P<file>.+):(?P<line>[1-9][0-9]*)")


def sarif(report: Report) -> dict[str, Any]:
    """The report as a SARIF log with one run."""
    standards = _standards(report)
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, standards)]}


def write_sarif(report: Report) -> str:
    """The report as the text of a SARIF log."""
    return json.dumps(sarif(report), ensure_ascii=False, indent=2) + "\n"


def _run(report: Report, standards: Mapping[str, list[Control]]) -> dict[str, Any]:
    indices = {rule.id: index for index, rule in enumerate(report.rules)}
    return {
        "tool": {
            "driver": {
                "name": "govcloud",
                "version": report.version,
                "semanticVersion": report.version,
                "language": "en",
                "rules": [_rule(rule, standards) for rule in report.rules],
                "supportedTaxonomies": [
                    {"name": name, "index": index} for index, name in enumerate(standards)
                ],
            }
        },
        "automationDetails": {"id": f"govcloud/{report.estate}/{'+'.join(report.points)}"},
        "invocations": [{"executionSuccessful": True, "endTimeUtc": report.time}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indices) for finding in report.findings],
        "taxonomies": [_taxonomy(name, found) for name, found in standards.items()],
        "properties": {
            "estate": report.estate,
            "regions": list(report.regions),
            "points": list(report.points),
            "objects": report.objects,
        },
    }


def _standards(report: Report) -> dict[str, list[Control]]:
    """The controls that the rules serve, by standard."""
    cited = {one for rule in report.rules for one in rule.clauses}
    found: dict[str, list[Control]] = {}
    for control in controls().values():
        if control.id in cited:
            found.setdefault(control.standard, []).append(control)
    return found


def _taxonomy(name: str, found: Iterable[Control]) -> dict[str, Any]:
    return {
        "name": name,
        "taxa": [
            {
                "id": control.id,
                "shortDescription": {"text": control.title_en},
                "properties": {
                    "titleZh": control.title_zh,
                    "fromGrade": control.from_grade,
                    "clauses": {str(grade): number for grade, number in control.numbers.items()},
                },
            }
            for control in found
        ],
    }


def _rule(rule: RuleLike, standards: Mapping[str, list[Control]]) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": _name(rule.title.en),
        "shortDescription": {"text": rule.title.en},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why} To mend it: {rule.remedy.en}.",
            "markdown": _help(rule),
        },
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "relationships": [
            {
                "target": {
                    "id": control.id,
                    "index": place,
                    "toolComponent": {"name": name, "index": index},
                },
                "kinds": ["relevant"],
            }
            for index, (name, found) in enumerate(standards.items())
            for place, control in enumerate(found)
            if control.id in rule.clauses
        ],
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "severity": rule.severity,
            "action": rule.action,
            "tags": ["security", *rule.clauses],
            "titleZh": rule.title.zh,
            "remedyZh": rule.remedy.zh,
        },
    }


def _help(rule: RuleLike) -> str:
    cited = [controls()[one] for one in rule.clauses if one in controls()]
    lines = [f"- {one.standard} `{one.id}` {one.title_en} / {one.title_zh}" for one in cited]
    return "\n".join(
        (
            f"**{rule.title.en}**",
            "",
            rule.why,
            "",
            f"To mend it: {rule.remedy.en}.",
            "",
            f"整改：{rule.remedy.zh}。",
            "",
            *lines,
        )
    )


def _name(title: str) -> str:
    """The title as one word in Pascal case, which SARIF asks of a name."""
    return "".join(word[:1].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", title))


def _result(finding: Finding, indices: Mapping[str, int]) -> dict[str, Any]:
    found = {
        "ruleId": finding.rule,
        **({"ruleIndex": indices[finding.rule]} if finding.rule in indices else {}),
        "kind": "fail",
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [_location(finding.subject, finding.region)],
        "partialFingerprints": {"govcloud/v1": fingerprint(finding)},
        "properties": {
            "tenancy": tenancy_of(finding),
            "department": finding.department,
            "region": finding.region,
            "grade": finding.grade,
            "point": finding.point,
            "blocks": finding.blocks,
            "offences": list(finding.offences),
            "clauses": [str(clause) for clause in finding.clauses],
        },
    }
    return found | {"suppressions": [_suppression(finding.waived)] if finding.waived else []}


def _suppression(waived: Waived) -> dict[str, Any]:
    until = moment(waived.until)
    told = [f"waiver {waived.name}"]
    told += [f"ticket {waived.ticket}"] if waived.ticket else []
    told += [f"approved by {waived.approved_by}"] if waived.approved_by else []
    return {
        "kind": "external",
        "status": "accepted",
        "justification": f"{', '.join(told)}, until {until}",
        "properties": {
            "waiver": waived.name,
            "ticket": waived.ticket,
            "approvedBy": waived.approved_by,
            "until": until,
        },
    }


def _location(subject: Subject, region: str | None) -> dict[str, Any]:
    """The file and line where it was read from one; the object in any case."""
    parts = (region, subject.api_version, subject.kind, subject.namespace, subject.name)
    logical = {
        "name": subject.name,
        "fullyQualifiedName": "/".join(part for part in parts if part),
        "kind": "resource",
    }
    physical = _physical(subject.source)
    return ({"physicalLocation": physical} if physical else {}) | {"logicalLocations": [logical]}


def _physical(source: str | None) -> dict[str, Any] | None:
    found = _SOURCE.fullmatch(source or "")
    if not found or found["file"].startswith("<"):  # standard input is no file
        return None
    path = PurePath(found["file"])
    artifact = (
        {"uri": path.as_uri()}
        if path.is_absolute()
        else {"uri": quote(path.as_posix()), "uriBaseId": "%SRCROOT%"}
    )
    return {"artifactLocation": artifact, "region": {"startLine": int(found["line"])}}
