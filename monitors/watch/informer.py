"""Lists one kind of a region once, then follows it event by event; begins anew only where the API server forgot.

A watch that ends goes on where it was, since bookmarks tell how far it came. Only 410 (gone) asks for a new list, and another
cluster behind the same name.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from monitors.watch.api import Closer, Feed
from monitors.watch.backoff import Backoff
from monitors.watch.objects import Claim, Event, Marked, Namespace, Node, Page, Pod, Quota, Status
from monitors.watch.records import Key
from monitors.watch.state import Kind, RegionState, Thing

PATHS: dict[Kind, str] = {
    Namespace: "/api/v1/namespaces",
    Node: "/api/v1/nodes",
    Quota: "/api/v1/resourcequotas",
    Claim: "/api/v1/persistentvolumeclaims",
    Pod: "/api/v1/pods",
}
_PAGE = 1000
_GONE = 410
_BREATH = 0.05
"""Seconds before a watch that ended goes on, so that a server that ends each at once is not asked without pause."""

_EVENTS = msgspec.json.Decoder(Event)
_MARKED = msgspec.json.Decoder(Marked)


class _GoneError(Exception):
    """The API server no longer knows the version that the watch was at."""


@dataclass(slots=True)
class Standing:
    """How an informer stands: whether it has listed, whether its watch is open, and how often it failed."""

    listed: bool = False
    open: bool = False
    errors: int = 0


class Informer:
    """One kind of one region, in a thread of its own.

    Args:
        kind: which struct, and so which collection.
        feed: gives the API server; called anew after each failure, so that new credentials and ports are taken up.
        state: where objects go.
        changed: called after each change, and when the watch opens or breaks off.
        backoff: how long to wait after a failure.
        failed: is told of each failure that the API server is the cause of.
        recognise: tells which cluster answers (`monitors.watch.recognition`); after a failure it may be another one, whose
            versions are others.
    """

    def __init__(
        self,
        kind: Kind,
        feed: Callable[[], Feed],
        state: RegionState,
        changed: Callable[[], None],
        backoff: Backoff | None = None,
        failed: Callable[[ClusterError], None] | None = None,
        recognise: Callable[[Feed], str] = lambda _: "",
    ) -> None:
        self.standing = Standing()
        self._kind = kind
        self._feed = feed
        self._state = state
        self._changed = changed
        self._backoff = backoff or Backoff()
        self._failed = failed
        self._recognise = recognise
        self._cluster = ""
        self._doubt = False
        self._version = ""
        self._stopped = threading.Event()
        self._close: Closer | None = None
        self._objects: msgspec.json.Decoder[Thing] = msgspec.json.Decoder(kind)
        self._pages: msgspec.json.Decoder[Page[Any]] = msgspec.json.Decoder(Page[kind])  # type: ignore[valid-type]
        self._thread = threading.Thread(target=self._run, name=f"watch {kind.__name__}", daemon=True)

    def start(self) -> None:
        """Begin to list and watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the watch; `join` waits for it."""
        self._stopped.set()
        if self._close is not None:
            self._close()

    def join(self, seconds: float) -> None:
        """Wait until the thread has ended."""
        self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._follow(self._feed())
                self._stopped.wait(_BREATH)
            except _GoneError:
                self._version = ""
            except ClusterError as error:
                if self._stopped.is_set():
                    return
                if isinstance(error, StatusError) and error.status == _GONE:
                    self._version = ""
                self._doubt = True
                self.standing.errors += 1
                self._mark(opened=False)
                if self._failed is not None:
                    self._failed(error)
                self._stopped.wait(self._backoff.wait())
            except msgspec.MsgspecError:
                self._version = ""
                self.standing.errors += 1
                self._mark(opened=False)
                self._stopped.wait(self._backoff.wait())

    def _follow(self, feed: Feed) -> None:
        if self._doubt and self._version and self._recognise(feed) != self._cluster:
            self._version = ""
        if not self._version:
            self._list(feed)
        self._doubt = False
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": self._version,
            # Not all watches of all exporters end in the same second.
            "timeoutSeconds": str(random.randint(240, 480)),  # noqa: S311
        }
        for lines in feed.follow(PATHS[self._kind], query, self._begun):
            self._take(_EVENTS.decode_lines(lines))

    def _begun(self, close: Closer) -> None:
        self._close = close
        if self._stopped.is_set():
            close()
        self._backoff.reset()
        self._mark(opened=True)

    def _mark(self, *, opened: bool) -> None:
        if self.standing.open != opened:
            self.standing.open = opened
            self._changed()

    def _list(self, feed: Feed) -> None:
        """Page by page; objects of a page are taken up at once, and what is in no page is dropped at the end."""
        listed: set[Key] = set()
        query = {"limit": str(_PAGE)}
        self._cluster = self._recognise(feed)
        while True:
            page = self._pages.decode(feed.read(PATHS[self._kind], query))
            self._put(page.items)
            listed.update((one.metadata.namespace, one.metadata.name) for one in page.items)
            if not page.metadata.continue_:
                break
            query["continue"] = page.metadata.continue_
        self._state.keep_only(self._kind, listed)
        self._version = page.metadata.resource_version
        self.standing.listed = True
        self._changed()

    def _put(self, things: Sequence[Thing]) -> None:
        for one in things:
            self._state.put(one)

    def _take(self, events: Sequence[Event]) -> None:
        for event in events:
            if event.type == "ERROR":
                status = msgspec.json.decode(event.object, type=Status)
                if status.code == _GONE:
                    raise _GoneError
                raise ClusterError(f"the watch ended: {status.message}", where=PATHS[self._kind])
            if event.type == "BOOKMARK":
                self._version = _MARKED.decode(event.object).metadata.resource_version
                continue
            thing = self._objects.decode(event.object)
            if event.type == "DELETED":
                self._state.drop(self._kind, (thing.metadata.namespace, thing.metadata.name))
            else:
                self._state.put(thing)
            self._version = thing.metadata.resource_version
        self._changed()


def wait_for(informers: Sequence[Informer], seconds: float) -> None:
    """Wait until all have ended, so many seconds in all."""
    end = time.monotonic() + seconds
    for one in informers:
        one.join(max(0.0, end - time.monotonic()))
