from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from govcloud.model import parse_quantity
from govcloud.planner import plan_tenancy


def _limits(plan):
    ranges = (m for m in plan if m["kind"] == "LimitRange")
    return {m["metadata"]["name"]: m["spec"]["limits"][0] for m in ranges}


def test_a_container_that_says_nothing_gets_all_that_the_quota_counts(beijing, mee, make_tenancy):
    container = _limits(plan_tenancy(make_tenancy(grade=2), mee, beijing, "primary"))["containers"]
    assert container["defaultRequest"] == {"cpu": "160m", "memory": "256Mi", "ephemeral-storage": "1Gi"}
    assert container["default"] == {"cpu": "320m", "memory": "256Mi", "ephemeral-storage": "1Gi"}


def test_no_container_may_be_larger_than_a_node_that_carries_it(beijing, mee, make_tenancy):
    container = _limits(plan_tenancy(make_tenancy(), mee, beijing, "primary"))["containers"]
    assert container["max"] == {"cpu": "16", "memory": "64Gi", "ephemeral-storage": "100Gi"}


def test_a_default_is_no_larger_than_a_quota_below_its_step(beijing, mee, make_tenancy):
    tiny = make_tenancy(resources={"memory": "500Ki"})
    container = _limits(plan_tenancy(tiny, mee, beijing, "primary"))["containers"]
    assert container["default"]["memory"] == container["max"]["memory"] == "500Ki"


def test_no_volume_may_be_larger_than_the_quota(beijing, mee, make_tenancy):
    small = make_tenancy(resources={"storage": "500Mi"})
    volumes = _limits(plan_tenancy(small, mee, beijing, "primary"))["volumes"]
    assert (volumes["min"], volumes["max"]) == ({"storage": "500Mi"}, {"storage": "500Mi"})


def test_where_nothing_runs_there_is_nothing_to_limit_but_volumes(beijing, mee, make_tenancy):
    assert list(_limits(plan_tenancy(make_tenancy(tier=2), mee, beijing, "standby"))) == ["volumes"]


@given(
    grade=st.integers(1, 4),
    millicores=st.integers(1, 10**7),
    mebibytes=st.integers(1, 10**7),
    pods=st.integers(1, 10_000),
)
def test_defaults_never_exceed_the_maximum_nor_the_maximum_the_quota(
    beijing, mee, make_tenancy, hard, grade, millicores, mebibytes, pods
):
    asked = {"cpu": f"{millicores}m", "memory": f"{mebibytes}Mi", "pods": pods}
    plan = plan_tenancy(make_tenancy(grade=grade, resources=asked), mee, beijing, "primary")
    compute, container = hard(plan, "compute"), _limits(plan)["containers"]
    for name, step in (("cpu", Decimal("0.001")), ("memory", parse_quantity("1Mi"))):
        request, limit, most = (
            parse_quantity(container[key][name]) for key in ("defaultRequest", "default", "max")
        )
        assert 0 < request <= limit <= most <= parse_quantity(compute[f"limits.{name}"])
        assert request == step or request * pods <= parse_quantity(compute[f"requests.{name}"])
