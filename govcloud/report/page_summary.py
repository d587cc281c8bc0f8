"""The head of the page: what stops, how grave it is, and where."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from govcloud.report.markup import Markup, both, join, row, table, tag
from govcloud.report.report import Report
from policies.coverage import STATUSES, Covered, Status
from policies.finding import SEVERITIES, Finding, Severity
from policies.tally import Graded

SEVERITY_WORDS: Mapping[Severity, tuple[str, str]] = {
    "critical": ("critical", "严重"),
    "high": ("high", "高"),
    "medium": ("medium", "中"),
    "low": ("low", "低"),
}
STATUS_WORDS: Mapping[Status, tuple[str, str]] = {
    "met": ("met", "符合"),
    "violated": ("violated", "违反"),
    "waived": ("waived", "已豁免"),
    "needs-evidence": ("needs evidence", "需佐证"),
    "not-applicable": ("not demanded", "不适用"),
}


def summary_section(report: Report) -> Markup:
    """The verdict, the counts, and a table of the tenancies."""
    return join((_verdict(report), _tiles(report), _tenancies(report)))


def severity_badge(severity: Severity) -> Markup:
    """A severity as a mark that does not rest on its colour."""
    return tag("span", both(*SEVERITY_WORDS[severity]), class_=f"badge {severity}")


def status_badge(status: Status) -> Markup:
    """A status as a mark that does not rest on its colour."""
    return tag("span", both(*STATUS_WORDS[status]), class_=f"badge {status}")


def _verdict(report: Report) -> Markup:
    number = len(report.blocking)
    if number:
        words = both(f"{number} finding{'s' if number > 1 else ''} to be mended", f"{number} 项违规须整改")
    else:
        words = both("Nothing stops what was asked for", "未发现阻断性违规")
    more = both(
        f"{report.objects} objects were looked at, {len(report.rules)} rules were asked.",
        f"共检查 {report.objects} 个对象、{len(report.rules)} 条规则。",
    )
    kind = "bad" if number else "good"
    return tag("p", tag("strong", words), " ", more, class_=f"verdict {kind}")


def _tiles(report: Report) -> Markup:
    tiles = [
        _tile(count, severity, SEVERITY_WORDS[severity]) for severity, count in report.by_severity().items()
    ]
    tiles.append(_tile(len(report.waived), "waived", STATUS_WORDS["waived"]))
    return tag("ul", *tiles, class_="tiles")


def _tile(count: int, kind: str, words: tuple[str, str]) -> Markup:
    empty = "" if count else " none"
    return tag("li", tag("b", str(count)), " ", both(*words), class_=f"tile {kind}{empty}")


def _tenancies(report: Report) -> Markup:
    found = report.by_tenancy()
    rows = [
        _tenancy_row(one, found.get(one.tenancy, ()), report.coverage[one.tenancy])
        for one in report.tenancies
    ]
    known = {one.tenancy for one in report.tenancies}
    for name, findings in found.items():
        if name not in known:
            rows.append(row(_name(name), "", "", *_counts(findings), ""))
    if not rows:
        return Markup("")
    head = [both("Tenancy", "租户"), both("Department", "部门"), both("Grading", "定级")]
    head += [both(*SEVERITY_WORDS[severity]) for severity in reversed(SEVERITIES)]
    head += [both(*STATUS_WORDS["waived"]), both("Controls", "条款")]
    return table(head, rows, class_="tenancies")


def _name(name: str | None) -> Markup:
    if name is None:
        return tag("a", both("No tenancy", "不属于租户"), href="#findings-none")
    return tag("a", name, href=f"#findings-{name}")


def _tenancy_row(one: Graded, findings: tuple[Finding, ...], covered: tuple[Covered, ...]) -> Markup:
    name = _name(one.tenancy) if findings else tag("span", one.tenancy)
    grades = f"S{one.information}A{one.service}G{one.overall}"
    return row(name, one.department or "", grades, *_counts(findings), _bar(one.tenancy, covered))


def _counts(findings: tuple[Finding, ...]) -> list[str]:
    counts = Counter(finding.severity for finding in findings if finding.waived is None)
    waived = sum(finding.waived is not None for finding in findings)
    return [str(counts[severity] or "–") for severity in reversed(SEVERITIES)] + [str(waived or "–")]


def _bar(tenancy: str, covered: tuple[Covered, ...]) -> Markup:
    """How many of the controls that are demanded have which status, as words and as a bar."""
    counts = Counter(one.status for one in covered)
    shown = [status for status in STATUSES if status != "not-applicable" and counts[status]]
    parts = (tag("span", class_=f"part {status}", style=f"flex-grow:{counts[status]}") for status in shown)
    words = join(
        (
            tag("span", f"{counts[status]} ", both(*STATUS_WORDS[status]), class_=f"count {status}")
            for status in shown
        ),
        " ",
    )
    bar = tag("span", *parts, class_="bar", aria_hidden="true")
    return tag("a", bar, tag("span", words, class_="counts"), href=f"#coverage-{tenancy}", class_="plain")
