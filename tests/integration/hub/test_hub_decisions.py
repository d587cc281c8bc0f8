"""The decision log on a real hub: all that happens is in it, once, and nobody changes it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice

import pytest
from hub_people import Person, document

from govcloud.errors import InputError, RefusedError
from govcloud.hub.acts import written
from govcloud.hub.log import anchor, compare, decision, lines, name_of, parse, verify
from govcloud.hub.recorder import DECISIONS, DecisionLog

LOG = DECISIONS.path("d-mem")


@pytest.fixture
def flood(people):
    """A tenancy of another department, so that its log is short."""
    people["operator"].log.record(people["operator"].records("mem"))
    number = len(people["operator"].records("mem"))
    record = people["wang"].create(document(f"mem-flood-{number}", grade=2))
    record = people["wang"].move(record, "requested", "the season begins")
    return people["security"].review(record, approve=True, reason="filed")


def _entries(log: DecisionLog, record):
    return [d["spec"]["entry"] for d in log.read("mem") if d["spec"]["uid"] == record.uid]


def test_every_act_is_recorded_once_as_it_was(people, flood):
    log = people["operator"].log
    assert log.record([flood]) == 3
    assert log.record([flood]) == log.record(people["operator"].records("mem")) == 0
    entries = _entries(log, flood)
    assert entries == list(flood.history)
    assert [(e["from"], e["to"], e["by"]) for e in entries] == [
        ("draft", "requested", "wang.fang@mem"),
        ("requested", "in-review", "sun.li@cac"),
        ("in-review", "approved", "sun.li@cac"),
    ]
    assert people["wang"].get(flood.name).status["logged"] == 3


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_a_department_verifies_its_own_log(people, flood, algorithm):
    DecisionLog(people["operator"], algorithm).record([flood])
    decisions = people["zhao"].log.read("mem")
    assert decisions[-1]["spec"]["digest"].startswith(f"{algorithm}:")
    assert verify(decisions) == []
    assert compare(decisions, people["zhao"].records("mem")) == []
    assert verify(parse(lines(decisions)), anchor(decisions)) == []


@pytest.mark.parametrize("who", ["zhang", "stranger"])
def test_nobody_reads_the_log_of_another_department(people, who):
    with pytest.raises(RefusedError, match="may not list decisions in namespace d-mem"):
        people[who].log.read("mem")


@pytest.mark.parametrize("who", ["security", "auditor", "operator"])
def test_who_reads_everything_reads_every_log(people, flood, who):
    people["operator"].log.record([flood])
    assert {d["metadata"]["namespace"] for d in people[who].log.read()} >= {"d-mem"}


def test_a_recorder_that_was_killed_goes_on_where_it_was(people, flood):
    operator = people["operator"]
    last = operator.log.read("mem")
    half = decision(flood, flood.history[0], last[-1] if last else None, written(datetime.now(UTC)))
    assert operator.raw("POST", LOG, half).status == 200
    assert operator.log.record([flood]) == 2
    assert _entries(operator.log, flood) == list(flood.history)
    assert verify(operator.log.read("mem")) == []


def test_recorders_at_once_record_everything_once(people, kubeconfigs):
    wang, operator = people["wang"], people["operator"]
    made = [wang.create(document(f"mem-many-{number}", grade=2)) for number in range(12)]
    records = [wang.move(record, "requested", "the season begins") for record in made]
    logs = [_operator(kubeconfigs).log for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda log: log.record(records), logs))
    decisions = operator.log.read("mem")
    assert sum(counts) == 12
    assert verify(decisions) == []
    assert compare(decisions, operator.records("mem")) == []


def _operator(kubeconfigs):
    from govcloud.cluster import Cluster

    return Person(Cluster(kubeconfigs["operator"]))


def test_what_is_recorded_is_not_changed_or_deleted_by_anybody(people, flood):
    operator = people["operator"]
    operator.log.record([flood])
    name = operator.log.read("mem")[0]["metadata"]["name"]
    for who in people.values():
        assert who.raw("DELETE", f"{LOG}/{name}").status == 403
        assert who.raw("DELETE", LOG).status == 403
        assert (
            who.raw("PATCH", f"{LOG}/{name}", {"metadata": {"labels": {"a": "b"}}}, "merge-patch+json").status
            == 403
        )
        assert who.raw("PATCH", f"{LOG}/{name}", {"spec": {"tenancy": "x"}}, "merge-patch+json").status in (
            403,
            422,
        )
    assert "[GC-REG-51] Decision" in operator.raw("DELETE", f"{LOG}/{name}").words


@pytest.mark.parametrize("who", ["wang", "security", "auditor"])
def test_nobody_but_the_platform_records(people, flood, who):
    with pytest.raises(RefusedError, match="may not create decisions"):
        people[who].log.record([flood])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"recorded": written(datetime.now(UTC) - timedelta(days=1))},
            "spec.recorded is not the present time",
        ),
        ({"number": 7}, "its name is not its number"),
    ],
    ids=["recorded", "number"],
)
def test_a_decision_is_recorded_under_its_number_now(people, flood, changes, words):
    made = decision(flood, flood.history[0], None, written(datetime.now(UTC)))
    made["metadata"]["name"] = name_of(9999)
    made["spec"] |= {"number": 9999} | changes
    answer = people["operator"].raw("POST", LOG, made, dryRun="All")
    assert (answer.status, words in answer.words) == (403, True), answer


def test_a_history_that_is_full_goes_on_when_it_is_recorded(people, desk):
    record, zhang, operator = desk.draft(grade=2), people["zhang"], people["operator"]
    steps = cycle((("requested", "on"), ("withdrawn", "off"), ("draft", "again")))
    for target, reason in islice(steps, 100):
        record = zhang.move(record, target, reason)
    with pytest.raises(InputError, match="Too many: 101: must have at most 100 items"):
        zhang.move(record, "withdrawn", "once more")
    assert operator.log.record([record]) == 100
    record = zhang.get(record.name)
    assert [entry["seq"] for entry in record.history] == list(range(71, 101))
    record = zhang.move(record, "withdrawn", "once more")
    operator.log.record([record])
    decisions = [d for d in operator.log.read("mee") if d["spec"]["uid"] == record.uid]
    assert [d["spec"]["entry"]["seq"] for d in decisions] == list(range(1, 102))
    assert compare(decisions, [record]) == []
