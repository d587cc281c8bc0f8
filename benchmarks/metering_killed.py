"""Whether accounts survive the death of what keeps them: the exporter is killed again and again while a known load moves.

    python -m benchmarks.metering_killed [--kills N] [--life LEAST MOST] [--sampling SECONDS] [--seed N]

A region of its own runs pods whose sums the load generator knows: some at what they request, some that use more and rise and
fall, some that come and go. `govcloud monitor serve` is killed (SIGKILL) at random moments of its life, also while it starts,
and started anew; a scraper looks at the counters all the while. At the end no pod is left, the statement of the month is
asked for, and both are compared. Nothing is held before the first sample and nothing after the last, so that no edge is left
out of the comparison. The load that stays comes and goes pod by pod: each is seen up to a second late, and if all came at
once that second would be told as an error of all. Prints one JSON object; it ends with 1 where a counter stepped back or the
statement is off by a thousandth.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.metering_exporter import CPU, MEMORY, Exporter, Scraper, Seen, wait_until
from benchmarks.metering_load import Load, Shape, Truth, estate_text, standing
from govcloud.cluster import Cluster
from govcloud.model.loader import load_estate

REGION = "killed"
STEADY = {f"steady-{number}": Shape(requests=4, uses=1, memory=8) for number in range(5)}
BUSY = {f"busy-{number}": Shape(requests=1, uses=2, memory=2, swing=0.2) for number in range(3)}
PASSING = Shape(requests=1, uses=0.5, memory=2)
MOST_PASSING = 4
EVERY = 5.0
"""Seconds between two pods that come or go."""
TOLERANCE = 0.001
_BETWEEN = (0.2, 1.0)
_EARLY = 0.2


class Kills:
    """Lives and deaths of an exporter, from one seed.

    Args:
        exporter: which.
        load: what moves meanwhile.
        life: least and most seconds to the kill, from when it is ready.
        seed: of chance.
    """

    def __init__(self, exporter: Exporter, load: Load, life: tuple[float, float], seed: int) -> None:
        self._exporter, self._load, self._life = exporter, load, life
        self._chance = random.Random(seed)  # noqa: S311 -- where to kill, no secret
        self._names = 0
        self._next = time.monotonic() + EVERY
        self.early = 0

    def once(self) -> None:
        """Let it live for a while, kill it, and start another; one of five is killed while it starts."""
        if self._chance.random() < _EARLY:
            self.early += 1
        else:
            wait_until(self._is_ready)
        end = time.monotonic() + self._chance.uniform(*self._life)
        while time.monotonic() < end:
            self._move()
            time.sleep(0.05)
        self._exporter.kill()
        time.sleep(self._chance.uniform(0, 1))
        self._exporter.start()

    def _is_ready(self) -> bool:
        self._move()
        return self._exporter.ready()

    def _move(self) -> None:
        """A pod comes or goes, every few seconds."""
        if time.monotonic() < self._next:
            return
        self._next += EVERY
        passing = [name for name in self._load.names if name.startswith("passing")]
        if len(passing) < MOST_PASSING and (len(passing) < 1 or self._chance.random() < 0.5):
            self._names += 1
            self._load.add(f"passing-{self._names}", PASSING)
        else:
            self._load.take(self._chance.choice(passing))


def measure(
    folder: Path, kills: int, life: tuple[float, float], sampling: float, seed: int
) -> dict[str, Any]:
    """All of it once, with the figures."""
    text = estate_text((REGION,))
    file = folder / "estate.yaml"
    file.write_text(text, encoding="utf-8")
    ledger = f"sqlite:///{folder / 'ledger.sqlite'}"
    exporter = Exporter(file, folder, ledger, folder / "exporter.log", sampling)
    with standing(load_estate(str(file)), folder) as regions, Scraper(exporter.url) as scraper:
        load = Load(Cluster(regions[REGION].kubeconfig))
        exporter.start()
        try:
            wait_until(lambda: exporter.ready() and scraper.scrapes() > 3)
            begun = time.time()
            chance = random.Random(seed)  # noqa: S311 -- when pods come and go, no secret
            for name, shape in (STEADY | BUSY).items():
                load.add(name, shape)
                time.sleep(chance.uniform(*_BETWEEN))
            deaths = Kills(exporter, load, life, seed)
            for _ in range(kills):
                deaths.once()
            counted = scraper.value(CPU, REGION)
            wait_until(lambda: scraper.value(CPU, REGION) > counted)
            for name in load.names:
                time.sleep(chance.uniform(*_BETWEEN))
                load.take(name)
            truth, seconds = load.truth(), time.time() - begun
            settle(scraper, REGION, 3 * sampling + 3)
            exporter.stop()
        finally:
            exporter.kill()
        seen = scraper.turn()
    figures = compared(exporter.statement(), truth, seen, REGION)
    told = {"kills": kills, "of them not awaited until it was ready": deaths.early, "seconds": round(seconds)}
    return {
        **told,
        "sampling": sampling,
        "seed": seed,
        **figures,
        "load average": round(os.getloadavg()[0], 1),
    }


def settle(scraper: Scraper, region: str, still: float) -> None:
    """Wait until the exporter has seen that nothing is held any more: its counters stand still for some seconds."""
    last, since = scraper.value(CPU, region), time.monotonic()
    while time.monotonic() - since < still:
        time.sleep(0.2)
        if scraper.value(CPU, region) != last:
            last, since = scraper.value(CPU, region), time.monotonic()


def compared(statement: dict[str, Any], truth: Truth, seen: Seen, region: str) -> dict[str, Any]:
    """The statement beside the truth, and what scrapes saw."""
    lines = [line for line in statement["lines"] if line["region"] == region]
    counted = {"cpu": (CPU, truth.cpu, 1e6), "memory": (MEMORY, truth.memory, 1 / 1024)}
    figures: dict[str, Any] = {}
    for resource, (family, true, per) in counted.items():
        counts = [line["resources"][resource]["counts"] for line in lines]
        stated = sum(one["allocated"] for one in counts) / per
        estimated = sum(one["estimated"] for one in counts) / per
        figures[resource] = {
            "truth": round(true),
            "statement": round(stated),
            "deviation": round(stated / true - 1, 6),
            "of it estimated": round(estimated / stated, 4),
            "deviation without estimates": round((stated - estimated) / true - 1, 6),
            "last counter": round(seen.of(family, region)),
        }
    gaps = [one for one in statement["gaps"] if one["region"] == region]
    return {
        **figures,
        "gaps": dict(Counter(f"{one['reason']}, charged: {one['charged']}" for one in gaps)),
        "scrapes": seen.scrapes,
        "scrapes refused": seen.refused,
        "counters that stepped back": len(seen.back),
    }


def holds(figures: dict[str, Any]) -> bool:
    """Whether no counter stepped back and the statement is as near to the truth as is promised."""
    off = [abs(figures[resource]["deviation"]) for resource in ("cpu", "memory")]
    return not figures["counters that stepped back"] and max(off) < TOLERANCE


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--life", type=float, nargs=2, default=(1.0, 12.0), metavar=("LEAST", "MOST"))
    parser.add_argument("--sampling", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=20988)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), said.kills, tuple(said.life), said.sampling, said.seed)
    print(json.dumps(figures, indent=2))
    sys.exit(not holds(figures))


if __name__ == "__main__":
    main()
