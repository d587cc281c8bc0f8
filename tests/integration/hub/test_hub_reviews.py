"""Who reviews, and what approval takes: every way to cheat that a reviewer or a requester may think of."""

from datetime import UTC, datetime

import pytest
from hub_people import Answer, document

from govcloud.errors import RefusedError
from govcloud.hub import acts
from govcloud.hub.acts import Act
from govcloud.hub.hashes import spec_hash
from govcloud.hub.register import TENANCIES

LIMITS = "/apis/govcloud.dev/v1/limits/register"


def _refused(answer: Answer, words: str, status: int = 403) -> None:
    assert (answer.status, words in answer.words) == (status, True), answer


def _act(person, side="reviewer") -> Act:
    return Act(person.name, side, datetime.now(UTC), "for a reason")


def _review(record, person, role="security", **changes):
    """Writes a review of one's own with some fields changed."""
    status = acts.review(record, "approve", role, _act(person))
    status["reviews"][-1] |= changes
    return person.put_status(record, **status)


@pytest.mark.parametrize("who", ["zhang", "chen"])
def test_nobody_of_a_department_reviews_for_it(people, desk, who):
    answer = _review(desk.requested(), people[who])
    _refused(answer, f"{people[who].name} is of department mee, or asked for it, and may not review it")
    assert "ask another reviewer" in answer.words


def test_a_reviewer_who_belongs_to_the_department_does_not_review_for_it(people, desk):
    _refused(_review(desk.requested(), people["insider"]), "GC-REG-21")
    foreign = people["wang"].create(document("mem-flood", grade=2))
    foreign = people["wang"].move(foreign, "requested", "we need it")
    assert people["insider"].review(foreign, approve=True, reason="fine").phase == "approved"


@pytest.mark.parametrize("role", ["security", "platform"])
def test_the_platform_reviews_nothing(people, desk, role):
    _refused(
        _review(desk.in_review(), people["operator"], role),
        "ops@sic is of the platform, and may not review it",
    )


@pytest.mark.parametrize("who", ["liu", "wang", "auditor", "stranger"])
def test_nobody_without_a_reviewers_group_reviews(people, desk, who):
    assert _review(desk.requested(), people[who]).status == 403


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by": "zhou.tao@sic"}, "that is not by sun.li@cac"),
        ({"role": "platform"}, "in a role that the groups of sun.li@cac do not give"),
        ({"generation": 2}, "the review is about generation 2, the tenancy is at 1"),
        ({"decision": "reject"}, "does not tell the decision"),
        ({"hash": f"sha256:{'0' * 64}"}, "does not tell the decision"),
    ],
    ids=["by", "role", "generation", "decision", "hash"],
)
def test_a_review_is_what_it_seems(people, desk, changes, words):
    _refused(_review(desk.requested(), people["security"], **changes), words)


def test_a_review_without_a_hash_is_none(people, desk):
    assert _review(desk.requested(), people["security"], hash="fine").status == 422


def test_a_reviewer_touches_no_other_review(people, desk):
    record, platform = desk.in_review(), people["platform"]
    (theirs,) = record.reviews
    for reviews in ([], [{**theirs, "decision": "reject"}]):
        status = acts.review(record, "approve", "platform", _act(platform))
        status["reviews"] = [*reviews, status["reviews"][-1]]
        _refused(platform.put_status(record, **status), "that is not by zhou.tao@sic")


def test_a_review_is_not_taken_back_without_another(people, desk):
    record, security = desk.in_review(), people["security"]
    entry = acts.step(record, "in-review", _act(security))
    _refused(security.put_status(record, **{**entry, "reviews": []}), "GC-REG-20")


def test_a_reviewer_may_come_to_another_decision(people, desk):
    record = people["security"].review(desk.in_review(), approve=False, reason="on second thoughts")
    assert (record.phase, [r["decision"] for r in record.reviews]) == ("rejected", ["reject"])


def test_two_roles_do_not_make_two_reviewers(people, desk):
    both = people["both"]
    record = both.review(desk.requested(), approve=True, reason="fine", role="security")
    record = both.review(record, approve=True, reason="fine", role="platform")
    assert (record.phase, record.missing) == ("in-review", ("security",))
    _refused(both.put_status(record, **acts.step(record, "approved", _act(both))), "of role security")
    twice = acts.review(record, "approve", "security", _act(both))
    twice["reviews"] = [*record.reviews, twice["reviews"][-1]]
    _refused(both.put_status(record, **twice), "Duplicate value", 422)


@pytest.mark.parametrize("grade", [1, 2])
def test_one_reviewer_is_enough_for_a_low_grade(people, desk, grade):
    record = people["platform"].review(desk.requested(grade=grade), approve=True, reason="there is room")
    assert record.phase == "approved"


@pytest.mark.parametrize("grading", [{"information": 3, "service": 1}, {"information": 1, "service": 3}])
def test_the_higher_of_both_grades_decides_how_many_review(people, desk, grading):
    record = people["platform"].review(desk.requested(grading=grading), approve=True, reason="there is room")
    assert (record.phase, record.missing) == ("in-review", ("security",))


def test_a_change_of_what_is_asked_for_voids_its_reviews(people, desk):
    record = desk.in_review()
    changed = people["zhang"].amend(record, {**record.spec, "title": "another"})
    assert changed.missing == ("security", "platform")
    seen_before = acts.review(record, "approve", "platform", _act(people["platform"]))
    status = {**seen_before, "phase": "in-review"}
    _refused(people["platform"].patch(record, {"status": status}, "/status"), "the tenancy is at 2")
    with pytest.raises(RefusedError, match="it has changed meanwhile"):
        people["platform"].review(record, approve=True, reason="there is room")
    now = people["platform"].review(changed, approve=True, reason="there is room")
    assert (now.phase, now.missing) == ("in-review", ("security",))


