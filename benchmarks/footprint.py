"""What a local region costs when nobody uses it: processor time and memory of its five processes.

    python -m benchmarks.footprint [--nodes N] [--seconds S]

The processor time is the difference of the kernel's own counters over the interval, after a time to settle; memory is
the proportional share (PSS), since regions share the programs' pages.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import psutil

from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model import NodeShape, Pool, Region
from govcloud.planner import plan_nodes

_SETTLE_SECONDS = 60


def _model(nodes: int) -> Region:
    pool = Pool(name="p", zone="extranet", grade=3, nodes=nodes, shape=NodeShape(cpu="64", memory="256Gi"))
    spec = {
        "title": "footprint",
        "level": "central",
        "network": "extranet",
        "zones": ["extranet"],
        "gradeCeiling": 3,
        "addresses": {"pods": "10.1.0.0/16", "services": "10.96.0.0/16"},
        "pools": [pool.model_dump()],
    }
    return Region.model_validate({"metadata": {"name": "footprint"}, "spec": spec})


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--nodes", type=int, default=100)
    parser.add_argument("--seconds", type=int, default=120)
    options = parser.parse_args()
    toolchain = Toolchain.default()
    toolchain.install(["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"])
    with tempfile.TemporaryDirectory() as folder:
        region = LocalRegion("footprint", Path(folder) / "footprint", toolchain)
        try:
            region.up(plan_nodes(_model(options.nodes)))
            time.sleep(_SETTLE_SECONDS)
            processes = {c.name: psutil.Process(c.pid) for c in region.status().components if c.pid}
            before = {name: _seconds(process) for name, process in processes.items()}
            time.sleep(options.seconds)
            used = {name: _seconds(process) - before[name] for name, process in processes.items()}
            memory = sum(process.memory_full_info().pss for process in processes.values())
        finally:
            region.down(purge=True)
    percent = {name: round(100 * seconds / options.seconds, 2) for name, seconds in used.items()}
    figures = {
        "nodes": options.nodes,
        "seconds": options.seconds,
        "cpu %": round(sum(percent.values()), 2),
        "cpu % by process": percent,
        "memory MB": round(memory / 1e6),
        "load average": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
