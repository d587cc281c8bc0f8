"""How long the register of a hub takes to list, beside the same listing by the official Kubernetes client.

    python -m benchmarks.register [--tenancies N] [--repeat R]

A region of its own is started for it, made a hub, and taken down after. N tenancies are written and requested by 16 callers
at once, which also tells how many acts a second the admission of the register lets through. Then, in turns:

- client: all tenancies by the official client, as plain dicts;
- records: all tenancies as records, which programs work with;
- rows: all tenancies as rows, which people look at.

Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from govcloud.cluster import Cluster
from govcloud.hub.establish import establish
from govcloud.hub.register import Register
from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.planner.register import register_platform

_CALLERS = 16
_ESTATE = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: bench}
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


def document(number: int) -> dict[str, Any]:
    """A tenancy as a department writes it."""
    spec = {
        "title": f"系统 {number}",
        "department": "mee",
        "zone": "extranet",
        "grading": {"information": 2, "service": 2},
        "data": {"class": "general", "level": "L2"},
        "recovery": {"tier": 1},
        "resources": {"cpu": "4", "memory": "16Gi", "storage": "100Gi", "pods": 20},
        "regions": {"primary": "bench"},
    }
    metadata = {"name": f"mee-{number:05d}"}
    return {"apiVersion": "govcloud.dev/v1", "kind": "Tenancy", "metadata": metadata, "spec": spec}


@contextmanager
def hub() -> Iterator[LocalRegion]:
    """A region that is a hub, for as long as it is needed."""
    toolchain = Toolchain.default()
    with tempfile.TemporaryDirectory() as folder:
        region = LocalRegion("bench", Path(folder) / "bench", toolchain)
        try:
            region.up([])
            _make_hub(region)
            yield region
        finally:
            region.down(purge=True)


def _make_hub(region: LocalRegion) -> None:
    estate = load_estate("bench.yaml", text=_ESTATE)
    cluster = Cluster(region.kubeconfig)
    for manifest in register_platform(estate.regions["bench"]):
        cluster.apply(manifest)
    establish(Cluster(region.kubeconfig), estate)


def fill(register: Register, tenancies: int) -> float:
    """Write and request so many tenancies; seconds that it took."""

    def ask(number: int) -> None:
        register.move(register.create(document(number)), "requested", "for the benchmark")

    register.caller()
    start = time.perf_counter()
    with ThreadPoolExecutor(_CALLERS) as pool:
        list(pool.map(ask, range(tenancies)))
    return time.perf_counter() - start


def seconds(work: Callable[[], object]) -> float:
    """How long one call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_client(kubeconfig: Path) -> Callable[[], object]:
    """The listing by the official client."""
    from kubernetes import client, config

    connection = config.new_client_from_config(str(kubeconfig))  # type: ignore[no-untyped-call]  # it has no types
    api = client.CustomObjectsApi(connection)
    return lambda: api.list_cluster_custom_object("govcloud.dev", "v1", "tenancies")


def main() -> None:
    """Measure and print medians."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenancies", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with hub() as region:
        owner = region.issue("bench@mee", ["mee:owners"], region.root / "owner.kubeconfig")
        register = Register(Cluster(owner, connections=_CALLERS))
        took = fill(register, options.tenancies)
        print(f"{2 * options.tenancies} acts in {took:.1f} s, {2 * options.tenancies / took:.0f} a second")
        reader = Register(Cluster(region.kubeconfig))
        work: dict[str, Callable[[], object]] = {
            "client": by_client(region.kubeconfig),
            "records": reader.records,
            "rows": reader.rows,
        }
        rounds = [{name: seconds(call) for name, call in work.items()} for _ in range(options.repeat)]
        for name in work:
            print(f"{name:8} {median(one[name] for one in rounds):.2f} s")


if __name__ == "__main__":
    main()
