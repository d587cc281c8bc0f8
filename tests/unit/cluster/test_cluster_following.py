"""Objects are read whole once, then only as they change; a watch that breaks goes on from where it was."""

import threading

import pytest

from govcloud.cluster import Kind
from govcloud.cluster.client import StatusError
from govcloud.cluster.following import Following, Objects
from govcloud.errors import ClusterError

PODS = Kind("v1", "Pod", "pods", namespaced=True)


def pod(name, version):
    return {"metadata": {"name": name, "resourceVersion": version}}


class Server:
    """Plays an API server: each list and each watch is the next of those that it is given."""

    def __init__(self, lists, watches):
        self.lists = iter(lists)
        self.watches = iter(watches)
        self.asked = []
        self.over = threading.Event()

    def request(self, method, path, query):
        found = next(self.lists)
        if isinstance(found, Exception):
            raise found
        return {"metadata": {"resourceVersion": "1"}, "items": found}

    def watch(self, kind, version, *, namespace, seconds):
        self.asked.append((namespace, version))
        return Watch(self, next(self.watches, None))


class Watch:
    def __init__(self, server, events):
        self.server, self.events = server, events

    def end(self):
        """Nothing to end: it never waits."""

    def __iter__(self):
        if self.events is None:
            self.server.over.set()
        for event in self.events or ():
            if isinstance(event, Exception):
                raise event
            yield event


@pytest.fixture
def followed():
    """What was heard of a server, as (name, version or None), and which troubles."""

    def follow(server, **more):
        heard, troubles = [], []
        following = Following(
            server,
            PODS,
            Objects(server, PODS, lambda manifest: manifest["metadata"]["resourceVersion"]),
            lambda change: heard.append((change.name, change.now)),
            lambda error: troubles.append(str(error)),
            pause=0.01,
            **more,
        )
        following.start()
        assert server.over.wait(20)
        following.end()
        following.join(20)
        assert following.ready.is_set()
        return following.objects(), heard, troubles

    return follow


def test_a_watch_goes_on_from_the_last_version_and_a_bookmark_counts(followed):
    events = [("ADDED", pod("b", "5")), ("BOOKMARK", {"metadata": {"resourceVersion": "8"}})]
    server = Server([[pod("a", "1")]], [events, [("MODIFIED", pod("a", "9")), ("DELETED", pod("b", "10"))]])
    objects, heard, troubles = followed(server, namespace="d-mee")
    assert server.asked[:3] == [("d-mee", "1"), ("d-mee", "8"), ("d-mee", "10")]
    assert heard == [("a", "1"), ("b", "5"), ("a", "9"), ("b", None)]
    assert (objects, troubles) == ({"a": "9"}, [])


def test_a_connection_that_breaks_is_told_and_the_watch_goes_on_where_it_was(followed):
    server = Server(
        [[pod("a", "1")]],
        [[("MODIFIED", pod("a", "4")), ClusterError("reset")], [("MODIFIED", pod("a", "6"))]],
    )
    objects, heard, troubles = followed(server)
    assert [version for _, version in server.asked[:2]] == ["1", "4"]
    assert heard == [("a", "1"), ("a", "4"), ("a", "6")]
    assert (objects, troubles) == ({"a": "6"}, ["reset"])


def test_what_is_too_old_to_go_on_from_is_listed_anew_and_what_changed_meanwhile_is_heard(followed):
    server = Server(
        [[pod("a", "1"), pod("b", "1"), pod("c", "1")], [pod("b", "1"), pod("c", "4")]],
        [[StatusError("gone", where="x", status=410)]],
    )
    objects, heard, troubles = followed(server)
    assert heard[3:] == [("a", None), ("c", "4")]
    assert (objects, troubles) == ({"b": "1", "c": "4"}, [])


def test_what_the_server_refuses_is_told_and_listed_anew(followed):
    refused = StatusError("too large resource version", where="x", status=504)
    server = Server([refused, [pod("a", "1")], [pod("a", "2")]], [[refused]])
    objects, heard, troubles = followed(server)
    assert heard == [("a", "1"), ("a", "2")]
    assert (objects, len(troubles)) == ({"a": "2"}, 2)
