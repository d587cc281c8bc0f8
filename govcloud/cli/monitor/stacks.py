"""The stacks of an estate as the engine of this machine left them, told from the receipts that it writes.

A receipt is written when the live objects of a stack were seen to be as planned. Where the engine never ran on this machine
nothing is told: another machine may know better.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from govcloud.model import Estate, Tenancy
    from monitors.families import Extra
    from stacks.names import StackName

EVERY = 60.0
"""Seconds between two looks at the folder."""


def stacks_reader(estate: Callable[[], Estate]) -> Callable[[], Iterable[Extra]]:
    """What looks at the receipts, for a `Source`.

    Args:
        estate: gives the estate as it is known now, with the tenancies that the register has.
    """

    def look() -> Iterable[Extra]:
        from govcloud.engine.settings import receipts_of

        now = estate()
        folder = receipts_of(now.name)
        return [*_stacks(now, folder)] if folder.is_dir() else []

    return look


def _stacks(estate: Estate, folder: Path) -> Iterator[Extra]:
    """Those that are planned, settled or not; those of tenancies that the estate does not know are left out."""
    for name in _planned(estate):
        department = estate.tenancies[name.tenancy].spec.department if name.tenancy else ""
        labels = (str(name), name.tenancy or "", department, name.region)
        yield "govcloud_stack_settled_timestamp_seconds", labels, _settled(folder / f"{name}.json")


def _planned(estate: Estate) -> Iterator[StackName]:
    """The platforms of regions with tenancies and of the hub, and each tenancy in each region where it has anything."""
    from stacks.names import StackName

    pairs = [(name, region) for name, tenancy in estate.tenancies.items() for region in _regions(tenancy)]
    for region in dict.fromkeys((estate.head.spec.hub, *(region for _, region in pairs))):
        yield StackName(region)
    for name, region in pairs:
        yield StackName(region, name)


def _regions(tenancy: Tenancy) -> Iterable[str]:
    from govcloud.planner.size import size_of

    places = tenancy.spec.regions
    if places is None:
        return ()
    return (places.primary, *(places.standby if size_of(tenancy, "standby") else ()))


def _settled(receipt: Path) -> float:
    try:
        return receipt.stat().st_mtime
    except FileNotFoundError:
        return 0.0
