"""A report as JUnit XML, which every continuous integration shows.

A suite is a tenancy. A rule that found nothing is one passing case; a rule that found something is a case an object. What a
waiver excuses is skipped, and a warning passes and says so, since neither stops what was asked for; a rule that
could not be evaluated is an error.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from govcloud.report.report import Report, moment
from govcloud.report.text import xml_text
from policies.finding import Finding
from policies.tally import Graded


@dataclass
class _Suite:
    name: str
    properties: Mapping[str, str]
    cases: list[ET.Element] = field(default_factory=list)

    def count(self, child: str) -> int:
        return sum(case.find(child) is not None for case in self.cases)

    def element(self, time: str, number: int) -> ET.Element:
        element = ET.Element(
            "testsuite",
            name=self.name,
            tests=str(len(self.cases)),
            failures=str(self.count("failure")),
            errors=str(self.count("error")),
            skipped=str(self.count("skipped")),
            time="0",
            timestamp=time.removesuffix("Z"),
            id=str(number),
        )
        listed = ET.SubElement(element, "properties")
        for name, value in self.properties.items():
            ET.SubElement(listed, "property", name=name, value=xml_text(value))
        element.extend(self.cases)
        return element


def write_junit(report: Report) -> str:
    """The report as JUnit XML."""
    suites = [suite for suite in _suites(report) if suite.cases]
    root = ET.Element(
        "testsuites",
        name=f"govcloud {report.estate}",
        tests=str(sum(len(suite.cases) for suite in suites)),
        failures=str(sum(suite.count("failure") for suite in suites)),
        errors=str(sum(suite.count("error") for suite in suites)),
        time="0",
    )
    root.extend(suite.element(report.time, number) for number, suite in enumerate(suites))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suites(report: Report) -> Iterable[_Suite]:
    found = report.by_tenancy()
    names: list[str | None] = sorted(
        {*(look.tenancy for look in report.looks), *found}, key=lambda name: (name is None, name or "")
    )
    grades = {one.tenancy: one for one in report.tenancies}
    for name in names:
        suite = _Suite(name or "no tenancy", _properties(report, grades.get(name or "")))
        findings = found.get(name, ())
        suite.cases += _cases(report, name, findings)
        yield suite


def _properties(report: Report, tenancy: Graded | None) -> dict[str, str]:
    """What the suites were checked with; JUnit has no place for it in a case."""
    known = {
        "estate": report.estate,
        "points": ", ".join(report.points),
        "regions": ", ".join(report.regions),
        "version": report.version,
    }
    if tenancy:
        known |= {"department": tenancy.department or "", "grade": str(tenancy.overall)}
    return {name: value for name, value in known.items() if value}


def _cases(report: Report, tenancy: str | None, findings: tuple[Finding, ...]) -> Iterable[ET.Element]:
    """Cases in the order of the rules: of each its findings, or that it found nothing."""
    named = {finding.rule for finding in findings}
    asked = {look.rule for look in report.looks if look.tenancy == tenancy}
    for rule in sorted(named | asked):
        if rule in named:
            yield from (_case(finding) for finding in findings if finding.rule == rule)
        else:
            title = report.by_id[rule].title.en if rule in report.by_id else ""
            yield ET.Element("testcase", name=xml_text(title or rule), classname=rule, time="0")


def _case(finding: Finding) -> ET.Element:
    where = f"{finding.region}: {finding.subject}" if finding.region else str(finding.subject)
    case = ET.Element(
        "testcase", name=xml_text(f"{finding.title}: {where}"), classname=finding.rule, time="0"
    )
    if finding.error:
        _child(case, "error", finding)
    elif finding.waived:
        waived = finding.waived
        told = f"waived by {waived.name} until {moment(waived.until)}"
        ET.SubElement(case, "skipped").text = xml_text(
            told + (f" ({waived.ticket})" if waived.ticket else "")
        )
    elif finding.blocks:
        _child(case, "failure", finding)
    else:
        ET.SubElement(case, "system-out").text = xml_text(f"warning: {_details(finding)}")
    return case


def _child(case: ET.Element, name: str, finding: Finding) -> None:
    child = ET.SubElement(case, name, type=finding.severity, message=xml_text(finding.message))
    child.text = xml_text(_details(finding))


def _details(finding: Finding) -> str:
    lines = [finding.message, *(f"  {offence}" for offence in finding.offences)]
    lines += [f"  in {finding.subject.source}"] if finding.subject.source else []
    return "\n".join(lines)
