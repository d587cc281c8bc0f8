"""Capacity as the page shows it: regions, and their pools with headroom, N-1 and overcommitment."""

from __future__ import annotations

from typing import Any

from govcloud.model import Estate
from monitors.facts import EstateFacts, PoolFacts, RegionFacts


def capacity(facts: EstateFacts, estate: Estate | None) -> dict[str, Any]:
    """Regions and pools; amounts are lists in the order of ``monitors.facts.RESOURCES``, in base units."""
    return {
        "estate": facts.estate,
        "title": estate.head.spec.title if estate else facts.estate,
        "at": facts.at,
        "regions": [_region(one) for one in facts.regions],
        "pools": [_pool(pool) for one in facts.regions for pool in one.pools],
    }


def _region(one: RegionFacts) -> dict[str, Any]:
    return {
        "region": one.region,
        "title": one.title,
        "observed": one.observed,
        "sampled": one.sampled,
        "fresh": one.fresh,
        "pue": one.pue,
        "tenancies": len({tenancy.tenancy for tenancy in one.tenancies}),
        "watts": sum(pool.watts for pool in one.pools),
    }


def _pool(pool: PoolFacts) -> dict[str, Any]:
    return {
        "region": pool.region,
        "pool": pool.pool,
        "zone": pool.zone,
        "grade": pool.grade,
        "nodes": pool.nodes,
        "ready": pool.ready,
        "allocatable": pool.allocatable.values(),
        "requested": pool.requested.values(),
        "used": pool.used.values(),
        "quota": pool.quota.values(),
        "headroom": pool.headroom.values(),
        "n1": pool.headroom_n1.values(),
    }
