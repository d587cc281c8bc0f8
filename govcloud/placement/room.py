"""How much room the pools of an estate have left, while tenancies are placed one after the other."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_CEILING, Decimal

from govcloud.model import ISOLATION_ORDER, Pool, Region, Role, Tenancy, parse_quantity
from govcloud.model.checks.carrying import carrying_pools
from govcloud.standards import standby

Amounts = dict[str, Decimal]
"""Cores, bytes and pieces by the name of the resource."""


class Room:
    """The capacity of pools and what is promised of it."""

    def __init__(self) -> None:
        self._promised: dict[tuple[str, tuple[str, ...]], Amounts] = defaultdict(lambda: defaultdict(Decimal))

    def promise(self, tenancy: Tenancy, region: Region, role: Role) -> None:
        """Takes the room of a tenancy in a region."""
        pools = carrying_pools(region, tenancy)
        if pools:
            promised = self._promised[_key(region, pools)]
            for name, amount in _demand(tenancy, pools, role).items():
                promised[name] += amount

    def left(self, tenancy: Tenancy, region: Region, role: Role) -> Decimal | None:
        """The share of the scarcest resource that would be left; None where the tenancy does not fit."""
        pools = carrying_pools(region, tenancy)
        promised = self._promised[_key(region, pools)]
        shares = []
        for name, amount in _demand(tenancy, pools, role).items():
            capacity = sum((pool.nodes * _shape(pool).get(name, Decimal(0)) for pool in pools), Decimal(0))
            remaining = capacity - promised[name] - amount
            if remaining < 0:
                return None
            shares.append(remaining / capacity if capacity else Decimal(1))
        return min(shares)


def _key(region: Region, pools: tuple[Pool, ...]) -> tuple[str, tuple[str, ...]]:
    return region.name, tuple(sorted(pool.name for pool in pools))


def _demand(tenancy: Tenancy, pools: tuple[Pool, ...], role: Role) -> Amounts:
    """What a tenancy takes of its pools: its quota, in whole nodes where it shares none."""
    asked = tenancy.spec.resources
    ratio = Decimal(1) if role == "primary" else standby(tenancy.spec.recovery.tier).compute_ratio
    quota = {
        "cpu": parse_quantity(asked.cpu) * ratio,
        "memory": parse_quantity(asked.memory) * ratio,
        **{name: parse_quantity(count) * ratio for name, count in asked.accelerators.items()},
    }
    if ISOLATION_ORDER.index(tenancy.isolation) < ISOLATION_ORDER.index("node"):
        return quota
    node = max((_shape(pool) for pool in pools), key=lambda shape: (len(shape), shape["cpu"]))
    nodes = max(
        (amount / node[name]).to_integral_value(ROUND_CEILING)
        for name, amount in quota.items()
        if node.get(name)
    )
    return {name: max(amount, nodes * node.get(name, Decimal(0))) for name, amount in quota.items()}


def _shape(pool: Pool) -> Amounts:
    shape = pool.shape
    return {
        "cpu": parse_quantity(shape.cpu),
        "memory": parse_quantity(shape.memory),
        **{name: parse_quantity(count) for name, count in shape.accelerators.items()},
    }
