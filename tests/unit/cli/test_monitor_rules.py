"""``govcloud monitor rules|dashboards``: files in a folder, or data on standard output."""

from __future__ import annotations

import json
from pathlib import Path

import yaml
from click.testing import CliRunner

from govcloud.cli.monitor.dashboards import dashboards
from govcloud.cli.monitor.rules import rules


def test_rules_are_written_to_a_folder(tmp_path: Path) -> None:
    made = CliRunner().invoke(rules, ["--output-dir", str(tmp_path / "new")])
    assert made.exit_code == 0
    assert made.stdout == ""
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["govcloud-alerts.rules.yaml", "govcloud-recordings.rules.yaml"]


def test_rules_are_printed_as_yaml() -> None:
    made = CliRunner().invoke(rules, [])
    assert [sorted(data) for data in yaml.safe_load_all(made.stdout)] == [["groups"], ["groups"]]


def test_a_threshold_without_a_value_is_wrong_usage() -> None:
    made = CliRunner().invoke(rules, ["--threshold", "idle_cpu"])
    assert made.exit_code == 2
    assert "NAME=VALUE" in made.stderr


def test_dashboards_are_written_in_both_languages(tmp_path: Path) -> None:
    made = CliRunner().invoke(dashboards, ["--output-dir", str(tmp_path)])
    assert made.exit_code == 0
    for path in tmp_path.iterdir():
        assert json.loads(path.read_text(encoding="utf-8"))["uid"] == path.stem
    assert len(list(tmp_path.iterdir())) == 10


def test_one_dashboard_in_one_language_is_printed_as_its_json() -> None:
    made = CliRunner().invoke(dashboards, ["tenancy", "--language", "zh"])
    assert json.loads(made.stdout)["title"] == "govcloud / 租户"
    assert "租户" in made.stdout
