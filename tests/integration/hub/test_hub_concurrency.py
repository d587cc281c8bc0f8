"""Many at once: no update is lost, nothing comes into a state that it could not come into one by one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

from hub_people import Person, document

from govcloud.cluster import Cluster
from govcloud.errors import GovCloudError, RefusedError
from govcloud.hub.lifecycle import STEPS
from govcloud.hub.log import compare, verify

CLIENTS, TENANCIES = 50, 100
_MOVES = {step.move for step in STEPS}
_LATE = ("reviews are not written while it is approved", "GC-REG-12")  # the same review twice changes nothing


def _in_parallel(work, items):
    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(work, items))


def test_fifty_clients_ask_and_review_at_once(kubeconfigs, people):
    """A hundred tenancies are written down, requested and reviewed three times each: 500 acts, over 800 calls."""
    names = [f"mee-crowd-{number}" for number in range(TENANCIES)]
    desks = ["zhang"] * 10 + ["chen"] * 10 + ["security"] * 15 + ["platform"] * 15
    clients = [Person(Cluster(kubeconfigs[who])) for who in desks]
    owners, security, platform = clients[:20], clients[20:35], clients[35:]

    def ask(number):
        owner = owners[number % len(owners)]
        return owner.move(owner.create(document(names[number])), "requested", "all at once")

    requested = _in_parallel(ask, range(TENANCIES))
    assert {record.phase for record in requested} == {"requested"}

    def review(task):
        reviewer, record = task
        try:
            reviewer.review(record, approve=True, reason=f"by {reviewer.name}")
        except RefusedError as error:
            return str(error)
        return ""

    tasks = []
    for number, record in enumerate(requested):
        three = security[number % 15], platform[number % 15], clients[20 + 7 * number % 30]
        tasks += [(reviewer, record) for reviewer in three]
    refusals = [words for words in _in_parallel(review, tasks) if words]

    everything = people["operator"].records("mee")
    records = {record.name: record for record in everything if record.name in names}
    assert len(records) == TENANCIES
    for record in records.values():
        _has_a_lawful_past(record)
    assert {record.phase for record in records.values()} == {"approved"}
    assert all(any(late in words for late in _LATE) for words in refusals), refusals[:3]

    log = people["operator"].log
    log.record(everything)  # tests before this one may have left something to record
    decisions = log.read("mee")
    assert verify(decisions) == []
    assert compare(decisions, people["operator"].records("mee")) == []


def _has_a_lawful_past(record):
    entries = record.history
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert entries[0]["from"] == "draft"
    for before, after in pairwise(entries):
        assert before["to"] == after["from"]
    moves = {f"{e['from']} > {e['to']}" for e in entries if e["from"] != e["to"]}
    assert moves <= _MOVES
    told = [(entry["by"], entry["decision"]) for entry in entries if "decision" in entry]
    assert {(review["by"], review["decision"]) for review in record.reviews} == set(told)
    assert {review["role"] for review in record.reviews} == {"security", "platform"}


def test_a_spec_and_its_review_cannot_pass_each_other(kubeconfigs, people, desk):
    """However a change and the last approval meet, what is approved is what both reviewers saw."""
    rounds = [desk.in_review(title=f"round {number}") for number in range(20)]
    zhang, platform = Person(Cluster(kubeconfigs["zhang"])), Person(Cluster(kubeconfigs["platform"]))

    def change(record):
        return _try(lambda: zhang.amend(record, {**record.spec, "title": "smuggled in"}))

    def approve(record):
        return _try(lambda: platform.review(record, approve=True, reason="there is room"))

    with ThreadPoolExecutor(2) as pool:
        for record in rounds:
            outcomes = [pool.submit(change, record), pool.submit(approve, record)]
            changed, approved = (outcome.result() for outcome in outcomes)
            now = people["operator"].get(record.name)
            assert changed or approved
            if now.phase == "approved":
                assert now.approved().spec.title == record.spec["title"] == now.spec["title"]
            else:
                assert (now.phase, now.missing) == ("in-review", ("security", "platform"))


def _try(work) -> bool:
    try:
        work()
    except GovCloudError:
        return False
    return True
