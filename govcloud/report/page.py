"""A report as one HTML file for people: it needs no network and no script, and prints.

Both languages are in it, and a choice at its head shows one. Choices and filters are form controls that the style sheet
reads, so that they work with a keyboard and wherever scripts are forbidden.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from govcloud.report.markup import Language, Markup, both, join, languages, tag
from govcloud.report.page_coverage import coverage_section, rules_section
from govcloud.report.page_findings import findings_section, waivers_section
from govcloud.report.page_summary import summary_section
from govcloud.report.report import Report
from policies.coverage import POINTS_ZH

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def write_html(report: Report, language: Language = "en") -> str:
    """The report as a page.

    Args:
        report: the report.
        language: which language it shows at first.
    """
    sections = [
        ("summary", both("Summary", "概要"), summary_section(report)),
        ("findings", both("Findings", "检查发现"), findings_section(report)),
        ("waivers", both("Waivers", "豁免"), waivers_section(report)),
        ("coverage", both("Coverage of the standards", "标准条款覆盖"), coverage_section(report)),
        ("rules", both("Rules that were asked", "所查规则"), rules_section(report)),
    ]
    shown = [(key, title, body) for key, title, body in sections if body]
    main = (
        tag("section", tag("h2", title, id=f"{key}-title"), body, id=key, aria_labelledby=f"{key}-title")
        for key, title, body in shown
    )
    page = tag(
        "html",
        _head(report),
        tag("body", _header(report, language, shown), tag("main", *main), _footer(report)),
        lang="en" if language == "en" else "zh-CN",
    )
    return f"<!doctype html>\n{page}\n"


def _head(report: Report) -> Markup:
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", f"Policy findings · 策略检查报告 · {report.estate}"),
        tag("style", Markup(_style())),
    )


def _points(report: Report) -> Markup:
    return both(", ".join(report.points), "、".join(POINTS_ZH[point] for point in report.points))


@cache
def _style() -> str:
    return files("govcloud.report").joinpath("page.css").read_text(encoding="utf-8")


def _header(report: Report, language: Language, shown: list[tuple[str, Markup, Markup]]) -> Markup:
    facts = (
        (both("Estate", "辖域"), report.estate),
        (both("Regions", "中心"), ", ".join(report.regions)),
        (both("Checked at", "检查环节"), _points(report)),
        (both("Time", "时间"), report.time),
    )
    listed = join(tag("div", tag("dt", name), tag("dd", value)) for name, value in facts if value)
    links = join(tag("li", tag("a", title, href=f"#{key}")) for key, title, _ in shown)
    return tag(
        "header",
        tag("div", tag("h1", both("Policy findings", "策略检查报告")), languages(language), class_="top"),
        tag("dl", listed, class_="facts"),
        tag("nav", tag("ul", links), aria_label="Sections 章节"),
    )


def _footer(report: Report) -> Markup:
    return tag(
        "footer",
        tag("p", both(f"Made by govcloud {report.version}.", f"由 govcloud {report.version} 生成。")),
    )
