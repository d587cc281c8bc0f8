"""The exporter on real regions: what it tells is what is there, and it goes on when a region does not."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from small_estates import estate_text

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.local.region.process import Ticket
from govcloud.local.toolchain import Toolchain
from govcloud.model import Estate
from govcloud.model.loader import load_estate
from govcloud.planner import plan_nodes, plan_platform, plan_tenancy
from govcloud.planner.monitoring import monitor_roles
from monitors.facts import RegionFacts, TenancyFacts
from monitors.watch import ApiServer, EstateWatch, Tempo

TEXT = estate_text("meter", tenancies=1)
SPACE = "t-meter-1"
GIB = 2**30
AUDITED = 'govcloud_source_last_success_timestamp_seconds{source="audit",resource_region="north"}'
ABOUT_SECRETS = 'govcloud_findings{rule="GC-SEC-01",severity="high"}'
_PATIENCE = 60.0


class Counting(ApiServer):
    """An API server that counts what is read of it."""

    reads: ClassVar[Counter[str]] = Counter()

    def read(self, path: str, query: dict[str, str] | None = None, *, patience: float = 60.0) -> bytes:
        self.reads[path] += 1
        return super().read(path, query, patience=patience)


def wait_until(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + _PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
    return found


def pod(name: str, *, uses: str, memory: str) -> dict[str, Any]:
    needs = {"cpu": "500m", "memory": "1Gi"}
    usage = {"kwok.x-k8s.io/usage-cpu": uses, "kwok.x-k8s.io/usage-memory": memory}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": SPACE, "annotations": usage},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 1000,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "tolerations": [{"operator": "Exists"}],
            "nodeSelector": {"govcloud.dev/pool": "extranet"},
            "containers": [
                {
                    "name": "main",
                    "image": "registry.gov.internal/main:1",
                    "resources": {"requests": needs, "limits": {"cpu": "1", "memory": "2Gi"}},
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "capabilities": {"drop": ["ALL"]},
                    },
                }
            ],
        },
    }


@pytest.fixture(scope="module")
def metered() -> Estate:
    return load_estate("meter.yaml", text=TEXT)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder of these tests' own."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def regions(toolchain: Toolchain, state: Path, metered: Estate) -> Iterator[dict[str, LocalRegion]]:
    """Regions of these tests' own, without the policies that other tests leave in theirs."""
    found = {name: LocalRegion(name, state / "regions" / name, toolchain) for name in metered.regions}
    try:
        for name, one in found.items():
            one.up(plan_nodes(metered.regions[name]))
        yield found
    finally:
        for one in found.values():
            one.down(purge=True)


@pytest.fixture(scope="module")
def north(regions: dict[str, LocalRegion], metered: Estate) -> Iterator[Cluster]:
    """The region north with a tenancy that has two busy pods and a claim."""
    cluster = Cluster(regions["north"].kubeconfig)
    region, tenancy = metered.regions["north"], metered.tenancies["meter-1"]
    made = [one for one in plan_platform(region) if one["kind"].endswith("Class")] + monitor_roles(region)
    made += plan_tenancy(tenancy, metered.departments["mee"], region, "primary")
    for manifest in made:
        cluster.apply(manifest)
    for name in ("one", "two"):
        cluster.apply(pod(name, uses="750m", memory="512Mi"))
    yield cluster
    cluster.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})


@pytest.fixture(scope="module")
def watch(regions: dict[str, LocalRegion], metered: Estate, north: Cluster) -> Iterator[EstateWatch]:
    clusters = {
        name: lambda path=region.kubeconfig: Counting(path)  # type: ignore[misc]
        for name, region in regions.items()
    }
    found = EstateWatch(metered, clusters, tempo=Tempo(sampling=1.0, settle=0.2, stale=20.0))
    found.start()
    yield found
    found.stop()
    assert not [one for one in threading.enumerate() if one.name.startswith(("watch ", "sample ", "facts"))]


