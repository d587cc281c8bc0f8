"""Units of work: one stack and what it should hold. The engine is asked only about units that need it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec

from govcloud.errors import InputError
from govcloud.model import Estate
from policies.settings import Settings
from stacks.desired import (
    platform_manifests,
    region_of,
    role_in,
    target_of,
    tenancy_manifests,
    tenancy_of,
)
from stacks.names import StackName
from stacks.target import Target

Manifest = dict[str, Any]
# Raised when the programs register the same manifests in another way, so that receipts of before no longer count.
_PROGRAM_VERSION = "1"


@dataclass(frozen=True)
class Unit:
    """A stack, the cluster it works on, its desired manifests, and what the rules of its region compare with."""

    name: StackName
    target: Target
    manifests: Sequence[Manifest]
    settings: Settings = field(default_factory=Settings)

    @cached_property
    def digest(self) -> str:
        """Hash of all that decides what the stack makes."""
        text = msgspec.json.encode([_PROGRAM_VERSION, self.target.identity, self.manifests], order="sorted")
        return hashlib.sha256(text).hexdigest()


@dataclass(frozen=True)
class Selection:
    """Which part of an estate a command is about; empty means all."""

    regions: tuple[str, ...] = ()
    tenancies: tuple[str, ...] = ()

    def check(self, estate: Estate) -> None:
        """Raise InputError where a name is not in the estate."""
        for region in self.regions:
            region_of(estate, region)
        for tenancy in self.tenancies:
            tenancy_of(estate, tenancy)


def units_of(estate: Estate, selection: Selection) -> list[Unit]:
    """The units of the selected part: platforms first, then tenancies, in the estate's order.

    The platforms of the selected tenancies' regions come along: a tenancy needs its platform, and one that is in sync
    costs nothing. A region without tenancies has its platform brought about only when it is named, or is the hub, which
    keeps the register.

    Raises:
        InputError: a selected name is not in the estate, or the selection is empty.
    """
    selection.check(estate)
    pairs = list(_pairs(estate, selection))
    regions = list(dict.fromkeys(region for _, region in pairs))
    if not selection.tenancies:
        wanted = selection.regions or (*regions, estate.head.spec.hub)
        regions = [r for r in _selected_regions(estate, selection) if r in wanted]
    units = [_unit(estate, StackName(r), platform_manifests(estate, r)) for r in regions]
    for tenancy, region in pairs:
        manifests = tenancy_manifests(estate, tenancy, region)
        if manifests:
            units.append(_unit(estate, StackName(region, tenancy), manifests))
    if not units:
        raise InputError(
            "the selection is empty: none of the tenancies runs or stands by in the regions named",
            expected="a tenancy and a region that belong together",
            mend="see who runs where with `govcloud estate show`; a region without tenancies is named with --region",
        )
    return units


def _unit(estate: Estate, name: StackName, manifests: Sequence[Manifest]) -> Unit:
    return Unit(name, target_of(estate, name.region), manifests, Settings.of(region_of(estate, name.region)))


def _selected_regions(estate: Estate, selection: Selection) -> Iterable[str]:
    return selection.regions or estate.regions


def _pairs(estate: Estate, selection: Selection) -> Iterable[tuple[str, str]]:
    for name in selection.tenancies or estate.tenancies:
        for region in _selected_regions(estate, selection):
            if role_in(tenancy_of(estate, name), region):
                yield name, region
