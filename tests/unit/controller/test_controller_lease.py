"""One leader at a time, and a queue that comes back later and later."""

import subprocess
import sys
import threading

import pytest

from govcloud.cluster.client import Cluster, StatusError
from govcloud.controller.holder import is_dead, own_name
from govcloud.controller.lease import Campaign, Leader, Lease, patience_of
from govcloud.controller.queue import Queue
from govcloud.errors import ClusterError, RefusedError


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


def test_each_time_of_leading_has_a_number_of_its_own(hub, clock):
    lease = Lease(hub, "one", 15, clock)
    assert lease.term == 0
    terms = []
    for seconds in (0, 9, 10.1, 9):
        clock.now += seconds
        assert lease.attempt()
        terms.append(lease.term)
    assert terms == [1, 1, 2, 2]
    clock.now += 10
    assert lease.term == 0


def test_a_renewal_that_took_longer_than_it_is_good_for_is_none(hub, clock):
    lease = Lease(hub, "one", 15, clock)
    write = lease._write

    def slow(found):
        write(found)
        clock.now += 11

    lease._write = slow
    assert not lease.attempt()
    assert lease.term == 0


def test_who_sees_another_one_hold_it_leads_no_more_at_once(hub, clock):
    lease = Lease(hub, "one", 15, clock)
    lease.attempt()
    hub.lease["spec"]["holderIdentity"] = "two"
    assert not lease.attempt()
    assert not lease.held


def test_a_leader_writes_in_its_term_alone_and_always_reads(monkeypatch):
    sent = []
    monkeypatch.setattr(Cluster, "__init__", lambda self, *_, **__: None)
    monkeypatch.setattr(Cluster, "request", lambda self, method, path, *_, **__: sent.append(method))
    leads = [True, False]
    leader = Leader("k", None, patience_of(15), lambda: leads[0])
    leader.request("PUT", "/x")
    leads.reverse()
    for method in ("PUT", "POST", "PATCH", "DELETE"):
        with pytest.raises(RefusedError, match="leads no more"):
            leader.request(method, "/x")
    leader.request("GET", "/x")
    assert sent == ["PUT", "GET"]


class Terms:
    """A lease whose terms are played; what it says on being let go may be an error."""

    other = ""

    def __init__(self, terms, error=None):
        self.terms, self.error = iter(terms), error
        self.last = 0
        self.over = threading.Event()

    @property
    def term(self):
        self.last = next(self.terms, None) or self.last
        if self.last < 0:
            self.over.set()
        return max(self.last, 0)

    def attempt(self):
        return True

    def release(self):
        if self.error:
            raise self.error


def test_a_term_that_is_over_is_told_though_the_next_one_follows_at_once(monkeypatch):
    lease, lost = Terms([1, 1, 2, 2, -1]), []
    campaign = Campaign(lease, 0.01, lost.append, lambda words: None)
    campaign.start()
    assert lease.over.wait(20)
    campaign.end()
    assert lost == [1, 2]


def test_a_lease_that_cannot_be_let_go_runs_out_by_itself():
    said = []
    campaign = Campaign(Terms([-1], ClusterError("no answer")), 0.01, lambda term: None, said.append)
    campaign.start()
    campaign.end()
    assert said == ["the lease could not be let go, and runs out by itself: no answer"]


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
