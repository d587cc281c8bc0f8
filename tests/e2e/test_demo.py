"""The national plan on this machine: what `make demo` promises, seen from the command line and the API servers."""

from __future__ import annotations

import json
import re
import stat
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from conftest import Desk, Ran

from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.standards import plan_systems

POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "web", "namespace": "t-mee-environment"},
    "spec": {
        "automountServiceAccountToken": False,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [
            {
                "name": "web",
                "image": f"registry.gov.internal/mee/web@sha256:{64 * '0'}",
                "securityContext": {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                },
            }
        ],
    },
}


def _pod(name: str, cpu: str) -> dict:
    container = {
        **POD["spec"]["containers"][0],
        "resources": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}},
    }
    return {
        **POD,
        "metadata": {**POD["metadata"], "name": name},
        "spec": {**POD["spec"], "containers": [container]},
    }


TENANCIES = 31
_PATIENCE = 60.0
_T = TypeVar("_T")


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310  # the demo's own server
        return answer.read().decode()


def _by_tenancy(url: str, name: str) -> dict[str, float]:
    """A family of the metrics, summed over regions."""
    found: dict[str, float] = {}
    line = re.compile(rf'^{name}{{.*tenancy="([^"]+)".*}} (\S+)$', re.MULTILINE)
    for tenancy, value in line.findall(_read(f"{url}/metrics")):
        found[tenancy] = found.get(tenancy, 0.0) + float(value)
    return found


def _wait_for(look: Callable[[], _T]) -> _T:
    end = time.monotonic() + _PATIENCE
    while not (found := look()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)
    return found


@pytest.fixture(scope="module")
def portal(demo: Ran) -> str:
    """The address that the demo ends with."""
    found = re.search(r"^ +Portal +(http://127\.0\.0\.1:\d+)/$", demo.out, re.MULTILINE)
    assert found, demo.out
    return found[1]


@pytest.fixture(scope="module")
def busy(portal: str) -> dict[str, float]:
    """Cores that the tenancies use, as soon as their usage is known."""

    def measured() -> dict[str, float] | None:
        used = _by_tenancy(portal, "govcloud_tenancy_used_cpu_cores")
        return used if sum(value > 0.1 for value in used.values()) == TENANCIES else None

    return _wait_for(measured)


@pytest.fixture(scope="module")
def clusters(desk: Desk, demo: Ran) -> dict[str, Cluster]:
    return {
        name: Cluster(desk.state / "regions" / name / "admin.kubeconfig") for name in ("beijing", "guian")
    }


def test_every_extranet_system_of_the_plan_stands_in_primary_and_standby(
    clusters: dict[str, Cluster],
) -> None:
    roles: dict[str, set[str]] = {}
    for cluster in clusters.values():
        for namespace in cluster.list(cluster.kinds["v1", "Namespace"], labels="govcloud.dev/tenancy"):
            labels = namespace["metadata"]["labels"]
            roles.setdefault(labels["govcloud.dev/tenancy"], set()).add(labels["govcloud.dev/role"])
    assert len(roles) == sum(system.network == "extranet" for system in plan_systems().values()) == TENANCIES
    assert set(map(frozenset, roles.values())) == {frozenset({"primary", "standby"})}


def test_the_demo_says_what_stands_where_and_what_to_try(demo: Ran) -> None:
    assert "64 created" in demo.err
    assert "What stands where" in demo.out
    assert "Try next" in demo.out
    assert "Nodes and pods are simulated" in demo.out


def test_a_person_finds_every_tenancy_at_work_at_the_address_that_the_demo_ends_with(
    portal: str, busy: dict[str, float]
) -> None:
    assert _read(f"{portal}/").startswith("<!doctype html>")
    allocated = _by_tenancy(portal, "govcloud_tenancy_allocated_cpu_cores")
    assert sum(value > 0 for value in allocated.values()) == TENANCIES
    quota = _by_tenancy(portal, "govcloud_tenancy_quota_cpu_cores")
    assert len({round(allocated[name] / quota[name], 2) for name in allocated}) > 4


def test_a_second_demo_changes_nothing_and_says_so(
    desk: Desk, clusters: dict[str, Cluster], portal: str
) -> None:
    def versions() -> dict[str, str]:
        cluster = clusters["beijing"]
        kinds = [
            (cluster.kinds["v1", "ResourceQuota"], "govcloud.dev/tenancy"),
            (cluster.kinds["v1", "Namespace"], "govcloud.dev/tenancy"),
            (cluster.kinds["apps/v1", "Deployment"], "app.kubernetes.io/part-of=govcloud-demo"),
        ]
        items = [item["metadata"] for kind, labels in kinds for item in cluster.list(kind, labels=labels)]
        return {m["uid"]: m.get("generation", m["creationTimestamp"]) for m in items}

    before = versions()
    again = desk.demo()
    assert again.code == 0, again.err
    assert "nothing to change in 64 stacks" in again.err
    assert "beijing: 0 objects written" in again.err
    assert "guian: 0 objects written" in again.err
    assert "the monitor runs already" in again.err
    assert f"{portal}/" in again.out
    assert versions() == before


