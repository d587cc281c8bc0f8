"""A load whose sums are known beforehand: the truth that statements of the ledger are held against.

Pods of a simulated region use what their annotations say, so that who makes them knows what they come to: a pod is allocated
the larger of what it requests and what it uses, from when the API server has it until it has it no more.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model import Estate
from govcloud.planner import plan_nodes, plan_platform, plan_tenancy
from govcloud.planner.labels import POOL

GIB = 2**30
TENANCY = "metered"
SPACE = f"t-{TENANCY}"
_HEAD = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {{name: metering}}
spec: {{title: Benchmark, network: extranet, hub: {hub}}}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {{name: mee}}
spec: {{title: 生态环境部}}
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: metered}}
spec:
  title: Metered
  department: mee
  zone: extranet
  grading: {{information: 2, service: 2}}
  data: {{class: general, level: L2}}
  recovery: {{tier: 1}}
  resources: {{cpu: "64", memory: 256Gi, storage: 100Gi, pods: 200}}
  regions: {{primary: {hub}}}
"""
PLATFORM = ("StorageClass", "PriorityClass", "RuntimeClass", "ClusterRole", "ClusterRoleBinding")
"""What of a region's platform a load and its exporter need."""
_REGION = """
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: {name}}}
spec:
  title: Benchmark
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 3
  addresses: {{pods: 10.{octet}.0.0/16, services: 10.1{octet}.0.0/16}}
  pools:
  - {{name: extranet, zone: extranet, grade: 2, nodes: 2, shape: {{cpu: "64", memory: 256Gi}}}}
"""


def estate_text(regions: tuple[str, ...]) -> str:
    """An estate of these regions and one tenancy, at home in the first of them."""
    parts = (_REGION.format(name=name, octet=10 + number) for number, name in enumerate(regions))
    return _HEAD.format(hub=regions[0]) + "".join(parts)


@contextmanager
def standing(estate: Estate, state: Path) -> Iterator[dict[str, LocalRegion]]:
    """Every region of an estate below a state folder, with the namespace and the quota of its tenancy in each."""
    toolchain = Toolchain.default()
    toolchain.install()
    regions = {name: LocalRegion(name, state / "regions" / name, toolchain) for name in estate.regions}
    try:
        for name, region in regions.items():
            region.up(plan_nodes(estate.regions[name]))
            _settle(Cluster(region.kubeconfig), estate, name)
        yield regions
    finally:
        for region in regions.values():
            region.down(purge=True)


def _settle(cluster: Cluster, estate: Estate, region: str) -> None:
    document, tenancy = estate.regions[region], estate.tenancies[TENANCY]
    # No policies of admission: pods are made here by whoever brought the region up.
    made = [one for one in plan_platform(document) if one["kind"] in PLATFORM]
    made += plan_tenancy(tenancy, estate.departments["mee"], document, "primary")
    for manifest in made:
        cluster.apply(manifest)


@dataclass(frozen=True)
class Shape:
    """What a pod asks for and uses.

    Args:
        requests: cores that it asks for.
        uses: cores that it uses, on the mean.
        memory: GiB that it asks for, and uses half of.
        swing: part of ``uses`` by which it rises and falls.
        period: seconds in which it does so once.
    """

    requests: float
    uses: float = 0.0
    memory: int = 1
    swing: float = 0.0
    period: int = 120

    def core_seconds(self, since: float, until: float) -> float:
        """What it is allocated from one moment to another; all of its usage has to be above what it asks for, or none."""
        if self.uses * (1 + self.swing) <= self.requests:
            return self.requests * (until - since)
        assert self.uses * (1 - self.swing) >= self.requests, "the larger of both would change on the way"
        waves = self.period * (_waved(until / self.period) - _waved(since / self.period))
        return self.uses * (until - since + self.swing * waves)


def _waved(turns: float) -> float:
    """The integral of the wave of simulated usage (files/kwok.yaml of a local region); each whole turn comes to nothing."""
    turn = turns % 1
    if turn < 0.5:
        return 4 * turn**2 - 16 / 3 * turn**3
    return 16 * (turn**3 / 3 - 3 * turn**2 / 4 + turn / 2) - 4 / 3


@dataclass
class Held:
    """A pod, and from when until when the API server had it (Unix seconds)."""

    shape: Shape
    since: float
    until: float | None = None


@dataclass
class Truth:
    """What a load came to: core-seconds and byte-seconds."""

    cpu: float = 0.0
    memory: float = 0.0


@dataclass
class Load:
    """The pods of a namespace, made and taken away by hand.

    Args:
        cluster: the region.
        namespace: whose.
        pool: where they run.
    """

    cluster: Cluster
    namespace: str = SPACE
    pool: str = "extranet"
    _held: dict[str, Held] = field(default_factory=dict)
    _gone: list[Held] = field(default_factory=list)

    @property
    def names(self) -> tuple[str, ...]:
        """Pods that are there."""
        return tuple(self._held)

    def add(self, name: str, shape: Shape) -> None:
        """Make a pod."""
        before = time.time()
        self.cluster.apply(_pod(name, self.namespace, self.pool, shape))
        self._held[name] = Held(shape, (before + time.time()) / 2)

    def take(self, name: str) -> None:
        """Take a pod away; returns when the API server has it no more."""
        manifest = _pod(name, self.namespace, self.pool, self._held[name].shape)
        kind = self.cluster.kinds["v1", "Pod"]
        self.cluster.delete(manifest)
        before = time.time()
        while self.cluster.get(kind, name, self.namespace) is not None:
            before = time.time()
            time.sleep(0.02)
        held = self._held.pop(name)
        held.until = (before + time.time()) / 2
        self._gone.append(held)

    def clear(self) -> None:
        """Take all pods away."""
        for name in self.names:
            self.take(name)

    def truth(self) -> Truth:
        """What all pods came to until now."""
        now = time.time()
        found = Truth()
        for one in (*self._gone, *self._held.values()):
            until = now if one.until is None else one.until
            found.cpu += one.shape.core_seconds(one.since, until)
            found.memory += one.shape.memory * GIB * (until - one.since)
        return found


def _pod(name: str, namespace: str, pool: str, shape: Shape) -> dict[str, Any]:
    usage = {
        "kwok.x-k8s.io/usage-cpu": f"{shape.uses * 1000:.0f}m",
        "kwok.x-k8s.io/usage-memory": f"{shape.memory * 512}Mi",
    }
    if shape.swing:
        usage["simulation.govcloud.dev/usage-swing"] = str(shape.swing)
        usage["simulation.govcloud.dev/usage-period"] = str(shape.period)
    needs = {"cpu": f"{shape.requests * 1000:.0f}m", "memory": f"{shape.memory}Gi"}
    container = {
        "name": "main",
        "image": "registry.gov.internal/main:1",
        "resources": {
            "requests": needs,
            "limits": {"cpu": f"{max(4, shape.requests):g}", "memory": needs["memory"]},
        },
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    secure = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "annotations": usage},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 0,
            "securityContext": secure,
            "tolerations": [{"operator": "Exists"}],
            "nodeSelector": {POOL: pool},
            "containers": [container],
        },
    }