def region(watch: EstateWatch, name: str) -> RegionFacts:
    return next(one for one in watch.facts().regions if one.region == name)


def tenancy(watch: EstateWatch) -> TenancyFacts | None:
    return next((one for one in region(watch, "north").tenancies if one.tenancy == "meter-1"), None)


def test_quota_requests_limits_and_usage_are_those_that_were_asked_for(watch: EstateWatch) -> None:
    wait_until(lambda: watch.ready and region(watch, "north").fresh)

    def measured() -> TenancyFacts | None:
        one = tenancy(watch)
        return one if one and one.used.pods == 2 and abs(one.used.cpu - 1.5) < 0.15 else None

    facts = wait_until(measured)
    assert (facts.department, facts.grade, facts.zone, facts.tier, facts.role) == (
        "mee",
        2,
        "extranet",
        3,
        "primary",
    )
    assert (facts.quota.cpu, facts.quota.memory, facts.quota.storage, facts.quota.pods) == (
        4,
        16 * GIB,
        100 * GIB,
        20,
    )
    assert (facts.requested.cpu, facts.requested.memory, facts.requested.pods) == (1, 2 * GIB, 2)
    assert (facts.limit.cpu, facts.limit.memory) == (2, 4 * GIB)
    assert facts.used.memory == GIB
    assert facts.allocated.cpu == pytest.approx(facts.used.cpu)
    assert facts.allocated.memory == 2 * GIB
    pool = next(one for one in region(watch, "north").pools if one.pool == "extranet")
    assert (pool.nodes, pool.ready, pool.allocatable.cpu) == (2, 2, 128)
    assert pool.requested.cpu >= 1
    assert 0 < facts.watts < pool.watts


def test_usage_moves_with_what_pods_do(watch: EstateWatch, north: Cluster) -> None:
    north.apply(pod("two", uses="2250m", memory="2Gi"))
    wait_until(
        lambda: (one := tenancy(watch)) and abs(one.used.cpu - 3) < 0.2 and one.used.memory == 2.5 * GIB
    )
    north.apply(pod("two", uses="750m", memory="512Mi"))
    wait_until(lambda: (one := tenancy(watch)) and abs(one.used.cpu - 1.5) < 0.15)


def test_a_storm_of_events_is_followed_without_reading_anything_again(
    watch: EstateWatch, north: Cluster
) -> None:
    wait_until(lambda: watch.ready and region(watch, "north").fresh)
    before = Counter(Counting.reads)
    manifest = pod("one", uses="750m", memory="512Mi")
    for number in range(200):
        north.merge(manifest, {"metadata": {"annotations": {"storm": str(number)}}})
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data", "namespace": SPACE},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "govcloud-ssd",
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }
    north.apply(claim)
    wait_until(lambda: (one := tenancy(watch)) and one.requested.storage == 10 * GIB)
    again = {path for path, count in Counting.reads.items() if count != before[path]}
    assert again <= {"/livez"}
    one = tenancy(watch)
    assert one is not None
    assert one.requested.pods == 2


def test_a_region_that_is_gone_is_told_as_such_and_the_others_stay_fresh(
    watch: EstateWatch, regions: dict[str, LocalRegion]
) -> None:
    wait_until(lambda: watch.ready and region(watch, "south").fresh and region(watch, "north").fresh)
    errors = region(watch, "north").watch_errors
    ticket = Ticket.load(regions["south"].layout.pid("kube-apiserver"))
    process = ticket.process() if ticket else None
    assert process is not None
    process.kill()
    wait_until(lambda: not region(watch, "south").fresh)
    gone = region(watch, "south")
    assert gone.pools  # what is known of it is still told, with the moment at which it was so
    assert gone.observed < time.time()
    wait_until(lambda: region(watch, "south").watch_errors > gone.watch_errors)
    assert region(watch, "north").fresh
    assert region(watch, "north").watch_errors == errors
    regions["south"].up()
    wait_until(lambda: region(watch, "south").fresh)
    assert region(watch, "south").observed > gone.observed


