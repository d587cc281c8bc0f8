"""Objects as they are now, kept by a watch: listed once, then only heard of, and listed again only where that breaks."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Generic, Protocol, TypeVar

from govcloud.cluster.answers import Manifest, StatusError
from govcloud.cluster.client import Cluster, Kind
from govcloud.errors import ClusterError

Kept = TypeVar("Kept")
_PAGE = 500
_SHORT = 1.0
"""Seconds: a watch that said nothing and ended sooner is not begun again at once."""


class Source(Protocol[Kept]):
    """Where objects come from."""

    def listed(self) -> tuple[dict[str, Kept], str]:
        """All of them by name, and the version from which to watch on."""

    def kept(self, manifest: Manifest) -> Kept:
        """What is kept of an object."""


@dataclass(frozen=True, slots=True)
class Change(Generic[Kept]):
    """What became of an object; None where it was not known before, or is no more."""

    name: str
    before: Kept | None
    now: Kept | None


class Objects(Generic[Kept]):
    """All objects of a kind, read in pages.

    Args:
        cluster: the API server.
        kind: the kind, whose objects have names of their own in all namespaces together.
        of: makes of a manifest what is kept.
    """

    def __init__(self, cluster: Cluster, kind: Kind, of: Callable[[Manifest], Kept]) -> None:
        self._cluster = cluster
        self._kind = kind
        self.kept = of

    def listed(self) -> tuple[dict[str, Kept], str]:
        """All of them by name, and their version."""
        found: dict[str, Kept] = {}
        token = ""
        while True:
            query = {"limit": str(_PAGE), **({"continue": token} if token else {})}
            body = self._cluster.request("GET", self._kind.path(), query)
            found |= {str(item["metadata"]["name"]): self.kept(item) for item in body["items"]}
            token = body["metadata"].get("continue", "")
            if not token:
                return found, str(body["metadata"]["resourceVersion"])


class Following(threading.Thread, Generic[Kept]):
    """Objects of a kind by name, as they are now.

    A watch that breaks goes on from the last version. Where the server refuses, or no longer has that version, everything is
    listed anew, and what changed meanwhile is heard of as if it had been watched.

    Args:
        cluster: the API server.
        kind: the kind.
        source: lists them.
        heard: called with each change, and once for each object that is there at the beginning.
        trouble: hears why they cannot be followed now; each time that it is tried again.
        namespace: only the objects in it.
        seconds: how long one watch lasts.
        pause: the most seconds until it is tried again.

    Attributes:
        ready: set when they were listed first.
    """

    def __init__(
        self,
        cluster: Cluster,
        kind: Kind,
        source: Source[Kept],
        heard: Callable[[Change[Kept]], None],
        trouble: Callable[[ClusterError], None],
        *,
        namespace: str | None = None,
        seconds: int = 300,
        pause: float = 2.0,
    ) -> None:
        super().__init__(name=f"following-{kind.plural}", daemon=True)
        self._source = source
        self._heard = heard
        self._trouble = trouble
        self._watch = partial(cluster.watch, kind, namespace=namespace, seconds=seconds)
        self._pause = pause
        self._version = ""
        self._ending: Callable[[], None] = lambda: None
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._objects: dict[str, Kept] = {}
        self.ready = threading.Event()

    def objects(self) -> dict[str, Kept]:
        """All of them, as they were last heard of."""
        with self._lock:
            return dict(self._objects)

    def end(self) -> None:
        """Hear no more."""
        self._over.set()
        self._ending()

    def run(self) -> None:
        """List, then watch on and on, until the end."""
        while not self._over.is_set():
            try:
                if not self._version:
                    self._list()
                self._follow()
            except ClusterError as error:
                if isinstance(error, StatusError):
                    self._version = ""
                    if error.status == HTTPStatus.GONE:
                        continue
                if not self._over.is_set():
                    self._trouble(error)
                    self._wait()

    def _list(self) -> None:
        found, version = self._source.listed()
        with self._lock:
            before, self._objects = self._objects, dict(found)
        self._version = version
        for change in _changes(before, found):
            self._hear(change)
        self.ready.set()

    def _follow(self) -> None:
        """Watch from the last version, until the server ends that."""
        begun, quiet = time.monotonic(), True
        watch = self._watch(self._version)
        self._ending = watch.end
        if self._over.is_set():
            return
        with closing(iter(watch)) as events:
            for kind, manifest in events:
                if self._over.is_set():
                    return
                quiet = False
                self._version = str(manifest["metadata"]["resourceVersion"])
                if kind != "BOOKMARK":
                    self._take(kind, manifest)
        if quiet and time.monotonic() - begun < _SHORT:
            self._wait()

    def _take(self, kind: str, manifest: Manifest) -> None:
        name = str(manifest["metadata"]["name"])
        now = None if kind == "DELETED" else self._source.kept(manifest)
        with self._lock:
            before = self._objects.pop(name, None)
            if now is not None:
                self._objects[name] = now
        self._hear(Change(name, before, now))

    def _hear(self, change: Change[Kept]) -> None:
        if not self._over.is_set():
            self._heard(change)

    def _wait(self) -> None:
        self._over.wait(self._pause * random.uniform(0.5, 1.0))  # noqa: S311  # no secret


def _changes(before: Mapping[str, Kept], now: Mapping[str, Kept]) -> Iterator[Change[Kept]]:
    """What differs between two lists: those that are gone first."""
    for name in before.keys() - now.keys():
        yield Change(name, before[name], None)
    for name, found in now.items():
        if name not in before or before[name] != found:
            yield Change(name, before.get(name), found)
