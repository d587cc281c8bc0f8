"""What the exporter costs with many tenancies: scrapes, events, memory and the start; beside the stock client's rendering.

    python -m benchmarks.monitoring [--tenancies N] [--nodes N] [--pods N] [--events RATE] [--scrapes N]

A replay stands in for API server and kubelets: it answers lists page by page, sends events at a steady rate, and tells usage
at /metrics/resource, all as the bytes that the real ones would send. Everything after that is what `govcloud monitor serve`
runs: decoding, sums, facts, text, and a server that is asked over HTTP from another process. What an API server and simulated
nodes of that size would cost on the same machine is not part of it. Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from statistics import median, quantiles
from subprocess import PIPE, Popen
from typing import Any

import psutil

from govcloud.model import Estate
from govcloud.model.loader import load_estate
from monitors.text import EstateCollector, Exposition
from monitors.watch import EstateWatch, Tempo
from monitors.watch.api import Closer

REGION = "bench"
SAMPLING = 15.0
ESTATE = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {{name: bench}}
spec: {{title: bench, network: extranet, hub: bench}}
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {{name: bench}}
spec:
  title: bench
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 3
  addresses: {{pods: 10.0.0.0/12, services: 10.64.0.0/16}}
  pools: [{{name: shared, zone: extranet, grade: 3, nodes: {nodes}, shape: {{cpu: "64", memory: 256Gi}}}}]
"""


@dataclass(frozen=True)
class Size:
    """How much there is; ``events`` a second."""

    tenancies: int
    nodes: int
    pods: int
    events: float


def space(number: int) -> str:
    """The namespace of a tenancy."""
    return f"t-tenancy-{number:04d}"


def namespace(number: int) -> dict[str, Any]:
    """A tenancy's namespace, with the labels that say whose it is."""
    said = {
        "tenancy": f"tenancy-{number:04d}",
        "department": f"department-{number % 60:02d}",
        "grade": "3",
    }
    said |= {"zone": "extranet", "tier": "3", "role": "primary", "pool-grade": "3"}
    labels = {f"govcloud.dev/{name}": value for name, value in said.items()}
    return {"metadata": {"name": space(number), "labels": labels}}


def quota(number: int) -> dict[str, Any]:
    """What a tenancy may ask for."""
    hard = {"requests.cpu": "64", "requests.memory": "256Gi", "requests.storage": "1Ti", "pods": "100"}
    return {"metadata": {"name": "compute", "namespace": space(number)}, "spec": {"hard": hard}}


class Replay:
    """An API server and kubelets that are not there: a `Feed` of as many objects as are asked for."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._begun = time.monotonic()

    def read(self, path: str, query: dict[str, str] | None = None, *, patience: float = 60.0) -> bytes:
        """A page of a list; there is no namespace besides those of tenancies."""
        asked = query or {}
        makers: dict[str, tuple[Callable[[int], dict[str, Any]], int]] = {
            "/api/v1/namespaces": (namespace, self._size.tenancies),
            "/api/v1/nodes": (self._node, self._size.nodes),
            "/api/v1/resourcequotas": (quota, self._size.tenancies),
            "/api/v1/persistentvolumeclaims": (self._claim, self._size.tenancies),
            "/api/v1/pods": (self._pod, self._size.pods),
        }
        if path not in makers:
            return b"ok"
        make, total = makers[path]
        if "fieldSelector" in asked:
            total = 0
        first = int(asked.get("continue", "0"))
        last = min(total, first + int(asked.get("limit", total)))
        metadata = {"resourceVersion": "1", "continue": str(last) if last < total else ""}
        items = [make(number) for number in range(first, last)]
        return json.dumps({"metadata": metadata, "items": items}).encode()

    def follow(self, path: str, query: dict[str, str], begun: Callable[[Closer], None]) -> Iterator[bytes]:
        """Pods change at a steady rate; everything else stays as it is."""
        ended: list[bool] = []
        begun(lambda: ended.append(True))
        pods = path == "/api/v1/pods" and self._size.events > 0
        for number in count(1):
            if ended:
                return
            time.sleep(0.1)
            if pods:
                each = round(self._size.events / 10)
                yield b"\n".join(self._event(number * each + one) for one in range(each))

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        """Usage of the pods of one node."""
        node = int(url.rpartition("/")[2])
        passed = time.monotonic() - self._begun
        lines = [f"node_cpu_usage_seconds_total {passed * 4}", "node_memory_working_set_bytes 4e+10"]
        for number in range(node, self._size.pods, self._size.nodes):
            labels = f'{{namespace="{self._space(number)}",pod="p{number}"}}'
            lines.append(f"pod_cpu_usage_seconds_total{labels} {passed * (0.1 + number % 7 / 10)}")
            lines.append(f"pod_memory_working_set_bytes{labels} {2**28 + number}")
        return "\n".join(lines).encode()

    def _space(self, number: int) -> str:
        return space(number % self._size.tenancies)

    def _event(self, number: int) -> bytes:
        return json.dumps(
            {"type": "MODIFIED", "object": self._pod(number % self._size.pods, number)}
        ).encode()

    def _claim(self, number: int) -> dict[str, Any]:
        asked = {"requests": {"storage": "100Gi"}}
        return {"metadata": {"name": "data", "namespace": space(number)}, "spec": {"resources": asked}}

    def _node(self, number: int) -> dict[str, Any]:
        has = {"cpu": "64", "memory": "256Gi", "ephemeral-storage": "4Ti", "pods": "110"}
        return {
            "metadata": {
                "name": f"n{number}",
                "labels": {"govcloud.dev/pool": "shared"},
                "annotations": {"metrics.k8s.io/resource-metrics-path": f"/{number}"},
            },
            "status": {
                "capacity": has,
                "allocatable": has,
                "conditions": [{"type": "Ready", "status": "True"}],
                "addresses": [{"type": "InternalIP", "address": "192.0.2.1"}],
                "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            },
        }

    def _pod(self, number: int, turn: int = 0) -> dict[str, Any]:
        """As large as pods are: what the facts do not need is in the bytes all the same."""
        needs = {"cpu": f"{250 + turn % 5 * 50}m", "memory": "512Mi"}
        container = {
            "name": "main",
            "image": "registry.gov.internal/main:1",
            "resources": {"requests": needs},
        }
        managed = [{"manager": "kubelet", "fieldsV1": {f"f:field-{one}": {} for one in range(60)}}]
        return {
            "metadata": {
                "name": f"p{number}",
                "namespace": self._space(number),
                "uid": f"uid-{number}",
                "resourceVersion": str(turn + 2),
                "managedFields": managed,
            },
            "spec": {"nodeName": f"n{number % self._size.nodes}", "containers": [container]},
            "status": {"phase": "Running"},
        }


def watched(size: Size) -> tuple[Estate, EstateWatch]:
    """An estate of one region, and the watch of its replay."""
    estate = load_estate("bench.yaml", text=ESTATE.format(nodes=min(5000, size.nodes)))
    replay = Replay(size)
    return estate, EstateWatch(estate, {REGION: lambda: replay}, tempo=Tempo(SAMPLING, stale=3 * SAMPLING))


def serve(size: Size) -> None:
    """The exporter as a process of its own; says its URL."""
    from monitors.serving import Access, Listen, application
    from monitors.serving import serve as listen

    _, watch = watched(size)
    exposition = Exposition("benchmark")
    watch.on_facts(exposition.tell)
    access = Access(Listen("127.0.0.1", 0))
    app = application(access, exposition.scrape, ready=lambda: watch.ready, healthy=lambda: True)
    watch.start()
    listen(app, access, lambda url: print(url, flush=True))
    watch.stop()


def ask(url: str, *, packed: bool = False) -> bytes:
    """One answer, as the bytes that came."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip" if packed else "identity"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        body: bytes = answer.read()
        return body