def test_all_nodes_are_ready_and_the_regions_keep_to_their_memory(desk: Desk, demo: Ran) -> None:
    rows = json.loads(desk.govcloud("region", "list", "--output", "json").out)
    assert {row["name"] for row in rows} == {"beijing", "guian"}
    for row in rows:
        assert row["state"] == "up"
        assert row["nodes_ready"] == row["nodes_total"] > 0
        assert row["memory_bytes"] < 10**9


def test_usage_moves_while_one_watches(portal: str, busy: dict[str, float]) -> None:
    def moved() -> set[str]:
        used = _by_tenancy(portal, "govcloud_tenancy_used_cpu_cores")
        return {name for name, value in used.items() if abs(value - busy[name]) > 0.05 * busy[name]}

    assert _wait_for(moved)


def test_what_the_demo_runs_breaks_no_rule(desk: Desk, demo: Ran) -> None:
    ran = desk.govcloud("policy", "audit", "estates/national", "--region", "guian", "--output", "json")
    assert [one for one in json.loads(ran.out)["findings"] if one["kind"] == "Deployment"] == []


def test_every_kubeconfig_is_private(desk: Desk, demo: Ran) -> None:
    found = list(desk.state.rglob("*.kubeconfig"))
    assert len(found) >= 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in found} == {0o600}


def test_a_department_runs_a_pod_within_its_quota_and_none_beyond(
    as_member: Callable[[str, str], Path],
) -> None:
    cluster = Cluster(as_member("beijing", "mee:owners"))
    cluster.apply(_pod("small", "1"), manager="mee", dry_run=True)
    with pytest.raises(StatusError, match=r"exceeded quota|maximum cpu") as refused:
        cluster.apply(_pod("large", "5000"), manager="mee", dry_run=True)
    assert refused.value.status == 403


def test_a_department_sees_nothing_of_its_neighbour(as_member: Callable[[str, str], Path]) -> None:
    cluster = Cluster(as_member("beijing", "mee:owners"))
    pods = cluster.kinds["v1", "Pod"]
    assert list(cluster.list(pods, namespace="t-mee-environment")) == []
    for namespace in ("t-mof-budget", "kube-system"):
        with pytest.raises(StatusError, match="forbidden"):
            list(cluster.list(pods, namespace=namespace))
    with pytest.raises(StatusError, match="forbidden"):
        list(cluster.list(cluster.kinds["v1", "Namespace"]))


def test_a_department_cannot_loosen_what_govcloud_manages(as_member: Callable[[str, str], Path]) -> None:
    cluster = Cluster(as_member("beijing", "mee:owners"))
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "default-deny", "namespace": "t-mee-environment"},
    }
    with pytest.raises(StatusError, match="govcloud"):
        cluster.delete(policy)


def test_the_whole_plan_is_printed_offline(desk: Desk) -> None:
    ran = desk.govcloud("plan", "estates/national", "--output", "yaml")
    assert ran.code == 0
    assert ran.out.count("\n---\n") + 1 >= 62 * 15
    assert "kind: ResourceQuota" in ran.out


def test_the_intranet_is_an_estate_of_its_own(desk: Desk) -> None:
    ran = desk.govcloud("estate", "show", "estates/intranet", "--output", "json")
    assert ran.code == 0
    assert (
        ran.out.count('"Tenancy"')
        == sum(system.network == "intranet" for system in plan_systems().values())
        == 5
    )


def test_monitor_and_regions_go_down_without_a_process_left(desk: Desk, portal: str) -> None:
    monitor = json.loads(desk.govcloud("monitor", "status", "--output", "json").out)
    assert (monitor["state"], monitor["url"]) == ("up", portal)
    assert desk.govcloud("monitor", "stop").code == 0
    assert not _runs(monitor["pid"])
    pids = [
        component["pid"]
        for row in json.loads(desk.govcloud("region", "list", "--output", "json").out)
        for component in row["components"]
    ]
    assert len(pids) == 10
    assert desk.govcloud("region", "down", "--all").code == 0
    assert [pid for pid in pids if _runs(pid)] == []
    assert desk.govcloud("region", "up", "beijing", "guian").code == 0
    assert desk.govcloud("drift").code == 0


def _runs(pid: int) -> bool:
    """A process that has ended but was not yet reaped by its parent does not run."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
