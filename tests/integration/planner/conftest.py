"""A region with the platform and four tenancies in it, planned and applied as they are in earnest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from api_servers import Cluster

from govcloud.local.region import LocalRegion
from govcloud.model import Department, Region, Tenancy
from govcloud.planner import Manifest, plan_nodes, plan_platform, plan_tenancy
from policies.examples import shipped_bases


def _pool(name: str, zone: str, grade: int, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "zone": zone,
        "grade": grade,
        "nodes": 4,
        "shape": {"cpu": "16", "memory": "64Gi"},
        **more,
    }


@pytest.fixture(scope="session")
def lab() -> Region:
    spec = {
        "title": "试验中心",
        "level": "central",
        "network": "extranet",
        "zones": ["extranet", "dedicated"],
        "gradeCeiling": 4,
        "pools": [
            _pool("ext3", "extranet", 3),
            _pool("ext4", "extranet", 4, runtime="sandbox"),
            _pool("ded3", "dedicated", 3),
            _pool("own", "dedicated", 3, tenancy="lab-own"),
        ],
        "addresses": {"pods": "10.1.0.0/16", "services": "10.2.0.0/16"},
    }
    return Region.model_validate({"metadata": {"name": "lab"}, "spec": spec})


def _tenancy(name: str, department: str, zone: str, grade: int) -> Tenancy:
    spec = {
        "title": "试验系统",
        "department": department,
        "zone": zone,
        "grading": {"information": grade, "service": grade},
        "data": {"class": "important", "level": "L3"},
        "recovery": {"tier": 3},
        "resources": {"cpu": "8", "memory": "32Gi", "storage": "100Gi", "pods": 50},
    }
    return Tenancy.model_validate({"metadata": {"name": name}, "spec": spec})


@pytest.fixture(scope="session")
def tenancies() -> dict[str, Tenancy]:
    made = (
        _tenancy("lab-air", "mee", "dedicated", 3),
        _tenancy("lab-flood", "mem", "dedicated", 3),
        _tenancy("lab-own", "mem", "dedicated", 3),
        _tenancy("lab-portal", "mem", "extranet", 2),
        _tenancy("lab-vault", "mem", "extranet", 4),
    )
    return {tenancy.name: tenancy for tenancy in made}


@pytest.fixture(scope="session")
def plans(lab: Region, tenancies: dict[str, Tenancy]) -> dict[str, list[Manifest]]:
    def department(name: str) -> Department:
        return Department.model_validate({"metadata": {"name": name}, "spec": {"title": name}})

    return {
        name: plan_tenancy(tenancy, department(tenancy.spec.department), lab, "primary")
        for name, tenancy in tenancies.items()
    }


@pytest.fixture(scope="session")
def cluster(region: LocalRegion, lab: Region, plans: dict[str, list[Manifest]]) -> Iterator[Cluster]:
    """The region with everything applied."""
    cluster = Cluster(region.kubeconfig)
    nodes = plan_nodes(lab)
    cluster.apply_all(plan_platform(lab))
    _settled(cluster)
    cluster.apply_all({k: v for k, v in node.items() if k != "status"} for node in nodes)
    for node in nodes:
        cluster.apply({k: v for k, v in node.items() if k != "spec"}, "/status")
    cluster.apply_all(manifest for plan in plans.values() for manifest in plan)
    yield cluster
    cluster.close()


def _settled(cluster: Cluster) -> None:
    """Returns when the API server goes by the policies; it takes them up a moment after they are written."""
    labels = {"govcloud.dev/tenancy": "nobody"}
    probe = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "probe", "labels": labels}}
    assert cluster.until(lambda: cluster.create(probe, "system:masters-to-be")[0] == 403)


@pytest.fixture(scope="session")
def right() -> Callable[..., Manifest]:
    """Makes an object of a kind that no rule refuses; keywords replace fields of its spec."""

    def make(kind: str, namespace: str, **spec: Any) -> Manifest:
        manifest = shipped_bases().of(kind)
        manifest["metadata"]["namespace"] = namespace
        if spec:
            manifest["spec"] |= spec
        return manifest

    return make


@pytest.fixture(scope="session")
def pod(right: Callable[..., Manifest]) -> Callable[..., Manifest]:
    """Makes such a pod; ``container`` changes its container."""

    def make(namespace: str, name: str = "web", container: Any = None, **spec: Any) -> Manifest:
        manifest = right("Pod", namespace, **spec)
        manifest["metadata"]["name"] = name
        manifest["spec"]["containers"][0] |= container or {}
        return manifest

    return make


@pytest.fixture(scope="session")
def region(start_region: Callable[..., LocalRegion]) -> LocalRegion:
    """A region of these tests' own: they write a platform under a name and a manager that the engine's do not know."""
    return start_region("lab")
