"""The end of the page: what is known about each control, and which rules were asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from govcloud.report.markup import Markup, both, join, row, table, tag
from govcloud.report.page_summary import STATUS_WORDS, severity_badge, status_badge
from govcloud.report.report import Report, RuleLike
from policies.coverage import STATUSES, Covered
from policies.rule import Rule
from policies.tally import Graded
from policies.uncovered import Words


def coverage_section(report: Report) -> Markup:
    """A table of the controls for each tenancy."""
    if not report.tenancies:
        return Markup("")
    note = both(
        "“Met” says that the rules which serve a control were asked and found nothing. Rules see requests and objects; where "
        "a control asks for more, the table says where the evidence comes from.",
        "“符合”表示与该条款对应的规则已检查且未发现违规。规则只能看到申请和对象；条款另有要求的，表中注明佐证来源。",
    )
    tables = (_tenancy(one, report.coverage[one.tenancy]) for one in report.tenancies)
    return join((tag("p", note, class_="note"), _filters(), *tables))


def _filters() -> Markup:
    choices = (
        tag(
            "label",
            tag("input", type="checkbox", id=f"show-status-{status}", checked=status != "not-applicable"),
            both(*STATUS_WORDS[status]),
        )
        for status in STATUSES
    )
    return tag("fieldset", tag("legend", both("Show", "显示")), *choices, class_="filters")


def _tenancy(one: Graded, covered: tuple[Covered, ...]) -> Markup:
    counts = Counter(each.status for each in covered)
    words = join(
        (
            tag("span", f"{counts[status]} ", both(*STATUS_WORDS[status]), class_=f"count {status}")
            for status in STATUSES
            if counts[status]
        ),
        " ",
    )
    heading = tag("summary", tag("h3", one.tenancy), " ", tag("span", words, class_="counts"))
    head = (both("Clause", "条款"), both("Control", "控制点"), both("Status", "状态"), both("Why", "依据"))
    rows = (_row(each) for each in covered)
    return tag(
        "details",
        heading,
        table(head, rows, class_="controls"),
        id=f"coverage-{one.tenancy}",
        class_="tenancy",
    )


def _row(one: Covered) -> Markup:
    title = both(one.control.title_en, one.control.title_zh)
    control = join((title, " ", tag("code", one.control.id, class_="quiet")))
    why = [both(one.why.en, one.why.zh)]
    if one.partial:
        why.append(tag("span", _partial(one.partial), class_="partial"))
    badge = status_badge(one.status)
    if one.vacuous:
        badge = tag("span", both("met, no such objects", "符合（无此类对象）"), class_="badge met vacuous")
    return row(str(one.clause), control, badge, join(why, " "), class_=one.status)


def _partial(words: Words) -> Markup:
    return both(f"Not seen by rules: {words.en}.", f"规则之外：{words.zh}。")


def rules_section(report: Report) -> Markup:
    """The rules that were asked, and about how many objects."""
    looks: Counter[str] = Counter()
    for look in report.looks:
        looks[look.rule] += look.objects
    found = Counter(finding.rule for finding in report.findings)
    head = (
        both("Rule", "规则"),
        both("Title", "名称"),
        both("Severity", "级别"),
        both("From grade", "起始等级"),
        both("Controls", "条款"),
        both("Objects", "对象数"),
        both("Findings", "发现数"),
    )
    rows = (_rule(rule, looks[rule.id], found[rule.id]) for rule in report.rules)
    title = both(f"{len(report.rules)} rules", f"{len(report.rules)} 条规则")
    return tag("details", tag("summary", title), table(head, rows), class_="tenancy")


def _rule(rule: RuleLike, objects: int, found: int) -> Markup:
    cells: Iterable[str] = (
        both(rule.title.en, rule.title.zh),
        severity_badge(rule.severity),
        str(rule.grades.from_) if isinstance(rule, Rule) else "",
        ", ".join(rule.clauses),
        str(objects),
        str(found),
    )
    return row(tag("code", rule.id), *cells)
