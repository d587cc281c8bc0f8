"""What the ledger charges, what it leaves out, and what it says of it."""

from dataclasses import replace
from pathlib import Path

import pytest
from ledger_samples import START, HandClock, estate, pool, tenancy

from govcloud.errors import InputError, OutsideError, RefusedError
from monitors.ledger import Gap, Ledger, PoolKey, TenancyKey, Totals
from monitors.ledger.lease import PATIENCE
from monitors.ledger.spans import ESTIMATED

AIR = TenancyKey("air", "mee", 3, "extranet", "north")
EVER = (0.0, 4e9)
HOURS = (START / 1000, START / 1000 + 60 * 3600)


def add(ledger: Ledger, clock: HandClock, *seconds: float) -> None:
    """Samples of the same four cores, each so long after the one before."""
    for pause in seconds:
        clock.go(pause)
        ledger.add(estate(clock, tenancy()))


def core_seconds(ledger: Ledger) -> float:
    return sum(one.cpu_core_seconds for one in ledger.totals().values())


def test_what_is_held_is_charged_until_the_next_sample(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    total = ledger.totals()[AIR]
    assert total == Totals(60_000_000, 62_914_560, 62_914_560, 0, 1_500_000)
    assert (total.cpu_core_seconds, total.memory_byte_seconds) == (60.0, 4 * 15 * 1024**3)
    assert (total.storage_byte_seconds, total.accelerator_seconds) == (4 * 15 * 1024**3, 0.0)
    assert total.energy_joules == 1_500.0


def test_the_first_sample_charges_nothing(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0)
    assert core_seconds(ledger) == 0


def test_the_same_sample_again_charges_nothing(ledger: Ledger, clock: HandClock) -> None:
    facts = estate(clock, tenancy())
    ledger.add(facts)
    clock.go(15)
    ledger.add(facts)
    assert core_seconds(ledger) == 0
    clock.go(15)
    ledger.add(estate(clock, tenancy()))
    assert core_seconds(ledger) == 4 * 30


def test_a_tenancy_that_is_gone_is_charged_until_it_was_seen_to_be(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    for _ in range(3):
        clock.go(15)
        ledger.add(estate(clock))
    assert core_seconds(ledger) == 4 * 30


def test_a_tenancy_that_changes_departments_is_two_accounts(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    for _ in range(2):
        clock.go(15)
        ledger.add(estate(clock, tenancy(department="mot")))
    assert ledger.totals()[AIR].cpu_core_seconds == 4 * 30
    assert ledger.totals()[replace_department(AIR)].cpu_core_seconds == 4 * 15


def replace_department(key: TenancyKey) -> TenancyKey:
    return key._replace(department="mot")


def test_both_roles_of_a_tenancy_count_to_one_total(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    for _ in range(2):
        clock.go(15)
        ledger.add(estate(clock, tenancy(role="standby")))
    assert {key: one.cpu_core_seconds for key, one in ledger.totals().items()} == {AIR: 4 * 45}


def test_a_region_that_answers_after_minutes_is_estimated_and_told_as_a_gap(
    ledger: Ledger, clock: HandClock
) -> None:
    add(ledger, clock, 0, 15)
    begin = clock.wall() / 1000
    for _ in range(10):
        clock.go(60)
        ledger.add(estate(clock, tenancy(), fresh=False))
    assert core_seconds(ledger) == 4 * 15
    assert ledger.gaps(*EVER) == (Gap("north", begin, None, "unreachable", estimated=False),)
    add(ledger, clock, 0)
    assert core_seconds(ledger) == 4 * 615
    assert ledger.gaps(*EVER) == (Gap("north", begin, begin + 600, "unreachable", estimated=True),)
    (first, second) = ledger.usage([(START / 1000, START / 1000 + 3600)])[0]
    assert (first.estimated, first.millis) == (False, 15_000)
    assert (second.estimated, second.millis) == (True, 600_000)


@pytest.mark.parametrize(("before", "after"), [((4.0,), (8.0,)), ((12.0,), ()), ((), (12.0,))])
def test_what_changed_within_a_gap_counts_for_half_of_it(
    ledger: Ledger, clock: HandClock, before: tuple[float, ...], after: tuple[float, ...]
) -> None:
    ledger.add(estate(clock, *(tenancy(cpu=cores) for cores in before)))
    clock.go(120)
    ledger.add(estate(clock, *(tenancy(cpu=cores) for cores in after)))
    assert core_seconds(ledger) == 6 * 120
    (charged,) = ledger.usage([(START / 1000, START / 1000 + 3600)])[0]
    assert (charged.estimated, charged.millis) == (True, 120_000)


def test_a_long_gap_is_not_charged(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, ESTIMATED / 1000 + 1, 15)
    assert core_seconds(ledger) == 4 * 15
    (gap,) = ledger.gaps(*EVER)
    assert (gap.reason, gap.estimated) == ("unreachable", False)


def test_gaps_of_another_time_are_not_told(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 300)
    assert ledger.gaps(START / 1000, START / 1000 + 60)
    assert not ledger.gaps(START / 1000 + 301, START / 1000 + 400)
    assert not ledger.gaps(START / 1000 - 60, START / 1000)


@pytest.mark.parametrize("step", [7200, -7200, 3, -3])
def test_a_clock_that_is_set_changes_nothing_of_what_is_charged(
    ledger: Ledger, clock: HandClock, step: float
) -> None:
    add(ledger, clock, 0, 15)
    before = clock.wall() / 1000
    clock.step(step)
    add(ledger, clock, 15, 15)
    assert core_seconds(ledger) == 4 * 45
    assert ledger.gaps(*EVER) == (Gap("north", before, before + step, "clock", estimated=False),)


def test_a_clock_that_is_a_little_off_is_none_that_was_set(ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    clock.step(1)
    add(ledger, clock, 15)
    assert (core_seconds(ledger), ledger.gaps(*EVER)) == (4 * 30, ())


def test_after_a_restart_a_short_time_is_estimated(url: str, ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    ledger.close()
    clock.boot()
    with Ledger.open(url, clock=clock) as again:
        assert again.lead()
        add(again, clock, 120, 15)
        assert core_seconds(again) == 4 * 150
        (gap,) = again.gaps(*EVER)
        assert (gap.reason, gap.estimated, gap.end) == ("stopped", True, gap.start + 120)


def test_after_a_restart_a_long_time_is_a_gap(url: str, ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    ledger.close()
    clock.boot()
    with Ledger.open(url, clock=clock) as again:
        assert again.lead()
        add(again, clock, 7200, 15)
        assert core_seconds(again) == 4 * 30
        assert [(gap.reason, gap.estimated) for gap in again.gaps(*EVER)] == [("stopped", False)]


def test_a_clock_that_swings_over_restarts_is_not_charged_for_twice(
    url: str, ledger: Ledger, clock: HandClock
) -> None:
    add(ledger, clock, 0, 15)
    ledger.close()
    for swing in (-600, 600, -600, 600):
        clock.boot()
        clock.step(swing)
        with Ledger.open(url, clock=clock) as again:
            assert again.lead()
            add(again, clock, 0)
    with Ledger.open(url, clock=clock) as reader:
        assert core_seconds(reader) == 4 * 15
        assert not any(gap.estimated for gap in reader.gaps(*EVER))


def test_a_second_writer_is_refused_until_the_first_ends(url: str, ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    with Ledger.open(url, clock=clock) as second:
        assert not second.lead()
        with pytest.raises(RefusedError, match="does not keep the ledger"):
            add(second, clock, 0)
        assert core_seconds(second) == 4 * 15
        ledger.close()
        assert second.lead()


def test_a_silent_writer_is_relieved_and_fenced_off(url: str, ledger: Ledger, clock: HandClock) -> None:
    add(ledger, clock, 0, 15)
    with Ledger.open(url, clock=clock) as second:
        assert not second.lead()
        clock.go(PATIENCE / 1000)
        assert second.lead()
        add(second, clock, 0, 15)
        charged = core_seconds(second)
        with pytest.raises(RefusedError, match="another process keeps the ledger"):
            add(ledger, clock, 15)
        assert not ledger.lead()
        assert core_seconds(second) == core_seconds(ledger) == charged == 4 * (15 + PATIENCE / 1000 + 15)


def test_a_writer_that_comes_back_tells_what_the_other_one_charged(
    url: str, ledger: Ledger, clock: HandClock
) -> None:
    add(ledger, clock, 0, 15)
    with Ledger.open(url, clock=clock) as second:
        assert not second.lead()
        clock.go(PATIENCE / 1000)
        assert second.lead()
        add(second, clock, 0, 15)
        with pytest.raises(RefusedError):
            add(ledger, clock, 15)
        charged = core_seconds(second)
    assert ledger.lead()
    assert core_seconds(ledger) == charged


def test_a_writer_that_beats_is_not_relieved(url: str, ledger: Ledger, clock: HandClock) -> None:
    with Ledger.open(url, clock=clock) as second:
        for _ in range(12):
            assert not second.lead()
            add(ledger, clock, 15)


def test_a_failed_write_charges_nothing_and_the_next_makes_up_for_it(
    ledger: Ledger, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(ledger, clock, 0, 15)
    with monkeypatch.context() as patched:
        patched.setattr("monitors.ledger.writer.replace_rows", broken)
        with pytest.raises(OSError, match="no space"):
            add(ledger, clock, 15)
    assert core_seconds(ledger) == 4 * 15
    assert ledger.lead()
    add(ledger, clock, 15)
    assert core_seconds(ledger) == 4 * 45


def broken(*_: object) -> None:
    raise OSError("no space")


def test_hourly_means_are_of_what_was_held(ledger: Ledger, clock: HandClock) -> None:
    for cores in (2.0, 6.0):
        for _ in range(60):
            ledger.add(estate(clock, tenancy(cpu=cores), one=pool(requested=cores)))
            clock.go(60)
    hour = START / 1000
    series = ledger.series("tenancy", "cpu", "allocated", hour, hour + 3 * 3600)
    assert series.keys == (AIR,)
    assert list(series.values[0])[:1] == [2.0]
    assert series.values[0][1] == pytest.approx(6.0, abs=0.1)
    assert str(series.values[0][2]) == "nan"
    idle = ledger.series("tenancy", "memory", "idle", hour, hour + 3600)
    assert list(idle.values[0]) == [6 * 1024**3]
    (pools,) = ledger.series("pool", "cpu", "requested", hour, hour + 3600).values
    (region,) = ledger.series("region", "cpu", "allocatable", hour, hour + 3600).values
    assert (list(pools), list(region)) == ([2.0], [64.0])


def test_a_region_is_the_sum_of_its_pools(ledger: Ledger, clock: HandClock) -> None:
    for _ in range(2):
        ledger.add(estate(clock, one=pool(requested=3), two=replace(pool(requested=4), pool="ext2")))
        clock.go(30)
    hour = START / 1000
    series = ledger.series("region", "cpu", "requested", hour, hour + 3600)
    assert (series.keys, list(series.values[0])) == (("north",), [7.0])


def test_a_pool_that_is_gone_has_a_past_and_no_present(ledger: Ledger, clock: HandClock) -> None:
    for facts in ({"one": pool()}, {}, {}):
        ledger.add(estate(clock, **facts))
        clock.go(30)
    assert ledger.pools() == {}
    hour = START / 1000
    assert ledger.series("pool", "cpu", "requested", hour, hour + 3600).keys == (
        PoolKey("north", "ext3", "extranet", 3),
    )
    ledger.add(estate(clock, one=pool()))
    assert [one.nodes for one in ledger.pools().values()] == [8]


def test_a_series_that_is_not_kept_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="no idle cpu of a pool"):
        ledger.series("pool", "cpu", "idle", 0, 1)


def test_old_hours_go_and_totals_stay(tmp_path: Path, clock: HandClock) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'l'}", clock=clock, keep=2) as ledger:
        assert ledger.lead()
        add(ledger, clock, 0, *[30] * 8, 5 * 3600, 15)
        (left,) = ledger.usage([(0.0, 4e9)])[0]
        assert left.millis == 15_000
        assert core_seconds(ledger) == 4 * (8 * 30 + 15)


def test_a_clock_that_is_years_ahead_does_not_take_the_past_away(tmp_path: Path, clock: HandClock) -> None:
    with Ledger.open(f"sqlite:///{tmp_path / 'l'}", clock=clock, keep=48) as ledger:
        assert ledger.lead()
        for _ in range(50):
            add(ledger, clock, 3600, 15)
        before = len(ledger.series("tenancy", "cpu", "used", START / 1000, clock.wall() / 1000).values[0])
        clock.step(5 * 365 * 86400)
        add(ledger, clock, 15)
        left = [value for value in ledger.series("tenancy", "cpu", "used", *HOURS).values[0] if value > 0]
        assert before - len(left) <= 26


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("ledger.db", "no URL of a database"),
        ("mysql://h/d", "cannot be kept in 'mysql'"),
        ("postgresql+pg8000://h/d", "no driver for"),
    ],
)
def test_a_url_that_is_no_ledger_is_refused(url: str, what: str) -> None:
    with pytest.raises(InputError, match=what):
        Ledger.open(url)


def test_a_database_that_does_not_answer_is_said_without_its_password() -> None:
    with pytest.raises(OutsideError) as caught:
        Ledger.open("postgresql+psycopg://me:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
    assert caught.value.where == "postgresql+psycopg://me:***@127.0.0.1:1/none"


def test_a_ledger_of_another_version_is_refused(
    url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitors.ledger.store.VERSION", 2)
    with pytest.raises(InputError, match="version 1"):
        Ledger.open(url)


def test_the_ledger_is_in_the_state_folder_by_default(tmp_path: Path) -> None:
    Ledger.open().close()
    assert (tmp_path / "state" / "ledger.sqlite").exists()
