"""A statement: days and lines come to the total, idle quota and gaps are told, and it reads as data, table and page."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from justhtml import JustHTML
from ledger_samples import START, HandClock, estate, tenancy

from govcloud.cli.main import cli
from govcloud.errors import InputError
from monitors.ledger import Ledger
from monitors.statement import Statement, Sums, make_statement
from monitors.statement_page import write_page
from monitors.statement_plain import plain, write_csv

NOVEMBER = START / 1000 + 3600
"""In Shanghai, midnight before the first of November."""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite'}"


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """Fifty hours from an hour before November, with a short and a long gap."""
    clock = HandClock()
    with Ledger.open(url, clock=clock) as opened:
        assert opened.lead()
        for number in range(51):
            for pause in (40, 560) if number == 7 else (50, 3550):
                cores = 2.0 + number % 5 / 3
                facts = (
                    tenancy(cpu=cores),
                    tenancy("air", cpu=cores / 3, role="standby"),
                    tenancy("road", department="mot", cpu=9, quota=6),
                )
                opened.add(estate(clock, *facts))
                clock.go(pause)
        yield opened


@pytest.fixture
def made(ledger: Ledger) -> Statement:
    return make_statement(ledger, "mee", "2026-11", now=NOVEMBER + 60 * 3600)


def test_days_come_to_the_month_and_lines_to_the_total(made: Statement, ledger: Ledger) -> None:
    assert [str(day.date) for day in made.days] == ["2026-11-01", "2026-11-02", "2026-11-03"]
    assert sum((day.sums for day in made.days), start=Sums()) == made.total
    assert sum((line.sums for line in made.lines), start=Sums()) == made.total
    assert made.total.resources["cpu"].allocated > 0
    both = [make_statement(ledger, one, "2026-11", now=NOVEMBER) for one in ("mee", "mot")]
    assert both[0].total + both[1].total == make_statement(ledger, None, "2026-11", now=NOVEMBER).total


def test_months_are_those_of_the_time_zone(ledger: Ledger) -> None:
    october = make_statement(ledger, "mee", "2026-10", now=NOVEMBER)
    november = make_statement(ledger, "mee", "2026-11", now=NOVEMBER)
    assert october.total.resources["cpu"].allocated > 0
    assert october.complete
    assert not november.complete
    in_utc = make_statement(ledger, "mee", "2026-10", now=NOVEMBER, zone="UTC")
    assert in_utc.total.resources["cpu"].allocated > october.total.resources["cpu"].allocated
    whole = [make_statement(ledger, "mee", month, now=NOVEMBER) for month in ("2026-10", "2026-11")]
    utc = [make_statement(ledger, "mee", month, now=NOVEMBER, zone="UTC") for month in ("2026-10", "2026-11")]
    assert whole[0].total + whole[1].total == utc[0].total + utc[1].total


def test_held_is_allocated_and_idle_and_never_less_than_quota(ledger: Ledger) -> None:
    everything = make_statement(ledger, None, "2026-11", now=NOVEMBER)
    for line in everything.lines:
        for parts in line.sums.resources.values():
            assert 0 <= parts.used <= parts.allocated
            assert parts.idle >= 0
            assert parts.allocated + parts.idle >= parts.quota
    (road,) = [line for line in everything.lines if line.account.tenancy == "road"]
    assert road.sums.resources["cpu"].idle == 0


def test_estimates_and_gaps_are_told_apart(made: Statement) -> None:
    parts = made.total.resources["cpu"]
    assert 0 < parts.estimated < parts.allocated
    assert {gap.estimated for gap in made.gaps} == {True, False}
    assert all(gap.region == "north" for gap in made.gaps)


def test_figures_are_in_hours_and_counts_are_exact(made: Statement) -> None:
    data = json.loads(json.dumps(plain(made)))
    cpu = data["total"]["resources"]["cpu"]
    assert cpu["counts"]["allocated"] == made.total.resources["cpu"].allocated
    assert cpu["allocated"] == pytest.approx(cpu["counts"]["allocated"] / 3.6e9, abs=1e-6)
    assert cpu["allocatedMonths"] == pytest.approx(cpu["allocated"] / 720, abs=1e-6)
    assert "used" not in data["total"]["resources"]["storage"]
    assert data["total"]["energy"]["drawn"] == pytest.approx(made.total.energy.drawn / 3.6e9, abs=1e-6)
    assert data["from"] == "2026-11-01T00:00:00+08:00"
    assert {gap["charged"] for gap in data["gaps"]} == {"estimated", "nothing"}


def test_csv_has_a_row_a_line_and_no_formula(made: Statement) -> None:
    line = made.lines[0]
    named = replace(
        made, lines=(line._replace(account=line.account._replace(department="=1+1")), *made.lines)
    )
    rows = list(csv.DictReader(io.StringIO(write_csv(named))))
    assert [row["role"] for row in rows] == ["primary", "primary", "standby"]
    assert rows[0]["department"] == "'=1+1"
    assert float(rows[0]["cpu allocated core-hours"]) > 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_strict_html_in_both_languages(made: Statement, language: str) -> None:
    page = write_page(made, language)  # type: ignore[arg-type]
    document = JustHTML(page, strict=True, sanitize=False)
    assert "checked" in document.query(f"#language-{language}")[0].attrs
    assert "资源用量单" in page
    assert "Usage statement" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"month": "2026-13"}, "no month"),
        ({"zone": "Mars/Base"}, "no time zone"),
        ({"zone": "Asia/Kolkata"}, "do not begin with an hour"),
        ({"department": "mof"}, "no department 'mof'"),
    ],
)
def test_what_cannot_be_stated_is_refused(ledger: Ledger, options: dict[str, str], what: str) -> None:
    asked = {"department": "mee", "month": "2026-11", "zone": "Asia/Shanghai", **options}
    with pytest.raises(InputError, match=what):
        make_statement(ledger, asked["department"], asked["month"], now=NOVEMBER, zone=asked["zone"])


@pytest.mark.parametrize("output", ["table", "json", "csv", "html", "yaml"])
def test_the_command_prints_each_form(ledger: Ledger, url: str, output: str) -> None:
    command = ["report", "usage", "--department", "mee", "--month", "2026-11", "--ledger", url]
    result = CliRunner().invoke(cli, [*command, "--output", output], catch_exceptions=False)
    assert result.exit_code == 0
    assert "air" in result.stdout
