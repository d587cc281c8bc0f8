"""From running sums to facts: only what changed is made anew, so that facts of a thousand tenancies cost what changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from govcloud.model import Pool, Region
from govcloud.planner.labels import (
    DEDICATED,
    DEPARTMENT,
    GRADE,
    POOL_GRADE,
    POOL_RUNTIME,
    ROLE,
    TENANCY,
    TIER,
    ZONE,
)
from monitors.facts import Amounts, PoolFacts, TenancyFacts
from monitors.watch.accounts import Account, exchange
from monitors.watch.amounts import NANO, NOTHING, Vector, add, amounts, most
from monitors.watch.power import Draw, PowerModel
from monitors.watch.records import NodeRecord
from monitors.watch.state import RegionState

_NEEDED = (TENANCY, DEPARTMENT, GRADE, ZONE, TIER, ROLE)
Footing = tuple[str, str, str, str]
"""Zone, grade of the pools, the tenancy that they are dedicated to and the runtime: what leads a tenancy to its pools."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A tenancy as it was told last."""

    facts: TenancyFacts
    footing: Footing
    quota: Vector


@dataclass(slots=True)
class _Stock:
    """What the nodes of a pool are and have together."""

    nodes: int = 0
    ready: int = 0
    capacity: Vector = NOTHING
    allocatable: Vector = NOTHING
    largest: Vector = NOTHING
    cpu: int = 0
    memory: int = 0
    compute: float = 0.0

    def take(self, record: NodeRecord, model: PowerModel) -> None:
        """Add a node; one that is not ready draws nothing, uses nothing and offers nothing."""
        self.nodes += 1
        self.capacity = add(self.capacity, record.capacity)
        if not record.ready:
            return
        self.ready += 1
        self.cpu += record.cpu
        self.memory += record.memory
        cores, memory = record.capacity[:2]
        self.compute += model.compute(cores / NANO, record.cpu / NANO, memory)
        if record.takes_pods:
            self.allocatable = add(self.allocatable, record.allocatable)
            self.largest = most(self.largest, record.allocatable)


