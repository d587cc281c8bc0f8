"""An estate that never was, for the tests of the portal: as many tenancies as wanted, and a ledger that knows their past."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from monitors.facts import Amounts, EstateFacts, PoolFacts, RegionFacts, TenancyFacts
from monitors.ledger.values import ALL, Gap, Only, PoolKey, Series, Subject, TenancyKey
from monitors.portal import Outlook, Sources, portal_routes

NOW = 1_795_500_000.0
"""2026-11-24 07:20 in Beijing."""

GIB = 2**30
HOUR = 3600
_ZONES = ("internet", "extranet", "dedicated")
REGIONS = (("beijing", "北京中心", 1.25), ("guian", "贵安中心", 1.15), ("shaoguan", "韶关中心", 1.2))


def amounts(cpu: float, memory: float, storage: float, accelerators: float = 0, pods: float = 0) -> Amounts:
    """Cores, GiB, GiB, cards and pods."""
    return Amounts(cpu, memory * GIB, storage * GIB, accelerators, pods)


def tenancy(number: int, region: int, role: str = "primary") -> TenancyFacts:
    """A tenancy of a number; every fifth uses next to nothing, every seventh nearly all."""
    size = 4 * (1 + number % 9)
    part = 0.02 if number % 5 == 0 else 0.95 if number % 7 == 0 else 0.35
    quota = amounts(size, 4 * size, 50 * size, 2 if number % 40 == 3 else 0, 10 * size)
    used = amounts(size * part, 4 * size * part, 50 * size * 0.4, 1 if number % 40 == 3 else 0, size)
    requested = amounts(size * max(part, 0.6), 4 * size * max(part, 0.5), 50 * size * 0.4, 1, size)
    return TenancyFacts(
        tenancy=f"system-{number:04d}",
        department=f"organ-{number % 30:02d}",
        grade=1 + number % 4,
        zone=_ZONES[number % 3],
        tier=1 + number % 6,
        role="primary" if role == "primary" else "standby",
        region=REGIONS[region][0],
        quota=quota,
        requested=requested,
        limit=quota,
        used=used,
        allocated=requested.most(used),
        watts=size * 6.5,
    )


def pools(region: str, tenancies: int) -> tuple[PoolFacts, ...]:
    """A pool that is nearly full, one that has room, and one with a node that is not ready."""
    scale = 1 + tenancies / 40
    offered = amounts(400 * scale, 1600 * scale, 40_000 * scale, 16, 4000)
    return tuple(
        PoolFacts(
            region=region,
            pool=f"{zone[:3]}{grade}",
            zone=zone,
            grade=grade,
            nodes=10,
            ready=10 - (zone == "dedicated"),
            capacity=offered,
            allocatable=offered,
            requested=amounts(400 * scale * full, 1500 * scale * full, 26_000 * scale * full, 4, 900),
            used=amounts(180 * scale * full, 900 * scale * full, 20_000 * scale * full, 4, 900),
            quota=amounts(400 * scale * (full + 0.2), 1600 * scale * full, 30_000 * scale * full, 8, 3000),
            largest=amounts(40 * scale, 160 * scale, 4000 * scale, 8, 400),
            watts=3200 * scale,
        )
        for zone, grade, full in (("internet", 2, 0.55), ("extranet", 3, 0.96), ("dedicated", 4, 0.3))
    )


def facts(count: int = 60, *, at: float = NOW, stale: str | None = "shaoguan") -> EstateFacts:
    """An estate of three regions, of which one has not been heard of for a quarter of an hour."""
    held: dict[int, list[TenancyFacts]] = {0: [], 1: [], 2: []}
    for number in range(count):
        held[number % 3].append(tenancy(number, number % 3))
        if number % 6 > 2:
            held[(number + 1) % 3].append(tenancy(number, (number + 1) % 3, "standby"))
    regions = tuple(
        RegionFacts(
            region=name,
            title=title,
            observed=at if name != stale else at - 900,
            sampled=at - 8 if name != stale else at - 905,
            fresh=name != stale,
            pue=pue,
            tenancies=tuple(held[place]),
            pools=pools(name, count),
        )
        for place, (name, title, pue) in enumerate(REGIONS)
    )
    return EstateFacts("sample", at, regions)


def _is_meant(key: TenancyKey | PoolKey | str, only: Only) -> bool:
    if isinstance(key, str):
        return key in (only.regions or (key,))
    name = key.tenancy if isinstance(key, TenancyKey) else key.pool
    return key.region in (only.regions or (key.region,)) and name in (only.names or (name,))


class PlayedLedger:
    """Ninety days of hours: days and nights, slow growth, and half a day of which nothing is known."""

    def __init__(self, told: EstateFacts) -> None:
        self.told = told
        self.asked = 0
        self.read = 0

    def series(
        self, subject: Subject, resource: str, measure: str, start: float, end: float, *, keys: Only = ALL
    ) -> Series:
        self.asked += 1
        first, last = int(start) // HOUR, int(end) // HOUR
        pairs = [one for one in self._subjects(subject) if _is_meant(one[0], keys)]
        self.read += len(pairs)
        rows = tuple(
            array("d", (self._value(one, resource, measure, hour) for hour in range(first, last)))
            for _, one in pairs
        )
        return Series(subject, resource, measure, first * HOUR, tuple(key for key, _ in pairs), rows)

    def gaps(self, start: float, end: float) -> tuple[Gap, ...]:
        return (Gap("beijing", NOW - 60 * HOUR, NOW - 48 * HOUR, "stopped", False),)

    def _subjects(self, subject: Subject) -> Iterator[tuple[TenancyKey | PoolKey | str, object]]:
        for region in self.told.regions:
            if subject == "region":
                yield region.region, region.pools[0]
            for pool in region.pools if subject == "pool" else ():
                yield PoolKey(pool.region, pool.pool, pool.zone, pool.grade), pool
            for one in region.tenancies if subject == "tenancy" else ():
                yield TenancyKey(one.tenancy, one.department, one.grade, one.zone, one.region), one

    def _value(self, one: object, resource: str, measure: str, hour: int) -> float:
        age = NOW / HOUR - hour
        if not 0 <= age < 2200 or 48 <= age < 60:
            return math.nan
        base = float(getattr(getattr(one, measure), resource))
        if measure in ("quota", "allocatable"):
            return base
        wave = 1 + 0.18 * math.sin((hour % 24) / 24 * 2 * math.pi)
        return base * wave * (1 - age / 5000)


def outlook(subject: Subject, key: str, resource: str) -> Outlook:
    """Slow growth, less and less certain."""
    times = tuple(NOW + HOUR * hour for hour in range(1, 24 * 14, 6))
    expected = tuple(2000 + 6 * hour for hour in range(len(times)))
    wide = tuple(60 + 15 * hour for hour in range(len(times)))
    low = tuple(one - by for one, by in zip(expected, wide, strict=True))
    high = tuple(one + by for one, by in zip(expected, wide, strict=True))
    return Outlook(times, low, expected, high, 0.8, NOW + 9 * 86400, NOW + 40 * 86400, None, 0.06)


def sources(count: int = 60, **changes: object) -> Sources:
    """Facts and a ledger of them; ``changes`` replace sources."""
    told = facts(count)
    made = Sources(facts=lambda: told, ledger=PlayedLedger(told), outlook=outlook, clock=lambda: NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


@contextmanager
def served(told: Sources) -> Iterator[str]:
    """A server of the portal on a free port; gives its address."""
    application = Starlette(routes=portal_routes(told))
    config = uvicorn.Config(application, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    socket.listen()  # who connects before the server runs waits for it
    thread = Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{socket.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join()
        socket.close()
