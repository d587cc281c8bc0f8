"""An informer lists once and goes on from where it was, whatever breaks off; only a version that is gone is listed anew."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from govcloud.errors import ClusterError
from monitors.watch.api import Feed
from monitors.watch.backoff import Backoff
from monitors.watch.informer import Informer
from monitors.watch.kubelets import PATH_ANNOTATION, address
from monitors.watch.objects import Address, Endpoints, Meta, Namespace, Node, NodeStatus, Port
from monitors.watch.state import RegionState


def space(name: str, version: int) -> dict[str, Any]:
    return {"metadata": {"name": name, "resourceVersion": str(version)}}


def event(kind: str, thing: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": thing}).encode()


BOOKMARK = event("BOOKMARK", {"metadata": {"resourceVersion": "90"}})
GONE = event("ERROR", {"code": 410, "message": "too old"})


class Script:
    """An API server that follows a script: what each list has and what each watch says before it ends."""

    def __init__(
        self, lists: list[list[dict[str, Any]] | Exception], watches: list[list[bytes] | Exception]
    ) -> None:
        self.lists, self.watches = lists, watches
        self.asked: list[str] = []
        self.over = threading.Event()
        self._held = threading.Event()

    def read(self, path: str, query: dict[str, str] | None = None, *, patience: float = 60.0) -> bytes:
        self.asked.append("list")
        items = self.lists.pop(0)
        if isinstance(items, Exception):
            raise items
        return json.dumps({"metadata": {"resourceVersion": "10"}, "items": items}).encode()

    def follow(
        self, path: str, query: dict[str, str], begun: Callable[[Callable[[], None]], None]
    ) -> Iterator[bytes]:
        assert query["allowWatchBookmarks"] == "true"
        self.asked.append(query["resourceVersion"])
        if not self.watches:
            begun(self._held.set)
            self.over.set()
            self._held.wait(10)
            return
        lines = self.watches.pop(0)
        if isinstance(lines, Exception):
            raise lines
        begun(lambda: None)
        yield from lines

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        raise AssertionError


def run(script: Script, recognise: Callable[[Feed], str] = lambda _: "one") -> tuple[Informer, set[str]]:
    """The informer and the namespaces that it knows when the script is over."""
    state = RegionState()
    informer = Informer(
        Namespace, lambda: script, state, lambda: None, Backoff(0.001, 0.001), recognise=recognise
    )
    informer.start()
    assert script.over.wait(10)
    known = set(state.namespaces)
    informer.stop()
    informer.join(10)
    return informer, known


def test_events_are_taken_up_and_a_watch_that_ends_goes_on_from_the_last_bookmark() -> None:
    lines = [
        event("ADDED", space("b", 11)) + b"\n" + event("DELETED", space("a", 12)),
        event("ADDED", space("c", 13)),
        BOOKMARK,
    ]
    script = Script([[space("a", 5)]], [lines])
    informer, known = run(script)
    assert known == {"b", "c"}
    assert script.asked == ["list", "10", "90"]
    assert informer.standing.errors == 0


@pytest.mark.parametrize("end", [ClusterError("broke off"), [b"not json"]])
def test_what_breaks_off_is_counted(end: list[bytes] | Exception) -> None:
    script = Script([[space("a", 5)], [space("a", 5)]], [end])
    informer, known = run(script)
    assert known == {"a"}
    assert informer.standing.errors == 1


def test_a_watch_that_broke_off_is_not_listed_anew() -> None:
    script = Script([[space("a", 5)]], [[event("ADDED", space("b", 20))], ClusterError("broke off")])
    _, known = run(script)
    assert known == {"a", "b"}
    assert script.asked == ["list", "10", "20", "20"]


def test_a_region_that_was_made_anew_is_listed_anew_though_its_versions_would_do() -> None:
    clusters = iter(["one", "two", "two"])
    script = Script([[space("a", 5)], [space("c", 6)]], [ClusterError("broke off")])
    _, known = run(script, lambda _: next(clusters))
    assert known == {"c"}
    assert script.asked == ["list", "10", "list", "10"]


def test_a_version_that_is_gone_is_listed_anew_and_what_went_meanwhile_is_dropped() -> None:
    script = Script([[space("a", 5), space("b", 6)], [space("b", 6)]], [[GONE]])
    informer, known = run(script)
    assert known == {"b"}
    assert script.asked == ["list", "10", "list", "10"]
    assert informer.standing.open


def test_a_list_that_fails_is_tried_again() -> None:
    script = Script([ClusterError("no answer"), [space("a", 5)]], [])
    informer, known = run(script)
    assert (known, informer.standing.errors) == ({"a"}, 1)


def test_waits_grow_up_to_the_longest_and_are_not_all_the_same() -> None:
    backoff = Backoff(1, 8)
    waits = [backoff.wait() for _ in range(20)]
    assert 0.5 <= waits[0] <= 1
    assert all(4 <= one <= 8 for one in waits[3:])
    assert len(set(waits)) > 1
    backoff.reset()
    assert backoff.wait() <= 1


def node(path: str | None = None, *, host: str = "192.0.2.7") -> Node:
    status = NodeStatus(
        addresses=(Address("Hostname", "n1"), Address("InternalIP", host)),
        daemon_endpoints=Endpoints(Port(10250)),
    )
    return Node(Meta("n1", annotations={PATH_ANNOTATION: path} if path else None), status=status)


def test_a_kubelet_is_asked_at_its_own_address_and_nowhere_else() -> None:
    assert address(node()) == "https://192.0.2.7:10250/metrics/resource"
    assert address(node("/nodes/n1")) == "https://192.0.2.7:10250/nodes/n1"
    assert address(node(host="fd00::7")) == "https://[fd00::7]:10250/metrics/resource"
    assert address(node("@evil.example/")) == ""
    assert address(Node(Meta("n1"))) == ""
