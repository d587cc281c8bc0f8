"""Rules and dashboards in a real Prometheus that scraped the real exporter's web server."""

from __future__ import annotations

import json
import math
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from played_estate import TOKEN, Exporter, Play

from govcloud.cli.monitor.rules import rules
from monitors.dashboards.catalog import BOARDS

_PATIENCE = 90
_STARTING = 503
_QUERIES = [(board.name, query) for board in BOARDS for query in board.queries()]


class ServiceUnavailable(Exception):  # noqa: N818 -- it is what HTTP calls 503
    pass


class Prometheus:
    def __init__(self, url: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self.url, self.process, self.log = url, process, log

    def get(self, path: str, **params: str) -> Any:
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(params)}"
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 -- it is http
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            raise (ServiceUnavailable if error.code == _STARTING else AssertionError)(text) from error
        except urllib.error.URLError as error:
            raise error.reason if isinstance(error.reason, ConnectionError) else error from error

    def values(self, query: str) -> list[float]:
        samples = self.get("query", query=query)["result"]
        return [float(sample["value"][1]) for sample in samples]

    def firing(self, name: str) -> list[dict[str, str]]:
        return [
            alert["labels"]
            for alert in self.get("alerts")["alerts"]
            if alert["state"] == "firing" and alert["labels"]["alertname"] == name
        ]

    def until(self, asked: Callable[[], Any], what: str) -> Any:
        deadline = time.monotonic() + _PATIENCE
        while True:
            assert self.process.poll() is None, self.log.read_text()
            # Until it listens there is no answer; an answer that is an error is raised.
            with suppress(ConnectionError, ServiceUnavailable):
                if found := asked():
                    return found
            assert time.monotonic() < deadline, what
            time.sleep(0.2)


def hurried(folder: Path) -> None:
    """The rules, but for how long something has to be so; a test does not wait for half an hour."""
    for path in folder.glob("*.rules.yaml"):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for group in data["groups"]:
            group.pop("interval", None)
            for rule in group["rules"]:
                if "for" in rule:
                    rule["for"] = "1s"
        path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        port: int = place.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def play() -> Play:
    return Play()


@pytest.fixture(scope="module")
def prometheus(play: Play, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder = tmp_path_factory.mktemp("prometheus")
    made = CliRunner().invoke(rules, ["--output-dir", str(folder / "rules")])
    assert made.exit_code == 0, made.output
    hurried(folder / "rules")
    (folder / "token").write_text(TOKEN)
    exporter = Exporter(play)
    port = exporter.start()
    try:
        yield from started(folder, port)
    finally:
        exporter.stop()


def started(folder: Path, port: int) -> Iterator[Prometheus]:
    configuration = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": ["rules/*.rules.yaml"],
        "scrape_configs": [
            {
                "job_name": "govcloud",
                "honor_labels": True,
                "authorization": {"credentials_file": "token"},
                "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
            }
        ],
    }
    (folder / "prometheus.yaml").write_text(yaml.safe_dump(configuration))
    listen = f"127.0.0.1:{free_port()}"
    command = [
        shutil.which("prometheus") or "/usr/bin/prometheus",
        f"--config.file={folder}/prometheus.yaml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address={listen}",
    ]
    log = folder / "log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            found = Prometheus(f"http://{listen}", process, log)
            found.until(lambda: found.values("up == 1"), "Prometheus does not scrape the exporter")
            yield found
        finally:
            process.terminate()


def test_every_rule_is_evaluated_without_an_error(prometheus: Prometheus) -> None:
    def judged() -> list[dict[str, Any]] | None:
        found = [rule for group in prometheus.get("rules")["groups"] for rule in group["rules"]]
        return found if found and all(rule["health"] != "unknown" for rule in found) else None

    found = prometheus.until(judged, "rules are not evaluated")
    assert [rule["name"] for rule in found if rule["health"] != "ok"] == []
    assert {rule["type"] for rule in found} == {"recording", "alerting"}


@pytest.mark.parametrize(("board", "query"), _QUERIES)
def test_every_query_of_a_dashboard_has_an_answer(prometheus: Prometheus, board: str, query: str) -> None:
    asked = re.sub(r"\$\w+", ".*", query)
    found = prometheus.until(lambda: prometheus.values(asked), f"{board}: no data for {asked}")
    assert any(math.isfinite(value) for value in found)


def test_each_variable_of_a_dashboard_has_something_to_choose(prometheus: Prometheus) -> None:
    for variable in {variable for board in BOARDS for variable in board.variables}:
        asked = {"match[]": variable.metric}
        assert prometheus.get(f"label/{variable.label}/values", **asked), variable


def test_what_is_all_right_alarms_nobody(prometheus: Prometheus) -> None:
    prometheus.until(
        lambda: prometheus.values("pool:govcloud_pool_headroom_per_allocatable:ratio"), "not recorded"
    )
    for name in ("GovcloudPoolExhausted", "GovcloudRegionNotFresh", "GovcloudExporterAbsent"):
        assert prometheus.firing(name) == []


def test_a_shortage_makes_an_alert_fire_and_its_end_clears_it(prometheus: Prometheus, play: Play) -> None:
    def firing() -> list[dict[str, str]]:
        return prometheus.firing("GovcloudPoolExhausted")

    play.shortage = True
    try:
        (labels,) = prometheus.until(firing, "the shortage is not told")
        assert labels == {
            "alertname": "GovcloudPoolExhausted",
            "severity": "critical",
            "resource": "cpu",
            "resource_region": "north",
            "pool": "p1",
            "zone": "dedicated",
            "grade": "3",
        }
    finally:
        play.shortage = False
    prometheus.until(lambda: not firing(), "the alert does not clear")


def test_a_region_that_falls_silent_is_told_alone_until_it_is_heard_again(
    prometheus: Prometheus, play: Play
) -> None:
    def firing() -> list[dict[str, str]]:
        return prometheus.firing("GovcloudRegionNotFresh")

    play.silent = True
    try:
        (labels,) = prometheus.until(firing, "the silence is not told")
        assert labels["resource_region"] == "south"
    finally:
        play.silent = False
    prometheus.until(lambda: not firing(), "the alert does not clear")
