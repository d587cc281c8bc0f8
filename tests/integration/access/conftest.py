"""A region with two departments that have a tenancy each, and an identity provider whose tokens it accepts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from access_issuer import Issuer, callers, serving
from access_people import Reviews
from access_requests import PEOPLE
from access_table import Served
from api_servers import Cluster

from govcloud.local.region import LocalRegion
from govcloud.model import Estate
from govcloud.model.loader import load_estate
from govcloud.planner import Manifest, plan_platform, plan_tenancy
from govcloud.planner.credentials import credential_policies
from govcloud.planner.register_estate import plan_register

_GATES = ("CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding")
_HEAD = """
apiVersion: govcloud.dev/v1
kind: Estate
metadata: {name: access}
spec: {title: Access, network: extranet, hub: north}
---
apiVersion: govcloud.dev/v1
kind: Region
metadata: {name: north}
spec:
  title: north
  level: central
  network: extranet
  zones: [extranet]
  gradeCeiling: 3
  addresses: {pods: 10.10.0.0/16, services: 10.110.0.0/16}
  pools: [{name: extranet, zone: extranet, grade: 3, nodes: 2, shape: {cpu: "64", memory: 256Gi}}]
"""
_DEPARTMENT = """
---
apiVersion: govcloud.dev/v1
kind: Department
metadata: {{name: {department}}}
spec: {{title: {department}}}
---
apiVersion: govcloud.dev/v1
kind: Tenancy
metadata: {{name: {name}}}
spec:
  title: {name}
  department: {department}
  zone: extranet
  grading: {{information: 2, service: 2}}
  data: {{class: general, level: L2}}
  recovery: {{tier: 1}}
  resources: {{cpu: "4", memory: 16Gi, storage: 100Gi, pods: 20}}
  regions: {{primary: north}}
"""
TENANCIES = (("mee", "mee-air"), ("mem", "mem-flood"))


@pytest.fixture(scope="session")
def estate_text() -> str:
    parts = [_DEPARTMENT.format(department=department, name=name) for department, name in TENANCIES]
    return "".join([_HEAD, *parts])


@pytest.fixture(scope="session")
def estate(estate_text: str) -> Estate:
    return load_estate("access.yaml", text=estate_text)


@pytest.fixture(scope="session")
def plans(estate: Estate) -> dict[str, list[Manifest]]:
    """The manifests of the platform, of the register, and of each tenancy."""
    region = estate.regions["north"]
    tenancies = {
        tenancy.name: plan_tenancy(tenancy, estate.departments[tenancy.spec.department], region, "primary")
        for tenancy in estate.tenancies.values()
    }
    return {"platform": plan_platform(region), "register": plan_register(estate), **tenancies}


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    with serving(tmp_path_factory.mktemp("providers") / "staff") as found:
        yield found


@pytest.fixture(scope="session")
def region(start_region: Callable[..., LocalRegion], issuer: Issuer) -> LocalRegion:
    return start_region("north", authentication=callers(issuer))


@pytest.fixture(scope="session")
def cluster(region: LocalRegion, estate: Estate, plans: dict[str, list[Manifest]]) -> Iterator[Cluster]:
    """The region with its gates, its tenancies and its register; the rules on workloads are left out, for speed."""
    cluster = Cluster(region.kubeconfig)
    platform = plans["platform"]
    names = {"govcloud-managed", "govcloud-namespaces"}
    names |= {m["metadata"]["name"] for m in credential_policies(estate.regions["north"])}
    kept = [m for m in platform if m["metadata"]["name"] in names]
    cluster.apply_all([m for m in platform if m["kind"] in _GATES])
    cluster.apply_all([m for name, plan in plans.items() if name.startswith("me") for m in plan])
    cluster.apply_all(kept)
    assert cluster.until(lambda: cluster.call("GET", "/apis/govcloud.dev/v1/tenancies")[0] == 200)
    cluster.apply_all(plans["register"])
    yield cluster
    cluster.close()


@pytest.fixture(scope="session")
def kubeconfigs(
    region: LocalRegion, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The kubeconfig of each of the people who take credentials."""
    folder = tmp_path_factory.mktemp("people")
    return {key: region.issue(user, [group], folder / key) for key, (user, group) in PEOPLE.items()}


@pytest.fixture(scope="session")
def reviews(region: LocalRegion, cluster: Cluster) -> Iterator[Reviews]:
    found = Reviews(region)
    yield found
    found.close()


@pytest.fixture(scope="session")
def served(cluster: Cluster) -> Served:
    """The verbs of every resource that the API server serves."""
    groups = {"": "/api/v1"} | {
        group["name"]: f"/apis/{group['preferredVersion']['groupVersion']}"
        for group in cluster.call("GET", "/apis")[1]["groups"]
    }
    found: dict[str, frozenset[str]] = {}
    for group, path in groups.items():
        for resource in cluster.call("GET", path)[1]["resources"]:
            name, slash, sub = resource["name"].partition("/")
            found[".".join(filter(None, (name, group))) + slash + sub] = frozenset(resource["verbs"])
    return found
