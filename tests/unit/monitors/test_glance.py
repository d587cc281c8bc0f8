"""One look at an estate, and `govcloud capacity show PATH`, which tells what it finds."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledger_samples import pool

from benchmarks.monitoring import Replay, Size, watched
from govcloud.cli.main import cli
from govcloud.errors import ClusterError
from monitors.facts import EstateFacts, RegionFacts
from monitors.glance import look_once

ESTATE = Path(__file__).parents[3] / "estates" / "national"
SIZE = Size(tenancies=3, nodes=2, pods=6, events=0)


def show_now(
    monkeypatch: pytest.MonkeyPatch, *regions: RegionFacts
) -> tuple[int, list[dict[str, object]], str]:
    """What the command makes of facts: its exit status, its rows and its words."""
    monkeypatch.setattr("govcloud.cli.monitor.regions.present", lambda _: {})
    monkeypatch.setattr("monitors.glance.look_once", lambda *_: EstateFacts("meter", 0, regions))
    result = CliRunner().invoke(cli, ["capacity", "show", str(ESTATE), "--output", "json"])
    return result.exit_code, json.loads(result.stdout or "[]"), result.stderr + repr(result.exception)


def seen(name: str, *, fresh: bool) -> RegionFacts:
    return RegionFacts(name, name, 0, 0, fresh, 1.3, (), (pool(name, requested=20),) if fresh else ())


def test_an_estate_tells_its_capacity_now_and_names_regions_that_do_not_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    code, rows, said = show_now(monkeypatch, seen("north", fresh=True), seen("south", fresh=False))
    assert code == 0
    assert {(row["region"], row["pool"], row["nodes"]) for row in rows} == {("north", "ext3", "8/8")}
    assert (rows[0]["allocatable"], rows[0]["left"], rows[0]["leftN1"]) == (64, 44, 36)
    assert "did not answer: south" in said


def test_an_estate_of_which_no_region_answers_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    code, rows, said = show_now(monkeypatch, seen("north", fresh=False))
    assert code != 0 and rows == []
    assert "no region answers" in said


def test_a_look_waits_for_the_second_sample_and_leaves_no_thread_behind() -> None:
    estate, _ = watched(SIZE)
    replay = Replay(SIZE)
    (found,) = look_once(estate, {"bench": lambda: replay}).regions
    assert found.fresh
    assert found.pools[0].used.cpu > 0  # told by the difference of two samples
    assert not [one for one in threading.enumerate() if one.name.startswith(("watch ", "sample ", "facts"))]


def test_a_look_at_a_region_that_is_silent_ends_with_its_patience() -> None:
    estate, _ = watched(SIZE)

    def refuse() -> Replay:
        raise ClusterError("refused", where="bench")

    (found,) = look_once(estate, {"bench": refuse}, patience=0.2).regions
    assert not found.fresh and not found.pools
