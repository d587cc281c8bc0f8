"""How long `up` takes, as ratios to the raw rate of server-side apply that the same API server reaches in the same run.

    python -m benchmarks.provisioning [--tenancies N ...] [--repeat R]

A region of its own is started for it and taken down after. For each number of tenancies, from nothing each time:

- raw: all manifests of other, equal tenancies by server-side apply from this process, with 8 connections;
- from nothing: `govcloud up` of all tenancies, platform standing;
- nothing changed: `govcloud up` once more;
- one changed: `govcloud up` after one tenancy got another processor quota, with the whole estate looked at;
- one changed, named: the same, with the tenancy named (`--tenancy`), so that it alone and its platform are looked at;
- all changed: `govcloud up` after every tenancy got another processor quota.

Commands are timed from outside, start of Python included. Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion, regions_root
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.paths import local_kubeconfig
from govcloud.planner import plan_nodes
from stacks.desired import tenancy_manifests

_CONNECTIONS = 8
_REGION = "bench"
_HEAD = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: NAME}
spec: {title: Benchmark, network: extranet, hub: bench}
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {name: mee}
spec: {title: 生态环境部}
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {name: bench}
spec:
  title: Benchmark
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 3
  addresses: {pods: 10.10.0.0/16, services: 10.110.0.0/16}
  pools:
  - {name: extranet, zone: extranet, grade: 2, nodes: 3, shape: {cpu: "64", memory: 256Gi}}
"""
_TENANCY = """
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: {name}}}
spec:
  title: {name}
  department: mee
  zone: extranet
  grading: {{information: 2, service: 2}}
  data: {{class: general, level: L2}}
  recovery: {{tier: 1}}
  resources: {{cpu: "{cpu}", memory: 16Gi, storage: 100Gi, pods: 20}}
  regions: {{primary: bench}}
"""


def estate_text(name: str, tenancies: int, cpu: Callable[[int], int] = lambda _: 4) -> str:
    """An estate of equal tenancies in one region."""
    return _HEAD.replace("NAME", name) + "".join(
        _TENANCY.format(name=f"{name}-{number}", cpu=cpu(number)) for number in range(tenancies)
    )


def raw_seconds(name: str, tenancies: int) -> tuple[float, int]:
    """Seconds that plain server-side apply takes for the manifests of an estate's tenancies, and their number."""
    estate = load_estate("raw.yaml", text=estate_text(name, tenancies))
    work = [tenancy_manifests(estate, tenancy, _REGION) for tenancy in estate.tenancies]
    cluster = Cluster(local_kubeconfig(_REGION), connections=_CONNECTIONS)
    assert cluster.kinds
    start = time.perf_counter()
    with ThreadPoolExecutor(_CONNECTIONS) as pool:
        list(pool.map(lambda manifests: [cluster.apply(m) for m in manifests], work))
    return time.perf_counter() - start, sum(map(len, work))


def up_seconds(file: Path, *words: str) -> float:
    """Seconds of one `govcloud up`."""
    start = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-m", "govcloud.cli.main", "up", str(file), "--output", "json", *words],
        capture_output=True,
        text=True,
    )
    if ended.returncode:
        sys.exit(f"up failed:\n{ended.stderr}")
    return time.perf_counter() - start


def measure(folder: Path, tenancies: int, number: int) -> dict[str, float]:
    """One round: every figure once, in seconds."""
    name = f"b{number}n{tenancies}"
    file = folder / f"{name}.yaml"
    file.write_text(estate_text(name, tenancies))
    raw, objects = raw_seconds(f"raw{name}", tenancies)
    found: dict[str, float] = {"tenancies": tenancies, "objects": objects, "raw": raw}
    found["from nothing"] = up_seconds(file)
    found["nothing changed"] = up_seconds(file)
    file.write_text(estate_text(name, tenancies, lambda n: 5 if n == 0 else 4))
    found["one changed"] = up_seconds(file)
    file.write_text(estate_text(name, tenancies, lambda n: 7 if n == 0 else 4))
    found["one changed, named"] = up_seconds(file, "--tenancy", f"{name}-0")
    file.write_text(estate_text(name, tenancies, lambda _: 6))
    found["all changed"] = up_seconds(file)
    _take_away(name, tenancies)
    return found


def _take_away(name: str, tenancies: int) -> None:
    """So that every round finds the same region; waits until the namespaces are gone."""
    cluster = Cluster(local_kubeconfig(_REGION))
    names = {f"t-{prefix}{name}-{n}" for prefix in ("", "raw") for n in range(tenancies)}
    for namespace in names:
        cluster.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    kind = cluster.kinds["v1", "Namespace"]
    while names & {item["metadata"]["name"] for item in cluster.list(kind)}:
        time.sleep(0.5)


@contextmanager
def _region() -> Iterator[Path]:
    """A region of the benchmark's own, in a passing state folder, with its platform."""
    toolchain = Toolchain.default()
    toolchain.install()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GOVCLOUD_STATE"] = folder
        estate = load_estate("bench.yaml", text=estate_text("platform", 1))
        region = LocalRegion(_REGION, regions_root() / _REGION, toolchain)
        try:
            region.up(plan_nodes(estate.regions[_REGION]))
            file = Path(folder) / "platform.yaml"
            file.write_text(estate_text("platform", 1))
            up_seconds(file)
            yield Path(folder)
        finally:
            region.down(purge=True)


def _summary(rounds: list[dict[str, float]]) -> dict[str, Any]:
    figures = {key: median(r[key] for r in rounds) for key in rounds[0]}
    raw, objects = figures["raw"], figures["objects"]
    return {
        "tenancies": int(figures["tenancies"]),
        "objects": int(objects),
        "rounds": len(rounds),
        "raw objects/s": round(objects / raw),
        **{key: round(value, 2) for key, value in figures.items() if key not in ("tenancies", "objects")},
        "from nothing objects/s": round(objects / figures["from nothing"]),
        "from nothing / raw": round(figures["from nothing"] / raw, 2),
        "load average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    """Measure and print one JSON line a number of tenancies: medians in seconds, and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenancies", type=int, nargs="+", default=[10, 50, 150])
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    with _region() as folder:
        for tenancies in options.tenancies:
            rounds = [measure(folder, tenancies, number) for number in range(options.repeat)]
            print(json.dumps(_summary(rounds)), flush=True)


if __name__ == "__main__":
    main()
