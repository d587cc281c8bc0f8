from datetime import timedelta

import pytest
from hub_samples import NOON

from govcloud.hub import acts
from govcloud.hub.record import Record


def _after(record, status, generation=None):
    metadata = {**record.manifest["metadata"], "generation": generation or record.generation}
    return Record({**record.manifest, "metadata": metadata, "status": status})


def test_a_step_leaves_an_entry_that_says_all_of_it(make_record, act):
    record = make_record()
    status = acts.step(record, "requested", act())
    (entry,) = status["history"]
    assert status["phase"] == "requested"
    assert entry == {
        "seq": 1,
        "from": "draft",
        "to": "requested",
        "by": "zhang.wei@mee",
        "at": "2026-11-24T12:00:00Z",
        "generation": 1,
        "hash": record.hash,
        "reason": "for a reason",
    }
    again = acts.step(_after(record, status), "withdrawn", act())
    assert again["history"][0] == entry
    assert again["history"][1]["seq"] == 2


def test_moments_are_written_in_utc(act):
    from datetime import datetime, timezone

    beijing = datetime(2026, 11, 24, 20, tzinfo=timezone(timedelta(hours=8)))
    assert act(at=beijing).time == "2026-11-24T12:00:00Z"


def test_reviews_lead_a_tenancy_from_request_to_approval(make_record, act):
    record = make_record({"phase": "requested"})
    first = _after(record, acts.review(record, "approve", "security", act("sun", "reviewer")))
    assert (first.phase, acts.conclude(first, act("sun", "reviewer"))) == ("in-review", None)
    second = _after(first, acts.review(first, "approve", "platform", act("zhou", "reviewer")))
    assert second.phase == "approved"
    assert second.status["approved"] == {"generation": 1, "hash": record.hash, "spec": record.spec}
    assert [entry.get("decision") for entry in second.history] == ["approve", "approve"]


def test_one_review_of_a_low_grade_is_concluded_with_a_second_step(make_record, act):
    record = make_record({"phase": "requested"}, grading={"information": 2, "service": 1})
    seen = _after(record, acts.review(record, "approve", "platform", act("zhou", "reviewer")))
    assert seen.phase == "in-review"
    done = acts.conclude(seen, act("zhou", "reviewer"))
    assert (done["phase"], done["history"][-1].get("decision")) == ("approved", None)


@pytest.mark.parametrize(("phase", "target"), [("in-review", "rejected"), ("changing", "changing")])
def test_a_rejection_ends_a_request_but_not_what_runs(make_record, act, phase, target):
    record = make_record({"phase": phase})
    status = acts.review(record, "reject", "security", act("sun", "reviewer"))
    assert (status["phase"], "approved" in status) == (target, False)


def test_a_review_takes_the_place_of_the_reviewers_last_one(make_record, act):
    record = make_record({"phase": "in-review"})
    rejected = _after(
        record, acts.review(record, "reject", "security", act("sun", "reviewer")) | {"phase": "in-review"}
    )
    status = acts.review(rejected, "approve", "security", act("sun", "reviewer"))
    assert [(review["by"], review["decision"]) for review in status["reviews"]] == [("sun", "approve")]


def test_a_review_of_before_the_change_approves_nothing(make_record, act):
    record = make_record({"phase": "requested"})
    first = acts.review(record, "approve", "security", act("sun", "reviewer"))
    changed = _after(record, first, generation=2)
    status = acts.review(changed, "approve", "platform", act("zhou", "reviewer"))
    assert status["phase"] == "in-review"


def test_a_cordon_says_who_set_it_and_goes_when_it_is_lifted(make_record, act):
    record = make_record({"phase": "active"})
    closed = _after(record, acts.step(record, "cordoned", act("ops", "platform")))
    assert closed.status["cordon"] == {"by": "ops", "side": "platform", "at": "2026-11-24T12:00:00Z"}
    assert "cordon" not in acts.step(closed, "approved", act("ops", "platform"))


def test_retirement_keeps_all_for_the_period_of_the_tier(make_record, act):
    record = make_record({"phase": "cordoned", "cordon": {"by": "zhang"}})
    asked = acts.retire(record, act())
    assert asked["retirement"]["until"] == "2027-05-23T12:00:00Z"
    assert asked["cordon"] == {"by": "zhang"}
    sooner = acts.retire(record, act(), NOON + timedelta(days=1))
    assert sooner["retirement"]["until"] == "2026-11-25T12:00:00Z"


def test_a_second_person_agrees_and_keeping_it_undoes_both(make_record, act):
    record = make_record({"phase": "cordoned", "cordon": {"by": "zhang"}})
    asked = _after(record, acts.retire(record, act()))
    agreed = _after(asked, acts.consent(asked, "platform", act("zhou", "reviewer")))
    assert agreed.phase == "retiring"
    assert agreed.history[-1]["decision"] == "destroy"
    assert agreed.status["retirement"]["consent"]["by"] == "zhou"
    kept = acts.step(agreed, "cordoned", act())
    assert (kept["cordon"], "retirement" in kept) == ({"by": "zhang"}, False)
