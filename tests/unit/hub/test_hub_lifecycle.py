from typing import get_args

import pytest

from govcloud.hub.lifecycle import (
    DELETABLE,
    EDITABLE,
    FIRST,
    PHASES,
    RETENTION_DAYS,
    REVIEWED,
    STEPS,
    Phase,
    find_step,
    roles_needed,
    steps_from,
)

PLATFORM_ONLY = {"provisioning", "active", "retired"}


def _reachable(start, steps):
    found, frontier = {start}, [start]
    while frontier:
        phase = frontier.pop()
        new = {step.target for step in steps if step.source == phase} - found
        found |= new
        frontier += new
    return found


def test_every_phase_is_explained_and_can_be_reached_from_the_first():
    assert set(PHASES) == set(get_args(Phase)) == _reachable(FIRST, STEPS)


def test_only_a_retired_tenancy_has_come_to_its_end():
    assert [phase for phase in PHASES if not steps_from(phase)] == ["retired"]


def test_no_side_has_two_steps_between_the_same_phases():
    made = [(step.source, step.target, side) for step in STEPS for side in step.sides]
    assert len(made) == len(set(made))


def test_only_the_platform_brings_about_and_destroys():
    for step in STEPS:
        if step.target in PLATFORM_ONLY:
            assert step.sides == ("platform",), step


def test_nothing_is_brought_about_that_was_not_reviewed():
    unreviewed = [step for step in STEPS if "reviewed" not in step.needs]
    assert not _reachable(FIRST, unreviewed) & {"approved", "provisioning", "active", "changing"}


def test_what_is_not_reviewed_anew_is_approved_only_as_it_was():
    for step in STEPS:
        if step.target == "approved":
            assert "reviewed" in step.needs or "as-approved" in step.needs, step
        if "department" in step.sides and step.target == "approved":
            assert "as-approved" in step.needs, step


def test_nothing_is_destroyed_that_was_not_cordoned_and_retiring():
    for passed in ("cordoned", "retiring"):
        around = [step for step in STEPS if passed not in (step.source, step.target)]
        assert "retired" not in _reachable(FIRST, around)


def test_what_runs_comes_to_no_phase_in_which_its_record_may_be_deleted_but_by_retirement():
    founded = [step for step in STEPS if "unfounded" not in step.needs]
    assert _reachable("provisioning", founded) & set(DELETABLE) == {"retired"}


def test_a_spec_changes_only_where_it_is_reviewed_before_it_counts():
    assert not set(EDITABLE) & {"approved", "provisioning", "active", "cordoned", "retiring", "retired"}
    assert set(REVIEWED) <= set(EDITABLE)


@pytest.mark.parametrize(("grade", "reviewers"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_from_grade_3_on_two_roles_review(grade, reviewers):
    assert roles_needed(grade) == reviewers


def test_every_tier_has_a_retention_and_a_higher_tier_no_shorter_one():
    assert list(RETENTION_DAYS) == [1, 2, 3, 4, 5, 6]
    assert sorted(RETENTION_DAYS.values()) == list(RETENTION_DAYS.values())


def test_a_step_is_found_by_its_phases_and_side():
    assert find_step("changing", "approved", "department").name == "drop the change"
    assert find_step("changing", "approved", "reviewer").name == "approve the change"
    assert find_step("draft", "approved", "reviewer") is None
