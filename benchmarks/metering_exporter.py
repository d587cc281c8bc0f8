"""The exporter as a process that is killed and started anew, and a scraper that sees its counters as Prometheus would."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

CPU = "govcloud_tenancy_cpu_core_seconds_total"
MEMORY = "govcloud_tenancy_memory_byte_seconds_total"
UP = "govcloud_region_up"
_SAMPLE = re.compile(r"^(govcloud_(?:tenancy|region)_\w+)(\{.*\}) (\S+)$", re.MULTILINE)
_REGION = re.compile(r'resource_region="([^"]*)"')


def wait_until(look: Callable[[], Any], patience: float = 120.0) -> Any:
    """What a look finds at last; asked ten times a second."""
    end = time.monotonic() + patience
    while not (found := look()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
    return found


class Exporter:
    """`govcloud monitor serve` of an estate, always at the same address.

    Args:
        estate: the file.
        state: the state folder with its regions.
        ledger: URL of the ledger.
        log: where it says what it says.
        sampling: seconds between its samples.
    """

    def __init__(self, estate: Path, state: Path, ledger: str, log: Path, sampling: float) -> None:
        self._environment = {**os.environ, "GOVCLOUD_STATE": str(state)}
        self._ledger, self._log = ledger, log
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = f"http://{address}"
        self._words = ["monitor", "serve", str(estate), "--address", address, "--ledger", ledger]
        self._words += ["--sampling", f"{sampling:g}"]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command(self._words), stderr=log, env=self._environment)

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    def ready(self) -> bool:
        """Whether it has something to tell."""
        try:
            return ask(f"{self.url}/readyz") == b"ok\n"
        except OSError:
            return False

    def kill(self) -> None:
        """End it as a power failure would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End it as a person would; its exit status has to be 0."""
        assert self._process is not None
        self._process.terminate()
        assert self._process.wait(60) == 0

    def statement(self) -> dict[str, Any]:
        """What `govcloud report usage` tells of this month."""
        words = ["report", "usage", "--ledger", self._ledger, "--output", "json"]
        told = subprocess.run(
            self._command(words), capture_output=True, check=True, env=self._environment
        ).stdout
        found: dict[str, Any] = json.loads(told)
        return found

    def _command(self, words: list[str]) -> list[str]:
        return [sys.executable, "-m", "govcloud.cli.main", *words]


def ask(url: str) -> bytes:
    """One answer.

    Raises:
        OSError: there is none.
    """
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 -- ours, on the loopback
        body: bytes = answer.read()
        return body


@dataclass
class Seen:
    """What scrapes saw.

    Args:
        scrapes: those that were answered.
        refused: those that were not, since nobody listened.
        back: counters that were less than before: name, labels, before and after.
        latest: the last value of every series.
        up: by region, how often it was told to be up and not.
        moved: by region, the longest time in seconds in which its processor counters did not grow; none where they never did.
    """

    scrapes: int = 0
    refused: int = 0
    back: list[tuple[str, float, float]] = field(default_factory=list)
    latest: dict[str, float] = field(default_factory=dict)
    up: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    moved: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def of(self, name: str, region: str) -> float:
        """The last sum of a family in a region."""
        return sum(
            value
            for series, value in self.latest.items()
            if series.startswith(name) and f'resource_region="{region}"' in series
        )


class Scraper:
    """Scrapes an exporter a few times a second, in a thread of its own, until it is left."""

    def __init__(self, url: str, pause: float = 0.3) -> None:
        self._url, self._pause = url, pause
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._seen = Seen()
        self._grew: dict[str, float] = {}
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="scraper", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def turn(self) -> Seen:
        """What was seen since the last turn; series and counters go on."""
        with self._lock:
            now = time.monotonic()
            for region in self._grew:
                self._grow(region, now)
            found, self._seen = self._seen, Seen(latest=dict(self._seen.latest))
            self._grew, self._since = {}, now
            return found

    def value(self, name: str, region: str) -> float:
        """The last sum of a family in a region."""
        with self._lock:
            return self._seen.of(name, region)

    def scrapes(self) -> int:
        """How many were answered since the last turn."""
        with self._lock:
            return self._seen.scrapes

    def _run(self) -> None:
        while not self._ended.wait(self._pause):
            try:
                text = ask(f"{self._url}/metrics").decode()
            except OSError:
                with self._lock:
                    self._seen.refused += 1
                continue
            with self._lock:
                self._take(text)

    def _take(self, text: str) -> None:
        seen, now = self._seen, time.monotonic()
        seen.scrapes += 1
        for name, labels, number in _SAMPLE.findall(text):
            series, value = name + labels, float(number)
            before = seen.latest.get(series, 0.0)
            if name == UP:
                seen.up[_region(labels)][value != 1] += 1
            elif name.endswith("_total"):
                if value < before:
                    seen.back.append((series, before, value))
                if name == CPU and value > before:
                    self._grow(_region(labels), now)
            seen.latest[series] = value

    def _grow(self, region: str, now: float) -> None:
        passed = now - self._grew.get(region, self._since)
        self._seen.moved[region] = max(self._seen.moved[region], passed)
        self._grew[region] = now


def _region(labels: str) -> str:
    found = _REGION.search(labels)
    assert found is not None, labels
    return found.group(1)
