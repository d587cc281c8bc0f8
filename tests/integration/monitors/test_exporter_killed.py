"""The exporter against a load that is known beforehand: what it comes to, also where the exporter is killed meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.metering_exporter import CPU, Exporter, Scraper, wait_until
from benchmarks.metering_load import Load, Shape, estate_text, standing
from govcloud.cluster import Cluster
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from monitors.ledger import Ledger

REGION = "counted"
TEXT = estate_text((REGION,))
KILLS = 5
STEADY = Shape(requests=2, uses=1, memory=4)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder of these tests' own, with the estate in it."""
    folder = tmp_path_factory.mktemp("state")
    (folder / "estate.yaml").write_text(TEXT, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def load(toolchain: Toolchain, state: Path) -> Iterator[Load]:
    """Two cores that are held all the time, and half of them used."""
    with standing(load_estate("counted.yaml", text=TEXT), state) as regions:
        made = Load(Cluster(regions[REGION].kubeconfig))
        made.add("steady", STEADY)
        yield made


def kept(ledger: str) -> float:
    """Core-seconds that a ledger holds."""
    with Ledger.open(ledger) as opened:
        return sum(one.cpu_core_seconds for one in opened.totals().values())


def test_capacity_is_told_by_the_regions_themselves(load: Load, state: Path) -> None:
    command = [sys.executable, "-m", "govcloud.cli.main", "capacity", "show", str(state / "estate.yaml")]
    environment = {**os.environ, "GOVCLOUD_STATE": str(state)}
    told = subprocess.run([*command, "-o", "json"], capture_output=True, check=True, env=environment).stdout
    rows = {(row["region"], row["pool"], row["resource"]): row for row in json.loads(told)}
    assert set(rows) == {(REGION, "extranet", name) for name in ("cpu cores", "memory GiB", "storage GiB")}
    row = rows[REGION, "extranet", "cpu cores"]
    assert (row["nodes"], row["allocatable"], row["requested"]) == ("2/2", 128, STEADY.requests)
    assert (row["left"], row["leftN1"]) == (126, 62)
    assert row["used"] == pytest.approx(STEADY.uses, abs=0.3)  # known from two samples, not from one
    assert not (state / "ledger.sqlite").exists()


def test_an_exporter_that_is_killed_loses_nothing_and_counts_nothing_twice(
    load: Load, state: Path, tmp_path: Path
) -> None:
    """What is held stays the same, so that counters are bounded by time alone, however slow the machine is."""
    ledger = f"sqlite:///{tmp_path}/ledger.sqlite"
    exporter = Exporter(state / "estate.yaml", state, ledger, tmp_path / "log", sampling=1)
    with Scraper(exporter.url, pause=0.1) as scraper:

        def counted() -> float:
            return scraper.value(CPU, REGION)

        def grown(before: float) -> float:
            return float(wait_until(lambda: (now := counted()) > before and now))

        begun = time.time()
        exporter.start()
        try:
            first = grown(0)
            seen = time.time()
            for _ in range(KILLS):
                exporter.kill()
                exporter.start()
                grown(kept(ledger) + 1e-3)  # what the last one wrote may have been scraped by nobody
            ending = time.time()
            grown(grown(counted()))  # of two that are seen after a moment, the second was sampled after it
            exporter.stop()
        finally:
            exporter.kill()
        ended = time.time()
        assert scraper.turn().back == []
        last = counted()
    statement = exporter.statement()
    total = statement["total"]["resources"]["cpu"]["counts"]["allocated"] / 1e6
    assert total >= last - 0.01  # the last sample may have been scraped by nobody
    assert total - first >= STEADY.requests * (ending - seen) - 0.01
    assert total <= STEADY.requests * (ended - begun)
    told = [(gap["reason"], gap["charged"]) for gap in statement["gaps"]]
    assert told == [("stopped", "estimated")] * KILLS
