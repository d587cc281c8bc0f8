"""A statement as one HTML file: both languages in it, no script, nothing from the network, and it prints."""

from __future__ import annotations

from importlib.resources import files

from govcloud.report.markup import Language, Markup, both, join, languages, row, table, tag
from monitors.statement import Line, Statement, Sums
from monitors.statement_plain import ITEMS, figure, kilowatt_hours, stamp

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_FIGURES = """
.figures td, .figures thead th:not(:first-child) { text-align: right; white-space: nowrap; }
.figures td { font-variant-numeric: tabular-nums; }
.named td:nth-child(2), .named thead th:nth-child(2) { text-align: left; }
h3 { display: block; margin: 1.2rem 0 .3rem; break-after: avoid; }
"""
_ROLES = {"primary": ("primary", "主中心"), "standby": ("standby", "备中心")}
_REASONS = {
    "stopped": ("nothing metered", "计量中断"),
    "unreachable": ("the region did not answer", "中心无响应"),
    "clock": ("the clock was set", "时钟被调整"),
}


def write_page(statement: Statement, language: Language = "en") -> str:
    """The statement as a page.

    Args:
        statement: the statement.
        language: which language it shows at first.
    """
    sections = (
        _section("total", both("Total", "合计"), _total(statement)),
        _section("systems", both("Systems", "各系统"), *(_systems(statement, number) for number in range(4))),
        _section("days", both("Days", "逐日"), _days(statement)),
        _section("gaps", both("What was not seen", "计量缺口"), _gaps(statement)),
    )
    body = tag("body", _header(statement, language), tag("main", *sections), _footer())
    page = tag("html", _head(statement), body, lang="en" if language == "en" else "zh-CN")
    return f"<!doctype html>\n{page}\n"


def _section(key: str, title: Markup, *content: str) -> Markup:
    return tag("section", tag("h2", title, id=key), *content, aria_labelledby=key)


def _head(statement: Statement) -> Markup:
    style = files("govcloud.report").joinpath("page.css").read_text(encoding="utf-8") + _FIGURES
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"Usage · 资源用量 · {statement.department or '*'} · {statement.month}"),
        tag("style", Markup(style)),
    )


def _header(statement: Statement, language: Language) -> Markup:
    whose = statement.department or both("all departments", "全部部门")
    state = both("the whole month", "整月") if statement.complete else both("so far", "月内至今")
    facts = (
        (both("Department", "部门"), whose),
        (both("Month", "月份"), join((statement.month, " (", state, ")"))),
        (both("Time zone", "时区"), statement.zone),
        (both("Made", "生成时间"), stamp(statement.made, statement.zone)),
    )
    listed = join(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts)
    return tag(
        "header",
        tag("div", tag("h1", both("Usage statement", "资源用量单")), languages(language), class_="top"),
        tag("dl", listed, class_="facts"),
    )


def _total(statement: Statement) -> Markup:
    head = [both("Resource", "资源"), both("Unit", "单位"), *_part_heads()]
    hours = (statement.end - statement.start) / 3600
    head.append(both("Allocated, monthly mean", "月均占用"))
    rows = [
        row(
            both(item.en, item.zh),
            both(item.unit, item.unit_zh),
            *_figures(statement.total, number),
            _number(figure(item, statement.total.resources[item.resource].allocated) / hours),
        )
        for number, item in enumerate(ITEMS)
    ]
    energy = statement.total.energy
    drawn, estimated = (_number(kilowatt_hours(one)) for one in (energy.drawn, energy.estimated))
    words = both(
        f"Energy: {drawn} kWh, of which {estimated} estimated.",
        f"电能：{drawn} 千瓦时，其中估算 {estimated} 千瓦时。",
    )
    note = both(
        "Allocated is what was requested or used, whichever was more. Idle is quota that was held and not allocated. "
        "Estimated is the part of allocated that was carried over a short gap.",
        "占用取申请量与实际使用量中的较大者；闲置为已持有而未占用的配额；估算为短暂缺口内按最后已知值计入的占用。",
    )
    return join(
        (table(head, rows, class_="figures named"), tag("p", words), tag("p", note, class_="quiet note"))
    )


def _systems(statement: Statement, number: int) -> Markup:
    item = ITEMS[number]
    if not any(_held(line.sums, item.resource) for line in statement.lines):
        return Markup("")
    head = [both("Tenancy", "租户"), both("Region and role", "中心与角色"), *_part_heads()]
    rows = [_system(line, number) for line in statement.lines if _held(line.sums, item.resource)]
    title = both(f"{item.en}, {item.unit}", f"{item.zh}（{item.unit_zh}）")
    return join((tag("h3", title), table(head, rows, class_="figures named")))


def _held(sums: Sums, resource: str) -> bool:
    parts = sums.resources[resource]
    return parts.allocated + parts.idle > 0


def _system(line: Line, number: int) -> Markup:
    account = line.account
    place = join((account.region, " · ", both(*_ROLES[account.role])))
    return row(account.tenancy, place, *_figures(line.sums, number))


def _part_heads() -> list[Markup]:
    return [
        both("Used", "实际使用"),
        both("Allocated", "占用"),
        both("Estimated", "其中估算"),
        both("Quota", "配额"),
        both("Idle", "闲置"),
    ]


def _figures(sums: Sums, number: int) -> list[str]:
    item = ITEMS[number]
    parts = sums.resources[item.resource]
    used = _number(figure(item, parts.used)) if item.use_is_known else "–"
    others = (parts.allocated, parts.estimated, parts.quota, parts.idle)
    return [used, *(_number(figure(item, one)) for one in others)]


def _days(statement: Statement) -> Markup:
    head = [both("Day", "日期"), *(both(f"{i.en}, {i.unit}", f"{i.zh}（{i.unit_zh}）") for i in ITEMS)]
    rows = [
        row(str(day.date), *(_number(figure(i, day.sums.resources[i.resource].allocated)) for i in ITEMS))
        for day in statement.days
    ]
    return table(head, rows, class_="figures")


def _gaps(statement: Statement) -> Markup:
    if not statement.gaps:
        return tag("p", both("All of the time was seen.", "全部时段均有计量。"))
    head = [
        both("Region", "中心"),
        both("From", "起"),
        both("To", "止"),
        both("Why", "原因"),
        both("Charged", "计入"),
    ]
    rows = [
        row(
            gap.region,
            stamp(gap.start, statement.zone),
            both("lasts", "持续中") if gap.end is None else stamp(gap.end, statement.zone),
            both(*_REASONS[gap.reason]),
            both("estimated", "估算") if gap.estimated else both("nothing", "不计入"),
        )
        for gap in statement.gaps
    ]
    return table(head, rows)


def _footer() -> Markup:
    words = both("Made by govcloud. No price is part of it.", "由 govcloud 生成，不含任何价格。")
    return tag("footer", tag("p", words))


def _number(value: float) -> str:
    return f"{value:,.2f}"
