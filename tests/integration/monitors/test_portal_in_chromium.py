"""The page in a real Chromium: by keyboard, in both languages, light and dark, for screen readers, on paper."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from portal_samples import facts, served, sources

from monitors.facts import EstateFacts
from monitors.portal.shell import VIEWS

COUNT = 1000
ROWS = sum(len(region.tenancies) for region in facts(COUNT).regions)
AXE = Path(sys.prefix) / "portal" / "node_modules" / "axe-core" / "axe.min.js"
READY = "#view:not([aria-busy])"
COMPLAINTS = """async () => {
  const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const found = await axe.run(document, { runOnly });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
}"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(sources(COUNT)) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = shutil.which("chromium")
    assert path, "chromium is missing; `make system` installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(
    browser: Browser, url: str, *, locale: str = "en-US", scheme: str = "light", width: int = 1280
) -> Page:
    """A page whose console and requests are held against it when it is closed."""
    context = browser.new_context(
        locale=locale,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
    )
    page = context.new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda one: page.complaints.append(one.text))  # type: ignore[attr-defined]
    page.on("pageerror", lambda one: page.complaints.append(str(one)))  # type: ignore[attr-defined]
    page.requests = []  # type: ignore[attr-defined]
    page.on("request", lambda one: page.requests.append(one.url))  # type: ignore[attr-defined]
    page.goto(url)
    page.wait_for_selector(READY)
    return page


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    page = opened(browser, address)
    yield page
    closed(page, address)


def closed(page: Page, address: str) -> None:
    assert page.complaints == []  # type: ignore[attr-defined]
    assert all(url.startswith(address) for url in page.requests)  # type: ignore[attr-defined]
    page.context.close()


def go(page: Page, view: str) -> None:
    page.evaluate(f"location.hash = {view!r}")
    expect(page.locator("nav a[aria-current=page]")).to_have_attribute("data-view", view)
    page.wait_for_selector("#view .table, #view .note")
    page.wait_for_selector(READY)  # it has its data


def names(page: Page) -> list[str]:
    return page.locator("#view tbody th code").all_text_contents()


def test_all_views_are_reached_by_keyboard_and_take_the_focus(page: Page) -> None:
    for view in VIEWS[1:]:
        page.locator(f"nav a[data-view={view}]").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#view-title")).to_be_focused()
        expect(page.locator("#view > div")).to_be_visible()
    page.wait_for_selector("#view .note")


def test_words_find_tenancies_and_say_how_many(page: Page) -> None:
    go(page, "tenancies")
    expect(page.locator(".count")).to_contain_text(f"of {ROWS:,}")
    page.get_by_label("Search").press_sequentially("0042 beijing")
    expect(page.locator(".count")).to_have_text("Rows: 1")
    expect(page.locator("#view tbody tr")).to_have_count(1)


def test_heads_sort_by_keyboard_and_tell_it(page: Page) -> None:
    go(page, "tenancies")
    page.get_by_role("button", name="used", exact=True).focus()
    page.keyboard.press("Enter")
    head = page.get_by_role("columnheader", name="used", exact=True)
    expect(head).to_have_attribute("aria-sort", "descending")
    first = page.locator("#view tbody tr").first.inner_text()
    page.keyboard.press("Space")
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert page.locator("#view tbody tr").first.inner_text() != first
    assert page.locator("[aria-sort]").count() == 1


def test_pages_turn_by_keyboard_and_keep_the_focus(page: Page) -> None:
    go(page, "tenancies")
    before = names(page)
    page.get_by_role("button", name="Next").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    assert not set(before) & set(names(page)) or names(page) != before
    expect(page.locator(".count")).to_contain_text("Rows 51 to 100")


def test_all_rows_are_printed_whatever_part_is_shown(page: Page) -> None:
    go(page, "tenancies")
    expect(page.locator("#view tbody tr")).to_have_count(50)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    expect(page.locator("#view tbody tr")).to_have_count(ROWS)
    page.emulate_media(media="print")
    expect(page.locator(".views")).to_be_hidden()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("#view tbody tr")).to_have_count(50)


def test_the_language_changes_and_the_view_stays(page: Page) -> None:
    go(page, "recovery")
    page.get_by_role("link", name="中文").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#view-title")).to_have_text("灾备就绪")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_colours_follow_the_choice_and_are_remembered(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.locator("#theme").focus()
    page.keyboard.press("End")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    dark = page.evaluate(paper)
    assert dark != light
    page.reload()
    page.wait_for_selector(READY)
    assert page.evaluate(paper) == dark


def test_a_chart_has_a_table_that_says_the_same(page: Page) -> None:
    go(page, "trend")
    page.wait_for_selector(".chart canvas")
    page.locator("summary").click()
    rows = page.locator("details tbody tr")
    expect(rows.first).to_contain_text("cores")
    heads = page.locator("details thead th").all_inner_texts()
    assert len(heads) == 8
    expect(page.locator(".tiles")).to_contain_text("in 40 days")


def test_reclaim_candidates_come_when_the_ledger_was_read(browser: Browser) -> None:
    with served(sources(30)) as address:
        page = opened(browser, f"{address}#reclaim")
        expect(page.locator("#view tbody tr").first).to_contain_text("idle", timeout=20_000)
        assert set(names(page)) & {"system-0005"}
        closed(page, address)


def test_a_region_that_is_not_heard_of_is_marked_everywhere(page: Page) -> None:
    expect(page.locator("#freshness")).to_contain_text("stale: 韶关中心 (15 minutes ago)")
    expect(page.locator("#view section.old h3")).to_contain_text("stale")
    go(page, "tenancies")
    page.locator(".filters select").first.select_option("shaoguan")
    expect(page.locator("#view tbody tr.old").first).to_contain_text("stale")


def test_new_facts_are_shown_without_losing_what_a_person_chose(browser: Browser) -> None:
    told: list[EstateFacts] = [facts(20)]
    with served(sources(20, facts=lambda: told[0])) as address:
        page = opened(browser, f"{address}#tenancies")
        page.get_by_label("Search").press_sequentially("0003 beijing")
        expect(page.locator("#view tbody tr")).to_have_count(1)
        told[0] = facts(20, at=facts(0).at + 60)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#freshness time")).to_contain_text(":01 +08:00")
        expect(page.locator("#view tbody tr")).to_have_count(1)
        expect(page.get_by_label("Search")).to_be_focused()
        closed(page, address)


def test_a_server_that_went_away_is_told_and_the_last_figures_stay(browser: Browser) -> None:
    with served(sources(5)) as address:
        page = opened(browser, address)
        expect(page.locator("#view tbody tr").first).to_be_visible()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("alert")).to_contain_text("does not answer")
    expect(page.locator("#view tbody tr").first).to_be_visible()
    page.context.close()


def test_no_table_is_cut_on_the_screen_of_a_laptop(page: Page) -> None:
    cut = (
        "[...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth > one.clientWidth).length"
    )
    for view in VIEWS:
        go(page, view)
        assert page.evaluate(cut) == 0, view


@pytest.mark.parametrize(("locale", "scheme", "width"), [("en-US", "light", 1280), ("zh-CN", "dark", 390)])
def test_axe_finds_nothing_against_any_view(
    browser: Browser, address: str, locale: str, scheme: str, width: int
) -> None:
    assert AXE.is_file(), "axe-core is missing; `make portal` installs it"
    page = opened(browser, address, locale=locale, scheme=scheme, width=width)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for view in VIEWS:
        go(page, view)
        assert page.evaluate(COMPLAINTS) == [], view
        assert page.evaluate("document.documentElement.scrollWidth") <= width, view
    closed(page, address)
