"""An example region with one pool of each sort, and a maker of tenancies for it."""

from collections.abc import Callable
from typing import Any

import pytest

from govcloud.model import Department, Region, Tenancy

MakeTenancy = Callable[..., Tenancy]


def _pool(name: str, zone: str, grade: int, nodes: int = 2, **more: Any) -> dict[str, Any]:
    shape = {"cpu": "16", "memory": "64Gi", **more.pop("shape", {})}
    return {"name": name, "zone": zone, "grade": grade, "nodes": nodes, "shape": shape, **more}


@pytest.fixture(scope="session")
def beijing() -> Region:
    pools = [
        _pool("ext2", "extranet", 2, nodes=3),
        _pool("ext3", "extranet", 3),
        _pool("ext4", "extranet", 4, runtime="sandbox"),
        _pool("ded3", "dedicated", 3),
        _pool("gpu3", "dedicated", 3, shape={"accelerators": {"nvidia.com/gpu": "8"}}),
        _pool("own", "dedicated", 3, tenancy="mee-own"),
    ]
    spec = {
        "title": "北京中心",
        "level": "central",
        "network": "extranet",
        "zones": ["extranet", "dedicated"],
        "gradeCeiling": 4,
        "pools": pools,
        "addresses": {"pods": "10.1.0.0/16", "services": "10.2.0.0/16"},
    }
    return Region.model_validate({"kind": "Region", "metadata": {"name": "beijing"}, "spec": spec})


@pytest.fixture(scope="session")
def mee() -> Department:
    return Department.model_validate({"metadata": {"name": "mee"}, "spec": {"title": "生态环境部"}})


@pytest.fixture(scope="session")
def make_tenancy() -> MakeTenancy:
    """Makes a tenancy of department mee; keywords replace fields of its spec, in ``resources`` one by one."""

    def make(name: str = "mee-air-quality", grade: int = 3, tier: int = 5, **spec: Any) -> Tenancy:
        resources = {"cpu": "32", "memory": "128Gi", "storage": "2Ti", "pods": 200}
        resources |= spec.pop("resources", {})
        defaults = {
            "title": "大气环境监测系统",
            "department": "mee",
            "zone": "dedicated" if grade == 3 else "extranet",
            "grading": {"information": grade, "service": grade},
            "data": {"class": "important", "level": "L3"},
            "recovery": {"tier": tier},
            "contacts": [{"name": "值班", "phone": "010-00000000"}],
        }
        return Tenancy.model_validate(
            {"metadata": {"name": name}, "spec": defaults | {"resources": resources} | spec}
        )

    return make


@pytest.fixture(scope="session")
def hard() -> Callable[[list[dict[str, Any]], str], dict[str, str]]:
    """Reads what a quota of a plan allows."""

    def read(plan: list[dict[str, Any]], name: str) -> dict[str, str]:
        (quota,) = (m for m in plan if m["kind"] == "ResourceQuota" and m["metadata"]["name"] == name)
        return quota["spec"]["hard"]  # type: ignore[no-any-return]

    return read