class Assembler:
    """Makes the facts of one region's tenancies and pools.

    Args:
        region: its pools and its PUE.
        model: how much power nodes draw.
    """

    def __init__(self, region: Region, model: PowerModel) -> None:
        self._region = region
        self._model = model
        self._known: dict[str, _Known] = {}
        self._quotas: dict[Footing, list[int]] = defaultdict(lambda: [0] * 5)
        self._draws: dict[str, Draw] = {}

    def take(self, region: Region) -> None:
        """Its document is another now; who calls it holds the lock of the state."""
        self._region = region

    def assemble(self, state: RegionState) -> tuple[tuple[TenancyFacts, ...], tuple[PoolFacts, ...]]:
        """Tenancies by name and pools in the order of the region's document, as the state is now."""
        with state.lock:
            stocks = self._stocks(state)
            draws = {name: self._draw(state, name, stock) for name, stock in stocks.items()}
            changed = {name for name, draw in draws.items() if self._draws.get(name) != draw}
            self._draws = draws
            for name in state.dirty | self._drawing(state, changed):
                self._renew(state, name)
            state.dirty.clear()
            pools = tuple(self._pool(state, pool, stocks[pool.name]) for pool in self._region.spec.pools)
        return self._tenancies(), pools

    def _tenancies(self) -> tuple[TenancyFacts, ...]:
        """One a tenancy: a second namespace that says that it is the same one's is left out."""
        found: dict[str, TenancyFacts] = {}
        for name in sorted(self._known):
            facts = self._known[name].facts
            found.setdefault(facts.tenancy, facts)
        return tuple(found[name] for name in sorted(found))

    def _drawing(self, state: RegionState, pools: set[str]) -> set[str]:
        """The tenancies that have something on these pools, whose power is now another."""
        if not pools:
            return set()
        return {name for name in self._known if not pools.isdisjoint(state.accounts[name].placed)}

    def _renew(self, state: RegionState, name: str) -> None:
        old = self._known.pop(name, None)
        if old is not None:
            exchange(self._quotas[old.footing], old.quota, NOTHING)
        namespace = state.namespaces.get(name)
        labels = (namespace.metadata.labels or {}) if namespace else {}
        if any(label not in labels for label in _NEEDED):
            state.forget_empty(name)
            return
        quotas = state.quotas.get(name, {}).values()
        scratch = sum(one for _, one in quotas)
        quota = add(NOTHING, *(vector for vector, _ in quotas))
        known = _Known(
            self._tenancy(labels, state.accounts[name], quota),
            _footing(labels),
            (quota[0], quota[1], scratch, quota[3], quota[4]),
        )
        exchange(self._quotas[known.footing], NOTHING, known.quota)
        self._known[name] = known

    def _tenancy(self, labels: Mapping[str, str], account: Account, quota: Vector) -> TenancyFacts:
        return TenancyFacts(
            tenancy=labels[TENANCY],
            department=labels[DEPARTMENT],
            grade=int(labels[GRADE]),
            zone=labels[ZONE],
            tier=int(labels[TIER]),
            role=_role(labels[ROLE]),
            region=self._region.name,
            quota=amounts(quota),
            requested=amounts(account.requested),
            limit=amounts(account.limit),
            used=amounts(account.used),
            allocated=amounts(account.allocated),
            watts=sum(self._watts(pool, *placed) for pool, placed in account.placed.items()),
        )

    def _watts(self, pool: str, cpu: int, cards: int) -> float:
        draw = self._draws.get(pool, Draw())
        return cpu / NANO * draw.per_core + cards * draw.per_card

    def _stocks(self, state: RegionState) -> dict[str, _Stock]:
        stocks = {pool.name: _Stock() for pool in self._region.spec.pools}
        for record in state.nodes.values():
            if stock := stocks.get(record.pool):
                stock.take(record, self._model)
        return stocks

    def _draw(self, state: RegionState, name: str, stock: _Stock) -> Draw:
        cpu, cards = state.pods.placed[name]
        count, pue = stock.allocatable[3], self._region.spec.energy.pue
        return Draw.of(
            pue * stock.compute,
            pue * self._model.cards(count, cards),
            cores=stock.allocatable[0] / NANO,
            allocated=cpu / NANO,
            count=count,
            held=cards,
        )

    def _pool(self, state: RegionState, pool: Pool, stock: _Stock) -> PoolFacts:
        charged = state.pods.charged[pool.name]
        return PoolFacts(
            region=self._region.name,
            pool=pool.name,
            zone=pool.zone,
            grade=pool.grade,
            nodes=stock.nodes,
            ready=stock.ready,
            capacity=amounts(stock.capacity),
            allocatable=amounts(stock.allocatable),
            requested=amounts(charged),
            used=amounts((stock.cpu, stock.memory, 0, charged[3], charged[4])),
            quota=self._quota(pool, state),
            largest=amounts(stock.largest),
            watts=self._draws[pool.name].watts,
        )

    def _quota(self, pool: Pool, state: RegionState) -> Amounts:
        """A quota that several pools carry counts on each by its part of their planned nodes."""
        key = (pool.zone, str(pool.grade), pool.tenancy or "")
        total = Amounts()
        for footing, sums in self._quotas.items():
            if footing[:3] == key and (footing[3] != "sandbox" or pool.runtime == "sandbox"):
                part = self._part(pool, footing)
                total += Amounts(*(part * value for value in amounts(sums).values()))
        return total

    def _part(self, pool: Pool, footing: Footing) -> float:
        alike = [
            one
            for one in self._region.spec.pools
            if (one.zone, str(one.grade), one.tenancy or "") == footing[:3]
            and (footing[3] != "sandbox" or one.runtime == "sandbox")
        ]
        nodes = sum(one.nodes for one in alike)
        return pool.nodes / nodes if nodes else 1 / len(alike)


def _footing(labels: Mapping[str, str]) -> Footing:
    grade = labels.get(POOL_GRADE, labels[GRADE])
    return labels[ZONE], grade, labels.get(DEDICATED, ""), labels.get(POOL_RUNTIME, "")


def _role(label: str) -> Literal["primary", "standby"]:
    return "standby" if label == "standby" else "primary"
