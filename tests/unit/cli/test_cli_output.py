"""Data goes to standard output in the form asked for; everything else goes beside it."""

import io
import json
from typing import Any

import pytest
import yaml
from rich.console import Console
from rich.progress import Progress

from govcloud.cli.output import emit, say, to_yaml
from govcloud.cli.progress import BarProgress, PlainProgress, progress


def never() -> Any:
    raise AssertionError("no table was asked for")


@pytest.mark.parametrize("data", [[], [{"a": 1}], {"a": {"b": ["统一", None, True]}}, "text"])
@pytest.mark.parametrize(("output", "read"), [("json", json.loads), ("yaml", yaml.safe_load)])
def test_data_can_be_read_back(capsys: pytest.CaptureFixture[str], data: Any, output: str, read: Any) -> None:
    emit(data, output, never)
    out, err = capsys.readouterr()
    assert read(out) == data
    assert err == ""


def test_a_table_is_wide_enough_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    emit([], "table", lambda: "x" * 190)
    assert "x" * 190 in capsys.readouterr().out


def test_manifests_become_documents_in_their_order() -> None:
    manifests = [{"kind": "B", "z": 1, "a": 2}, {"kind": "A"}]
    text = to_yaml(manifests)
    assert text == "---\nkind: B\nz: 1\na: 2\n---\nkind: A\n"
    assert list(yaml.safe_load_all(text)) == manifests


def test_a_list_of_other_things_stays_one_document() -> None:
    assert yaml.safe_load(to_yaml([{"stack": "a"}, {"stack": "b"}])) == [{"stack": "a"}, {"stack": "b"}]


def test_what_is_said_is_not_data(capsys: pytest.CaptureFixture[str]) -> None:
    say("by the way")
    assert capsys.readouterr() == ("", "by the way\n")


def test_where_nobody_watches_progress_is_a_line_at_each_beginning_and_end(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress() as heard:
        assert isinstance(heard, PlainProgress)
        heard.start([("platform.north", 12), ("tenancy.air.north", 16)])
        heard.step("platform.north", 3)
        heard.finish("platform.north", failed=False)
        heard.finish("tenancy.air.north", failed=True)
        heard.say("a message")
    out, err = capsys.readouterr()
    lines = err.splitlines()
    assert out == ""
    assert lines[:2] == ["platform.north: 12 objects", "tenancy.air.north: 16 objects"]
    assert lines[2].startswith("platform.north: done after")
    assert lines[3].startswith("tenancy.air.north: failed after")
    assert lines[4] == "a message"


@pytest.fixture
def bars() -> Progress:
    return Progress(console=Console(file=io.StringIO(), width=80), auto_refresh=False)


def test_on_a_terminal_each_run_has_a_bar_and_all_have_one(bars: Progress) -> None:
    heard = BarProgress(bars)
    heard.start([("a", 10), ("b", 20)])
    heard.step("a", 4)
    heard.step("b", 5)
    assert {str(task.description): (task.completed, task.total) for task in bars.tasks} == {
        "all": (9, 30),
        "a": (4, 10),
        "b": (5, 20),
    }


def test_a_bar_never_runs_over_its_end(bars: Progress) -> None:
    heard = BarProgress(bars)
    heard.start([("a", 10)])
    heard.step("a", 14)
    assert [task.completed for task in bars.tasks] == [10, 10]


def test_a_finished_bar_goes_and_a_failed_run_is_told(bars: Progress) -> None:
    heard = BarProgress(bars)
    heard.start([("a", 10), ("b", 10)])
    heard.step("a", 1)
    heard.finish("a", failed=False)
    heard.finish("b", failed=True)
    (task,) = (task for task in bars.tasks if task.description == "a")
    assert not task.visible
    assert "b: failed" in bars.console.file.getvalue()  # type: ignore[attr-defined]


def test_without_runs_there_is_no_bar(bars: Progress) -> None:
    heard = BarProgress(bars)
    heard.start([])
    heard.say("nothing to do")
    assert bars.tasks == []
