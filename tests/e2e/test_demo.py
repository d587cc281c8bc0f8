"""The national plan on this machine: what `make demo` promises, seen from the command line and the API servers."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

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
    assert len(roles) == sum(system.network == "extranet" for system in plan_systems().values()) == 31
    assert set(map(frozenset, roles.values())) == {frozenset({"primary", "standby"})}


def test_the_demo_says_what_stands_where_and_what_to_try(demo: Ran) -> None:
    assert "64 created" in demo.err
    assert "What stands where" in demo.out
    assert "Try next" in demo.out
    assert "Nodes are simulated" in demo.out


def test_a_second_demo_changes_nothing_and_says_so(desk: Desk, clusters: dict[str, Cluster]) -> None:
    def versions() -> dict[str, str]:
        cluster = clusters["beijing"]
        kinds = [cluster.kinds["v1", "ResourceQuota"], cluster.kinds["v1", "Namespace"]]
        items = [
            item["metadata"] for kind in kinds for item in cluster.list(kind, labels="govcloud.dev/tenancy")
        ]
        return {m["uid"]: m.get("generation", m["creationTimestamp"]) for m in items}

    before = versions()
    again = desk.demo()
    assert again.code == 0, again.err
    assert "nothing to change in 64 stacks" in again.err
    assert versions() == before


def test_all_nodes_are_ready_and_the_regions_keep_to_their_memory(desk: Desk, demo: Ran) -> None:
    rows = json.loads(desk.govcloud("region", "list", "--output", "json").out)
    assert {row["name"] for row in rows} == {"beijing", "guian"}
    for row in rows:
        assert row["state"] == "up"
        assert row["nodes_ready"] == row["nodes_total"] > 0
        assert row["memory_bytes"] < 10**9


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


def test_regions_go_down_without_a_process_left(desk: Desk, demo: Ran) -> None:
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
