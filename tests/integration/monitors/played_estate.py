"""An estate whose usage moves, told by the real exporter's text and web server, without regions behind it."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvicorn

from monitors.facts import Amounts, EstateFacts, PoolFacts, RegionFacts, TenancyFacts
from monitors.families import EXTRAS, Counted, Extra
from monitors.serving import Access, Listen, application
from monitors.text import Exposition

GI = 2**30
TOKEN = "shown-by-prometheus"  # noqa: S105 -- made up
_DAY = 86400
_QUOTA = Amounts(20, 64 * GI, 500 * GI, 4, 100)
_NODES = Amounts(60, 256 * GI, 2000 * GI, 8, 300)
_LABELS = {
    "rule": "pod-root",
    "severity": "high",
    "waiver": "w1",
    "sharing": "s1",
    "tenancy": "air",
    "department": "mee",
    "tier": "5",
    "resource_region": "south",
    "pool": "p1",
    "zone": "dedicated",
    "grade": "3",
    "resource": "cpu",
}


@dataclass
class Running:
    """What the ledger would have counted."""

    cpu_core_seconds: float = 0.0
    memory_byte_seconds: float = 0.0
    storage_byte_seconds: float = 0.0
    accelerator_seconds: float = 0.0
    energy_joules: float = 0.0


@dataclass
class Play:
    """What a test stages. ``shortage``: the pool of region north is full. ``silent``: region south is not heard of."""

    shortage: bool = False
    silent: bool = False
    counted: dict[str, Running] = field(default_factory=lambda: {"north": Running(), "south": Running()})
    at: float = field(default_factory=time.time)
    heard: float = field(default_factory=time.time)

    def facts(self) -> EstateFacts:
        """The next facts, and what is counted until then."""
        now = time.time()
        passed, self.at = now - self.at, now
        if not self.silent:
            self.heard = now
        regions = tuple(self._region(name, now) for name in self.counted)
        for region in regions:
            self._count(region, passed)
        return EstateFacts("played", now, regions)

    def _region(self, name: str, now: float) -> RegionFacts:
        south = name == "south"
        seen = self.heard if south else now
        requested = Amounts(60 if self.shortage and not south else 10, 32 * GI, 100 * GI, 1, 20)
        wave = 5 + math.sin(now / 10)
        used = Amounts(wave, wave * GI, 100 * GI, 1, 20)
        tenancy = TenancyFacts(
            "air",
            "mee",
            3,
            "dedicated",
            5,
            "standby" if south else "primary",
            name,
            _QUOTA,
            requested,
            requested + requested,
            used,
            requested.most(used),
            200 + 10 * wave,
        )
        pool = PoolFacts(
            name,
            "p1",
            "dedicated",
            3,
            3,
            3,
            _NODES,
            _NODES,
            requested,
            used,
            _QUOTA,
            Amounts(20, 85 * GI, 0, 4, 100),
            900 + 10 * wave,
        )
        fresh = not (south and self.silent)
        return RegionFacts(name, name.title(), seen, seen, fresh, 1.25, (tenancy,), (pool,), 0)

    def _count(self, region: RegionFacts, passed: float) -> None:
        running, tenancy = self.counted[region.region], region.tenancies[0]
        running.cpu_core_seconds += tenancy.allocated.cpu * passed
        running.memory_byte_seconds += tenancy.allocated.memory * passed
        running.storage_byte_seconds += tenancy.allocated.storage * passed
        running.accelerator_seconds += tenancy.allocated.accelerators * passed
        running.energy_joules += tenancy.watts * passed

    def totals(self) -> list[Counted]:
        return [(("air", "mee", 3, "dedicated", region), running) for region, running in self.counted.items()]

    def extras(self) -> Iterator[Extra]:
        """A sample of each family that nothing of this play sees."""
        for family in EXTRAS:
            if family.name.endswith("_timestamp_seconds"):
                value = self.at - 300 if "last_success" in family.name else self.at + 100 * _DAY
            else:
                value = 600.0 if family.name.endswith("_seconds") else 0.5
            yield family.name, tuple(_LABELS.get(label, label) for label in family.labels), value


class Exporter:
    """The real text and web server, on a free port of this machine, told new facts several times a second."""

    def __init__(self, play: Play) -> None:
        self.play = play
        self.exposition = Exposition("test", play.totals, [play.extras])
        app = application(
            Access(Listen("127.0.0.1", 0), token=TOKEN),
            self.exposition.scrape,
            ready=lambda: True,
            healthy=lambda: True,
        )
        self._ended = threading.Event()
        self._server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none"))
        self._threads = [threading.Thread(target=self._server.run), threading.Thread(target=self._move)]

    def start(self) -> int:
        """Begin; returns the port."""
        for thread in self._threads:
            thread.start()
        deadline = time.monotonic() + 30
        while not self._server.started:
            assert time.monotonic() < deadline, "the web server does not start"
            time.sleep(0.02)
        port: int = self._server.servers[0].sockets[0].getsockname()[1]
        return port

    def stop(self) -> None:
        self._ended.set()
        self._server.should_exit = True
        for thread in self._threads:
            thread.join()

    def _move(self) -> None:
        while not self._ended.is_set():
            self.exposition.tell(self.play.facts())
            self._ended.wait(0.3)
