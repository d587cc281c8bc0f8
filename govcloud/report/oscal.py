"""A report as OSCAL assessment results (NIST), which tools of assessors read.

A result is a tenancy. What a rule found is an observation of an inventory item; each control that rules told anything about
is a finding; what is to be done about it is a risk. A waiver is an approved deviation, its end the deadline of the risk.
Ids are made from the content, so that the same check gives the same document.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from govcloud.report.plain import plain
from govcloud.report.report import Report, fingerprint, moment
from policies.clauses import controls
from policies.coverage import Covered, Status, told_by
from policies.finding import Finding, Subject
from policies.tally import Graded, Look, tenancy_of

VERSION = "1.2.3"
NAMESPACE = "https://govcloud.dev/ns/oscal"
"""Of the properties that OSCAL does not name."""

_STATES: Mapping[Status, tuple[str, str]] = {
    "met": ("satisfied", "pass"),
    "violated": ("not-satisfied", "fail"),
    "waived": ("not-satisfied", "other"),
}


def oscal(report: Report) -> dict[str, Any]:
    """The report as an OSCAL document of assessment results."""
    made = _Maker(report)
    plan = made.id("rules")
    return {
        "assessment-results": {
            "uuid": made.id("document"),
            "metadata": {
                "title": f"Policy findings of estate {report.estate}",
                "last-modified": report.time,
                "version": report.time,
                "oscal-version": VERSION,
                "props": _props(tool=f"govcloud {report.version}", estate=report.estate),
            },
            "import-ap": {"href": f"#{plan}"},
            "results": list(made.results()),
            "back-matter": {"resources": [_rules(report, plan)]},
        }
    }


def write_oscal(report: Report) -> str:
    """The report as the text of an OSCAL document."""
    return json.dumps(oscal(report), ensure_ascii=False, indent=2) + "\n"


def _rules(report: Report, uuid: str) -> dict[str, Any]:
    """What stands for the plan of the assessment: the rules that were asked."""
    listed = "\n".join(f"- {rule.id}: {rule.title.en} ({', '.join(rule.clauses)})" for rule in report.rules)
    return {
        "uuid": uuid,
        "title": f"Rules of govcloud {report.version}",
        "description": f"The rules that were asked at {', '.join(report.points)}:\n\n{listed}",
    }


@dataclass(frozen=True)
class _Part:
    """What one result is about."""

    name: str | None
    tenancy: Graded | None
    findings: tuple[Finding, ...]
    covered: tuple[Covered, ...]

    def key(self, *parts: str) -> str:
        return "\0".join((self.name or "", *parts))


class _Maker:
    """Makes the results of a report, with ids that follow from its content."""

    def __init__(self, report: Report) -> None:
        content = json.dumps(plain(report), sort_keys=True).encode()
        self._base: UUID = uuid5(NAMESPACE_URL, f"{NAMESPACE}/{sha256(content).hexdigest()}")
        self._report = report

    def id(self, key: str) -> str:
        return str(uuid5(self._base, key))

    def results(self) -> Iterable[dict[str, Any]]:
        """A result a tenancy, then one for what is nobody's, if anything is or nothing else was looked at."""
        found = dict(self._report.by_tenancy())
        known = {one.tenancy: one for one in self._report.tenancies}
        for name in sorted({*known, *(name for name in found if name)}):
            covered = self._report.coverage.get(name, ())
            shared = (one for each in covered for one in each.findings if tenancy_of(one) is None)
            own = dict.fromkeys((*found.get(name, ()), *shared))
            yield self._result(_Part(name, known.get(name), tuple(own), covered))
        if None in found or not (found or known):
            yield self._result(_Part(None, None, found.get(None, ()), ()))

    def _result(self, part: _Part) -> dict[str, Any]:
        report = self._report
        told = _told(part)
        asked = {look.rule: look for one in told.values() for look in one.looks if look.objects}
        quiet = [asked[rule] for rule in sorted(asked.keys() - {one.rule for one in part.findings})]
        observations = [self._observation(part, one) for one in part.findings]
        observations += [self._quiet(part, look) for look in quiet]
        result: dict[str, Any] = {
            "uuid": self.id(part.key("result")),
            "title": f"Tenancy {part.name}" if part.name else "Objects of no tenancy",
            "description": f"What rules found at {', '.join(report.points)}.",
            "start": report.time,
            "end": report.time,
            "props": self._about(part),
            "local-definitions": {"inventory-items": self._items(part)},
            "reviewed-controls": {"control-selections": [_selection(told)]},
            "observations": observations,
            "risks": self._risks(part),
            "findings": [self._finding(part, one) for one in told.values()],
        }
        if not result["local-definitions"]["inventory-items"]:
            del result["local-definitions"]
        return {key: value for key, value in result.items() if value}

    def _about(self, part: _Part) -> list[dict[str, str]]:
        report = self._report
        props = {"regions": ", ".join(report.regions), "points": ", ".join(report.points)}
        if one := part.tenancy:
            grades = f"S{one.information}A{one.service}G{one.overall}"
            props |= {"tenancy": one.tenancy, "department": one.department or "", "grading": grades}
        return _props(**props)

    def _items(self, part: _Part) -> list[dict[str, Any]]:
        """The objects that something was found about, each once."""
        items = {self._item(part, one): one for one in part.findings}
        return [
            {
                "uuid": uuid,
                "description": str(one.subject),
                "props": _props(
                    kind=one.subject.kind,
                    api_version=one.subject.api_version,
                    namespace=one.subject.namespace or "",
                    name=one.subject.name,
                    region=one.region or "",
                ),
            }
            for uuid, one in items.items()
        ]

    def _item(self, part: _Part, one: Finding) -> str:
        return self.id(part.key("item", one.region or "", _path(one.subject)))

    def _observation(self, part: _Part, one: Finding) -> dict[str, Any]:
        evidence = [{"description": offence} for offence in one.offences]
        told = {
            "uuid": self.id(part.key("observation", fingerprint(one))),
            "title": f"{one.rule} {one.title}",
            "description": one.message,
            "props": _props(rule=one.rule, severity=one.severity, action=one.action, point=one.point),
            "methods": ["TEST"],
            "types": ["finding"],
            "subjects": [{"subject-uuid": self._item(part, one), "type": "inventory-item"}],
            "relevant-evidence": evidence,
            "collected": self._report.time,
        }
        return {key: value for key, value in told.items() if value}

    def _quiet(self, part: _Part, look: Look) -> dict[str, Any]:
        rule = self._report.by_id[look.rule]
        return {
            "uuid": self.id(part.key("quiet", look.rule)),
            "title": f"{look.rule} {rule.title.en}",
            "description": f"The rule was asked about {look.objects} objects and found nothing.",
            "props": _props(rule=look.rule, severity=rule.severity, action=rule.action),
            "methods": ["TEST"],
            "types": ["control-objective"],
            "collected": self._report.time,
        }

    def _finding(self, part: _Part, one: Covered) -> dict[str, Any]:
        state, reason = _STATES[one.status]
        named = {finding.rule for finding in one.findings}
        observed = [part.key("observation", fingerprint(finding)) for finding in one.findings]
        observed += [
            part.key("quiet", look.rule) for look in one.looks if look.objects and look.rule not in named
        ]
        risks = dict.fromkeys(_risk_key(part, finding) for finding in one.findings)
        told: dict[str, Any] = {
            "uuid": self.id(part.key("finding", one.control.id)),
            "title": f"{one.control.id} {one.control.title_en}",
            "description": one.why.en,
            "props": _props(clause=str(one.clause), status=one.status),
            "target": {
                "type": "objective-id",
                "target-id": one.control.id,
                "title": one.control.title_zh,
                "status": {"state": state, "reason": reason},
            },
            "related-observations": [{"observation-uuid": self.id(key)} for key in observed],
            "related-risks": [{"risk-uuid": self.id(key)} for key in risks],
        }
        if one.partial:
            told["remarks"] = f"Beside what rules see: {one.partial.en}."
        return {key: value for key, value in told.items() if value}

    def _risks(self, part: _Part) -> list[dict[str, Any]]:
        groups: dict[str, list[Finding]] = defaultdict(list)
        for finding in part.findings:
            groups[_risk_key(part, finding)].append(finding)
        return [self._risk(part, key, group) for key, group in groups.items()]

    def _risk(self, part: _Part, key: str, group: list[Finding]) -> dict[str, Any]:
        first = group[0]
        rule = self._report.by_id.get(first.rule)
        risk: dict[str, Any] = {
            "uuid": self.id(key),
            "title": f"{first.rule} {first.title}",
            "description": f"{len(group)} objects violate {first.rule}.",
            "statement": rule.why if rule else first.title,
            "props": _props(rule=first.rule, severity=first.severity),
            "status": "open",
        }
        if waived := first.waived:
            risk["status"] = "deviation-approved"
            risk["props"] += _props(waiver=waived.name, ticket=waived.ticket, approved_by=waived.approved_by)
            risk["deadline"] = moment(waived.until)
        risk["remediations"] = [
            {
                "uuid": self.id(f"{key}\0remedy"),
                "lifecycle": "recommendation",
                "title": f"How to mend {first.rule}",
                "description": first.remedy,
            }
        ]
        observed = [self.id(part.key("observation", fingerprint(one))) for one in group]
        risk["related-observations"] = [{"observation-uuid": uuid} for uuid in observed]
        return risk


