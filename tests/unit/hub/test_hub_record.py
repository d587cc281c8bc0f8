import pytest

from govcloud.errors import RefusedError
from govcloud.hub.hashes import spec_hash


def _review(by, role, decision="approve", generation=1):
    return {"by": by, "role": role, "decision": decision, "generation": generation}


def test_a_tenancy_whose_status_says_nothing_is_a_draft(make_record):
    record = make_record()
    assert (record.phase, record.history, record.reviews, record.missing) == (
        "draft",
        [],
        (),
        ("security", "platform"),
    )
    assert [step.target for step in record.steps] == ["requested", "withdrawn"]


@pytest.mark.parametrize(
    ("reviews", "missing"),
    [
        ([_review("sun", "security")], ("platform",)),
        ([_review("sun", "security"), _review("zhou", "platform")], ()),
        ([_review("sun", "security"), _review("li", "security")], ("platform",)),
        ([_review("sun", "security", "reject")], ("security", "platform")),
        ([_review("sun", "security", generation=2)], ("security", "platform")),
    ],
)
def test_the_roles_that_still_have_to_approve_are_named(make_record, reviews, missing):
    assert make_record({"reviews": reviews}).missing == missing


@pytest.mark.parametrize("role", ["security", "platform"])
def test_of_a_low_grade_any_role_is_enough(make_record, role):
    low = {"grading": {"information": 2, "service": 2}}
    assert make_record(**low).missing == ("security", "platform")
    assert make_record({"reviews": [_review("sun", role)]}, **low).missing == ()


def test_what_was_approved_stays_what_it_was_when_another_spec_is_written(make_record):
    before = make_record()
    approved = {"generation": 1, "hash": before.hash, "spec": before.spec}
    record = make_record({"approved": approved}, generation=2, title="另一个")
    assert record.approved().spec.title == before.spec["title"]
    assert record.document().spec.title == "另一个"
    assert before.approved() is None


def test_a_spec_that_the_reviewers_did_not_see_is_not_brought_about(make_record):
    record = make_record()
    larger = {**record.spec, "resources": {**record.spec["resources"], "cpu": "800"}}
    forged = make_record({"approved": {"generation": 1, "hash": record.hash, "spec": larger}})
    with pytest.raises(RefusedError) as refusal:
        forged.approved()
    assert spec_hash(larger) in str(refusal.value)
    assert record.hash in str(refusal.value)


def test_history_is_in_the_order_of_its_numbers(make_record):
    entries = [{"seq": 2}, {"seq": 1}, {"seq": 10}]
    assert [entry["seq"] for entry in make_record({"history": entries}).history] == [1, 2, 10]
