"""A region with the platform and four tenancies in it, planned and applied as they are in earnest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import urllib3
from kubernetes.client import Configuration
from kubernetes.config import load_kube_config

from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model import Department, Region, Tenancy
from govcloud.planner import Manifest, plan_nodes, plan_platform, plan_tenancy

Answer = tuple[int, dict[str, Any]]


class Cluster:
    """Raw calls to an API server, as the platform or as somebody else; an answer is (status, body)."""

    def __init__(self, kubeconfig: Path) -> None:
        found = Configuration()
        load_kube_config(config_file=str(kubeconfig), client_configuration=found)
        self._host = found.host
        self._pool = urllib3.PoolManager(
            ca_certs=found.ssl_ca_cert, cert_file=found.cert_file, key_file=found.key_file
        )
        self._plurals: dict[str, dict[str, tuple[str, bool]]] = {}

    def close(self) -> None:
        self._pool.clear()

    def call(self, method: str, path: str, body: Any = None, user: str = "", kind: str = "json") -> Answer:
        """Calls as the platform, or as ``user``, who is in the group of the same name."""
        headers = {"Content-Type": f"application/{kind}"}
        if user:
            headers |= {"Impersonate-User": f"somebody of {user}", "Impersonate-Group": user}
        data = json.dumps(body) if body is not None else None
        answer = self._pool.request(method, f"{self._host}{path}", body=data, headers=headers)
        return answer.status, json.loads(answer.data)

    def path(self, manifest: Manifest, name: bool = True) -> str:
        version, meta = manifest["apiVersion"], manifest["metadata"]
        base = "/api/v1" if version == "v1" else f"/apis/{version}"
        plural, namespaced = self._kind(base, manifest["kind"])
        space = f"/namespaces/{meta['namespace']}" if namespaced else ""
        return f"{base}{space}/{plural}" + (f"/{meta['name']}" if name else "")

    def _kind(self, base: str, kind: str) -> tuple[str, bool]:
        if base not in self._plurals:
            resources = self.call("GET", base)[1]["resources"]
            self._plurals[base] = {
                r["kind"]: (r["name"], r["namespaced"]) for r in resources if "/" not in r["name"]
            }
        return self._plurals[base][kind]

    def apply(self, manifest: Manifest, subresource: str = "") -> Answer:
        query = "?fieldManager=govcloud-test&force=true&fieldValidation=Strict"
        return self.call(
            "PATCH", self.path(manifest) + subresource + query, manifest, kind="apply-patch+yaml"
        )

    def create(self, manifest: Manifest, user: str = "", dry: bool = True) -> Answer:
        """Creates an object, by default only as far as the answer goes."""
        query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
        return self.call("POST", self.path(manifest, name=False) + query, manifest, user)

    def delete(self, manifest: Manifest, user: str = "") -> Answer:
        return self.call("DELETE", self.path(manifest), user=user)

    def get(self, manifest: Manifest) -> Answer:
        return self.call("GET", self.path(manifest))

    @staticmethod
    def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
        """What ``holds`` returns as soon as that is true, and at the latest after so many seconds."""
        deadline = time.monotonic() + seconds
        while not (value := holds()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return value


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
def cluster(region: Any, lab: Region, plans: dict[str, list[Manifest]]) -> Iterator[Cluster]:
    """The region with everything applied; all of it is gone afterwards."""
    cluster = Cluster(region.kubeconfig)
    platform, nodes = plan_platform(lab), plan_nodes(lab)
    try:
        _apply(cluster, platform)
        _settled(cluster)
        _apply(cluster, [{k: v for k, v in node.items() if k != "status"} for node in nodes])
        for node in nodes:
            cluster.apply({k: v for k, v in node.items() if k != "spec"}, "/status")
        _apply(cluster, [manifest for plan in plans.values() for manifest in plan])
        yield cluster
    finally:
        spaces = [plan[0] for plan in plans.values()]
        for manifest in [*spaces, *nodes]:
            cluster.delete(manifest)
        cluster.until(lambda: all(cluster.get(space)[0] == 404 for space in spaces), 60)
        for manifest in reversed(platform):
            cluster.delete(manifest)
        cluster.close()


def _apply(cluster: Cluster, manifests: list[Manifest]) -> None:
    answers = [(m["kind"], m["metadata"]["name"], *cluster.apply(m)) for m in manifests]
    refused = [(*name, body["message"]) for *name, status, body in answers if status >= 300]
    assert not refused


def _settled(cluster: Cluster) -> None:
    """Returns when the API server goes by the policies; it takes them up a moment after they are written."""
    labels = {"govcloud.dev/tenancy": "nobody"}
    probe = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "probe", "labels": labels}}
    assert cluster.until(lambda: cluster.create(probe, "system:masters-to-be")[0] == 403)


@pytest.fixture(scope="session")
def pod() -> Callable[..., Manifest]:
    """Makes a pod that the strictest pod security admits; keywords replace fields of its spec."""

    def make(namespace: str, name: str = "web", **spec: Any) -> Manifest:
        allowed = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        container = {"name": "c", "image": "registry.example/app:1", "securityContext": allowed}
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {
                "containers": [container | spec.pop("container", {})],
                "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
                **spec,
            },
        }

    return make


@pytest.fixture(scope="session")
def region(toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRegion]:
    """A region of these tests' own: they write a platform under a name and a manager that the engine's do not know."""
    made = LocalRegion("lab", tmp_path_factory.mktemp("regions") / "lab", toolchain)
    try:
        made.up([])
        yield made
    finally:
        made.down(purge=True)
