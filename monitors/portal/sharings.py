"""Sharings as the page shows them: who reaches what of whom, and until when."""

from __future__ import annotations

from typing import Any

from govcloud.model import Estate, Sharing
from monitors.portal.tenancies import title_of


def sharings(estate: Estate | None) -> dict[str, Any]:
    """The sharings, those that end first at the head; ``known`` is false where nobody tells of them."""
    known = estate.sharings.values() if estate else ()
    listed = sorted(known, key=lambda one: (one.spec.until, one.name))
    return {"known": estate is not None, "rows": [_row(one, estate) for one in listed]}


def _row(one: Sharing, estate: Estate | None) -> dict[str, Any]:
    spec = one.spec
    return {
        "sharing": one.name,
        "provider": spec.provider,
        "provider_title": title_of(spec.provider, estate),
        "consumer": spec.consumer,
        "consumer_title": title_of(spec.consumer, estate),
        "ports": [f"{port.port}/{port.protocol}" for port in spec.ports],
        "level": spec.level,
        "purpose": spec.purpose,
        "until": spec.until.timestamp(),
    }
