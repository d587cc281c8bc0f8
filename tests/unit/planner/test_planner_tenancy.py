import time

import pytest

from govcloud.errors import InputError
from govcloud.model import Department
from govcloud.planner import plan_tenancy


def test_every_object_bears_the_labels_of_its_tenancy(beijing, mee, make_tenancy):
    expected = {
        "app.kubernetes.io/managed-by": "govcloud",
        "govcloud.dev/tenancy": "mee-air-quality",
        "govcloud.dev/department": "mee",
        "govcloud.dev/grade": "3",
        "govcloud.dev/zone": "dedicated",
        "govcloud.dev/tier": "5",
        "govcloud.dev/role": "standby",
        "govcloud.dev/region": "beijing",
    }
    for manifest in plan_tenancy(make_tenancy(), mee, beijing, "standby"):
        assert expected.items() <= manifest["metadata"]["labels"].items()


def test_a_primary_has_at_least_sixteen_objects_with_names_of_their_own(beijing, mee, make_tenancy):
    plan = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    names = {(m["kind"], m["metadata"]["name"]) for m in plan}
    assert len(names) == len(plan) >= 16


def test_the_namespace_comes_first_then_what_closes_it_then_what_opens_it(beijing, mee, make_tenancy):
    kinds = [m["kind"] for m in plan_tenancy(make_tenancy(), mee, beijing, "primary")]
    order = [
        "Namespace",
        "NetworkPolicy",
        "ResourceQuota",
        "LimitRange",
        "ServiceAccount",
        "RoleBinding",
        "ConfigMap",
    ]
    assert list(dict.fromkeys(kinds)) == order


def test_everything_else_is_in_the_namespace(beijing, mee, make_tenancy):
    first, *rest = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    assert first["metadata"]["name"] == "t-mee-air-quality"
    assert {m["metadata"]["namespace"] for m in rest} == {"t-mee-air-quality"}


def test_where_nothing_stands_by_there_is_nothing(beijing, mee, make_tenancy):
    assert plan_tenancy(make_tenancy(tier=1), mee, beijing, "standby") == []
    assert plan_tenancy(make_tenancy(tier=1), mee, beijing, "primary")


def test_planning_twice_gives_the_same_in_values_of_its_own(beijing, mee, make_tenancy):
    first, second = (plan_tenancy(make_tenancy(), mee, beijing, "primary") for _ in range(2))
    assert first == second
    first[0]["metadata"]["labels"]["govcloud.dev/grade"] = "changed"
    first[1]["spec"]["podSelector"]["changed"] = "yes"
    assert first[1:2] != second[1:2]
    assert plan_tenancy(make_tenancy(), mee, beijing, "primary") == second


def test_no_two_objects_share_a_part(beijing, mee, make_tenancy):
    seen: set[int] = set()

    def visit(value):
        if isinstance(value, dict | list) and value:
            assert id(value) not in seen, value
            seen.add(id(value))
            for child in value.values() if isinstance(value, dict) else value:
                visit(child)

    visit(plan_tenancy(make_tenancy(), mee, beijing, "primary"))


def test_a_tenancy_is_planned_for_its_own_department_only(beijing, make_tenancy):
    other = Department.model_validate({"metadata": {"name": "mem"}, "spec": {"title": "应急管理部"}})
    with pytest.raises(InputError, match="mem"):
        plan_tenancy(make_tenancy(), other, beijing, "primary")


def test_the_facts_of_a_tenancy_are_there_for_its_people_to_read(beijing, mee, make_tenancy):
    tenancy = make_tenancy(recovery={"tier": 5, "rpo": "15m"})
    facts = plan_tenancy(tenancy, mee, beijing, "primary")[-1]["data"]
    assert facts == {
        "title": "大气环境监测系统",
        "department": "生态环境部",
        "region": "北京中心",
        "role": "primary",
        "zone": "dedicated",
        "grade": "3 (S3 A3)",
        "isolation": "node",
        "tier": "5",
        "rpo": "15m",
        "rto": "2h",
        "contacts": "值班 010-00000000",
    }


def test_a_whole_estate_is_planned_in_a_moment(beijing, mee, make_tenancy):
    tenancy = make_tenancy()
    start = time.process_time()
    for _ in range(62):
        plan_tenancy(tenancy, mee, beijing, "primary")
    assert time.process_time() - start < 0.3
