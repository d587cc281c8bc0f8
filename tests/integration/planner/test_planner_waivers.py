"""Who may except whom from a rule, as the API server of a hub sees it."""

import re
from datetime import UTC, datetime, timedelta

import pytest

SECURITY, PLATFORM = "govcloud:reviewers:security", "govcloud:reviewers:platform"
REVIEWER = "li.na@sic"
TOO_LONG = r"which is not within 366 days|\[GC-WVR-01\]"
"""Where several policies refuse, the API server tells what any one of them says."""


@pytest.fixture(scope="module")
def register(cluster):
    """The departments of a register: one with its groups by default, one that names its own."""
    departments = [
        {"metadata": {"name": "mee"}, "spec": {"title": "生态环境部"}},
        {
            "metadata": {"name": "mem"},
            "spec": {
                "title": "应急管理部",
                "roles": {"operator": {"groups": ["emergency"]}, "viewer": {"users": ["wang.fang"]}},
            },
        },
    ]
    documents = [{"apiVersion": "govcloud.dev/v1", "kind": "Department", **one} for one in departments]
    cluster.apply_all(documents)
    yield documents
    for document in documents:
        cluster.delete(document)


def _waiver(cluster, **changes):
    until = datetime.now(UTC) + timedelta(days=changes.pop("days", 30))
    spec = {
        "rule": "GC-POD-24",
        "tenancy": "mee-air-quality",
        "department": "mee",
        "scope": {"kinds": ["Deployment"], "names": ["web"]},
        "reason": "供应商镜像仓库迁移至下月完成，期间沿用旧地址",
        "ticket": "OA-2026-118",
        "approvedBy": REVIEWER,
        "until": until.strftime("%Y-%m-%dT%H:%M:%SZ"),
    } | changes
    return {"apiVersion": "govcloud.dev/v1", "kind": "Waiver", "metadata": {"name": "lab"}, "spec": spec}


def _made(cluster, waiver, user=REVIEWER, groups=(SECURITY,), dry=True):
    query = "?dryRun=All" if dry else ""
    return cluster.ask("POST", f"/apis/govcloud.dev/v1/waivers{query}", waiver, user, groups=groups)


@pytest.mark.parametrize("group", [SECURITY, PLATFORM])
def test_a_reviewer_of_another_department_makes_a_waiver_in_his_own_name(cluster, register, group):
    verdict = _made(cluster, _waiver(cluster), groups=(group, "sic:operators"))
    assert verdict.status == 201, verdict.message


@pytest.mark.parametrize(
    ("changes", "user", "groups", "why"),
    [
        ({}, REVIEWER, ("sic:operators",), "cannot create resource"),
        ({}, REVIEWER, ("govcloud:reviewers:operations",), "cannot create resource"),
        ({}, REVIEWER, ("system:masters",), "whose members approve waivers"),
        ({}, "somebody.else", (SECURITY,), "spec.approvedBy is li.na@sic"),
        ({}, REVIEWER, (SECURITY, "mee:owners"), "is of department mee"),
        ({}, REVIEWER, (SECURITY, "mee:viewers"), "is of department mee"),
        (
            {"tenancy": "mem-flood", "department": "mem"},
            REVIEWER,
            (SECURITY, "emergency"),
            "is of department mem",
        ),
        (
            {"tenancy": "mem-flood", "department": "mem", "approvedBy": "wang.fang"},
            "wang.fang",
            (SECURITY,),
            "is of department mem",
        ),
        ({"department": "mem"}, REVIEWER, (SECURITY, "mee:owners"), "does not name the department"),
        ({"department": "mee-air"}, REVIEWER, (SECURITY, "mee:owners"), "does not name the department"),
        ({"department": None}, REVIEWER, (SECURITY,), "does not name the department"),
        ({"days": 367}, REVIEWER, (SECURITY,), TOO_LONG),
        ({"days": -1}, REVIEWER, (SECURITY,), TOO_LONG),
    ],
)
def test_nobody_else_and_for_no_longer(cluster, register, changes, user, groups, why):
    verdict = _made(cluster, _waiver(cluster, **changes), user, groups)
    assert verdict.status == 403
    assert re.search(why, verdict.message)


def test_a_waiver_is_not_changed_once_it_is_approved(cluster, register):
    waiver = _waiver(cluster)
    assert _made(cluster, waiver, dry=False).status == 201
    path = cluster.path(waiver)
    try:
        longer = {"spec": {"until": _waiver(cluster, days=60)["spec"]["until"]}}
        for user, groups in ((REVIEWER, (SECURITY, "system:masters")),):
            verdict = cluster.ask("PATCH", path, longer, user, "merge-patch+json", groups)
            assert (verdict.status, "cannot be changed" in verdict.message) == (403, True)
        marked = {"metadata": {"labels": {"seen": "yes"}}}
        groups = (SECURITY, "system:masters")
        assert cluster.ask("PATCH", path, marked, REVIEWER, "merge-patch+json", groups).status == 200
    finally:
        assert cluster.ask("DELETE", path, None, "zhao.lei", groups=(PLATFORM,)).status == 200


def test_without_departments_in_the_register_nobody_is_believed(cluster, register):
    for document in register:
        cluster.delete(document)
    try:
        assert cluster.until(lambda: "no params found" in _made(cluster, _waiver(cluster)).message)
    finally:
        cluster.apply_all(register)
        assert cluster.until(lambda: _made(cluster, _waiver(cluster)).status == 201)
