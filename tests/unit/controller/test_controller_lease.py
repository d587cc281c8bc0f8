"""One leader at a time, and a queue that comes back later and later."""

import subprocess
import sys

import pytest

from govcloud.cluster.client import StatusError
from govcloud.controller.holder import is_dead, own_name
from govcloud.controller.lease import Lease
from govcloud.controller.queue import Queue


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Hub:
    """Keeps one lease, and refuses writes that are based on an older version."""

    def __init__(self):
        self.lease = None
        self.version = 0

    def get(self, kind, name, namespace):
        return None if self.lease is None else {**self.lease, "spec": dict(self.lease["spec"])}

    def request(self, method, path, query=None, body=None):
        if path.endswith("/namespaces"):
            raise StatusError("it exists", where=path, status=409)
        based = body["metadata"].get("resourceVersion")
        if based != (self.lease and self.lease["metadata"]["resourceVersion"]):
            raise StatusError("conflict", where=path, status=409)
        self.version += 1
        self.lease = {**body, "metadata": {**body["metadata"], "resourceVersion": str(self.version)}}


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def hub():
    return Hub()


def test_one_of_two_leads_until_it_no_longer_renews(hub, clock):
    one, two = (Lease(hub, name, 15, clock) for name in ("one", "two"))
    assert one.attempt()
    assert not two.attempt()
    for _ in range(4):
        clock.now += 9
        assert one.attempt()
        assert not two.attempt()
        assert (one.held, two.held) == (True, False)
    assert (two.other, two.is_renewed) == ("one", True)
    clock.now += 10.1
    assert not one.held
    assert not two.attempt()
    clock.now += 5
    assert two.attempt()
    assert not one.attempt()
    assert hub.lease["spec"]["leaseTransitions"] == 1


def test_who_was_overtaken_while_writing_does_not_lead(hub, clock):
    one, two = (Lease(hub, name, 15, clock) for name in ("one", "two"))
    read = one._read

    def overtaken():
        found = read()
        two.attempt()
        return found

    one._read = overtaken
    assert not one.attempt()
    assert not one.held


def test_who_lets_go_is_followed_at_once(hub, clock):
    one, two = (Lease(hub, name, 15, clock) for name in ("one", "two"))
    one.attempt()
    one.release()
    assert not one.held
    assert two.attempt()


def test_a_holder_that_died_on_this_machine_is_followed_at_once(hub, clock):
    name = subprocess.run(
        [sys.executable, "-c", "from govcloud.controller.holder import own_name; print(own_name())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert (is_dead(name), is_dead(own_name()), is_dead("elsewhere_x_1_2"), is_dead("")) == (
        True,
        False,
        False,
        False,
    )
    Lease(hub, name, 15, clock).attempt()
    assert Lease(hub, own_name(), 15, clock).attempt()


def test_failures_come_back_later_and_later_and_not_all_at_once(clock):
    queue = Queue(2.0, 60.0, clock)
    waits = [queue.retry("air") for _ in range(8)]
    for number, wait in enumerate(waits):
        longest = min(60.0, 2.0 * 2**number)
        assert longest / 2 <= wait <= longest
    queue.forget("air")
    assert queue.retry("air") <= 2.0


def test_a_change_is_due_before_its_retry(clock):
    queue = Queue(2.0, 60.0, clock)
    queue.retry("air")
    queue.put("air")
    queue.put("water", 30)
    assert queue.take(0) == ["air"]
    assert queue.take(0) == []
    clock.now += 30
    assert queue.take(0) == ["water"]