def _told(part: _Part) -> dict[str, Covered]:
    """The controls that rules told anything about; without a tenancy, those of the findings' clauses."""
    if part.covered:
        return {one.control.id: one for one in part.covered if one.status in _STATES}
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in part.findings:
        for clause in finding.clauses:
            found[clause.control].append(finding)
    return {control: _alone(control, tuple(group)) for control, group in sorted(found.items())}


def _alone(control: str, group: tuple[Finding, ...]) -> Covered:
    status, why = told_by(group)
    clause = next(one for one in group[0].clauses if one.control == control)
    return Covered(controls()[control], clause, status, why, (), group)


def _selection(told: Mapping[str, Covered]) -> dict[str, Any]:
    if not told:
        return {"description": "No rule was asked about any control.", "include-all": {}}
    return {"include-controls": [{"control-id": control} for control in told]}


def _risk_key(part: _Part, finding: Finding) -> str:
    waived = finding.waived
    return part.key("risk", finding.rule, f"{waived.name} {moment(waived.until)}" if waived else "")


def _path(subject: Subject) -> str:
    return "/".join((subject.api_version, subject.kind, subject.namespace or "", subject.name))


def _props(**values: str) -> list[dict[str, str]]:
    """Properties of our own namespace; what has no value is left out, and a value is one line."""
    lines = {name.replace("_", "-"): " ".join(value.split()) for name, value in values.items()}
    return [{"name": name, "ns": NAMESPACE, "value": value} for name, value in lines.items() if value]
