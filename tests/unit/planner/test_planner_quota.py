from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govcloud.model import format_quantity, parse_quantity
from govcloud.planner import plan_tenancy

SHARES = {2: Decimal(0), 3: Decimal("0.25"), 4: Decimal(1), 5: Decimal(1), 6: Decimal(1)}


def test_a_primary_may_use_exactly_what_it_asked_for(beijing, mee, make_tenancy, hard):
    tenancy = make_tenancy(resources={"accelerators": {"nvidia.com/gpu": "2"}, "ephemeralStorage": "40Gi"})
    assert hard(plan_tenancy(tenancy, mee, beijing, "primary"), "compute") == {
        "requests.cpu": "32",
        "limits.cpu": "32",
        "requests.memory": "128Gi",
        "limits.memory": "128Gi",
        "requests.ephemeral-storage": "40Gi",
        "limits.ephemeral-storage": "40Gi",
        "pods": "200",
        "requests.nvidia.com/gpu": "2",
    }


@pytest.mark.parametrize(
    ("tier", "cpu", "memory", "pods", "gpus"),
    [
        (2, "0", "0", "0", "0"),
        (3, "8250m", "32Gi", "51", "1"),
        (4, "33", "128Gi", "201", "3"),
        (5, "33", "128Gi", "201", "3"),
        (6, "33", "128Gi", "201", "3"),
    ],
)
def test_a_standby_may_compute_as_its_tier_says_and_store_all(
    beijing, mee, make_tenancy, hard, tier, cpu, memory, pods, gpus
):
    asked = {"cpu": "33", "pods": 201, "accelerators": {"nvidia.com/gpu": "3"}}
    plan = plan_tenancy(make_tenancy(tier=tier, resources=asked), mee, beijing, "standby")
    compute = hard(plan, "compute")
    assert (compute["requests.cpu"], compute["requests.memory"]) == (cpu, memory)
    assert (compute["pods"], compute["requests.nvidia.com/gpu"]) == (pods, gpus)
    assert hard(plan, "storage")["requests.storage"] == "2Ti"


def test_a_standby_may_hold_the_objects_of_its_primary(beijing, mee, make_tenancy, hard):
    tenancy = make_tenancy(tier=2)
    primary, standby = (plan_tenancy(tenancy, mee, beijing, role) for role in ("primary", "standby"))
    assert hard(primary, "objects") == hard(standby, "objects")


@pytest.mark.parametrize(("grade", "limit"), [(1, "64"), (2, "64"), (3, "32"), (4, "32")])
def test_only_the_lower_grades_overcommit_and_only_processors(beijing, mee, make_tenancy, hard, grade, limit):
    compute = hard(plan_tenancy(make_tenancy(grade=grade), mee, beijing, "primary"), "compute")
    assert (compute["requests.cpu"], compute["limits.cpu"]) == ("32", limit)
    assert compute["requests.memory"] == compute["limits.memory"]


def test_accelerators_that_were_not_asked_for_are_closed(beijing, mee, make_tenancy, hard):
    compute = hard(plan_tenancy(make_tenancy(), mee, beijing, "primary"), "compute")
    assert compute["requests.nvidia.com/gpu"] == "0"


def test_each_storage_class_may_hold_all_but_the_sum_is_capped(beijing, mee, make_tenancy, hard):
    storage = hard(plan_tenancy(make_tenancy(), mee, beijing, "primary"), "storage")
    classes = [f"govcloud-{name}.storageclass.storage.k8s.io/requests.storage" for name in ("ssd", "hdd")]
    assert {storage[key] for key in (*classes, "requests.storage")} == {"2Ti"}


def test_ports_to_the_outside_are_closed_unless_granted(beijing, mee, make_tenancy, hard):
    closed = hard(plan_tenancy(make_tenancy(), mee, beijing, "primary"), "objects")
    granted = make_tenancy(resources={"nodePorts": 1, "loadBalancers": 2})
    opened = hard(plan_tenancy(granted, mee, beijing, "primary"), "objects")
    assert (closed["services.nodeports"], closed["services.loadbalancers"]) == ("0", "0")
    assert (opened["services.nodeports"], opened["services.loadbalancers"]) == ("1", "2")


def test_events_are_not_counted(beijing, mee, make_tenancy, hard):
    objects = hard(plan_tenancy(make_tenancy(), mee, beijing, "primary"), "objects")
    assert not [name for name in objects if "events" in name]


@given(
    tier=st.sampled_from(sorted(SHARES)),
    millicores=st.integers(0, 10**9),
    memory=st.integers(0, 10**18 - 1),
    pods=st.integers(1, 100_000),
)
def test_a_share_is_rounded_up_by_less_than_one_step(
    beijing, mee, make_tenancy, hard, tier, millicores, memory, pods
):
    asked = {"cpu": f"{millicores}m", "memory": format_quantity(Decimal(memory)), "pods": pods}
    plan = plan_tenancy(make_tenancy(tier=tier, resources=asked), mee, beijing, "standby")
    compute = hard(plan, "compute")
    for name, full, step in (
        ("requests.cpu", Decimal(millicores) / 1000, Decimal("0.001")),
        ("requests.memory", Decimal(memory), Decimal(1)),
        ("pods", Decimal(pods), Decimal(1)),
    ):
        surplus = parse_quantity(compute[name]) - full * SHARES[tier]
        assert 0 <= surplus < step, name
