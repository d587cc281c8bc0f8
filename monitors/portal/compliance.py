"""Compliance as the page shows it: findings by tenancy and rule, waivers by expiry, and filings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from govcloud.model import Estate, Waiver
from govcloud.report.report import Report
from monitors.portal.tenancies import organ_of, title_of
from policies.finding import SEVERITIES
from policies.tally import tenancy_of

_FILED_FROM = 2
"""Systems of grade 2 and up are filed with the public-security organ (公通字〔2007〕43号, art. 15)."""


def compliance(report: Report | None, estate: Estate | None) -> dict[str, Any]:
    """Findings, waivers and filings; a part that nobody tells of is None."""
    return {
        "check": _check(report, estate) if report else None,
        "waivers": _waivers(estate.waivers.values()) if estate else None,
        "filings": _filings(estate) if estate else None,
    }


def _check(report: Report, estate: Estate | None) -> dict[str, Any]:
    return {
        "at": report.at.timestamp(),
        "objects": report.objects,
        "rules": len(report.rules),
        "severities": report.by_severity(),
        "waived": len(report.waived),
        "tenancies": _tenancies(report, estate),
        "findings": _findings(report),
    }


def _tenancies(report: Report, estate: Estate | None) -> list[dict[str, Any]]:
    known = {one.tenancy: one for one in report.tenancies}
    found = report.by_tenancy()
    names = sorted({*known, *(name for name in found if name)})
    return [_tenancy(report, estate, name) for name in names]


def _tenancy(report: Report, estate: Estate | None, name: str) -> dict[str, Any]:
    findings = report.by_tenancy().get(name, ())
    counts = Counter(one.severity for one in findings if one.waived is None)
    return {
        "tenancy": name,
        "title": title_of(name, estate),
        "counts": [counts[severity] for severity in reversed(SEVERITIES)],
        "waived": sum(one.waived is not None for one in findings),
        "controls": Counter(one.status for one in report.coverage.get(name, ())),
    }


def _findings(report: Report) -> list[dict[str, Any]]:
    """A row a rule and tenancy, the gravest first."""
    groups = Counter(
        (one.severity, one.rule, tenancy_of(one) or "", one.waived is not None) for one in report.findings
    )
    rows = []
    for (severity, rule, tenancy, waived), count in groups.items():
        known = report.by_id[rule]
        rows.append(
            {
                "severity": severity,
                "rule": rule,
                "title": {"en": known.title.en, "zh": known.title.zh},
                "remedy": {"en": known.remedy.en, "zh": known.remedy.zh},
                "tenancy": tenancy,
                "waived": waived,
                "count": count,
            }
        )
    rows.sort(
        key=lambda row: (row["waived"], -SEVERITIES.index(row["severity"]), row["rule"], row["tenancy"])
    )
    return rows


def _waivers(waivers: Iterable[Waiver]) -> list[dict[str, Any]]:
    return [
        {
            "waiver": one.name,
            "rule": one.spec.rule,
            "tenancy": one.spec.tenancy,
            "reason": one.spec.reason,
            "ticket": one.spec.ticket,
            "approved_by": one.spec.approved_by,
            "until": one.spec.until.timestamp(),
        }
        for one in sorted(waivers, key=lambda one: (one.spec.until, one.name))
    ]


def _filings(estate: Estate) -> list[dict[str, Any]]:
    """The systems that have to be filed, those that are not at the head."""
    rows = [
        {
            "tenancy": one.name,
            "title": one.spec.title,
            "organ": organ_of(one.spec.department, estate),
            "grade": one.grade,
            "number": one.spec.grading.filing.number if one.spec.grading.filing else None,
            "date": one.spec.grading.filing.date.isoformat() if one.spec.grading.filing else None,
        }
        for one in estate.tenancies.values()
        if one.grade >= _FILED_FROM
    ]
    return sorted(rows, key=lambda row: (row["number"] is not None, -row["grade"], row["tenancy"]))
