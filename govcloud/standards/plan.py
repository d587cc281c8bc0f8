"""The systems of the 14th Five-Year Plan for national government informatisation (发改高技〔2021〕1898号).

The plan gives names and networks. Zones, grades, levels and tiers are assumed values, marked so in the
data, that an estate may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from govcloud.standards.load import standards_data


@dataclass(frozen=True, slots=True)
class Assumed:
    """Starting values of a system that the plan does not give."""

    department: str
    zone: str
    information: int
    service: int
    level: str
    tier: int


@dataclass(frozen=True, slots=True)
class PlanSystem:
    """A system of the plan: its row, its names, and the network that the plan puts it on."""

    id: str
    zh: str
    en: str
    network: str
    kind: str
    workload: str | None
    assumed: Assumed


@dataclass(frozen=True, slots=True)
class Centre:
    """One of the data centres of the plan's 1+3 system; place and PUE are assumed."""

    name: str
    zh: str
    role: str
    latitude: float
    longitude: float
    pue: float


@cache
def plan_systems() -> Mapping[str, PlanSystem]:
    """The systems of the plan by id, such as ``box-5.1``."""
    systems = {}
    for row in standards_data("plan_systems")["systems"]:
        given = row["assumed"]
        assumed = Assumed(given["dept"], given["zone"], given["s"], given["a"], given["level"], given["tier"])
        systems[row["id"]] = PlanSystem(
            row["id"], row["zh"], row["en"], row["network"], row["kind"], row.get("workload"), assumed
        )
    return MappingProxyType(systems)


@cache
def plan_departments() -> Mapping[str, str]:
    """The Chinese name of each department by its code."""
    return MappingProxyType(dict(standards_data("plan_systems")["departments"]))


@cache
def plan_centres() -> Mapping[str, Centre]:
    """The data centres by name."""
    return MappingProxyType(
        {
            row["name"]: Centre(
                name=row["name"],
                zh=row["zh"],
                role=row["role"],
                latitude=row["assumed"]["lat"],
                longitude=row["assumed"]["lon"],
                pue=row["assumed"]["pue"],
            )
            for row in standards_data("plan_systems")["centres"]
        }
    )
