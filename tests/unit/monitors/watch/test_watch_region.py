"""A region is told as fresh when what it uses is known, and at once."""

from __future__ import annotations

import threading
import time

from benchmarks.monitoring import REGION, Replay, Size, watched
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
