"""The register as it is now, kept here by watches, so that it is read whole once and then only as it changes.

What a tenancy is to be hangs on its own record and on the waivers that excuse it. A waiver changes a tenancy three times
without a write to it: when it is approved, when it is taken back, and when it ends, which nobody writes at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.answers import Manifest
from govcloud.cluster.following import Change, Following, Objects
from govcloud.errors import ClusterError
from govcloud.hub.record import Record
from govcloud.hub.register import TENANCIES
from govcloud.model import API_VERSION
from govcloud.waivers import waiver_of

WAIVERS = Kind(API_VERSION, "Waiver", "waivers", namespaced=False)


@dataclass(frozen=True, slots=True)
class Excuse:
    """Whom a waiver of the register excuses, and until when; nobody where it cannot be read."""

    tenancy: str
    until: datetime
    version: str

    @classmethod
    def of(cls, manifest: Manifest) -> Excuse:
        """From the JSON that the API server gave."""
        version = str(manifest["metadata"]["resourceVersion"])
        if waiver := waiver_of(manifest):
            return cls(waiver.spec.tenancy, waiver.spec.until, version)
        return cls("", datetime.min.replace(tzinfo=UTC), version)


class Mirror:
    """All tenancies of the register and the waivers that the register has for them, by name.

    Args:
        cluster: the hub.
        heard: called with each tenancy that is new or has changed.
        excused: called with the name of each tenancy that a waiver begins or ceases to excuse.
        tell: hears what a person should know.
        seconds: how long one watch lasts.
        pause: the most seconds until what failed is tried again.
    """

    def __init__(
        self,
        cluster: Cluster,
        heard: Callable[[Record], None],
        excused: Callable[[str], None],
        tell: Callable[[str], None],
        *,
        seconds: int = 300,
        pause: float = 2.0,
    ) -> None:
        def trouble(error: ClusterError) -> None:
            tell(f"the register cannot be followed: {error}; trying again")

        def record(change: Change[Record]) -> None:
            if change.now:
                heard(change.now)

        def waiver(change: Change[Excuse]) -> None:
            for name in {one.tenancy for one in (change.before, change.now) if one}:
                excused(name)

        records, excuses = Objects(cluster, TENANCIES, Record), Objects(cluster, WAIVERS, Excuse.of)
        self._tenancies = Following(
            cluster, TENANCIES, records, record, trouble, seconds=seconds, pause=pause
        )
        self._waivers = Following(cluster, WAIVERS, excuses, waiver, trouble, seconds=seconds, pause=pause)

    def start(self) -> None:
        """Begin."""
        self._waivers.start()
        self._tenancies.start()

    def is_ready(self, patience: float) -> bool:
        """Whether everything was listed, at the latest after so many seconds."""
        end = time.monotonic() + patience
        return all(
            one.ready.wait(max(0.0, end - time.monotonic())) for one in (self._waivers, self._tenancies)
        )

    def end(self) -> None:
        """Hear no more."""
        self._waivers.end()
        self._tenancies.end()

    def records(self) -> dict[str, Record]:
        """All tenancies, as they were last heard of."""
        return self._tenancies.objects()

    def excuses(self, now: datetime) -> dict[str, frozenset[Excuse]]:
        """By tenancy, the waivers that excuse it at a moment."""
        found: dict[str, frozenset[Excuse]] = {}
        for one in self._waivers.objects().values():
            if one.until > now:
                found[one.tenancy] = found.get(one.tenancy, frozenset()) | {one}
        return found
