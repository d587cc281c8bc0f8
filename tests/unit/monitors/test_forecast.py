"""Forecasts of daily peaks: what they find, how sure they say to be, and what the back-test says of them."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from ledger_samples import HandClock, estate, pool, tenancy

from govcloud.cli.main import cli
from monitors.forecast import MODELS, Floats, daily_peaks, exhaustion, forecast
from monitors.ledger import Ledger
from monitors.outlook import look_ahead


@pytest.fixture
def chance() -> np.random.Generator:
    return np.random.default_rng(20988)


def growing(chance: np.random.Generator, series: int = 200, days: int = 42) -> Floats:
    return 100 + np.arange(days) * 2.0 + chance.normal(0, 3, (series, days))


def test_growth_is_carried_on(chance: np.random.Generator) -> None:
    found = forecast(growing(chance), 20)
    assert np.median(found.expected[:, -1]) == pytest.approx(100 + 61 * 2, abs=4)
    assert MODELS[np.bincount(found.model).argmax()] == "drift"


def test_days_to_a_limit_lie_between_earliest_and_latest(chance: np.random.Generator) -> None:
    peaks = growing(chance)
    when = exhaustion(forecast(peaks, 90), peaks[:, -1], np.full(len(peaks), 222.0))
    assert np.median(when.days) == pytest.approx(20, abs=2)
    assert (when.earliest <= when.days).all()
    assert (when.days <= when.latest).all()


def test_what_is_full_is_full_now_and_what_is_flat_never_is() -> None:
    peaks = np.full((3, 30), 10.0)
    when = exhaustion(forecast(peaks, 90), peaks[:, -1], np.array([10.0, 10.5, 0.0]))
    assert list(when.days) == [0, np.inf, np.inf]
    assert list(when.earliest) == [0, np.inf, np.inf]


def test_one_day_out_of_line_bends_no_trend(chance: np.random.Generator) -> None:
    peaks = growing(chance)
    odd = peaks.copy()
    odd[:, 5] = 1000
    changed = forecast(odd, 10).expected[:, -1] - forecast(peaks, 10).expected[:, -1]
    assert np.median(abs(changed)) < 3


@pytest.mark.parametrize("kind", ["growing", "walking", "stepping"])
def test_intervals_hold_about_what_they_are_meant_to(chance: np.random.Generator, kind: str) -> None:
    shape = (600, 56)
    series = {
        "growing": growing(chance, *shape),
        "walking": 100 + np.cumsum(chance.normal(0, 2, shape), axis=1),
        "stepping": 100 + np.cumsum((chance.random(shape) < 0.1) * chance.exponential(10, shape), axis=1),
    }
    summary = forecast(series[kind], 7).test.summary
    assert int(summary["series"] or 0) > 590
    assert 0.7 < float(summary["coverage"] or 0) < 0.9
    assert float(summary["mase"] or 9) < float(summary["naive"] or 0) + 0.2


def test_the_back_test_does_not_see_the_week_it_tests(chance: np.random.Generator) -> None:
    peaks = growing(chance)
    other = peaks.copy()
    other[:, -7:] += 50
    one, another = forecast(peaks, 7), forecast(other, 7)
    assert (one.model == another.model).all()
    assert (another.test.mase > one.test.mase).all()
    assert another.test.covered.mean() < 0.2


def test_a_trend_is_told_better_than_by_the_last_day(chance: np.random.Generator) -> None:
    test = forecast(growing(chance), 7).test
    assert np.median(test.mase) < 0.6 * np.median(test.naive)


def test_a_history_that_is_too_short_is_no_forecast() -> None:
    peaks = np.full((2, 20), np.nan)
    peaks[0, -6:] = 5
    peaks[1, -7:] = 5
    found = forecast(peaks, 5)
    assert np.isnan(found.expected[0]).all()
    assert list(found.expected[1]) == [5] * 5
    when = exhaustion(found, np.array([5.0, 5.0]), np.array([9.0, 9.0]))
    assert np.isnan(when.days[0])
    assert found.test.summary["series"] == 0


def test_a_peak_is_the_most_of_a_day_and_silent_days_take_the_day_before() -> None:
    hourly = np.full((1, 24 * 4 + 3), np.nan)
    hourly[0, :3] = 99  # no whole day
    hourly[0, 3 + 24 + 5] = 7
    hourly[0, 3 + 24 + 6] = 4
    hourly[0, 3 + 24 * 3] = 8
    assert [repr(float(peak)) for peak in daily_peaks(hourly)[0]] == ["nan", "7.0", "7.0", "8.0"]


def test_series_of_any_length_are_forecast_together(chance: np.random.Generator) -> None:
    peaks = growing(chance, 3, 42)
    short = peaks.copy()
    short[1, :20] = np.nan
    together, alone = forecast(short, 5), forecast(short[1:2, 20:], 5)
    assert together.expected[1] == pytest.approx(alone.expected[0])


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Nine days of an hourly minute: a pool that fills, another that does not, one tenancy."""
    url = f"sqlite:///{tmp_path / 'ledger.sqlite'}"
    clock = HandClock((int(time.time()) - 9 * 86400) * 1000)
    with Ledger.open(url, clock=clock) as ledger:
        assert ledger.lead()
        for hour in range(9 * 24):
            for pause in (30, 3570):
                fills = pool(requested=20 + hour / 12, allocatable=48)
                rests = replace(pool(requested=5), pool="ext2")
                ledger.add(estate(clock, tenancy(cpu=3), one=fills, two=rests))
                clock.go(pause)
    yield url


