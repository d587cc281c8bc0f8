"""What the exporter costs in front of a real API server: the size of `benchmarks.monitoring`, with nothing replayed.

    python -m benchmarks.monitoring_region [--tenancies N] [--nodes N] [--pods N] [--events RATE] [--scrapes N]

A region of its own is filled with namespaces, quotas and pods; kwok simulates the nodes and tells their usage, a node a
request. `govcloud monitor serve` watches it, with its ledger, as it would any region. Pods are changed at a steady rate
through the API server. All of that runs on the machine that scrapes are timed on, so the shares of the processor are told
beside them. Filling takes minutes. Nothing is asserted on time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import psutil

from benchmarks.metering_exporter import Exporter, wait_until
from benchmarks.metering_load import PLATFORM
from benchmarks.monitoring import ESTATE, REGION, SAMPLING, Size, ask, namespace, quota, scraped, space
from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.planner import plan_nodes, plan_platform

_AT_ONCE = 16
_PATIENCE = 1800.0


def fill(cluster: Cluster, size: Size, nodes: list[str]) -> None:
    """Make all objects of a size, and wait until all pods run."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:

        def make(path: Callable[[int], str], body: Callable[[int], dict[str, Any]], total: int) -> None:
            for _ in pool.map(lambda one: cluster.request("POST", path(one), body=body(one)), range(total)):
                pass

        make(lambda _: "/api/v1/namespaces", namespace, size.tenancies)
        make(lambda one: f"/api/v1/namespaces/{space(one)}/resourcequotas", quota, size.tenancies)
        wait_until(lambda: _count(cluster, "serviceaccounts", "metadata.name=default") >= size.tenancies, 300)
        make(
            lambda one: f"/api/v1/namespaces/{space(one % size.tenancies)}/pods",
            lambda one: _pod(one, nodes[one % len(nodes)]),
            size.pods,
        )
    wait_until(lambda: not _count(cluster, "pods", "status.phase!=Running", limit=1), _PATIENCE)


def _count(cluster: Cluster, plural: str, fields: str, limit: int = 0) -> int:
    found = cluster.request(
        "GET",
        f"/api/v1/{plural}",
        {"fieldSelector": fields, "limit": str(limit)},
        accept="application/json;as=Table;v=v1;g=meta.k8s.io",
    )
    return len(found["rows"])


def _pod(number: int, node: str) -> dict[str, Any]:
    """Put on its node by name, so that no scheduler is measured."""
    usage = {"kwok.x-k8s.io/usage-cpu": f"{100 + number % 7 * 100}m", "kwok.x-k8s.io/usage-memory": "256Mi"}
    container = {
        "name": "main",
        "image": "registry.gov.internal/main:1",
        "resources": {"requests": {"cpu": "250m", "memory": "512Mi"}},
    }
    return {
        "metadata": {"name": f"p{number}", "annotations": usage},
        "spec": {
            "nodeName": node,
            "automountServiceAccountToken": False,
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }


class Events:
    """Changes pods at a steady rate while it is entered, in threads of its own."""

    def __init__(self, cluster: Cluster, size: Size) -> None:
        self._cluster, self._size = cluster, size
        self._numbers, self._ended = count(), threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(4)]
        self.made = 0

    def __enter__(self) -> Events:
        self._begun = time.monotonic()
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    @property
    def rate(self) -> float:
        """Events a second, as they really were."""
        return self.made / (time.monotonic() - self._begun)

    def _run(self) -> None:
        while not self._ended.is_set():
            number = next(self._numbers)
            self._ended.wait(max(0.0, self._begun + number / self._size.events - time.monotonic()))
            pod = number % self._size.pods
            self._cluster.request(
                "PATCH",
                f"/api/v1/namespaces/{space(pod % self._size.tenancies)}/pods/p{pod}",
                body={"metadata": {"annotations": {"benchmark/turn": str(number)}}},
                content="application/merge-patch+json",
            )
            self.made += 1


def measure(folder: Path, size: Size, scrapes: int) -> None:
    """Fill a region, watch it, and tell what that costs."""
    toolchain = Toolchain.default()
    toolchain.install()
    file = folder / "estate.yaml"
    file.write_text(ESTATE.format(nodes=size.nodes), encoding="utf-8")
    estate = load_estate(str(file))
    region = LocalRegion(REGION, folder / "regions" / REGION, toolchain)
    try:
        begun = time.monotonic()
        nodes = plan_nodes(estate.regions[REGION])
        region.up(nodes)
        cluster = Cluster(region.kubeconfig)
        for manifest in plan_platform(estate.regions[REGION]):
            if manifest["kind"] in PLATFORM:  # the exporter's rights among them
                cluster.apply(manifest)
        fill(cluster, size, [node["metadata"]["name"] for node in nodes])
        print(f"filled within                    {time.monotonic() - begun:.0f} s", flush=True)
        _measure_exporter(folder, file, region, size, scrapes)
    finally:
        region.down(purge=True)


def _measure_exporter(folder: Path, file: Path, region: LocalRegion, size: Size, scrapes: int) -> None:
    exporter = Exporter(
        file, folder, f"sqlite:///{folder / 'ledger.sqlite'}", folder / "exporter.log", SAMPLING
    )
    begun = time.monotonic()
    exporter.start()
    try:
        wait_until(exporter.ready, _PATIENCE)
        wait_until(lambda: _tenancies(exporter.url) == size.tenancies, _PATIENCE)
        print(f"start to first complete scrape   {time.monotonic() - begun:.1f} s", flush=True)
        with Events(Cluster(region.kubeconfig), size) as events:
            time.sleep(2 * SAMPLING)
            processes = {one.name: psutil.Process(one.pid) for one in region.status().components if one.pid}
            processes["exporter"] = psutil.Process(exporter.pid)
            before, clock = {name: _spent(one) for name, one in processes.items()}, time.monotonic()
            told = {what: scraped(exporter.url, scrapes, packed=packed) for what, packed in _FORMS}
            passed = time.monotonic() - clock
            shares = {name: 100 * (_spent(one) - before[name]) / passed for name, one in processes.items()}
        for what, (words, length) in told.items():
            print(f"scrape, {what} ({length / 1e6:4.1f} MB)         {words}")
        print("processor, % of one              " + ", ".join(f"{n} {s:.0f}" for n, s in shares.items()))
        print(f"pod events                       {events.rate:.0f} a second")
        print(
            f"memory of the exporter           {processes['exporter'].memory_info().rss / 1e6:.0f} MB resident"
        )
        print(f"load average                     {os.getloadavg()[0]:.1f}")
        exporter.stop()
    finally:
        exporter.kill()


_FORMS = (("plain", False), ("gzip ", True))


def _tenancies(url: str) -> int:
    return ask(f"{url}/metrics").count(b"\ngovcloud_tenancy_info{")


def _spent(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tenancies", type=int, default=1000)
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=50_000)
    parser.add_argument("--events", type=float, default=200)
    parser.add_argument("--scrapes", type=int, default=30)
    said = parser.parse_args()
    size = Size(said.tenancies, said.nodes, said.pods, said.events)
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), size, said.scrapes)


if __name__ == "__main__":
    main()
