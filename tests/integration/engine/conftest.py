"""An estate on two real regions, the command line as its user runs it, and the live objects as kubectl would see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from small_estates import estate_text

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.paths import estate_state, local_kubeconfig

GOVCLOUD = [sys.executable, "-m", "govcloud.cli.main"]
REGIONS = ("north", "south")


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        return list(json.loads(self.out))

    def states(self) -> dict[str, str]:
        return {row["stack"]: row["state"] for row in self.rows}


@dataclass
class EstateUnderTest:
    """One estate of a test: its file, its commands and its live objects."""

    name: str
    file: Path
    tenancies: int
    clusters: dict[str, Cluster] = field(default_factory=dict)

    def write(self, **changes: Any) -> None:
        self.file.write_text(estate_text(self.name, tenancies=self.tenancies, **changes))

    def tenancy(self, number: int) -> str:
        return f"{self.name}-{number}"

    def command(self, *words: str) -> list[str]:
        return [*GOVCLOUD, words[0], str(self.file), *words[1:]]

    def run(self, *words: str, **environment: str) -> Ran:
        ended = subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=240,
            env={**os.environ, **environment},
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*words),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def up(self, *words: str) -> Ran:
        return self.run("up", "--output", "json", *words)

    def live(self, region: str, tenancy: str) -> set[tuple[str, str]]:
        """Kind and name of what govcloud manages in a tenancy's namespace."""
        cluster, found = self.clusters[region], set()
        for kind in cluster.kinds.values():
            if kind.namespaced and "list" in _LISTED.get(kind.plural, ""):
                labels = f"app.kubernetes.io/managed-by=govcloud,govcloud.dev/tenancy={tenancy}"
                found |= {(kind.kind, o["metadata"]["name"]) for o in cluster.list(kind, labels=labels)}
        return found

    def namespace(self, region: str, tenancy: str) -> dict[str, Any] | None:
        cluster = self.clusters[region]
        return cluster.get(cluster.kinds["v1", "Namespace"], f"t-{tenancy}")

    def quota(self, region: str, tenancy: str) -> str:
        cluster = self.clusters[region]
        found = cluster.get(cluster.kinds["v1", "ResourceQuota"], "compute", f"t-{tenancy}")
        assert found is not None
        return str(found["spec"]["hard"]["requests.cpu"])

    def processes(self) -> list[psutil.Process]:
        """Engines and providers of this estate that are running."""
        mark = str(estate_state(self.name))
        return [
            p
            for p in psutil.process_iter(["name"])
            if p.info["name"].startswith("pulumi") and _marked(p, mark)
        ]

    def when(self, holds: Callable[[], Any], seconds: float = 60) -> Any:
        """What ``holds`` returns as soon as it is true."""
        end = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.02)
        return found


_LISTED = dict.fromkeys(
    ("resourcequotas", "limitranges", "networkpolicies", "rolebindings", "serviceaccounts", "configmaps"),
    "list",
)


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("GOVCLOUD_ENGINE_STATE") == mark
    except psutil.Error:
        return False


def kill(process: psutil.Process | subprocess.Popen[str]) -> None:
    """As the kernel does when memory is short."""
    os.kill(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def clusters(regions: dict[str, LocalRegion]) -> dict[str, Cluster]:
    return {name: Cluster(local_kubeconfig(name)) for name in regions}


@pytest.fixture
def make_estate(
    tmp_path: Path, clusters: dict[str, Cluster]
) -> Iterator[Callable[[str, int], EstateUnderTest]]:
    """Makes an estate of some tenancies; whatever it brought about is taken away afterwards."""
    made: list[EstateUnderTest] = []

    def make(name: str, tenancies: int) -> EstateUnderTest:
        estate = EstateUnderTest(name, tmp_path / f"{name}.yaml", tenancies, clusters)
        estate.write()
        made.append(estate)
        return estate

    yield make
    for estate in made:
        for process in estate.processes():
            process.kill()
        for region in REGIONS:
            cluster = clusters[region]
            for number in range(1, estate.tenancies + 1):
                name = f"t-{estate.tenancy(number)}"
                cluster.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