def test_what_runs_out_first_is_told_first(url: str) -> None:
    with Ledger.open(url) as ledger:
        pools = look_ahead(ledger, "pool", "cpu", now=time.time())
        regions = look_ahead(ledger, "region", "cpu", now=time.time())
        tenancies = look_ahead(ledger, "tenancy", "cpu", now=time.time())
        assert look_ahead(ledger, "pool", "accelerators", now=time.time()).rows == ()
    assert [row.key.pool for row in pools.rows] == ["ext3", "ext2"]  # type: ignore[union-attr]
    assert pools.rows[0].days == pytest.approx(5, abs=2)
    assert pools.rows[1].days == np.inf
    assert [row.limit for row in regions.rows] == [48 + 64]
    assert [(row.present, row.limit, row.days) for row in tenancies.rows] == [(3, 8, np.inf)]


def test_the_commands_print_capacity_and_forecasts(url: str) -> None:
    def run(*command: str) -> str:
        result = CliRunner().invoke(cli, ["capacity", *command, "--ledger", url], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    shown = json.loads(run("show", "--output", "json"))
    row = next(row for row in shown if row["pool"] == "ext3" and row["resource"] == "cpu cores")
    assert (row["allocatable"], row["leftN1"]) == (48, round(row["left"] - 6, 3))
    told = json.loads(run("forecast", "--output", "json"))
    assert told["forecasts"][0]["days"] < 10
    assert told["backTest"].keys() == {"cpu", "memory"}
    assert "ext3" in run("show")
    assert "not in sight" in run("forecast", "--of", "tenancy", "--resource", "cpu")
    chosen = json.loads(run("forecast", "--name", "ext2", "--region", "north", "--output", "json"))
    assert {row["pool"] for row in chosen["forecasts"]} == {"ext2"}
    assert json.loads(run("forecast", "--region", "south", "--output", "json"))["forecasts"] == []
    refused = CliRunner().invoke(cli, ["capacity", "forecast", "--of", "region", "--name", "north"])
    assert (refused.exit_code, "--region" in refused.stderr) == (2, True)
    assert "not in sight" in run("forecast")


def test_an_empty_ledger_says_that_it_knows_nothing() -> None:
    for command in ("show", "forecast"):
        result = CliRunner().invoke(cli, ["capacity", command], catch_exceptions=False)
        assert "knows nothing" in result.stdout
