"""What the register says of a tenancy: its own record, and the waivers that excuse it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from govcloud.controller.mirror import Mirror

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def tenancy(name, version):
    metadata = {"name": name, "namespace": "d-mee", "uid": name, "generation": 1, "resourceVersion": version}
    return {"metadata": metadata, "spec": {"department": "mee"}}


def waiver(name, version, **changes):
    spec = {
        "rule": "GC-POD-02",
        "tenancy": "mee-air",
        "reason": "the images move to the registry of the cloud by then",
        "ticket": "OA-2026-118",
        "approvedBy": "li.na@sic",
        "until": "2026-11-24T13:00:00Z",
    }
    return {"metadata": {"name": name, "resourceVersion": version}, "spec": spec | changes}


class Hub:
    """Plays a register: what it has at first, and the events of one watch of each kind."""

    def __init__(self, **events):
        self.events = events
        self.over = threading.Semaphore(0)

    def request(self, method, path, query):
        items = [tenancy("mee-air", "1")] if path.endswith("tenancies") else [waiver("old", "1")]
        return {"metadata": {"resourceVersion": "1"}, "items": items}

    def watch(self, kind, version, *, namespace, seconds):
        return Watch(self, self.events.pop(kind.plural, None))


class Watch:
    def __init__(self, hub, events):
        self.hub, self.events = hub, events

    def end(self):
        """Nothing to end: it never waits."""

    def __iter__(self):
        if self.events is None:
            self.hub.over.release()
        yield from self.events or ()


@pytest.fixture
def followed():
    def follow(hub):
        heard, excused, said = [], [], []
        mirror = Mirror(
            hub, lambda record: heard.append(record.version), excused.append, said.append, pause=0.01
        )
        mirror.start()
        assert mirror.is_ready(20)
        for _ in range(2):
            assert hub.over.acquire(timeout=20)
        mirror.end()
        return mirror, heard, excused, said

    return follow


def test_a_change_of_a_tenancy_and_of_a_waiver_for_it_are_both_heard(followed):
    changes = [("ADDED", waiver("new", "5", tenancy="mee-water")), ("DELETED", waiver("old", "6"))]
    hub = Hub(tenancies=[("MODIFIED", tenancy("mee-air", "4"))], waivers=changes)
    mirror, heard, excused, said = followed(hub)
    assert (heard, excused, said) == (["1", "4"], ["mee-air", "mee-water", "mee-air"], [])
    assert list(mirror.records()) == ["mee-air"]
    assert list(mirror.excuses(NOON)) == ["mee-water"]


def test_a_waiver_excuses_until_its_end_and_another_one_is_another_excuse(followed):
    mirror, *_ = followed(Hub(waivers=[("MODIFIED", waiver("old", "7"))]))
    end = NOON + timedelta(hours=1)
    (one,) = mirror.excuses(end - timedelta(seconds=1))["mee-air"]
    assert (one.until, one.version) == (end, "7")
    assert mirror.excuses(end) == {}


def test_a_waiver_that_cannot_be_read_excuses_nobody_and_stops_nothing(followed):
    mirror, _, excused, said = followed(Hub(waivers=[("MODIFIED", waiver("old", "7", until="some day"))]))
    assert (mirror.excuses(NOON), said) == ({}, [])
    assert "mee-air" in excused
