"""Zones of a government cloud: their names, and the highest data level that each may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from govcloud.standards.load import standards_data


@dataclass(frozen=True, slots=True)
class ZoneFact:
    """A zone; ``data_ceiling`` is a local data level L1..L4, or None where the zone sets no limit."""

    name: str
    zh: str
    data_ceiling: str | None
    source: str


@cache
def zone_facts() -> Mapping[str, ZoneFact]:
    """The zones by the names that estates use: internet, extranet, dedicated, management, exchange."""
    data = standards_data("zones")
    facts = {}
    for zone in data["cloud_zones"]:
        name = zone["id"].removesuffix("-zone")
        facts[name] = ZoneFact(name, zone["zh"], zone.get("data_ceiling"), data["data_ceiling_source"])
    return MappingProxyType(facts)
