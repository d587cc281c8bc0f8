"""What the portal tells: figures that are those of the facts and the ledger, and plain words where nothing is known."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from portal_samples import NOW, PlayedLedger, facts, sources
from starlette.applications import Starlette
from starlette.routing import Route

from govcloud.model import Estate
from monitors.facts import RESOURCES
from monitors.portal import Readiness, Sources, ledger_foresight, portal_routes
from monitors.portal.capacity import capacity
from monitors.portal.compliance import compliance
from monitors.portal.past import Line, Past
from monitors.portal.recent import Recent
from monitors.portal.reclaim import DAYS, LINES, Limits, Shares, judge, reclaim
from monitors.portal.recovery import recovery
from monitors.portal.sharings import sharings
from monitors.portal.shell import VIEWS, words
from monitors.portal.tenancies import tenancies
from monitors.portal.trend import asked, trend

WEB = Path(__file__).parents[3] / "monitors" / "portal" / "web"
HOURS = DAYS * 24


def flat(cpu: float, memory: float, storage: float = 0.5, hours: int = HOURS) -> Shares:
    """Shares that are the same in each known hour."""
    unknown = [math.nan] * (HOURS - hours)
    rows: Sequence[list[float]] = [[*unknown, *[value] * hours] for value in (cpu, memory, storage)]
    return Shares(rows[0], rows[1], rows[2], {})


def read_all(past: Past, lines: Sequence[Line], days: int) -> tuple[int, int]:
    read = past.read(lines, days, NOW)
    while read[0] < read[1]:
        read = past.read(lines, days, NOW)
    return read


def test_pools_tell_their_headroom_and_what_is_left_of_it_after_the_loss_of_a_node() -> None:
    told = capacity(facts(), None)
    pool = next(one for one in told["pools"] if one["pool"] == "ext3")
    cpu = RESOURCES.index("cpu")
    assert pool["headroom"][cpu] == pytest.approx(pool["allocatable"][cpu] - pool["requested"][cpu])
    assert pool["n1"][cpu] == pytest.approx(pool["headroom"][cpu] - 100)
    assert [one["fresh"] for one in told["regions"]] == [True, True, False]


def test_tenancies_come_as_rows_by_place_with_the_stale_regions_named() -> None:
    told = tenancies(facts(9), None)
    row = dict(zip(told["fields"], told["rows"][0], strict=True))
    assert (row["tenancy"], row["region"], row["quota"][0]) == ("system-0000", "beijing", 4)
    assert told["stale"] == ["shaoguan"]


def test_a_tenancy_has_the_title_that_its_document_gives(estate: Estate) -> None:
    assert recovery(facts(0), estate, None)["rows"] == []
    assert compliance(None, estate)["filings"][0]["title"] == "系统"


def test_recovery_without_measurements_says_so_and_invents_none() -> None:
    told = recovery(facts(12), None, None)
    assert not told["measured"]
    assert all(row["copied"] is None and row["rto"] is None for row in told["rows"])
    assert [row["tier"] for row in told["rows"]] == sorted(
        (row["tier"] for row in told["rows"]), reverse=True
    )


def test_of_several_standbys_the_one_that_is_worst_off_counts() -> None:
    name = "system-0005"
    measured = [Readiness(name, "beijing", copied=NOW - 60, drilled=NOW - 100, rpo=10, rto=70)]
    row = next(one for one in recovery(facts(12), None, measured)["rows"] if one["tenancy"] == name)
    assert (row["standbys"], row["copied"], row["rto"], row["drilled"]) == (
        ["beijing"],
        NOW - 60,
        70,
        NOW - 100,
    )


def test_what_nobody_tells_of_is_not_an_empty_list() -> None:
    assert sharings(None)["known"] is False
    assert compliance(None, None) == {"check": None, "waivers": None, "filings": None}
    assert reclaim(facts(), None, None, None, NOW)["counts"] is None


@pytest.mark.parametrize(
    ("shares", "verdicts"),
    [
        (flat(0.04, 0.19), ["idle"]),
        (flat(0.06, 0.19), ["low"]),
        (flat(0.04, 0.31), []),
        (flat(0.3, 0.2), []),
        (flat(0.5, 0.5, storage=0.29), ["storage"]),
        (flat(0.04, 0.19, hours=26 * 24), []),
        (flat(0.04, 0.19, hours=28 * 24), ["idle"]),
    ],
)
def test_thresholds_of_the_standards_data_decide_about_candidates(
    shares: Shares, verdicts: list[str]
) -> None:
    assert judge(shares, Limits()) == verdicts


def test_reclaim_judges_all_but_exempt_standbys_and_finds_those_that_use_nothing() -> None:
    told = facts(30)
    past = Past(PlayedLedger(told))
    read = read_all(past, LINES, DAYS)
    found = reclaim(told, None, past, read, NOW)
    idle = {row["tenancy"] for row in found["rows"] if "idle" in row["verdicts"]}
    assert idle == {f"system-{number:04d}" for number in range(0, 30, 5)}
    everything = sum(len(region.tenancies) for region in told.regions)
    assert found["counts"]["judged"] + found["counts"]["standby"] == everything
    assert found["counts"]["standby"] > 0


def test_nobody_is_judged_before_the_past_was_read_whole() -> None:
    told = facts(6)
    past = Past(PlayedLedger(told))
    read = past.read(LINES, DAYS, NOW)
    assert 0 < read[0] < read[1]
    assert reclaim(told, None, past, read, NOW)["rows"] == []


def test_what_was_read_of_the_past_is_not_read_again_within_the_hour() -> None:
    ledger = PlayedLedger(facts(3))
    past = Past(ledger)
    lines = [Line("pool", "cpu", "used")]
    read_all(past, lines, 30)
    before = ledger.asked
    assert past.read(lines, 30, NOW)[0] == before
    assert ledger.asked == before
    past.read(lines, 30, NOW + 3600)
    assert 0 < ledger.asked - before < before


def test_a_trend_ends_with_the_hour_of_now_and_has_nothing_where_nothing_is_known() -> None:
    told = facts(3)
    past = Past(PlayedLedger(told))
    question = asked({"subject": "pool", "key": "beijing/int2", "resource": "cpu", "days": "7"})
    assert question is not None
    answer = trend(past, PlayedLedger(told).gaps(0, NOW), None, question, NOW)
    used = answer["measures"]["used"]
    assert len(used) == 7 * 24
    assert answer["start"] + 3600 * (len(used) - 1) == NOW // 3600 * 3600
    assert used[-1] is not None
    assert used[-55] is None
    assert answer["gaps"] == [(NOW - 60 * 3600, NOW - 48 * 3600, False)]


def test_the_forecast_of_a_pool_is_made_once_an_hour_for_all_of_them() -> None:
    ledger = PlayedLedger(facts(3))
    look = ledger_foresight(ledger, clock=lambda: NOW)  # type: ignore[arg-type]
    found = look("pool", "beijing/ext3", "cpu")
    assert found is not None
    assert len(found.times) == len(found.expected) == 60
    assert all(
        low <= one <= high for low, one, high in zip(found.low, found.expected, found.high, strict=True)
    )
    assert found.full is not None and found.early is not None and found.early <= found.full
    before = ledger.asked
    assert look("pool", "guian/int2", "cpu") is not None
    assert look("pool", "nowhere/none", "cpu") is None
    assert ledger.asked == before


def test_a_tenancy_is_forecast_and_drawn_from_its_own_hours_alone() -> None:
    ledger = PlayedLedger(facts(30))
    look = ledger_foresight(ledger, clock=lambda: NOW)  # type: ignore[arg-type]
    found = look("tenancy", "beijing/system-0003", "cpu")
    assert found is not None and found.full is not None
    assert ledger.read == ledger.asked == 2  # a series of one row each: what is allocated, and the quota
    assert look("tenancy", "beijing/system-0003", "cpu") is found
    assert look("tenancy", "beijing/nobody", "cpu") is None
    question = asked({"subject": "tenancy", "key": "beijing/system-0003", "resource": "cpu", "days": "30"})
    assert question is not None
    past, before = Past(ledger), ledger.read
    answer = trend(past, (), found, question, NOW)
    assert ledger.read == before + len(answer["measures"]) == before + 3
    assert answer["read"] == (1, 1)
    line = Line("tenancy", "cpu", "used")
    read_all(past, [line], 30)
    assert past.alone(line, question[1], 30, NOW) == pytest.approx(
        past.hours(line, question[1], 30, NOW), nan_ok=True
    )


def test_what_was_found_is_kept_for_the_hour_and_the_oldest_questions_make_room() -> None:
    kept: Recent[str, int] = Recent(2)
    made = iter(range(10))
    assert [kept.get(key, NOW, lambda: next(made)) for key in "abab"] == [0, 1, 0, 1]
    assert [kept.get(key, NOW, lambda: next(made)) for key in "cba"] == [2, 1, 3]
    assert kept.get("a", NOW + 3600, lambda: next(made)) == 4


@pytest.mark.parametrize(
    "question", [{"days": "8"}, {"days": "²"}, {"resource": "pods"}, {"subject": "department"}]
)
def test_what_the_page_may_not_ask_is_refused(question: dict[str, str]) -> None:
    assert asked(question) is None


def test_the_languages_have_the_same_words_and_fill_in_the_same_names() -> None:
    for key, english in words("en").items():
        chinese = words("zh")[key]
        assert english and chinese
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese)), key


def test_the_page_has_words_for_all_that_it_says_and_no_others() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.js"))
    said = set(re.findall(r'["`]([a-z]+(?:\.[a-z0-9-]+)*)["`]', text))
    assert set(re.findall(r'\bt\("([^"]+)"', text)) <= set(words("en"))
    families = set(re.findall(r"`([a-z]+\.)\$\{", text)) | {"page."}
    families_end = set(re.findall(r"\$\{\w+\}(\.[a-z]+)`", text))
    unused = {
        key
        for key in words("en")
        if key not in said and not key.startswith(tuple(families)) and not key.endswith(tuple(families_end))
    }
    assert not unused
    assert {f"view.{view}" for view in VIEWS} <= set(words("en"))


def test_the_lock_names_no_host_and_verifies_what_it_locks() -> None:
    text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    assert "resolved" not in text and "http" not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')


def test_routes_only_read() -> None:
    routes = portal_routes(sources(3))
    assert routes
    assert all(isinstance(route, Route) and route.methods == {"GET", "HEAD"} for route in routes)
    assert Starlette(routes=routes)
    assert isinstance(sources(3), Sources)
