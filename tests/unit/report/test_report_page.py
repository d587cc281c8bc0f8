import re
from collections import Counter

import pytest
from justhtml import JustHTML, StrictModeError
from report_samples import HOSTILE, IMAGES, a_finding, a_report

from govcloud.report import Report
from govcloud.report.markup import both
from govcloud.report.page import write_html

EMPTY = a_report(findings=(), rules=(), looks=(), tenancies=(), regions=(), objects=0)


def parsed(report: Report, language: str = "en") -> JustHTML:
    """The page, parsed as the standard says; any parse error fails the test."""
    text = write_html(report, language)  # type: ignore[arg-type]
    return JustHTML(text, strict=True, sanitize=False)


@pytest.fixture(scope="module")
def page() -> JustHTML:
    return parsed(a_report())


@pytest.fixture(scope="module")
def small() -> Report:
    """Findings without the long tables of the controls, which take a second to parse."""
    return a_report(tenancies=(), looks=())


def texts(page: JustHTML, selector: str) -> list[str]:
    return [" ".join(node.to_text().split()) for node in page.query(selector)]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_is_html_without_an_error(page: JustHTML, small: Report, language: str) -> None:
    assert page.query("h1")
    assert parsed(small, language).query("h1")
    assert parsed(EMPTY, language).query("h1")


def test_the_parser_finds_errors_where_there_are_some() -> None:
    with pytest.raises(StrictModeError):
        JustHTML(write_html(EMPTY).replace("</section>", "</div>", 1), strict=True, sanitize=False)


def test_a_page_needs_nothing_from_elsewhere_and_runs_nothing(page: JustHTML) -> None:
    assert not page.query("script, link, img, iframe, object, embed")
    assert all(node.attrs["href"].startswith("#") for node in page.query("a"))
    assert "url(" not in write_html(a_report())
    assert "@import" not in write_html(a_report())


def test_hostile_texts_stay_texts() -> None:
    names = {"title": HOSTILE, "message": HOSTILE, "offences": (HOSTILE,), "remedy": HOSTILE, "error": True}
    finding = a_finding(IMAGES, HOSTILE, **names)
    page = parsed(a_report(findings=(finding,), rules=(), tenancies=(), looks=(), estate=HOSTILE))
    assert not page.query("script")
    assert "<script>alert('x')</script>" in page.to_text()


def test_ids_are_given_once_and_links_lead_somewhere(page: JustHTML) -> None:
    ids = Counter(node.attrs["id"] for node in page.query("[id]"))
    assert set(ids.values()) == {1}
    assert {node.attrs["href"].removeprefix("#") for node in page.query("a")} <= set(ids)
    assert {node.attrs["aria-labelledby"] for node in page.query("[aria-labelledby]")} <= set(ids)


def test_every_text_in_one_language_is_there_in_the_other(page: JustHTML) -> None:
    english = page.query('body span[lang="en"]:not(.always)')
    chinese = page.query('body span[lang="zh-CN"]:not(.always)')
    assert len(english) == len(chinese) > 100
    assert all(
        re.search("[\u4e00-\u9fff]", node.to_text()) for node in chinese if not is_bare(node.to_text())
    )


def is_bare(text: str) -> bool:
    """A title of the standards data that is there in English alone."""
    return text.isascii()


@pytest.mark.parametrize(("language", "code"), [("en", "en"), ("zh", "zh-CN")])
def test_the_language_asked_for_is_shown_at_first(small: Report, language: str, code: str) -> None:
    page = parsed(small, language)
    (checked,) = [node for node in page.query('input[name="language"]') if "checked" in node.attrs]
    assert checked.attrs["id"] == f"language-{language}"
    assert page.query("html")[0].attrs["lang"] == code


def test_the_style_sheet_acts_on_every_control_of_the_page(page: JustHTML) -> None:
    (style,) = re.findall("<style>(.*)</style>", write_html(EMPTY), re.DOTALL)
    for node in page.query("input"):
        assert f"#{node.attrs['id']}:" in style


def test_every_control_has_its_words(page: JustHTML) -> None:
    assert len(page.query("label > input")) == len(page.query("input"))
    assert len(page.query("fieldset > legend")) == len(page.query("fieldset"))


def test_the_summary_tells_what_is_to_be_mended(page: JustHTML) -> None:
    assert texts(page, ".verdict strong span")[0] == "4 findings to be mended"
    assert [int(text) for text in texts(page, ".tile b")] == [2, 2, 1, 0, 2]


def test_findings_are_grouped_by_tenancy_and_rule(page: JustHTML) -> None:
    groups = page.query("#findings > details.tenancy")
    assert [node.attrs["id"] for node in groups] == ["findings-air", "findings-water", "findings-none"]
    assert len(page.query("#findings-air > details.rule")) == 3
    assert len(page.query("#findings .object")) == 7


def test_what_is_to_be_mended_is_open_and_the_rest_is_folded(page: JustHTML) -> None:
    rules = page.query("#findings-air > details.rule")
    assert ["open" in node.attrs for node in rules] == [True, False, False]


def test_a_group_tells_clause_and_remedy(page: JustHTML) -> None:
    assert texts(page, "#findings-air .clauses")[0] == "GB/T 22239-2019 8.1.4.4 a,b"
    assert "mend GC-POD-01" in texts(page, "#findings-air .about")[0]


def test_what_stands_between_backticks_is_code() -> None:
    assert both("run `a` <b>", "执行 `a`") == (
        '<span lang="en">run <code>a</code> &lt;b&gt;</span><span lang="zh-CN">执行 <code>a</code></span>'
    )
    assert both("a ` alone", "a ` alone") == "a ` alone"


def test_a_control_that_is_met_for_want_of_objects_says_so(page: JustHTML) -> None:
    told = texts(page, "#coverage-air .badge.vacuous")
    assert told
    assert all("met, no such objects" in text for text in told)


def test_waivers_are_listed_with_their_end(page: JustHTML) -> None:
    rows = texts(page, "#waivers tbody tr")
    assert len(rows) == 2
    assert "OPS-12" in rows[0]
    assert "2027-01-31T16:00:00Z" in rows[0]
    assert "68 days left" in rows[0]


def test_every_control_is_in_the_table_of_a_tenancy(page: JustHTML) -> None:
    rows = page.query("#coverage-air tbody tr")
    assert len(rows) == len(a_report().coverage["air"])
    assert Counter(node.attrs["class"] for node in rows)["violated"] == 2


def test_a_page_without_findings_says_so() -> None:
    text = parsed(EMPTY).to_text()
    assert "Nothing stops what was asked for" in text
    assert "No rule found anything." in text
