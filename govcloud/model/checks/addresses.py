"""No two address ranges of an estate overlap."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import NamedTuple

from govcloud.model.draft import Draft, Flaw
from govcloud.model.region import Region


class _Range(NamedTuple):
    order: int
    region: Region
    field: str
    network: IPv4Network | IPv6Network

    @property
    def first(self) -> tuple[int, int]:
        return self.network.version, int(self.network.network_address)

    @property
    def last(self) -> tuple[int, int]:
        return self.network.version, int(self.network.broadcast_address)


def ranges_do_not_overlap(draft: Draft) -> Iterator[Flaw]:
    """Pods and services of all regions have ranges of their own (GB/T 22239-2019 8.1.2.1 c).

    Ranges are swept in the order of their first addresses; where one begins before an earlier one ended,
    the flaw is that of the one that stands later in the estate.
    """
    reach: _Range | None = None
    for current in sorted(_ranges(draft), key=lambda item: (item.first, item.order)):
        if reach is not None and current.first <= reach.last:
            earlier, later = sorted((reach, current), key=lambda item: item.order)
            yield _flaw(earlier, later)
        if reach is None or current.last > reach.last:
            reach = current


def _ranges(draft: Draft) -> Iterator[_Range]:
    for number, region in enumerate(draft.regions.values()):
        addresses = region.spec.addresses
        yield _Range(2 * number, region, "pods", addresses.pods)
        yield _Range(2 * number + 1, region, "services", addresses.services)


def _flaw(earlier: _Range, later: _Range) -> Flaw:
    owner = f"the {earlier.field} of region {earlier.region.name} ({earlier.network})"
    return Flaw(
        later.region,
        ("spec", "addresses", later.field),
        str(later.network),
        f"the range overlaps {owner}",
        "a range that no other region uses, for pods or for services",
        "choose a free range",
    )
