"""One estate of a test: the command line as its user runs it, and the live objects as kubectl would see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from small_estates import estate_text

from govcloud.cluster import Cluster
from govcloud.paths import estate_state

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
        cluster = self.clusters[region]
        labels = f"app.kubernetes.io/managed-by=govcloud,govcloud.dev/tenancy={tenancy}"
        kinds = [kind for kind in cluster.kinds.values() if kind.namespaced and kind.plural in _LISTED]
        return {(k.kind, o["metadata"]["name"]) for k in kinds for o in cluster.list(k, labels=labels)}

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


_LISTED = (
    "resourcequotas",
    "limitranges",
    "networkpolicies",
    "rolebindings",
    "serviceaccounts",
    "configmaps",
)


def _marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get("GOVCLOUD_ENGINE_STATE") == mark
    except psutil.Error:
        return False


def kill(process: psutil.Process | subprocess.Popen[str]) -> None:
    """As the kernel does when memory is short."""
    os.kill(process.pid, signal.SIGKILL)
