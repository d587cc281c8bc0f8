"""A report as rows of plain texts, from which a command makes its tables; nothing in them steers a terminal."""

from __future__ import annotations

from govcloud.report.report import Report
from govcloud.report.text import printable
from policies.coverage import STATUSES, Covered
from policies.finding import Finding
from policies.tally import tenancy_of

FINDING_COLUMNS = ("severity", "rule", "tenancy", "object", "offence", "clause", "state")
SUMMARY_COLUMNS = (
    "tenancy",
    "grading",
    "deny",
    "warn",
    "waived",
    *(f"controls {status}" for status in STATUSES),
)
COVERAGE_COLUMNS = ("control", "clause", "title", "status", "why")


def finding_rows(report: Report) -> list[dict[str, str]]:
    """A row a finding, in the report's order, with the columns `FINDING_COLUMNS`."""
    return [
        {column: printable(cell) for column, cell in _finding(finding).items()} for finding in report.findings
    ]


def _finding(finding: Finding) -> dict[str, str]:
    first, *others = finding.offences or (finding.message,)
    region = f"{finding.region}: " if finding.region else ""
    source = f" ({finding.subject.source})" if finding.subject.source else ""
    return {
        "severity": finding.severity,
        "rule": finding.rule,
        "tenancy": tenancy_of(finding) or "",
        "object": f"{region}{finding.subject}{source}",
        "offence": f"{first} (and {len(others)} more)" if others else first,
        "clause": ", ".join(map(str, finding.clauses)),
        "state": _state(finding),
    }


def _state(finding: Finding) -> str:
    if finding.waived:
        return f"waived until {finding.waived.until:%Y-%m-%d}"
    return finding.action


def summary_rows(report: Report) -> list[dict[str, str]]:
    """A row a tenancy: its findings and its controls, counted, with the columns `SUMMARY_COLUMNS`."""
    found = report.by_tenancy()
    grades = {one.tenancy: one for one in report.tenancies}
    names: list[str | None] = [*sorted({*grades, *(name for name in found if name)})]
    rows = []
    for name in names + ([None] if None in found else []):
        one = grades.get(name or "")
        findings = found.get(name, ())
        rows.append(
            {
                "tenancy": name or "",
                "grading": f"S{one.information}A{one.service}G{one.overall}" if one else "",
                "deny": str(sum(finding.blocks for finding in findings)),
                "warn": str(sum(not (finding.blocks or finding.waived) for finding in findings)),
                "waived": str(sum(finding.waived is not None for finding in findings)),
                **_statuses(report.coverage.get(name or "", ())),
            }
        )
    return rows


def _statuses(covered: tuple[Covered, ...]) -> dict[str, str]:
    return {f"controls {status}": str(sum(one.status == status for one in covered)) for status in STATUSES}


def coverage_rows(report: Report, tenancy: str) -> list[dict[str, str]]:
    """A row a control of a tenancy, in the order of the standards data, with the columns `COVERAGE_COLUMNS`.

    Raises:
        KeyError: nothing of this tenancy was looked at.
    """
    return [
        {
            "control": one.control.id,
            "clause": str(one.clause),
            "title": one.control.title_en,
            "status": one.status,
            "why": f"{one.why.en}; not seen by rules: {one.partial.en}" if one.partial else one.why.en,
        }
        for one in report.coverage[tenancy]
    ]
