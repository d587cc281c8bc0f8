"""The rules as promtool judges them: their form, and every example of every alert."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from govcloud.cli.monitor.rules import rules

_PROMTOOL = shutil.which("promtool") or "/usr/bin/promtool"


def written(folder: Path, *options: str) -> Path:
    made = CliRunner().invoke(rules, ["--tests", "--output-dir", str(folder), *options])
    assert made.exit_code == 0, made.output
    return folder


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_PROMTOOL, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("rules"))


def test_the_rules_are_well_formed_and_none_is_there_twice(folder: Path) -> None:
    judged = promtool("check", "rules", "--lint=all", "--lint-fatal", *sorted(folder.glob("*.rules.yaml")))
    assert judged.returncode == 0, judged.stdout + judged.stderr


@pytest.mark.parametrize("interval", ["1m", "5m", "1h", "6h"])
def test_every_example_of_an_alert_does_what_it_says(folder: Path, interval: str) -> None:
    judged = promtool("test", "rules", folder / f"govcloud-{interval}.test.yaml")
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_there_are_no_examples_that_promtool_is_not_asked_about(folder: Path) -> None:
    names = {path.name for path in folder.glob("*.test.yaml")}
    assert names == {f"govcloud-{interval}.test.yaml" for interval in ("1m", "5m", "1h", "6h")}


def test_an_example_that_no_longer_holds_is_told(tmp_path: Path) -> None:
    changed = written(tmp_path, "--threshold", "filing_days=5")
    judged = promtool("test", "rules", changed / "govcloud-1h.test.yaml")
    assert judged.returncode != 0
    assert "GovcloudFilingExpiring" in judged.stdout + judged.stderr


def test_rules_of_another_job_are_tried_with_that_job(tmp_path: Path) -> None:
    changed = written(tmp_path, "--job", "exporter", "--runbooks", "https://help.gov.internal/runbooks")
    assert promtool("check", "rules", *changed.glob("*.rules.yaml")).returncode == 0
    text = (changed / "govcloud-alerts.rules.yaml").read_text(encoding="utf-8")
    assert 'up{job="exporter"}' in text
    assert "https://help.gov.internal/runbooks#govcloudscrapefailing" in text


def test_the_configuration_in_the_documents_is_one_that_prometheus_reads(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "docs/monitoring.md").read_text(encoding="utf-8")
    (configuration,) = re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    path = tmp_path / "prometheus.yaml"
    path.write_text(configuration, encoding="utf-8")
    judged = promtool("check", "config", "--syntax-only", path)
    assert judged.returncode == 0, judged.stdout + judged.stderr
