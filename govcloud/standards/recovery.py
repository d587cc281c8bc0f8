"""Recovery tiers: the levels of GB/T 20988-2007, their objectives, and what stands by for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from govcloud.standards.load import standards_data

_ENGLISH = {
    1: "basic support",
    2: "standby site",
    3: "electronic transfer and part of the equipment",
    4: "electronic transfer and all equipment",
    5: "real-time transfer and all equipment",
    6: "no data loss and remote cluster",
}


@dataclass(frozen=True, slots=True)
class RecoveryTier:
    """A recovery tier.

    ``rto_seconds`` and ``rpo_seconds`` are the objectives of a tenancy that gives none, and the loosest
    that it may have; ``rto_text`` and ``rpo_text`` are the ranges of the standard's example (annex C,
    informative).
    """

    number: int
    zh: str
    en: str
    rto_seconds: int
    rpo_seconds: int
    rto_text: str
    rpo_text: str
    elements: Mapping[str, str]
    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Standby:
    """What a tenancy of a tier has in each standby region: shares of its full size, from 0 to 1."""

    tier: int
    sites: int
    compute_ratio: Decimal
    storage_ratio: Decimal
    runs: bool
    elements: tuple[str, ...]
    text: str
    source: str


@cache
def recovery_tiers() -> Mapping[int, RecoveryTier]:
    """The six tiers by number."""
    data = standards_data("dr_tiers")
    objectives = data["policy_defaults"]
    tiers = {
        number: RecoveryTier(
            number=number,
            zh=data["meta"]["level_names"][number],
            en=_ENGLISH[number],
            rto_seconds=round(objectives[number]["rto_h"] * 3600),
            rpo_seconds=round(objectives[number]["rpo_h"] * 3600),
            rto_text=level["rto"]["text"],
            rpo_text=level["rpo"]["text"],
            elements={name: level[name] for name in data["meta"]["elements"]},
            source=objectives["source"],
            confidence=objectives["confidence"],
        )
        for number, level in data["levels"].items()
    }
    return MappingProxyType(tiers)


@cache
def standby(tier: int) -> Standby:
    """What stands by for a tier from 1 to 6."""
    data = standards_data("standby")
    entry = data["tiers"][tier]
    return Standby(
        tier=tier,
        sites=entry["sites"],
        compute_ratio=Decimal(entry["compute"]),
        storage_ratio=Decimal(entry["storage"]),
        runs=entry["runs"],
        elements=tuple(entry["elements"]),
        text=entry["text"],
        source=data["meta"]["source"],
    )
