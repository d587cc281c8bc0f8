"""An estate whose tenancies are in its register, the people who meet there, and the controller as its user runs it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from govcloud.cluster import Cluster
from govcloud.hub.establish import establish
from govcloud.hub.record import Record
from govcloud.hub.register import Register
from govcloud.model import Estate

REGIONS = ("east", "west")
RETENTION = dict.fromkeys(range(1, 7), 0)
"""Days by tier: tests do not wait."""

PEOPLE = {
    "zhang": ("zhang.wei@mee", ["mee:owners"]),
    "wang": ("wang.fang@mem", ["mem:owners"]),
    "security": ("sun.li@cac", ["govcloud:reviewers:security"]),
    "platform": ("zhou.tao@sic", ["govcloud:reviewers:platform"]),
    "operator": ("ops@sic", ["govcloud:platform"]),
}
_HEAD = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: registered}
spec: {title: Test estate, network: extranet, hub: east}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: 生态环境部}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mem}
spec: {title: 应急管理部}
"""
_REGION = """
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {name}}}
spec:
  title: {name}
  level: central
  network: extranet
  zones: [extranet, dedicated]
  gradeCeiling: 3
  addresses: {{pods: 10.{octet}.0.0/16, services: 10.1{octet}.0.0/16}}
  pools:
  - {{name: dedicated, zone: dedicated, grade: 3, nodes: 40, shape: {{cpu: "64", memory: 256Gi}}}}
"""
ESTATE = _HEAD + _REGION.format(name="east", octet=30) + _REGION.format(name="west", octet=40)


def document(name: str, **spec: Any) -> dict[str, Any]:
    """A request of grade 3 and tier 5, with no region named."""
    defaults = {
        "title": "大气环境监测系统",
        "department": name.partition("-")[0],
        "zone": "dedicated",
        "grading": {"information": 3, "service": 3, "filing": {"number": "1", "date": "2026-03-01"}},
        "data": {"class": "general", "level": "L2"},
        "recovery": {"tier": 5},
        "resources": {"cpu": "8", "memory": "32Gi", "storage": "1Ti", "pods": 50},
        "contacts": [{"name": "值班", "phone": "010-0000"}, {"name": "主管", "phone": "010-0001"}],
        "until": "2029-12-31",
    }
    return {
        "apiVersion": "govcloud.dev/v1",
        "kind": "Tenancy",
        "metadata": {"name": name},
        "spec": defaults | spec,
    }


_NUMBERS = itertools.count(1)


@dataclass
class Desk:
    """The estate, its people at the hub, and controllers."""

    file: Path
    estate: Estate
    clusters: dict[str, Cluster]
    kubeconfigs: dict[tuple[str, str], Path]
    started: list[Running] = field(default_factory=list)

    def person(self, name: str) -> Register:
        return Register(Cluster(self.kubeconfigs[name, "east"]))

    def at(self, name: str, region: str) -> Cluster:
        return Cluster(self.kubeconfigs[name, region])

    def hurry(self) -> None:
        """Have nothing kept after retirement."""
        establish(Cluster(self.kubeconfigs["operator", "east"]), self.estate, RETENTION)

    def approved(self, name: str = "", **spec: Any) -> Record:
        zhang = self.person("zhang")
        record = zhang.create(document(name or f"mee-{next(_NUMBERS)}", **spec))
        return self.review(zhang.move(record, "requested", "we need it"))

    def review(self, record: Record) -> Record:
        record = self.person("security").review(record, approve=True, reason="fine")
        return self.person("platform").review(record, approve=True, reason="there is room")

    def get(self, name: str) -> Record:
        return self.person("operator").get(name)

    def quiet(self, name: str) -> Record:
        """A tenancy of which the controller has recorded everything, so that it writes no more of its own accord."""
        return until(lambda: (now := self.get(name)).status.get("logged") == len(now.history) and now)

    def through(self, kubeconfig: Path) -> Path:
        """The estate as one sees it who reaches its hub by a kubeconfig of their own."""
        local = "spec:\n  title: east\n"
        context = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))["current-context"]
        cluster = f"  cluster: {{kind: kubeconfig, context: {context}, path: {kubeconfig}}}\n"
        file = self.file.with_name("through.yaml")
        file.write_text(ESTATE.replace(local, local + cluster), encoding="utf-8")
        return file

    def controller(self, *words: str, estate: Path | None = None) -> Running:
        command = [sys.executable, "-m", "govcloud.cli.main", "controller", str(estate or self.file), *words]
        log = self.file.with_name(f"controller-{next(_NUMBERS)}.log")
        with log.open("w") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
        running = Running(process, log)
        self.started.append(running)
        return running

    def run(self, *words: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "govcloud.cli.main", *words]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return ended.returncode, ended.stdout, ended.stderr

    def once(self) -> Running:
        running = self.controller("--once")
        running.process.wait(120)
        return running

    def bring_about(self, *names: str) -> tuple[int, str]:
        """What the controller does, once and of some tenancies alone."""
        words = [word for name in names for word in ("--tenancy", name)]
        code, _, err = self.run("up", str(self.file), "--register", *words)
        return code, err

    def quota(self, region: str, tenancy: str) -> str:
        cluster = self.clusters[region]
        found = cluster.get(cluster.kinds["v1", "ResourceQuota"], "compute", f"t-{tenancy}")
        return str(found["spec"]["hard"]["requests.cpu"]) if found else ""

    def namespace(self, region: str, tenancy: str) -> dict[str, Any] | None:
        cluster = self.clusters[region]
        return cluster.get(cluster.kinds["v1", "Namespace"], f"t-{tenancy}")


@dataclass
class Running:
    """A controller that was started."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        return self.log.read_text()

    def kill(self) -> None:
        """As the kernel does when memory is short."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def end(self, number: int = signal.SIGTERM) -> int:
        os.kill(self.process.pid, number)
        return self.process.wait(60)


def until(holds: Callable[[], Any], seconds: float = 90) -> Any:
    """What ``holds`` returns as soon as that is true."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


def now() -> datetime:
    return datetime.now(UTC)
