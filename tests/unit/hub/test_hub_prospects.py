from typing import Any

import pytest
from hub_samples import NOON

from govcloud.hub.prospects import prospects, waiting_for
from govcloud.hub.register import Caller

OWNER = Caller("zhang.wei@mee", ("mee:owners",))
SECURITY = Caller("sun.li@cac", ("govcloud:reviewers:security",))
PLATFORM_REVIEWER = Caller("zhou.tao@sic", ("govcloud:reviewers:platform",))
PLATFORM = Caller("ops@sic", ("govcloud:platform",))
EVERYBODY = {
    "owner": OWNER,
    "security": SECURITY,
    "platform-reviewer": PLATFORM_REVIEWER,
    "platform": PLATFORM,
}


def review(by: Caller, decision: str = "approve", generation: int = 1) -> dict[str, Any]:
    return {"by": by.name, "role": by.roles[0], "decision": decision, "generation": generation, "hash": "h"}


def waited_for(record: Any) -> set[str]:
    return {
        name
        for name, caller in EVERYBODY.items()
        if waiting_for(record, caller, ["mee"] if caller is OWNER else [], NOON)
    }


def retiring(until: str, **more: Any) -> dict[str, Any]:
    return {
        "phase": "retiring",
        "retirement": {"by": OWNER.name, "at": "2026-10-01T00:00:00Z", "until": until, **more},
    }


BOTH = {"security", "platform-reviewer"}
DOOMED = [{"name": "north", "role": "primary", "state": "destroying"}]
CONSENT = {"consent": {"by": SECURITY.name, "role": "security", "at": "2026-10-02T00:00:00Z"}}


@pytest.mark.parametrize(
    ("status", "who"),
    [
        (None, {"owner"}),
        ({"phase": "requested"}, BOTH),
        ({"phase": "in-review", "reviews": [review(SECURITY)]}, {"platform-reviewer"}),
        ({"phase": "in-review", "reviews": [review(SECURITY, generation=7)]}, BOTH),
        ({"phase": "approved"}, {"platform"}),
        ({"phase": "provisioning"}, {"platform"}),
        ({"phase": "active"}, set()),
        ({"phase": "changing"}, BOTH),
        ({"phase": "changing", "reviews": [review(SECURITY, "reject")]}, {"owner"}),
        ({"phase": "cordoned", "cordon": {"by": OWNER.name, "side": "department"}}, set()),
        (retiring("2026-12-24T00:00:00Z"), BOTH),
        (retiring("2026-12-24T00:00:00Z", **CONSENT), set()),
        (retiring("2026-11-01T00:00:00Z", **CONSENT), {"platform"}),
        ({**retiring("2026-11-01T00:00:00Z", **CONSENT), "regions": DOOMED}, {"platform"}),
        ({"phase": "retired"}, set()),
        ({"phase": "rejected"}, {"owner"}),
        ({"phase": "withdrawn"}, set()),
    ],
)
def test_a_tenancy_waits_for_those_whose_step_is_next(make_record: Any, status: Any, who: set[str]) -> None:
    assert waited_for(make_record(status)) == who


def test_a_change_that_is_not_written_yet_waits_for_the_department(make_record: Any) -> None:
    spec = make_record().spec
    assert waited_for(make_record({"phase": "changing", "approved": {"spec": spec}})) == {"owner"}


def test_up_to_grade_2_one_reviewer_is_enough_so_that_nobody_waits_for_the_other(make_record: Any) -> None:
    status = {"phase": "in-review", "reviews": [review(SECURITY)]}
    record = make_record(status, grading={"information": 2, "service": 1})
    (first, _) = prospects(record)
    assert first.what == "review it once more, which ends the review"


@pytest.mark.parametrize(
    ("caller", "owned"),
    [
        (Caller("zhang.wei@mee", ("govcloud:reviewers:security",)), []),
        (Caller("qian.bo@mee", ("govcloud:reviewers:security",)), ["mee"]),
        (Caller("x@sic", ("govcloud:reviewers:security", "govcloud:platform")), []),
    ],
)
def test_nothing_waits_for_a_reviewer_who_must_not_review_it(
    make_record: Any, caller: Caller, owned: list[str]
) -> None:
    assert not waiting_for(make_record({"phase": "requested"}), caller, owned, NOON)


def test_each_prospect_tells_a_command_about_the_tenancy(make_record: Any) -> None:
    for phase in (
        "draft",
        "requested",
        "approved",
        "active",
        "changing",
        "cordoned",
        "rejected",
        "withdrawn",
    ):
        for one in prospects(make_record({"phase": phase})):
            assert one.command.startswith("govcloud ")
            assert "mee-air" in one.command


def test_nobody_is_told_to_keep_what_is_being_destroyed(make_record: Any) -> None:
    status = retiring("2026-11-01T00:00:00Z", **CONSENT)
    for regions, sides in (([], ["platform", "department"]), (DOOMED, ["platform"])):
        assert [one.side for one in prospects(make_record({**status, "regions": regions}), NOON)] == sides
