"""Gives regions to the tenancies that name none.

A tenancy goes where its zone, grade, runtime and accelerators are offered and where there is room: first by
the level of the region, then where most is left, then where least energy is wasted. Its standby regions lie
far away where they can. All of this is a design choice; the same estate is always placed the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, get_args

from govcloud.errors import EstateError, Problem
from govcloud.model import Estate, Placement, Region, Role, Tenancy
from govcloud.model.checks import carrying
from govcloud.model.draft import Draft, Flaw
from govcloud.model.region import Level
from govcloud.placement.distance import distance_km
from govcloud.placement.room import Room
from govcloud.standards import standby

FAR_KM = 300.0
"""From this distance a standby region counts as far: a design choice, beyond one flood or power failure."""

_LEVELS: tuple[str, ...] = get_args(Level)
_Order = Callable[[Region, Decimal], tuple[Any, ...]]


class _NoPlaceError(Exception):
    """No region can play a role for a tenancy; the argument says why each cannot."""


def place(estate: Estate) -> Estate:
    """The estate with regions for every tenancy; those that have regions keep them.

    Raises:
        EstateError: with a problem for each tenancy that no region can carry.
    """
    room = _room_taken(estate)
    draft = Draft.of(estate)
    tenancies: dict[str, Tenancy] = {}
    problems: list[Problem] = []
    for name, tenancy in estate.tenancies.items():
        try:
            tenancies[name] = tenancy if tenancy.spec.regions else _placed(tenancy, estate, room)
        except _NoPlaceError as reason:
            problems.append(draft.problem(_flaw(tenancy, str(reason))))
    if problems:
        raise EstateError(problems)
    return replace(estate, tenancies=tenancies)


def _room_taken(estate: Estate) -> Room:
    """The room of an estate without that of the tenancies that have regions already."""
    room = Room()
    draft = Draft.of(estate)
    for tenancy in estate.tenancies.values():
        for _, role, region in draft.placed(tenancy):
            room.promise(tenancy, region, role)
    return room


def _placed(tenancy: Tenancy, estate: Estate, room: Room) -> Tenancy:
    primary = _best(tenancy, "primary", list(estate.regions.values()), room, _primary_order)
    chosen = [primary]
    for _ in range(standby(tenancy.spec.recovery.tier).sites):
        others = [region for region in estate.regions.values() if region not in chosen]
        chosen.append(_best(tenancy, "standby", others, room, _standby_order(primary)))
    for region in chosen:
        room.promise(tenancy, region, "primary" if region is primary else "standby")
    placement = Placement(primary=primary.name, standby=tuple(region.name for region in chosen[1:]))
    spec = tenancy.spec.model_copy(update={"regions": placement})
    return tenancy.model_copy(update={"spec": spec})


def _best(tenancy: Tenancy, role: Role, regions: list[Region], room: Room, order: _Order) -> Region:
    ranked: list[tuple[tuple[Any, ...], Region]] = []
    refused: list[str] = []
    for region in regions:
        reason = _unfit(tenancy, region)
        left = None if reason else room.left(tenancy, region, role)
        if left is None:
            refused.append(f"{region.name}: {reason or 'no room left'}")
        else:
            ranked.append(((*order(region, left), region.name), region))
    if not ranked:
        reasons = "; ".join(refused) or "there is no other region"
        raise _NoPlaceError(f"no region can be its {role} ({reasons})")
    return min(ranked, key=lambda entry: entry[0])[1]


def _unfit(tenancy: Tenancy, region: Region) -> str | None:
    """Why a region cannot carry a tenancy, however much room it has."""
    return next(_obstacles(tenancy, region), None)


def _obstacles(tenancy: Tenancy, region: Region) -> Iterator[str]:
    if tenancy.spec.zone not in region.spec.zones:
        yield f"no zone {tenancy.spec.zone}"
    if tenancy.grade > region.spec.grade_ceiling:
        yield f"grade ceiling {region.spec.grade_ceiling}"
    if not carrying.carrying_pools(region, tenancy):
        yield "no pool that fits"
    if tenancy.isolation == "cluster" and any(pool.tenancy != tenancy.name for pool in region.spec.pools):
        yield "pools of others"


def _primary_order(region: Region, left: Decimal) -> tuple[Any, ...]:
    return _LEVELS.index(region.spec.level), -left, region.spec.energy.pue


def _standby_order(primary: Region) -> _Order:
    def order(region: Region, left: Decimal) -> tuple[Any, ...]:
        distance = distance_km(primary, region)
        return distance is None or distance < FAR_KM, region.spec.energy.pue, -left

    return order


def _flaw(tenancy: Tenancy, reason: str) -> Flaw:
    return Flaw(
        tenancy,
        ("spec", "regions"),
        None,
        f"the tenancy cannot be placed: {reason}",
        f"room in pools with {carrying.needs(tenancy)}",
        "add nodes or such a pool to a region, or ask for less",
    )
