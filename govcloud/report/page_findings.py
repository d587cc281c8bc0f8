"""The body of the page: findings by tenancy and rule, and the waivers that excuse some."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from govcloud.report.markup import Markup, both, join, row, table, tag
from govcloud.report.page_summary import SEVERITY_WORDS, severity_badge
from govcloud.report.report import Report, by_rule, moment
from policies.coverage import POINTS_ZH
from policies.finding import SEVERITIES, Finding, Waived
from policies.tally import tenancy_of


def findings_section(report: Report) -> Markup:
    """Filters, and the findings of each tenancy."""
    if not report.findings:
        return tag("p", both("No rule found anything.", "所有规则均未发现违规。"))
    groups = (_tenancy(report, name, found) for name, found in report.by_tenancy().items())
    return join((_filters(), *groups))


def _filters() -> Markup:
    severities = (
        _filter(f"show-{severity}", both(*SEVERITY_WORDS[severity])) for severity in reversed(SEVERITIES)
    )
    waived = _filter("show-waived", both("waived", "已豁免"))
    return tag("fieldset", tag("legend", both("Show", "显示")), *severities, waived, class_="filters")


def _filter(key: str, words: Markup) -> Markup:
    return tag("label", tag("input", type="checkbox", id=key, checked=True), words)


def _tenancy(report: Report, name: str | None, found: tuple[Finding, ...]) -> Markup:
    title = text_of(name)
    blocking = sum(finding.blocks for finding in found)
    words = both(
        f"{len(found)} finding{'s' if len(found) > 1 else ''}, {blocking} to be mended",
        f"{len(found)} 项发现，{blocking} 项须整改",
    )
    heading = tag("summary", tag("h3", title), " ", tag("span", words, class_="quiet"))
    rules = (_rule(report, rule, group) for rule, group in by_rule(found).items())
    key = f"findings-{name or 'none'}"
    return tag("details", heading, *rules, id=key, class_="tenancy", open=blocking > 0)


def text_of(name: str | None) -> Markup:
    """A tenancy's name, or words where there is none."""
    return both(name, name) if name else both("No tenancy", "不属于租户")


def _rule(report: Report, rule: str, group: tuple[Finding, ...]) -> Markup:
    first = group[0]
    known = report.by_id.get(rule)
    title = both(known.title.en, known.title.zh) if known else both(first.title, first.title)
    remedy = both(known.remedy.en, known.remedy.zh) if known else both(first.remedy, first.remedy)
    clauses = dict.fromkeys(str(clause) for finding in group for clause in finding.clauses)
    heading = tag(
        "summary",
        severity_badge(first.severity),
        " ",
        tag("code", rule),
        " ",
        tag("h4", title),
        " ",
        tag("span", f"× {len(group)}", class_="quiet"),
        " ",
        tag("span", ", ".join(clauses), class_="clauses"),
    )
    facts = [tag("dt", both("Remedy", "整改")), tag("dd", remedy)]
    if known:
        facts = [tag("dt", both("Why", "缘由")), tag("dd", known.why, lang="en", class_="always"), *facts]
    state = "waived" if all(finding.waived for finding in group) else "open-rule"
    return tag(
        "details",
        heading,
        tag("dl", *facts, class_="about"),
        tag("ul", *(_finding(one) for one in group), class_="objects"),
        class_=f"rule {first.severity} {state}",
        open=any(finding.blocks for finding in group),
    )


def _finding(one: Finding) -> Markup:
    where = [tag("strong", str(one.subject))]
    where += [tag("span", one.region, class_="quiet")] if one.region else []
    where += [tag("span", both(one.point, POINTS_ZH[one.point]), class_="quiet")]
    where += [tag("code", one.subject.source, class_="quiet")] if one.subject.source else []
    where += _marks(one)
    offences = tag("ul", *(tag("li", tag("code", offence)) for offence in one.offences), class_="offences")
    error = tag("p", one.message, lang="en", class_="always error") if one.error else Markup("")
    kind = "object waived" if one.waived else "object"
    return tag("li", tag("p", join(where, " ")), offences if one.offences else "", error, class_=kind)


def _marks(one: Finding) -> list[Markup]:
    """Words for what is not plainly to be mended."""
    marks: list[Markup] = []
    if one.waived:
        until = moment(one.waived.until)
        words = both(f"waived by {one.waived.name} until {until}", f"由 {one.waived.name} 豁免至 {until}")
        marks.append(tag("span", words, class_="badge waived"))
    elif one.action == "warn":
        marks.append(tag("span", both("warning", "警告"), class_="badge warn"))
    if one.error:
        marks.append(tag("span", both("could not be evaluated", "无法求值"), class_="badge violated"))
    return marks


def waivers_section(report: Report) -> Markup:
    """The waivers that excuse a finding, the one that ends first at the head."""
    groups: dict[tuple[Waived, str, str], int] = defaultdict(int)
    for finding in report.waived:
        if finding.waived:
            groups[finding.waived, finding.rule, tenancy_of(finding) or ""] += 1
    if not groups:
        return Markup("")
    head = (
        both("Waiver", "豁免"),
        both("Tenancy", "租户"),
        both("Rule", "规则"),
        both("Ticket", "工单"),
        both("Approved by", "批准人"),
        both("Until", "到期"),
        both("Findings", "发现"),
    )
    ordered = sorted(groups.items(), key=lambda one: (one[0][0].until, one[0][0].name, *one[0][1:]))
    return table(head, _waiver_rows(report, ordered))


def _waiver_rows(report: Report, groups: list[tuple[tuple[Waived, str, str], int]]) -> Iterable[Markup]:
    for (waived, rule, tenancy), count in groups:
        days = (waived.until - report.at).days
        left = both(f"{days} days left", f"剩余 {days} 天")
        until = join((tag("time", moment(waived.until), datetime=moment(waived.until)), " ", left))
        yield row(
            waived.name, tenancy, tag("code", rule), waived.ticket, waived.approved_by, until, str(count)
        )
