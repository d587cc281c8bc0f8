"""A region is told as fresh when what it uses is known, and at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from benchmarks.monitoring import REGION, Replay, Size, watched
from govcloud.model import Estate
from monitors.facts import EstateFacts, RegionFacts
from monitors.watch import EstateWatch, Tempo

SIZE = Size(tenancies=2, nodes=2, pods=4, events=0)
KEPT = 3
"""Rounds for which a kubelet here tells the same sample."""


class Keeping(Replay):
    """Kubelets that take a sample every ten seconds, half a core a node, and tell it until they have the next."""

    def __init__(self) -> None:
        super().__init__(SIZE)
        self._asked = 0
        self._counting = threading.Lock()

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        with self._counting:
            turn = self._asked // (KEPT * SIZE.nodes)
            self._asked += 1
        return f"node_cpu_usage_seconds_total {100 + 5 * turn} {1_000_000 + 10_000 * turn}\n".encode()


class Silent(Replay):
    """Kubelets that tell nothing of processors."""

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        return b"node_memory_working_set_bytes 1024\n"


def first_fresh(replay: Replay, tempo: Tempo) -> tuple[RegionFacts, float]:
    """The first facts that are fresh, and after how many seconds they were told."""
    estate, _ = watched(SIZE)
    watch = EstateWatch(estate, {REGION: lambda: replay}, tempo=tempo)
    told: list[RegionFacts] = []
    came = threading.Event()

    def listen(facts: EstateFacts) -> None:
        told.extend(one for one in facts.regions if one.fresh)
        if told:
            came.set()

    watch.on_facts(listen)
    begun = time.monotonic()
    watch.start()
    try:
        assert came.wait(30)
        return told[0], time.monotonic() - begun
    finally:
        watch.stop()


@contextmanager
def watching(replay: Replay) -> Iterator[tuple[Estate, EstateWatch]]:
    """An estate whose region is watched and fresh."""
    estate, _ = watched(SIZE)
    watch = EstateWatch(estate, {REGION: lambda: replay}, tempo=Tempo(sampling=0.05, settle=0.01, stale=30))
    watch.start()
    try:
        until(watch, lambda facts: all(one.fresh for one in facts.regions) and bool(facts.regions))
        yield estate, watch
    finally:
        watch.stop()


def until(watch: EstateWatch, holds: Callable[[EstateFacts], bool]) -> None:
    """Wait until the newest facts are so."""
    end = time.monotonic() + 30
    while not holds(watch.facts()):
        assert time.monotonic() < end
        time.sleep(0.01)


def test_other_pools_and_energy_count_without_reading_anything_again() -> None:
    replay = Keeping()
    with watching(replay) as (estate, watch):
        region = estate.regions[REGION]
        (pool,) = region.spec.pools
        pools = (pool, pool.model_copy(update={"name": "more"}))
        energy = region.spec.energy.model_copy(update={"pue": 1.9})
        spec = region.spec.model_copy(update={"pools": pools, "energy": energy})
        watch.take(replace(estate, regions={REGION: region.model_copy(update={"spec": spec})}))
        until(watch, lambda facts: len(facts.regions[0].pools) == 2)
        (told,) = watch.facts().regions
        assert [(one.pool, one.nodes) for one in told.pools] == [(pool.name, SIZE.nodes), ("more", 0)]
        assert (told.pue, told.fresh, len(told.tenancies)) == (1.9, True, SIZE.tenancies)


def test_a_document_does_not_change_while_facts_are_made_of_it() -> None:
    with watching(Keeping()) as (estate, watch):
        (one,) = watch.regions
        region = estate.regions[REGION]
        spec = region.spec.model_copy(update={"title": "another"})
        taking = threading.Thread(target=one.take, args=(region.model_copy(update={"spec": spec}),))
        with one.state.lock:
            taking.start()
            taking.join(0.1)
            assert one.region == region
        taking.join(10)
        assert one.region.spec.title == "another"


def test_a_region_that_left_the_estate_is_told_no_more_and_may_come_back() -> None:
    replay = Keeping()
    with watching(replay) as (estate, watch):
        watch.take(replace(estate, regions={}))
        until(watch, lambda facts: not facts.regions)
        assert not [one for one in threading.enumerate() if one.name.startswith(("watch ", "sample "))]
        watch.take(estate)
        watch.add(REGION, lambda: replay)
        until(watch, lambda facts: bool(facts.regions) and facts.regions[0].fresh)


def test_a_region_is_fresh_when_its_kubelets_told_a_second_sample() -> None:
    found, _ = first_fresh(Keeping(), Tempo(sampling=0.05, settle=0.01, stale=30))
    assert found.pools[0].used.cpu == 0.5 * SIZE.nodes


def test_kubelets_that_tell_nothing_of_processors_are_waited_for_until_a_sample_is_old() -> None:
    stale = 0.5
    found, seconds = first_fresh(Silent(SIZE), Tempo(sampling=0.05, settle=0.01, stale=stale))
    assert found.pools[0].used.cpu == 0
    assert seconds > stale


def test_a_region_that_is_fresh_is_told_though_facts_were_made_just_before() -> None:
    found, _ = first_fresh(Keeping(), Tempo(sampling=0.05, settle=600.0, stale=30))
    assert found.pools[0].used.cpu == 0.5 * SIZE.nodes
