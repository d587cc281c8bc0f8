"""From facts to the text that is scraped; told of new facts, asked by scrapes, each in its own thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

import psutil

from monitors.facts import EstateFacts
from monitors.families import (
    HEALTH,
    POOL,
    REGION,
    TENANCY,
    TOTALS,
    Counted,
    Extra,
    Health,
    counted_labels,
    pool_labels,
    region_labels,
    tenancy_labels,
)
from monitors.text.blocks import Blocks
from monitors.text.extras import ExtraSections
from monitors.text.scrape import Scrape, Section

TotalsSource = Callable[[], Iterable[Counted]]
ExtraSource = Callable[[], Iterable[Extra]]


class Exposition:
    """The metrics of an estate as text.

    Args:
        version: of govcloud.
        totals: the counters of the ledger, asked with each generation; without it, none are told.
        extras: what tells samples of further families (``families.EXTRAS``), asked with each generation; each has them at
            hand and does not fail.
    """

    def __init__(
        self, version: str, totals: TotalsSource | None = None, extras: Sequence[ExtraSource] = ()
    ) -> None:
        self._version = version
        self._totals = totals
        self._extras = tuple(extras)
        self._process = psutil.Process()
        self._tenancies = Blocks(TENANCY)
        self._counters = Blocks(TOTALS)
        self._pools = Blocks(POOL)
        self._regions = Blocks(REGION)
        self._told = ExtraSections()
        self._scrape = Scrape((self._health(time.time(), 0.0),))

    def tell(self, facts: EstateFacts) -> None:
        """Take up new facts; scrapes see all of them or none."""
        begun = time.perf_counter()
        regions = facts.regions
        counted = self._totals() if self._totals else ()
        sections = (
            Section(
                TENANCY,
                self._tenancies.renew(
                    (one for region in regions for one in region.tenancies), tenancy_labels
                ),
            ),
            Section(TOTALS, self._counters.renew(counted, counted_labels)),
            Section(
                POOL, self._pools.renew((pool for region in regions for pool in region.pools), pool_labels)
            ),
            Section(REGION, self._regions.renew(regions, region_labels)),
        )
        extras = self._told.renew([source() for source in self._extras])
        health = self._health(facts.at, time.perf_counter() - begun)
        self._scrape = Scrape((*sections, health, *extras))

    def scrape(self) -> Scrape:
        """The present generation."""
        return self._scrape

    def _health(self, at: float, took: float) -> Section:
        with self._process.oneshot():
            times, memory = self._process.cpu_times(), self._process.memory_info().rss
            begun = self._process.create_time()
        health = Health(self._version, at, begun, took, times.user + times.system, float(memory))
        return Section(HEALTH, Blocks(HEALTH).renew((health,), lambda _: ()))
