"""What is to be done for a tenancy, and what its status says of how that goes."""

from datetime import UTC, datetime, timedelta

import pytest

from govcloud.controller import telling
from govcloud.controller.agenda import due_at, is_settled, mark_of, work_for
from govcloud.engine.report import Result
from govcloud.hub.lifecycle import PHASES
from govcloud.hub.record import Record
from govcloud.model import Placement
from stacks.names import StackName

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
BOTH = Placement(primary="north", standby=("south",))


def _with(record, fields):
    status = {**record.status, **fields}
    return Record({**record.manifest, "status": {k: v for k, v in status.items() if v is not None}})


@pytest.mark.parametrize("phase", PHASES)
def test_each_phase_asks_for_its_own_work(make_record, phase):
    expected = {"approved": "begin", "provisioning": "finish"} | dict.fromkeys(
        ("active", "changing", "cordoned", "retiring"), "keep"
    )
    assert work_for(make_record(phase), NOON) == expected.get(phase)


@pytest.mark.parametrize(
    ("until", "consent", "work"),
    [(NOON, True, "end"), (NOON + timedelta(seconds=1), True, "keep"), (NOON, False, "keep")],
)
def test_nothing_ends_before_its_time_or_without_a_second_person(make_record, until, consent, work):
    retirement = {"until": until.isoformat(), **({"consent": {"by": "zhou"}} if consent else {})}
    record = make_record("retiring", retirement=retirement)
    assert work_for(record, NOON) == work
    assert due_at(record) == (until if consent else None)


def test_a_tenancy_is_settled_when_its_status_says_so(make_record):
    record = make_record("active")
    assert not is_settled(record)
    done = _with(record, telling.done(record, BOTH, NOON))
    assert is_settled(done)
    assert not is_settled(_with(done, {"phase": "cordoned"}))
    assert not is_settled(_with(done, {"approved": {**done.status["approved"], "generation": 2}}))


def test_a_cordon_is_told_and_so_is_its_end(make_record):
    closed = make_record("cordoned")
    closed = _with(closed, telling.done(closed, BOTH, NOON))
    assert is_settled(closed)
    lifted = _with(closed, {"phase": "changing"})
    assert not is_settled(lifted)
    lifted = _with(lifted, telling.done(lifted, BOTH, NOON))
    assert is_settled(lifted)
    assert {c["type"]: c["status"] for c in lifted.status["conditions"]} == {
        "Ready": "True",
        "Cordoned": "False",
    }


def test_what_the_controller_writes_about_a_failure_wakes_nobody(make_record):
    record = make_record("provisioning")
    told = _with(record, telling.failed(record, BOTH, {}, "no room", NOON))
    assert mark_of(told) == mark_of(record)
    assert mark_of(_with(record, {"phase": "active"})) != mark_of(record)


def test_a_failure_says_which_region_is_ready_and_which_is_not(make_record):
    record = make_record("provisioning")
    results = {
        "north": Result(StackName("north", "mee-air"), "created"),
        "south": Result(StackName("south", "mee-air"), "failed", why="no answer"),
    }
    fields = telling.failed(record, BOTH, results, "south: no answer", NOON)
    assert [(place["name"], place["state"], place.get("message")) for place in fields["regions"]] == [
        ("north", "ready", None),
        ("south", "failed", "no answer"),
    ]
    assert fields["lastError"] == "south: no answer"
    assert [(c["type"], c["status"], c["message"]) for c in fields["conditions"]] == [
        ("Ready", "False", "south: no answer")
    ]


def test_once_a_destruction_has_begun_no_region_is_said_to_stand(make_record):
    record = _with(make_record("retiring"), telling.done(make_record("retiring"), BOTH, NOON))
    assert {place["state"] for place in record.status["regions"]} == {"ready"}
    record = _with(record, telling.leaving(record, NOON))
    results = {
        "north": Result(StackName("north", "mee-air"), "deleted"),
        "south": Result(StackName("south", "mee-air"), "failed", why="no answer"),
    }
    fields = telling.failed(record, BOTH, results, "south: no answer", NOON, reason="DestroyFailed")
    assert [(place["name"], place["state"], place.get("message")) for place in fields["regions"]] == [
        ("north", "destroying", None),
        ("south", "destroying", "no answer"),
    ]


def test_that_it_is_not_yet_time_to_end_says_nothing_of_regions(make_record):
    fields = telling.failed(make_record("retiring"), BOTH, {}, "kept until later", NOON, reason="NotYet")
    assert "regions" not in fields


def test_a_failure_before_it_began_names_no_regions_since_those_would_stay(make_record):
    assert "regions" not in telling.failed(make_record("approved"), BOTH, {}, "no room", NOON)


def test_the_time_of_a_condition_is_that_of_its_last_change(make_record):
    record = make_record("provisioning")
    first = _with(record, telling.begun(record, BOTH, NOON))
    later = telling.failed(first, BOTH, {}, "no room", NOON + timedelta(hours=1))
    assert later["conditions"][0]["lastTransitionTime"] == "2026-11-24T12:00:00Z"
    done = telling.done(first, BOTH, NOON + timedelta(hours=2))
    assert done["conditions"][0]["lastTransitionTime"] == "2026-11-24T14:00:00Z"
