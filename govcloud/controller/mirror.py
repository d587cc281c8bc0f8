"""The register as it is now, kept here by a watch, so that it is read whole once and then only as it changes."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from govcloud.hub.record import Record
from govcloud.hub.register import TENANCIES

_PAGE = 500
_GONE = 410
_PAUSE = 2.0


class Mirror(threading.Thread):
    """All tenancies of the register, by name.

    Args:
        cluster: the hub.
        heard: called with each tenancy that is new or has changed.
        tell: hears what a person should know.
        seconds: how long one watch lasts.
    """

    def __init__(
        self,
        cluster: Cluster,
        heard: Callable[[Record], None],
        tell: Callable[[str], None],
        seconds: int = 300,
    ) -> None:
        super().__init__(name="mirror", daemon=True)
        self._cluster = cluster
        self._heard = heard
        self._tell = tell
        self._seconds = seconds
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._records: dict[str, Record] = {}
        self.ready = threading.Event()

    def records(self) -> dict[str, Record]:
        """All of them, as they were last heard of."""
        with self._lock:
            return dict(self._records)

    def end(self) -> None:
        """Hear no more; a watch that is under way ends with the process."""
        self._over.set()

    def run(self) -> None:
        """List, then watch from there on; where a watch breaks, or its version is too old, list again."""
        version = ""
        while not self._over.is_set():
            try:
                version = self._follow(version or self._list())
            except ClusterError as error:
                version = ""
                if isinstance(error, StatusError) and error.status == _GONE:
                    continue
                self._tell(f"the register cannot be followed: {error}; trying again")
                self._over.wait(_PAUSE * random.uniform(0.5, 1.0))  # noqa: S311  # no secret

    def _list(self) -> str:
        found: dict[str, Record] = {}
        for record in (pages := _Pages(self._cluster)):
            found[record.name] = record
        with self._lock:
            self._records = found
        for record in found.values():
            self._heard(record)
        self.ready.set()
        return pages.version

    def _follow(self, version: str) -> str:
        for kind, manifest in self._cluster.watch(TENANCIES, version, seconds=self._seconds):
            version = str(manifest["metadata"]["resourceVersion"])
            if kind == "BOOKMARK":
                continue
            self._take(kind, Record(manifest))
            if self._over.is_set():
                break
        return version

    def _take(self, kind: str, record: Record) -> None:
        with self._lock:
            if kind == "DELETED":
                self._records.pop(record.name, None)
                return
            self._records[record.name] = record
        self._heard(record)


class _Pages:
    """The tenancies of a list in pages, and its version once they were read."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self.version = ""

    def __iter__(self) -> Iterator[Record]:
        token = ""
        while True:
            query = {"limit": str(_PAGE), **({"continue": token} if token else {})}
            body: dict[str, Any] = self._cluster.request("GET", TENANCIES.path(), query)
            self.version = str(body["metadata"]["resourceVersion"])
            yield from map(Record, body["items"])
            token = body["metadata"].get("continue", "")
            if not token:
                return
