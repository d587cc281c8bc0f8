"""The life cycle, as the API server holds everybody to it: whoever writes, and however."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hub_people import REGIONS, Answer

from govcloud.hub import acts
from govcloud.hub.acts import Act
from govcloud.hub.lifecycle import PHASES, Phase, find_step
from govcloud.hub.register import TENANCIES

SIDES = {"department": "zhang", "reviewer": "security", "platform": "operator"}
_PLAIN = (
    "draft",
    "requested",
    "in_review",
    "approved",
    "active",
    "changing",
    "cordoned",
    "retiring",
    "retired",
)


def _refused(answer: Answer, words: str, status: int = 403) -> None:
    assert (answer.status, words in answer.words) == (status, True), answer


def _act(person, side="department", at=None) -> Act:
    return Act(person.name, side, at or datetime.now(UTC), "for a reason")


@pytest.fixture(scope="module")
def standing(people, desk):
    """A tenancy in each phase."""
    found = [getattr(desk, phase)() for phase in _PLAIN]
    found.append(people["zhang"].move(desk.requested(), "withdrawn", "no money"))
    found.append(people["operator"].move(desk.approved(), "provisioning", "begun", REGIONS))
    found.append(people["security"].review(desk.requested(), approve=False, reason="no filing"))
    by_phase = {record.phase: record for record in found}
    assert by_phase.keys() == PHASES.keys()
    return by_phase


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("source", get_args(Phase))
def test_there_are_the_steps_of_the_life_cycle_and_no_others(people, standing, source, side):
    record, person = standing[source], people[SIDES[side]]
    path = TENANCIES.path(record.namespace, record.name) + "/status"
    for target in PHASES:
        if target == source:
            continue
        status = acts.step(record, target, _act(person, side))
        answer = person.raw("PUT", path, {**record.manifest, "status": status}, dryRun="All")
        step = find_step(source, target, side)
        if step is None:
            assert "[GC-REG-10]" in answer.words or "[GC-REG-11]" in answer.words, (target, answer)
        elif not step.needs and target != "retiring":
            assert answer.status == 200, (target, answer)
        else:
            assert "[GC-REG-10]" not in answer.words, (target, answer)
            assert "[GC-REG-11]" not in answer.words, (target, answer)


def test_a_refusal_says_where_the_way_leads_and_whose_it_is(people, desk):
    record = desk.requested()
    _refused(
        people["zhang"].put_status(record, phase="active"),
        "it cannot go from requested to active; from there it can go to withdrawn (by the department), "
        "in-review (by the reviewer)",
    )
    answer = people["zhang"].put_status(desk.approved(), phase="provisioning")
    _refused(answer, "zhang.wei@mee may not take it from approved to provisioning, which is for the platform")


@pytest.mark.parametrize("who", ["liu", "wang", "zhao", "auditor", "stranger"])
def test_nobody_else_writes_the_status(people, desk, who):
    answer = people[who].patch(desk.draft(), {"status": {"phase": "requested"}}, "/status")
    _refused(answer, 'cannot patch resource "tenancies/status"')


def _tampered(record, person, **changes):
    status = acts.step(record, "requested", _act(person))
    status["history"][-1] |= changes
    return person.put_status(record, **status)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"by": "chen.jie@mee"}, "the entry is by chen.jie@mee, not by zhang.wei@mee"),
        ({"to": "approved"}, "the entry goes from draft to approved"),
        ({"from": "rejected"}, "the entry goes from rejected to requested"),
        ({"generation": 7}, "the entry is about generation 7, the tenancy is at 1"),
        ({"seq": 2}, "the entry has number 2, which is not the next"),
        ({"decision": "approve"}, "does not tell the decision"),
        ({"at": "2020-01-01T00:00:00Z"}, "the entry is of 2020-01-01T00:00:00Z, which is not now"),
        ({"at": "2120-01-01T00:00:00+08:00"}, "which is not now"),
    ],
    ids=["by", "to", "from", "generation", "seq", "decision", "past", "future"],
)
def test_the_history_tells_the_truth(people, desk, changes, words):
    _refused(_tampered(desk.draft(), people["zhang"], **changes), words)


def test_a_forged_time_of_a_field_manager_makes_no_other_time_true(people, desk):
    record, zhang = desk.draft(), people["zhang"]
    for moment in (datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=400)):
        status = acts.step(record, "requested", _act(zhang, at=moment))
        own = {**record.manifest["metadata"]["managedFields"][0], "time": acts.written(moment)}
        metadata = {**record.manifest["metadata"], "managedFields": [own, {**own, "manager": "another"}]}
        answer = zhang.raw(
            "PUT",
            TENANCIES.path(record.namespace, record.name) + "/status",
            {**record.manifest, "metadata": metadata, "status": status},
        )
        _refused(answer, "which is not now")


@pytest.mark.parametrize("reason", ["", "x" * 1001])
def test_every_step_has_a_reason(people, desk, reason):
    assert _tampered(desk.draft(), people["zhang"], reason=reason).status == 422


def test_history_is_added_to_and_never_changed(people, desk):
    record, zhang = desk.requested(), people["zhang"]
    honest = acts.step(record, "withdrawn", _act(zhang))
    first, last = honest["history"]
    for history, words in (
        ([last], "an earlier entry of its history is changed or gone"),
        (
            [{**first, "reason": "because I say so"}, last],
            "an earlier entry of its history is changed or gone",
        ),
        ([first], "gets 0 entries, and one was due"),
        ([first, last, {**last, "seq": 3}], "gets 2 entries, and one was due"),
    ):
        _refused(zhang.put_status(record, phase="withdrawn", history=history), words)
    assert zhang.put_status(record, **honest).status == 200


def test_numbers_of_the_history_are_told_apart(people, desk):
    record, zhang = desk.requested(), people["zhang"]
    last = acts.step(record, "withdrawn", _act(zhang))["history"][-1]
    history = [*record.history, {**last, "seq": 1}]
    _refused(zhang.put_status(record, phase="withdrawn", history=history), "Duplicate value", 422)


_BOOKS = {
    "regions": REGIONS["regions"],
    "conditions": [
        {
            "type": "Ready",
            "status": "True",
            "reason": "Done",
            "message": "",
            "lastTransitionTime": "2026-01-01T00:00:00Z",
        }
    ],
    "observedGeneration": 1,
    "lastError": "none",
    "logged": 1,
}


@pytest.mark.parametrize("field", _BOOKS)
@pytest.mark.parametrize("who", ["zhang", "security"])
def test_only_the_platform_keeps_the_books(people, desk, who, field):
    record, person = desk.requested(), people[who]
    answer = person.patch(record, {"status": {field: _BOOKS[field]}}, "/status")
    _refused(answer, "GC-REG-12")
    target, side = ("withdrawn", "department") if who == "zhang" else ("in-review", "reviewer")
    with_a_step = acts.step(record, target, _act(person, side), {field: _BOOKS[field]})
    _refused(person.put_status(record, **with_a_step), "GC-REG-30")
    assert people["operator"].patch(record, {"status": {field: _BOOKS[field]}}, "/status").status == 200


def test_a_field_that_the_register_does_not_know_is_not_kept(people, desk):
    record = desk.requested()
    assert people["operator"].patch(record, {"status": {"verdict": "fine"}}, "/status").status == 200
    assert "verdict" not in people["zhang"].get(record.name).status


def test_the_platform_lets_go_of_what_is_recorded_and_of_nothing_else(people, desk):
    record, operator = desk.approved(), people["operator"]
    newest = record.history[-1]["seq"]
    _refused(operator.put_status(record, history=record.history[1:]), "GC-REG-13")
    _refused(operator.put_status(record, history=record.history[2:], logged=1), "GC-REG-13")
    _refused(operator.put_status(record, history=[], logged=newest), "GC-REG-13")
    assert operator.put_status(record, history=record.history[1:], logged=1).status == 200


def test_a_tenancy_that_is_brought_about_names_its_regions(people, desk):
    record, operator = desk.approved(), people["operator"]
    _refused(
        operator.put_status(record, **acts.step(record, "provisioning", _act(operator, "platform"))),
        "GC-REG-31",
    )


def test_what_runs_is_not_withdrawn_and_what_does_not_run_is_not_changed(people, desk):
    zhang, fresh = people["zhang"], desk.approved()
    _refused(zhang.put_status(fresh, **acts.step(fresh, "changing", _act(zhang))), "GC-REG-32")
    again = zhang.move(desk.changing(), "approved", "as it was")
    _refused(zhang.put_status(again, **acts.step(again, "withdrawn", _act(zhang))), "GC-REG-32")
    _refused(zhang.put_status(again, **acts.step(again, "requested", _act(zhang))), "GC-REG-32")
    assert zhang.put_status(again, **acts.step(again, "changing", _act(zhang))).status == 200


def test_a_change_is_dropped_only_when_all_is_as_it_was_approved(people, desk):
    zhang, record = people["zhang"], desk.changing()
    changed = zhang.amend(record, {**record.spec, "title": "another"})
    _refused(
        zhang.put_status(changed, **acts.step(changed, "approved", _act(zhang))),
        "its spec is not what was approved",
    )
    back = zhang.amend(changed, record.spec)
    assert zhang.put_status(back, **acts.step(back, "approved", _act(zhang))).status == 200


@pytest.mark.parametrize(
    ("content", "patch"),
    [
        ("merge-patch+json", {"status": {"phase": "active"}}),
        ("json-patch+json", [{"op": "replace", "path": "/status/phase", "value": "active"}]),
        (
            "apply-patch+yaml",
            {"apiVersion": "govcloud.dev/v1", "kind": "Tenancy", "status": {"phase": "active"}},
        ),
    ],
)
def test_every_way_to_write_is_held_to_the_same(people, desk, content, patch):
    record = desk.requested()
    path = TENANCIES.path(record.namespace, record.name) + "/status"
    query = {"fieldManager": "kubectl", "force": "true"} if "apply" in content else {}
    _refused(people["zhang"].raw("PATCH", path, patch, content, **query), "GC-REG-10")


def test_by_hand_a_step_is_a_json_patch(people, desk):
    record, zhang = desk.draft(), people["zhang"]
    patch = [{"op": "add", "path": "/status", "value": acts.step(record, "requested", _act(zhang))}]
    assert zhang.patch(record, patch, "/status", "json-patch+json").status == 200
    record = zhang.get(record.name)
    entry = acts.step(record, "withdrawn", _act(zhang))["history"][-1]
    patch = [
        {"op": "replace", "path": "/status/phase", "value": "withdrawn"},
        {"op": "add", "path": "/status/history/-", "value": entry},
    ]
    assert zhang.patch(record, patch, "/status", "json-patch+json").status == 200


def test_taking_the_status_away_is_no_way_out(people, desk):
    for record, who, words in (
        (desk.requested(), "zhang", "it cannot go from requested to draft"),
        (desk.retired(), "operator", "GC-REG-2"),
    ):
        without = {key: value for key, value in record.manifest.items() if key != "status"}
        path = TENANCIES.path(record.namespace, record.name) + "/status"
        _refused(people[who].raw("PUT", path, without), words)
        _refused(people[who].patch(record, {"status": None}, "/status"), words)