def test_a_review_of_another_generation_approves_nothing(people, desk):
    record = desk.in_review()
    changed = people["zhang"].amend(record, {**record.spec, "title": "another"})
    now = people["platform"].review(changed, approve=True, reason="there is room")
    approval = {"generation": now.generation, "hash": now.hash, "spec": now.spec}
    for who in ("platform", "security"):
        answer = people[who].put_status(
            now, **acts.step(now, "approved", _act(people[who]), {"approved": approval})
        )
        _refused(answer, "generation 2 of grade 3 lacks the approval of a reviewer of role security")


def test_nobody_approves_in_the_reviewers_place(people, desk):
    record = desk.in_review()
    approval = {"generation": record.generation, "hash": record.hash, "spec": record.spec}
    for who, side in (("operator", "platform"), ("zhang", "department"), ("security", "reviewer")):
        status = acts.step(record, "approved", _act(people[who], side), {"approved": approval})
        assert people[who].put_status(record, **status).status == 403


@pytest.mark.parametrize("who", ["security", "operator"])
def test_what_is_approved_is_what_was_reviewed(people, desk, who):
    record = people["platform"].review(desk.requested(grade=2), approve=True, reason="fine")
    assert record.approved() == record.document()
    record = desk.requested()
    first = acts.review(record, "approve", "security", _act(people["security"]))
    assert people["security"].put_status(record, **first).status == 200
    record = people["zhang"].get(record.name)
    second = acts.review(record, "approve", "platform", _act(people["platform"]))
    honest = second["approved"]
    larger = {**record.spec, "resources": {**record.spec["resources"], "cpu": "800"}}
    for approval in (
        {**honest, "spec": larger},
        {**honest, "spec": larger, "hash": spec_hash(larger)},
        {**honest, "generation": 2},
        {**honest, "hash": spec_hash(larger)},
    ):
        forged = {**second, "approved": approval}
        _refused(people["platform"].put_status(record, **forged), "status.approved is not the spec")
    _refused(
        people[who].put_status(record, **{**record.status, "approved": honest}),
        "status.approved changes without a step that approves" if who == "operator" else "GC-REG-12",
    )
    assert people["platform"].put_status(record, **second).status == 200


def test_reviewers_who_saw_another_hash_approve_nothing_together(people, desk):
    record = desk.requested()
    status = acts.review(record, "approve", "security", _act(people["security"]))
    status["reviews"][-1]["hash"] = status["history"][-1]["hash"] = f"sha256:{'0' * 64}"
    assert people["security"].put_status(record, **status).status == 200
    with pytest.raises(RefusedError, match="GC-REG-24"):
        people["platform"].review(people["platform"].get(record.name), approve=True, reason="fine")


def test_a_rejection_stands_until_it_is_answered(people, desk):
    record = people["security"].review(desk.requested(), approve=False, reason="not filed")
    assert record.phase == "rejected"
    zhang = people["zhang"]
    with pytest.raises(RefusedError, match=r"it is rejected at generation 1 by sun\.li@cac"):
        zhang.move(record, "requested", "all the same")
    filed = {**record.spec["grading"], "filing": {"number": "1101", "date": "2026-03-01"}}
    record = zhang.amend(record, {**record.spec, "grading": filed})
    assert zhang.move(record, "requested", "it is filed now").phase == "requested"


def test_nothing_is_rejected_without_a_rejection(people, desk):
    record = desk.in_review()
    status = acts.step(record, "rejected", _act(people["platform"]))
    _refused(people["platform"].put_status(record, **status), "no review rejects generation 1")


@pytest.mark.parametrize("phase", ["draft", "approved", "active", "cordoned", "retiring", "retired"])
def test_reviews_are_written_while_something_is_to_be_decided(people, desk, phase):
    _refused(
        _review(getattr(desk, phase)(), people["security"]), f"reviews are not written while it is {phase}"
    )


@pytest.mark.parametrize(
    ("regions", "words"),
    [
        ({"primary": "north", "standby": ["south"]}, "above the ceiling of south"),
        ({"primary": "south"}, "above the ceiling of south"),
        ({"primary": "atlantis", "standby": ["north"]}, "above the ceiling of atlantis"),
    ],
)
def test_a_grade_above_the_ceiling_of_a_region_is_not_taken_there(people, desk, regions, words):
    record = desk.draft(grade=4, regions=regions)
    with pytest.raises(RefusedError, match=f"GC-REG-25.*its grade 4 is {words}"):
        people["zhang"].move(record, "requested", "we need it")


@pytest.mark.parametrize("regions", [{"primary": "north"}, None])
def test_a_grade_that_a_region_may_carry_is_taken_there(people, desk, regions):
    assert desk.requested(grade=4, regions=regions).phase == "requested"


def test_a_ceiling_that_was_lowered_meanwhile_counts(people, desk):
    record, platform = desk.in_review(grade=3), people["platform"]

    def set_ceiling(grade):
        change = {"spec": {"ceilings": {"south": grade}}}
        assert people["operator"].raw("PATCH", LIMITS, change, "merge-patch+json").status == 200

    def approve():
        status = acts.review(record, "approve", "platform", _act(platform))
        path = TENANCIES.path(record.namespace, record.name) + "/status"
        return platform.raw("PUT", path, {**record.manifest, "status": status}, dryRun="All")

    try:
        set_ceiling(2)
        desk.until(lambda: "above the ceiling of south" in approve().words)
    finally:
        set_ceiling(3)
    desk.until(lambda: approve().status == 200)
