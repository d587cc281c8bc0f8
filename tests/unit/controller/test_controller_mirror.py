"""The register is read whole once, then only as it changes; where that breaks, once more."""

import threading

from govcloud.cluster.client import StatusError
from govcloud.controller.mirror import Mirror
from govcloud.errors import ClusterError


def _manifest(name, version):
    metadata = {"name": name, "namespace": "d-mee", "uid": name, "generation": 1, "resourceVersion": version}
    return {"metadata": metadata, "spec": {"department": "mee"}}


class Hub:
    """Plays a register: each list and each watch is the next of those that it is given."""

    def __init__(self, lists, watches):
        self.lists = iter(lists)
        self.watches = iter(watches)
        self.asked = []
        self.over = threading.Event()

    def request(self, method, path, query):
        return {"metadata": {"resourceVersion": "1"}, "items": next(self.lists)}

    def watch(self, kind, version, *, seconds):
        self.asked.append(version)
        events = next(self.watches, None)
        if events is None:
            self.over.set()
            threading.Event().wait(0.01)
            return
        for event in events:
            if isinstance(event, Exception):
                raise event
            yield event


def _followed(hub):
    heard, said = [], []
    mirror = Mirror(hub, lambda record: heard.append((record.name, record.version)), said.append)
    mirror.start()
    assert hub.over.wait(20)
    mirror.end()
    mirror.join(20)
    return mirror, heard, said


def test_it_goes_on_from_the_last_version_and_a_bookmark_counts():
    events = [("ADDED", _manifest("b", "5")), ("BOOKMARK", {"metadata": {"resourceVersion": "8"}})]
    hub = Hub(
        [[_manifest("a", "1")]],
        [events, [("MODIFIED", _manifest("a", "9")), ("DELETED", _manifest("b", "10"))]],
    )
    mirror, heard, said = _followed(hub)
    assert hub.asked[:3] == ["1", "8", "10"]
    assert heard == [("a", "1"), ("b", "5"), ("a", "9")]
    assert list(mirror.records()) == ["a"]
    assert said == []


def test_what_is_too_old_to_go_on_from_is_listed_anew_without_a_word():
    hub = Hub([[_manifest("a", "1")], [_manifest("b", "4")]], [[StatusError("gone", where="x", status=410)]])
    mirror, heard, said = _followed(hub)
    assert (heard, list(mirror.records()), said) == ([("a", "1"), ("b", "4")], ["b"], [])


def test_a_hub_that_went_away_is_told_and_tried_again(monkeypatch):
    monkeypatch.setattr("govcloud.controller.mirror._PAUSE", 0.01)
    hub = Hub([[_manifest("a", "1")], [_manifest("a", "4")]], [[ClusterError("no answer")]])
    _, heard, said = _followed(hub)
    assert heard == [("a", "1"), ("a", "4")]
    assert len(said) == 1
    assert "the register cannot be followed: no answer" in said[0]
