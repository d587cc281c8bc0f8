"""Whoever was given every right in a department's namespace is held to the process still: it asks for groups, not rights."""

from datetime import UTC, datetime

import pytest
from hub_people import document

from govcloud.hub import acts
from govcloud.hub.acts import Act, written
from govcloud.hub.log import decision
from govcloud.hub.recorder import DECISIONS
from govcloud.hub.register import TENANCIES

_RBAC = "rbac.authorization.k8s.io"


@pytest.fixture(scope="module")
def mighty(people, desk):
    """Somebody of no group who may do everything in the namespace of mee, as far as RBAC can say."""
    stranger = people["stranger"]
    binding = {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": "mighty", "namespace": "d-mee"},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"apiGroup": _RBAC, "kind": "User", "name": stranger.name}],
    }
    path = f"/apis/{_RBAC}/v1/namespaces/d-mee/rolebindings"
    people["operator"].cluster.request("POST", path, None, binding)
    desk.until(lambda: stranger.raw("GET", TENANCIES.path("d-mee")).status == 200)
    yield stranger
    people["operator"].cluster.request("DELETE", f"{path}/mighty")


def _refused(answer, rule):
    assert (answer.status, f"[{rule}]" in answer.words) == (403, True), answer


def test_a_right_to_create_makes_no_owner(mighty):
    _refused(mighty.raw("POST", TENANCIES.path("d-mee"), document("mee-mighty")), "GC-REG-02")


def test_a_right_to_write_makes_no_side(mighty, desk):
    record = desk.draft()
    _refused(mighty.patch(record, {"spec": {"title": "another"}}), "GC-REG-02")
    act = Act(mighty.name, "department", datetime.now(UTC), "I can")
    _refused(mighty.put_status(record, **acts.step(record, "requested", act)), "GC-REG-11")


def test_a_right_to_write_makes_no_reviewer(mighty, desk):
    record = desk.in_review()
    act = Act(mighty.name, "reviewer", datetime.now(UTC), "I can")
    answer = mighty.put_status(record, **acts.review(record, "approve", "platform", act))
    _refused(answer, "GC-REG-20")
    assert f"{mighty.name} is no reviewer" in answer.words


def test_a_right_to_delete_clears_nothing_away(mighty, desk):
    record = desk.draft()
    _refused(mighty.raw("DELETE", TENANCIES.path(record.namespace, record.name)), "GC-REG-06")
    _refused(mighty.raw("DELETE", TENANCIES.path("d-mee")), "GC-REG-06")


def test_a_right_to_create_records_nothing(mighty, desk):
    record = desk.requested()
    made = decision(record, record.history[0], None, written(datetime.now(UTC)))
    _refused(mighty.raw("POST", DECISIONS.path("d-mee"), made, dryRun="All"), "GC-REG-50")
