import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from govcloud.cli.region import region
from govcloud.errors import GovCloudError, InputError, RegionError
from govcloud.local.region.components import NAMES
from govcloud.local.region.layout import Layout
from govcloud.local.region.ports import Record
from govcloud.local.region.process import Ticket


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: Record) -> Path:
    """A state folder with one region that is down and lost its store to a crash."""
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path))
    layout = Layout(tmp_path / "regions" / "beijing")
    layout.make_folders()
    record.save(layout.record)
    Ticket(1, 1.0, "/opt/etcd", ["/opt/etcd"], "f").save(layout.pid("etcd"))
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(region, arguments)


def failure(*arguments: str) -> GovCloudError:
    error = run(*arguments).exception
    assert isinstance(error, GovCloudError)
    return error


def test_list_shows_each_region_and_names_what_is_dead() -> None:
    result = run("list")
    assert result.exit_code == 0
    assert "beijing" in result.output
    assert "down" in result.output
    assert "etcd" in result.output


def test_list_as_json_has_every_component_and_the_totals() -> None:
    (found,) = json.loads(run("list", "--output", "json").stdout)
    assert (found["name"], found["state"], found["failing"]) == ("beijing", "down", ["etcd"])
    assert [c["name"] for c in found["components"]] == list(NAMES)
    assert found["memory_bytes"] == 0


def test_list_of_nothing_is_an_empty_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path / "other"))
    assert json.loads(run("list", "--output", "json").stdout) == []


@pytest.mark.parametrize("command", ["up", "down"])
@pytest.mark.parametrize("arguments", [[], ["beijing", "--all"]])
def test_regions_are_named_or_all_are_meant_but_not_both(command: str, arguments: list[str]) -> None:
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert "--all" in result.output


def test_a_region_that_is_not_there_is_refused_with_those_that_are() -> None:
    error = failure("down", "nowhere")
    assert isinstance(error, InputError)
    assert "nowhere" in error.what
    assert "beijing" in str(error.expected)


def test_down_mends_the_list() -> None:
    assert run("down", "beijing").exit_code == 0
    (found,) = json.loads(run("list", "-o", "json").stdout)
    assert found["failing"] == []


def test_purge_asks_first_and_leaves_everything_when_the_answer_is_no(state: Path) -> None:
    result = CliRunner().invoke(region, ["down", "beijing", "--purge"], input="n\n")
    assert result.exit_code == 1
    assert (state / "regions" / "beijing" / "region.json").exists()


def test_purge_with_yes_deletes_the_region(state: Path) -> None:
    assert run("down", "beijing", "--purge", "--yes").exit_code == 0
    assert not (state / "regions" / "beijing").exists()


def test_kubeconfig_prints_the_path_or_the_content(state: Path) -> None:
    path = state / "regions" / "beijing" / "admin.kubeconfig"
    assert isinstance(failure("kubeconfig", "beijing"), RegionError)
    path.write_text("apiVersion: v1\n")
    assert run("kubeconfig", "beijing").stdout == f"{path}\n"
    assert run("kubeconfig", "beijing", "--raw").stdout == "apiVersion: v1\n"
