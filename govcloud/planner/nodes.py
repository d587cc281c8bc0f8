"""The nodes of a region, as its pools describe them.

A cluster brings its own nodes; a region on this machine has none, so its nodes are made from these. Labels
and taints are the contract between pools and the placement of pods: a node takes only pods that tolerate its
zone, its grade and, on a dedicated pool, its tenancy.
"""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model import Pool, Region
from govcloud.planner.labels import DEDICATED, GRADE, POOL, REGION, RUNTIME, ZONE, Manifest


def plan_nodes(region: Region) -> list[Manifest]:
    """The v1 Node manifests of a region, in the order of its pools; the spec of a pool says how many."""
    return [node for pool in region.spec.pools for node in _nodes_of(region, pool)]


def _nodes_of(region: Region, pool: Pool) -> Iterator[Manifest]:
    for number in range(1, pool.nodes + 1):
        yield _node(region, pool, f"{region.name}-{pool.name}-{number:03d}")


def _node(region: Region, pool: Pool, name: str) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "labels": _labels(region, pool, name),
            "annotations": {"kwok.x-k8s.io/node": "fake"},
        },
        "spec": {"taints": _taints(pool)},
        "status": {"capacity": _capacity(pool), "allocatable": _capacity(pool)},
    }


def _labels(region: Region, pool: Pool, name: str) -> dict[str, str]:
    return {
        REGION: region.name,
        POOL: pool.name,
        ZONE: pool.zone,
        GRADE: str(pool.grade),
        RUNTIME: pool.runtime,
        **({DEDICATED: pool.tenancy} if pool.tenancy else {}),
        "topology.kubernetes.io/region": region.name,
        "topology.kubernetes.io/zone": f"{region.name}-{pool.zone}",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
    }


def _taints(pool: Pool) -> list[dict[str, str]]:
    reserved = {ZONE: pool.zone, GRADE: str(pool.grade)}
    if pool.tenancy:
        reserved[DEDICATED] = pool.tenancy
    return [{"key": key, "value": value, "effect": "NoSchedule"} for key, value in reserved.items()]


def _capacity(pool: Pool) -> dict[str, str]:
    return {
        "cpu": pool.shape.cpu,
        "memory": pool.shape.memory,
        "ephemeral-storage": pool.shape.storage,
        "pods": str(pool.shape.pods),
        **pool.shape.accelerators,
    }
