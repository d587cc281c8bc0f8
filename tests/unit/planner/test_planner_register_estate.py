from dataclasses import replace

import pytest

from govcloud.errors import InputError
from govcloud.model import Department
from govcloud.planner.register_estate import plan_register


def _department(name, **roles):
    return Department.model_validate({"metadata": {"name": name}, "spec": {"title": name, "roles": roles}})


def _plan(estate, *departments):
    return plan_register(replace(estate, departments={d.name: d for d in departments}))


def _of(plan, namespace):
    return {
        m["roleRef"]["name"]: [(s["kind"], s["name"]) for s in m["subjects"]]
        for m in plan
        if m["kind"] == "RoleBinding" and m["metadata"]["namespace"] == namespace
    }


def test_a_department_asks_in_a_namespace_of_its_own(estate):
    plan = _plan(estate, _department("mee"))
    (namespace,) = [m for m in plan if m["metadata"]["name"] == "d-mee"]
    assert namespace["metadata"]["labels"]["govcloud.dev/department"] == "mee"
    assert namespace["metadata"]["annotations"]["govcloud.dev/owners"] == "group:mee:owners"
    assert namespace["metadata"]["annotations"]["govcloud.dev/members"].split("\n") == [
        "group:mee:owners",
        "group:mee:operators",
        "group:mee:viewers",
    ]
    assert _of(plan, "d-mee") == {
        "govcloud-register-owner": [("Group", "mee:owners")],
        "govcloud-register-viewer": [("Group", "mee:operators"), ("Group", "mee:viewers")],
    }


def test_members_that_a_department_names_take_the_place_of_the_default(estate):
    roles = {"owner": {"users": ["li.na@mee"], "groups": ["it"]}, "viewer": {"groups": ["it", "press"]}}
    plan = _plan(estate, _department("mee", **roles))
    assert _of(plan, "d-mee") == {
        "govcloud-register-owner": [("Group", "it"), ("User", "li.na@mee")],
        "govcloud-register-viewer": [("Group", "mee:operators"), ("Group", "press")],
    }
    (namespace,) = [m for m in plan if m["metadata"]["name"] == "d-mee"]
    assert namespace["metadata"]["annotations"]["govcloud.dev/owners"] == "group:it\nuser:li.na@mee"


def test_every_department_is_recorded_and_everything_is_govclouds(estate):
    plan = _plan(estate, _department("mee"), _department("mem"))
    assert [m["metadata"]["name"] for m in plan if m["kind"] == "Department"] == ["mee", "mem"]
    for manifest in plan:
        assert manifest["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "govcloud"


def test_namespaces_come_before_what_is_in_them(estate):
    made = set()
    for manifest in _plan(estate, _department("mee"), _department("mem")):
        if manifest["kind"] == "Namespace":
            made.add(manifest["metadata"]["name"])
        elif "namespace" in manifest["metadata"]:
            assert manifest["metadata"]["namespace"] in made


def test_departments_whose_tenancies_could_not_be_told_apart_are_refused(estate):
    with pytest.raises(InputError, match="tenancies of department mee-air could have the names of those of"):
        _plan(estate, _department("mee-air"), _department("mee"))
    assert _plan(estate, _department("mee"), _department("meeting"))


def test_a_member_whose_name_would_be_two_is_refused(estate):
    with pytest.raises(InputError, match="has a line break in it"):
        _plan(estate, _department("mee", viewer={"users": ["li\nuser:zhang"]}))
