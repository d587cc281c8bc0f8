"""Asks the kubelets of a region what their nodes and pods use, some at once and never longer than a round may take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

from govcloud.errors import ClusterError
from monitors.watch.api import Feed
from monitors.watch.objects import Address, Node
from monitors.watch.records import NodeRecord
from monitors.watch.state import RegionState
from monitors.watch.usage import read_usage

PATH_ANNOTATION = "metrics.k8s.io/resource-metrics-path"
"""Where a node says at which path its usage is, if not at the usual one; metrics-server goes by it too."""

_PATH = "/metrics/resource"
_REACHED_AT = ("InternalIP", "Hostname", "InternalDNS", "ExternalIP", "ExternalDNS")
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Round:
    """One round through the kubelets: how many answered and how many did not."""

    answered: int
    failed: int


class _Told(NamedTuple):
    """What a kubelet answered, and when: Unix seconds, and those of a clock that never steps."""

    text: bytes
    at: float
    clock: float


class Kubelets:
    """The kubelets of a region.

    Args:
        feed: gives what asks them.
        state: where usage goes.
        at_once: how many are asked at the same time.
    """

    def __init__(self, feed: Callable[[], Feed], state: RegionState, *, at_once: int = 8) -> None:
        self._feed = feed
        self._state = state
        self._at_once = at_once
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()

    def sample(self, seconds: float) -> Round:
        """Ask every ready node of a pool; nodes that are not asked within ``seconds`` count as failed."""
        with self._state.lock:
            urls = {name: url for name, (url, _) in asked(self._state).items()}
        if not urls:
            return Round(0, 0)
        feed, end = self._feed(), time.monotonic() + seconds

        def ask(url: str) -> _Told | None:
            if self._stopped.is_set() or time.monotonic() > end:
                return None
            try:
                text = feed.read_kubelet(url, patience=_PATIENCE)
            except ClusterError:
                return None  # counted by the round, and seen in the age of the node's sample
            return _Told(text, time.time(), time.monotonic())

        # They are asked some at once and read one by one: threads that all compute leave no turn to scrapes.
        with ThreadPoolExecutor(min(self._at_once, len(urls)), "kubelets") as pool:
            answers = [
                self._take(name, told) for name, told in zip(urls, pool.map(ask, urls.values()), strict=True)
            ]
        return Round(sum(answers), len(answers) - sum(answers))

    def _take(self, name: str, told: _Told | None) -> bool:
        if told is None:
            return False
        self._state.sample(name, read_usage(told.text), told.at, told.clock)
        return True


def asked(state: RegionState) -> dict[str, tuple[str, NodeRecord]]:
    """By name, the nodes whose kubelets are asked, each with where; who calls it holds the lock."""
    return {
        name: (url, record)
        for name, record in state.nodes.items()
        if record.pool and record.ready and (url := address(record.node))
    }


def address(node: Node) -> str:
    """The URL of a node's usage, "" where it does not say where its kubelet listens.

    What a node says of itself leads to its own address and nowhere else: a path that is none is not followed.
    """
    port = node.status.daemon_endpoints.kubelet_endpoint.port
    host = _first(node.status.addresses)
    if not port or not host:
        return ""
    path = (node.metadata.annotations or {}).get(PATH_ANNOTATION, _PATH)
    if not path.startswith("/"):
        return ""
    return f"https://{f'[{host}]' if ':' in host else host}:{port}{path}"


def _first(addresses: Iterable[Address]) -> str:
    found = {one.type: one.address for one in addresses}
    return next((found[kind] for kind in _REACHED_AT if kind in found), "")
