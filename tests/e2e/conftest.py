"""The demo, run as its user runs it, in a state folder of the session's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Desk:
    """A person's desk: commands in the repository's folder, with a state folder of its own."""

    state: Path

    def run(self, *command: str, given: str | None = None) -> Ran:
        environment = {**os.environ, "GOVCLOUD_STATE": str(self.state), "COLUMNS": "200"}
        ended = subprocess.run(
            command, cwd=REPOSITORY, env=environment, input=given, capture_output=True, text=True, timeout=600
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def govcloud(self, *words: str) -> Ran:
        return self.run(sys.executable, "-m", "govcloud.cli.main", *words)

    def demo(self) -> Ran:
        return self.run(sys.executable, "-m", "govcloud.cli.demo")


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    for words in (("monitor", "stop"), ("region", "down", "--all", "--purge", "--yes")):
        ended = desk.govcloud(*words)
        assert ended.code == 0, ended.err


@pytest.fixture(scope="session")
def demo(desk: Desk) -> Ran:
    """The demo from nothing."""
    ran = desk.demo()
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture
def as_member(desk: Desk, demo: Ran, tmp_path: Path) -> Callable[[str, str], Path]:
    """Makes a kubeconfig of somebody who is in a group, in a region."""
    from govcloud.local.region import LocalRegion
    from govcloud.local.toolchain import Toolchain

    def make(region: str, group: str) -> Path:
        local = LocalRegion(region, desk.state / "regions" / region, Toolchain.default())
        return local.issue("somebody", [group], tmp_path / f"{region}.kubeconfig")

    return make
