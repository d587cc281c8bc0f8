"""A source that fails costs itself alone: what it told stays, its age and failures are told, and it is asked again."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pytest

from govcloud.errors import OutsideError
from monitors.families import Extra
from monitors.sources import Rounds, Source

SAMPLE: Extra = ("govcloud_findings", ("GC-POD-01", "high"), 2.0)


class Played:
    """A source that does what a test says."""

    def __init__(self) -> None:
        self.error: Exception | None = None

    def read(self) -> Iterable[Extra]:
        if self.error:
            raise self.error
        yield SAMPLE


def told(rounds: Rounds, name: str) -> dict[tuple[str, ...], float]:
    return {labels: value for family, labels, value in rounds.samples() if family == name}


@pytest.mark.parametrize("error", [OutsideError("it is away"), KeyError("a fault")])
def test_what_was_told_is_told_on_after_a_failure_with_its_age(error: Exception) -> None:
    played, rounds = Played(), Rounds()
    source = Source("audit", played.read, 1.0, region="north")
    rounds.add(source)
    assert told(rounds, "govcloud_source_last_success_timestamp_seconds") == {}
    assert source.round()
    first = told(rounds, "govcloud_source_last_success_timestamp_seconds")
    played.error = error
    assert not source.round()
    assert SAMPLE in rounds.samples()
    assert told(rounds, "govcloud_source_last_success_timestamp_seconds") == first
    assert told(rounds, "govcloud_source_errors_total") == {("audit", "north"): 1.0}


def test_a_failure_is_logged_once_and_so_is_its_end(caplog: pytest.LogCaptureFixture) -> None:
    played = Played()
    source = Source("register", played.read, 1.0)
    played.error = OutsideError("it is away")
    with caplog.at_level(logging.WARNING):
        source.round()
        source.round()
        played.error = None
        source.round()
        source.round()
    assert [one.getMessage() for one in caplog.records] == [
        "source register: it is away",
        "source register: read again",
    ]


def test_samples_are_the_same_value_until_something_changes() -> None:
    played, rounds = Played(), Rounds()
    source = Source("audit", played.read, 1.0)
    rounds.add(source)
    source.round()
    before = rounds.samples()
    assert rounds.samples() is before
    played.error = OutsideError("it is away")
    source.round()
    assert rounds.samples() is not before


def test_sources_are_read_once_they_begin_also_those_that_come_later() -> None:
    rounds, first, second = Rounds(), Played(), Played()
    rounds.add(Source("first", first.read, 60.0))
    rounds.start()
    rounds.add(Source("second", second.read, 60.0))
    rounds.stop()
    assert set(told(rounds, "govcloud_source_last_success_timestamp_seconds")) == {
        ("first", ""),
        ("second", ""),
    }


def test_what_is_about_a_region_that_left_is_read_and_told_no_more_and_ends_nothing_else() -> None:
    ended: list[str] = []
    rounds = Rounds()
    for region in ("north", "south"):
        source = Source("audit", Played().read, 60.0, region=region, cancel=lambda: ended.append("all"))
        source.round()
        rounds.add(source)
    rounds.drop("north")
    assert set(told(rounds, "govcloud_source_errors_total")) == {("audit", "south")}
    assert rounds.samples().count(SAMPLE) == 1
    assert ended == []
