import pytest

from govcloud.model import Department
from govcloud.planner import plan_tenancy


def _labels(plan):
    return plan[0]["metadata"]["labels"]


@pytest.mark.parametrize(
    ("grade", "level"), [(1, "baseline"), (2, "restricted"), (3, "restricted"), (4, "restricted")]
)
def test_pod_security_follows_the_grade_in_a_pinned_version(beijing, mee, make_tenancy, grade, level):
    labels = _labels(plan_tenancy(make_tenancy(grade=grade), mee, beijing, "primary"))
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == level
        assert labels[f"pod-security.kubernetes.io/{mode}-version"] == "v1.37"


def test_the_namespace_tells_the_placement_of_pods_which_pools_carry_it(beijing, mee, make_tenancy):
    labels = _labels(plan_tenancy(make_tenancy(grade=1), mee, beijing, "primary"))
    assert (labels["govcloud.dev/grade"], labels["govcloud.dev/pool-grade"]) == ("1", "2")
    assert labels["govcloud.dev/isolation"] == "namespace"
    assert not {"govcloud.dev/dedicated", "govcloud.dev/pool-runtime"} & set(labels)


def test_a_pool_of_its_own_and_a_sandbox_are_told_as_well(beijing, mee, make_tenancy):
    own = _labels(plan_tenancy(make_tenancy("mee-own"), mee, beijing, "primary"))
    sandbox = _labels(plan_tenancy(make_tenancy(grade=4), mee, beijing, "primary"))
    assert own["govcloud.dev/dedicated"] == "mee-own"
    assert sandbox["govcloud.dev/pool-runtime"] == "sandbox"


def test_the_namespace_bears_the_titles_that_people_know(beijing, mee, make_tenancy):
    annotations = plan_tenancy(make_tenancy(), mee, beijing, "primary")[0]["metadata"]["annotations"]
    assert annotations == {
        "govcloud.dev/title": "大气环境监测系统",
        "govcloud.dev/department-title": "生态环境部",
    }


def test_the_namespace_tells_the_rules_both_grades_and_the_level_of_the_data(beijing, mee, make_tenancy):
    tenancy = make_tenancy(grading={"information": 2, "service": 3})
    labels = _labels(plan_tenancy(tenancy, mee, beijing, "primary"))
    assert {
        key: labels[f"govcloud.dev/{key}"] for key in ("grade", "information-grade", "service-grade")
    } == {
        "grade": "3",
        "information-grade": "2",
        "service-grade": "3",
    }
    assert labels["govcloud.dev/data-level"] == "L3"


def test_the_domains_of_the_department_are_those_of_its_tenancies(beijing, make_tenancy):
    spec = {"title": "生态环境部", "domains": ["mee.gov.cn", "cnemc.cn"]}
    department = Department.model_validate({"metadata": {"name": "mee"}, "spec": spec})
    annotations = plan_tenancy(make_tenancy(), department, beijing, "primary")[0]["metadata"]["annotations"]
    assert annotations["govcloud.dev/domains"] == "mee.gov.cn,cnemc.cn"