@dataclass(frozen=True)
class Served:
    """The command, as a person starts it, the URL that it tells, and what it says."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path


@pytest.fixture(scope="module")
def served(north: Cluster, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    estate, log = folder / "estate.yaml", folder / "log"
    estate.write_text(TEXT, encoding="utf-8")
    command = [sys.executable, "-m", "govcloud.cli.main", "monitor", "serve", str(estate)]
    command += [
        "--address",
        "127.0.0.1:0",
        "--sampling",
        "1",
        "--ledger",
        f"sqlite:///{folder}/ledger.sqlite",
    ]
    environment = {**os.environ, "GOVCLOUD_STATE": str(state)}
    with log.open("wb") as said, subprocess.Popen(command, stderr=said, env=environment) as process:
        url = wait_until(lambda: re.search(r"^metrics: (\S+)/metrics$", log.read_text(), re.MULTILINE))
        yield Served(process, url[1], log)
        process.kill()


def ask(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310
        found: bytes = answer.read()
        return found


def is_ready(url: str) -> bool:
    try:
        return ask(f"{url}/readyz") == b"ok\n"
    except OSError:
        return False


def value_of(text: str, name: str) -> float:
    lines = [one for one in text.splitlines() if one.startswith(f'{name}{{tenancy="meter-1"')]
    north_lines = [one for one in lines if 'resource_region="north"' in one]
    return float(north_lines[0].rpartition(" ")[2]) if north_lines else 0.0


def value(url: str, sample: str) -> float | None:
    lines = [one for one in ask(f"{url}/metrics").decode().splitlines() if one.startswith(f"{sample} ")]
    return float(lines[0].rpartition(" ")[2]) if lines else None


def test_what_is_served_passes_promtool_and_counts_on(served: Served) -> None:
    url = served.url
    wait_until(lambda: is_ready(url))
    counted = "govcloud_tenancy_cpu_core_seconds_total"
    first = wait_until(lambda: value_of(ask(f"{url}/metrics").decode(), counted))
    wait_until(lambda: value_of(ask(f"{url}/metrics").decode(), counted) > first)
    wait_until(lambda: value(url, AUDITED))
    text = ask(f"{url}/metrics")
    assert 'resource_region="south"' in text.decode()
    promtool = shutil.which("promtool")
    assert promtool is not None
    checked = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")
    chosen = ask(f"{url}/metrics?tenancy=meter-1").decode()
    assert "govcloud_pool_" not in chosen
    assert value_of(chosen, "govcloud_tenancy_quota_cpu_cores") == 4


def test_the_audit_finds_what_is_live_with_the_rights_of_an_exporter(served: Served) -> None:
    wait_until(lambda: value(served.url, AUDITED))
    assert value(served.url, 'govcloud_findings{rule="GC-POD-01",severity="critical"}') == 0
    assert value(served.url, ABOUT_SECRETS) is None  # the exporter may not read any
    report = json.loads(ask(f"{served.url}/api/compliance"))["check"]
    assert report["objects"] > 0
    errors = 'govcloud_source_errors_total{source="audit",resource_region="north"}'
    assert value(served.url, errors) == 0


def test_a_region_whose_platform_does_not_stand_is_not_fresh_and_comes_with_it(
    served: Served, regions: dict[str, LocalRegion], metered: Estate
) -> None:
    up = 'govcloud_region_up{resource_region="south"}'
    wait_until(lambda: is_ready(served.url))
    assert value(served.url, up) == 0
    refused = [one for one in served.log.read_text().splitlines() if "region south is not fresh" in one]
    assert len(refused) == 1
    assert "govcloud:monitors" in refused[0]
    south = Cluster(regions["south"].kubeconfig)
    for manifest in monitor_roles(metered.regions["south"]):
        south.apply(manifest)
    wait_until(lambda: value(served.url, up) == 1)
    assert "region south is fresh now" in served.log.read_text()


def test_the_server_ends_when_it_is_asked_to(served: Served) -> None:
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(timeout=30) == 0
