"""Which regions the exporter watches: those that there are when it starts, and each that comes later."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from govcloud.cli.monitor.identity import kubeconfig_for, reached
from govcloud.cli.output import say

if TYPE_CHECKING:
    from govcloud.model import Estate
    from monitors.families import Extra
    from monitors.watch import ApiServer

Connect = Callable[[], "ApiServer"]
EVERY = 15.0
"""Seconds between two looks for regions that came."""

_LOG = logging.getLogger(__name__)


def present(estate: Estate, now: Callable[[], Estate] | None = None) -> dict[str, Connect]:
    """What makes a client of each region that is there.

    Args:
        estate: the estate.
        now: gives it as it is when a client is made, where that may be another one by then.

    Raises:
        InputError: none is.
    """
    from govcloud.errors import InputError

    found = {
        name: partial(connect, now or (lambda: estate), name)
        for name in estate.regions
        if reached(estate, name)
    }
    if not found:
        raise InputError(
            f"no region of {estate.name} exists yet",
            expected="a region with a kubeconfig",
            mend="bring one up: govcloud region up NAME",
        )
    say(f"watching {', '.join(found)}" + _absent(len(estate.regions) - len(found)))
    return {**found}


def arrivals(
    estate: Callable[[], Estate], watched: Callable[[], Iterable[str]], welcome: Callable[[str], None]
) -> Callable[[], Iterable[Extra]]:
    """What looks for regions that came, for a `Source`; it has no samples of its own.

    Args:
        estate: gives the estate as it is.
        watched: gives the regions that are watched already.
        welcome: is told the name of each that comes.
    """

    def look() -> Iterable[Extra]:
        known = estate()
        absent = [name for name in known.regions if name not in set(watched())]
        for name in [name for name in absent if reached(known, name)]:
            _LOG.warning("region %s is there now and is watched from here on", name)
            welcome(name)
        return ()

    return look


def connect(estate: Callable[[], Estate], region: str) -> ApiServer:
    """A client of a region's API server, as the exporter.

    Raises:
        ClusterError: there is no kubeconfig, or it cannot be used.
    """
    from monitors.watch import ApiServer

    return ApiServer(*kubeconfig_for(estate(), region))


def _absent(count: int) -> str:
    return (
        f"; {count} regions of the estate have no kubeconfig yet and are watched when they have"
        if count
        else ""
    )
