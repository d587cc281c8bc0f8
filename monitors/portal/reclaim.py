"""Reclaim candidates: tenancies that hold far more than they use, by the thresholds of the standards data.

No official threshold is known; those of standards/metering.yaml are design values. Shares are of the quota, by hourly means.
What the ledger knows too little of is not judged, neither are standbys of tier 4 and up, which idle on purpose, nor
tenancies that were not there three months ago: go-live is not recorded, so the ledger's first hour stands for it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from govcloud.model import Estate
from govcloud.standards import standards_data
from monitors.facts import RESOURCES, EstateFacts, TenancyFacts
from monitors.portal.past import Line, Past
from monitors.portal.tenancies import organ_of, title_of

Verdict = Literal["idle", "low", "storage"]
Read = tuple[int, int]
_EXEMPT_TIER = 4
_YOUNG_DAYS = 90
_STORAGE_DAYS = 30
_KNOWN = 0.9
"""Part of the hours of a window that has to be known."""

_RESOURCES = ("cpu", "memory", "storage")
LINES = tuple(Line("tenancy", resource, measure) for resource in _RESOURCES for measure in ("used", "quota"))
DAYS = 90
_HOURS_A_DAY = 24
_DAYS_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds; percentages of the quota."""

    defaults: Mapping[str, Any] = field(
        default_factory=lambda: standards_data("metering")["utilisation_thresholds"]["defaults"]
    )

    def told(self) -> dict[str, Any]:
        """What the page tells of them."""
        kept = {name: self.defaults[name] for name in ("idle", "low", "storage", "grace_days")}
        return {**kept, "young_days": _YOUNG_DAYS}


@dataclass(frozen=True, slots=True)
class Shares:
    """Hourly shares of the quota of a tenancy, oldest first; NaN where nothing is known.

    ``free`` is what no hour used, in base units.
    """

    cpu: Sequence[float]
    memory: Sequence[float]
    storage: Sequence[float]
    free: Mapping[str, float]


def reclaim(
    facts: EstateFacts, estate: Estate | None, past: Past | None, read: Read | None, now: float
) -> dict[str, Any]:
    """Candidates and how many were judged.

    Args:
        facts: the tenancies.
        estate: what they are called.
        past: their hours; None where no ledger is at hand.
        read: how many pieces of the past were read, and of how many; nobody is judged before all are.
        now: Unix seconds.
    """
    limits = Limits()
    if past is None or read is None:
        return {"limits": limits.told(), "counts": None, "read": (0, 0), "rows": []}
    counts = {"judged": 0, "standby": 0, "young": 0, "unknown": 0}
    rows = []
    if read[0] == read[1]:
        for one in (tenancy for region in facts.regions for tenancy in region.tenancies):
            state, row = _look(one, shares(past, one, now), limits)
            counts[state] += 1
            if row:
                organ = organ_of(one.department, estate)
                rows.append({**row, "title": title_of(one.tenancy, estate), "organ": organ})
    return {"limits": limits.told(), "counts": counts, "read": read, "rows": rows}


def shares(past: Past, one: TenancyFacts, now: float) -> Shares:
    """The hourly shares of a tenancy in a region over the longest window."""
    key = f"{one.region}/{one.tenancy}"
    found: dict[str, list[float]] = {}
    free: dict[str, float] = {}
    for resource in _RESOURCES:
        used, quota = (
            past.hours(Line("tenancy", resource, word), key, DAYS, now) for word in ("used", "quota")
        )
        found[resource] = [
            part / whole if whole > 0 else math.nan for part, whole in zip(used, quota, strict=True)
        ]
        peak = max((value for value in used if not math.isnan(value)), default=math.nan)
        whole = float(dict(zip(RESOURCES, one.quota.values(), strict=True))[resource])
        free[resource] = max(0.0, whole - peak) if not math.isnan(peak) else 0.0
    return Shares(found["cpu"], found["memory"], found["storage"], free)


def _look(one: TenancyFacts, told: Shares, limits: Limits) -> tuple[str, dict[str, Any] | None]:
    if one.role == "standby" and one.tier >= _EXEMPT_TIER:
        return "standby", None
    if not _known(told.cpu, _YOUNG_DAYS):
        known = sum(not math.isnan(value) for value in told.cpu)
        return ("young" if known else "unknown"), None
    verdicts = judge(told, limits)
    return "judged", _row(one, told, verdicts, limits) if verdicts else None


def judge(told: Shares, limits: Limits) -> list[Verdict]:
    """What a tenancy's shares come to: idle, else low use; and storage that is hardly claimed."""
    idle, low = limits.defaults["idle"], limits.defaults["low"]
    days, months = int(idle["window_days"]), int(low["window_months"])
    verdicts: list[Verdict] = []
    cpu, memory = _known(told.cpu, days), _known(told.memory, days)
    if cpu and memory and _p95(cpu) < idle["cpu_p95_pct"] / 100 and _mean(memory) < idle["mem_avg_pct"] / 100:
        verdicts.append("idle")
    else:
        cpu, memory = _known(told.cpu, months * _DAYS_A_MONTH), _known(told.memory, months * _DAYS_A_MONTH)
        if cpu and memory and _is_low(cpu, memory, low):
            verdicts.append("low")
    storage = _known(told.storage, _STORAGE_DAYS)
    if storage and _mean(storage) < limits.defaults["storage"]["used_pct_low"] / 100:
        verdicts.append("storage")
    return verdicts


def _is_low(cpu: Sequence[float], memory: Sequence[float], low: Mapping[str, Any]) -> bool:
    return (
        _mean(cpu) < float(low["cpu_avg_pct"]) / 100
        and max(cpu) < float(low["cpu_peak_pct"]) / 100
        and _mean(memory) < float(low["mem_avg_pct"]) / 100
    )


def _row(one: TenancyFacts, told: Shares, verdicts: list[Verdict], limits: Limits) -> dict[str, Any]:
    days = int(limits.defaults["idle"]["window_days"])
    cpu, memory, storage = (_known(part, days) for part in (told.cpu, told.memory, told.storage))
    return {
        "tenancy": one.tenancy,
        "department": one.department,
        "region": one.region,
        "verdicts": verdicts,
        "cpu_p95": _p95(cpu) if cpu else None,
        "cpu_mean": _mean(cpu) if cpu else None,
        "cpu_peak": max(cpu) if cpu else None,
        "memory_mean": _mean(memory) if memory else None,
        "storage": _mean(storage) if storage else None,
        "free": told.free,
    }


def _known(values: Sequence[float], days: int) -> list[float]:
    """The known hours of the last days; none where too few are known."""
    window = days * _HOURS_A_DAY
    known = [value for value in values[-window:] if not math.isnan(value)]
    return known if len(known) >= _KNOWN * window else []


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _p95(values: Sequence[float]) -> float:
    """The 95th percentile by nearest rank: five in a hundred hours are above it."""
    return sorted(values)[math.ceil(0.95 * len(values)) - 1]
