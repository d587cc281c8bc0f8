"""What becomes of metrics and accounts when a region's API server is gone for a while: the others go on, nothing is doubled.

    python -m benchmarks.outage [--seconds N] [--sampling SECONDS]

Two regions of its own run a known load each, with one `govcloud monitor serve` for both. The API server of the second is
killed, stays away for so long, and comes back with `region up`. Told are the scrapes before, during and after, what the
ledger says of the gap while it lasts and later, and the month's statement beside what the load came to. Ends with 1 where one
of the claims does not hold.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.metering_exporter import UP, Exporter, Scraper, Seen, wait_until
from benchmarks.metering_killed import TOLERANCE, compared, settle
from benchmarks.metering_load import Load, Shape, estate_text, standing
from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.local.region.process import Ticket
from govcloud.model.loader import load_estate
from monitors.ledger import Ledger

STAYS, GOES = "stays", "goes"
LOAD = {
    "steady": Shape(requests=8, uses=2, memory=16),
    "busy": Shape(requests=1, uses=3, memory=2),
}
_UP = "told as up and not, by region"
_STILL = "longest without growth, by region"
_BACK = "counters that stepped back"
_BEFORE = 30.0
"""Seconds of load before the outage, and after it."""


def cut(region: LocalRegion) -> None:
    """Kill the API server of a region."""
    ticket = Ticket.load(region.layout.pid("kube-apiserver"))
    process = ticket.process() if ticket else None
    assert process is not None
    process.kill()


def measure(folder: Path, seconds: float, sampling: float) -> dict[str, Any]:
    """All of it once, with the figures."""
    file, ledger = folder / "estate.yaml", f"sqlite:///{folder / 'ledger.sqlite'}"
    file.write_text(estate_text((STAYS, GOES)), encoding="utf-8")
    exporter = Exporter(file, folder, ledger, folder / "exporter.log", sampling)
    with standing(load_estate(str(file)), folder) as regions, Scraper(exporter.url) as scraper:
        loads = {name: Load(Cluster(one.kubeconfig)) for name, one in regions.items()}
        exporter.start()
        try:
            wait_until(lambda: exporter.ready() and scraper.scrapes() > 3)
            for load in loads.values():
                for name, shape in LOAD.items():
                    load.add(name, shape)
            time.sleep(_BEFORE)
            told: dict[str, Any] = {"before": phase(scraper.turn())}
            told |= outage(regions[GOES], scraper, ledger, seconds)
            time.sleep(_BEFORE)
            told["after"] = phase(scraper.turn())
            for load in loads.values():
                load.clear()
            truths = {name: load.truth() for name, load in loads.items()}
            for name in loads:
                settle(scraper, name, 3 * sampling + 3)
            exporter.stop()
        finally:
            exporter.kill()
        seen = scraper.turn()
    statement = exporter.statement()
    told["statement"] = {name: compared(statement, truth, seen, name) for name, truth in truths.items()}
    return {"seconds": seconds, "sampling": sampling, **told, "gaps": statement["gaps"]}


def outage(region: LocalRegion, scraper: Scraper, ledger: str, seconds: float) -> dict[str, Any]:
    """Cut a region off, wait, and bring it back."""
    cut(region)
    wait_until(lambda: scraper.value(UP, GOES) == 0)
    told: dict[str, Any] = {"while it was noticed": phase(scraper.turn())}
    time.sleep(seconds)
    with Ledger.open(ledger) as reader:
        gaps = [one for one in reader.gaps(time.time() - seconds, time.time()) if one.region == GOES]
    told["gap while it lasts"] = [[one.reason, one.end, one.estimated] for one in gaps]
    told["during"] = phase(scraper.turn())
    region.up()
    wait_until(lambda: scraper.value(UP, GOES) == 1)
    told["while it came back"] = phase(scraper.turn())
    return told


def phase(seen: Seen) -> dict[str, Any]:
    """What scrapes saw in a part of the run."""
    return {
        "scrapes": seen.scrapes,
        "scrapes refused": seen.refused,
        _UP: seen.up,
        _STILL: {name: round(most, 1) for name, most in seen.moved.items()},
        _BACK: len(seen.back),
    }


def failures(told: dict[str, Any], sampling: float) -> list[str]:
    """The claims that do not hold."""
    phases = [one for one in told.values() if _is_phase(one)]
    up, still = (told["during"][name] for name in (_UP, _STILL))
    gaps = [one["region"] for one in told["gaps"]]
    stays, goes = (told["statement"][name] for name in (STAYS, GOES))
    costs = [goes[resource]["deviation"] - stays[resource]["deviation"] for resource in ("cpu", "memory")]
    claims = {
        "no counter stepped back": not any(one[_BACK] for one in phases),
        "the other region was up in every scrape": up[STAYS][1] == 0,
        "the region that was gone was not up in any": up[GOES][0] == 0,
        "the other region's counters went on": still[STAYS] < 4 * sampling,
        "those of the region that was gone stood still": GOES not in still,
        "the gap was told while it lasted": told["gap while it lasts"] == [["unreachable", None, False]],
        "one gap is told, of the region that was gone": gaps == [GOES],
        "the outage changes a statement by less than a thousandth": max(map(abs, costs)) < TOLERANCE,
    }
    return [claim for claim, held in claims.items() if not held]


def _is_phase(one: Any) -> bool:
    return isinstance(one, dict) and _BACK in one


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--sampling", type=float, default=5.0)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        told = measure(Path(folder), said.seconds, said.sampling)
    told["does not hold"] = failures(told, said.sampling)
    print(json.dumps(told, indent=2))
    sys.exit(bool(told["does not hold"]))


if __name__ == "__main__":
    main()
