"""The same samples for any registry of prometheus_client, for programs that already have one.

It makes every sample anew for each scrape, so it is many times slower than the text; a test holds both together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitors.facts import EstateFacts
from monitors.families import (
    EXTRAS,
    POOL,
    REGION,
    TENANCY,
    TOTALS,
    Counted,
    Extra,
    Family,
    counted_labels,
    pool_labels,
    region_labels,
    tenancy_labels,
)


class EstateCollector(Collector):
    """Collects the metrics of an estate.

    Args:
        facts: gives the present facts.
        totals: the counters of the ledger.
        extras: samples of further families.
    """

    def __init__(
        self,
        facts: Callable[[], EstateFacts],
        totals: Callable[[], Iterable[Counted]] = tuple,
        extras: Callable[[], Iterable[Extra]] = tuple,
    ) -> None:
        self._facts = facts
        self._totals = totals
        self._extras = extras

    def collect(self) -> Iterator[Metric]:
        """Every family that has samples; new objects each time, so that what is gone is told no more."""
        regions = self._facts().regions
        tenancies = [one for region in regions for one in region.tenancies]
        pools = [pool for region in regions for pool in region.pools]
        yield from _collected(TENANCY, tenancies, tenancy_labels)
        yield from _collected(TOTALS, list(self._totals()), counted_labels)
        yield from _collected(POOL, pools, pool_labels)
        yield from _collected(REGION, regions, region_labels)
        extras = list(self._extras())
        for family in EXTRAS:
            rows = [(labels, value) for name, labels, value in extras if name == family.name]
            yield from _collected((family,), [rows] if rows else [], lambda _: ())


def _collected(
    families: Iterable[Family[Any]], subjects: Iterable[Any], labels: Callable[[Any], tuple[str, ...]]
) -> Iterator[Metric]:
    subjects = list(subjects)
    for family in families:
        metric = _metric(family)
        for subject in subjects:
            shared = labels(subject)
            for more, value in family.rows(subject):
                metric.add_metric(shared + more, value)
        if metric.samples:
            yield metric


def _metric(family: Family[Any]) -> CounterMetricFamily | GaugeMetricFamily:
    if family.kind == "counter":
        name = family.name.removesuffix("_total")
        unit = family.unit if name.endswith(f"_{family.unit}") else ""
        return CounterMetricFamily(name, family.help, labels=family.labels, unit=unit)
    return GaugeMetricFamily(family.name, family.help, labels=family.labels, unit=family.unit)