def until_ready(url: str) -> None:
    """Wait for the first scrape that has everything."""
    while True:
        try:
            ask(f"{url}/readyz")
        except OSError:
            time.sleep(0.05)
            continue
        if b"govcloud_tenancy_info" in ask(f"{url}/metrics"):
            return


def scraped(url: str, times: int, *, packed: bool) -> tuple[str, int]:
    """Milliseconds of scrapes a second apart, so that each meets other facts; and the bytes of one."""
    took: list[float] = []
    size = 0
    for _ in range(times):
        time.sleep(1)
        begun = time.perf_counter()
        size = len(ask(f"{url}/metrics", packed=packed))
        took.append(1000 * (time.perf_counter() - begun))
    worst = quantiles(took, n=100, method="inclusive")[98]
    return f"p50 {median(took):6.1f} ms   p99 {worst:6.1f} ms   most {max(took):6.1f} ms", size


def stock(size: Size) -> tuple[str, int]:
    """What the stock client takes for the same samples."""
    from prometheus_client import CollectorRegistry, generate_latest

    _, watch = watched(Size(size.tenancies, size.nodes, size.pods, 0))
    watch.start()
    while not watch.ready:
        time.sleep(0.1)
    facts = watch.facts()
    watch.stop()
    registry = CollectorRegistry()
    registry.register(EstateCollector(lambda: facts))
    took, body = [], b""
    for _ in range(5):
        begun = time.perf_counter()
        body = generate_latest(registry)
        took.append(1000 * (time.perf_counter() - begun))
    return f"p50 {median(took):6.1f} ms   most {max(took):6.1f} ms", len(body)


def measure(size: Size, scrapes: int) -> None:
    """Run the exporter in a process of its own and tell what it costs."""
    words = [f"--{name}={value}" for name, value in vars(size).items()]
    begun = time.monotonic()
    with Popen(
        [sys.executable, "-m", "benchmarks.monitoring", "--serve", *words], stdout=PIPE, text=True
    ) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        until_ready(url)
        print(f"start to first complete scrape   {time.monotonic() - begun:.1f} s")
        process = psutil.Process(child.pid)
        time.sleep(2 * SAMPLING)
        used, clock = sum(process.cpu_times()[:2]), time.monotonic()
        plain, size_plain = scraped(url, scrapes, packed=False)
        packed, size_packed = scraped(url, scrapes, packed=True)
        share = 100 * (sum(process.cpu_times()[:2]) - used) / (time.monotonic() - clock)
        series = sum(1 for line in ask(f"{url}/metrics").splitlines() if not line.startswith(b"#"))
        print(f"series                           {series:,}")
        print(f"scrape, plain ({size_plain / 1e6:4.1f} MB)         {plain}")
        print(f"scrape, gzip  ({size_packed / 1e6:4.1f} MB)         {packed}")
        print(
            f"processor                        {share:.0f} % of one, {size.events:.0f} pod events/s, replay included"
        )
        print(f"memory, resident                 {process.memory_info().rss / 1e6:.0f} MB")
        process.terminate()
    words_stock, size_stock = stock(size)
    print(f"stock client ({size_stock / 1e6:4.1f} MB)          {words_stock}   (rendering alone)")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tenancies", type=int, default=1000)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=50_000)
    parser.add_argument("--events", type=float, default=200)
    parser.add_argument("--scrapes", type=int, default=30)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    said = parser.parse_args()
    size = Size(said.tenancies, said.nodes, said.pods, said.events)
    if said.serve:
        serve(size)
    else:
        measure(size, said.scrapes)


if __name__ == "__main__":
    main()
