import pytest

from govcloud.errors import InputError
from govcloud.planner.pools import footing


def _names(ground):
    return [pool.name for pool in ground.pools]


def test_a_tenancy_stands_on_the_lowest_grade_that_suffices(beijing, make_tenancy):
    ground = footing(make_tenancy(grade=1), beijing)
    assert (_names(ground), ground.grade, ground.dedicated) == (["ext2"], 2, False)


def test_all_shared_pools_of_that_grade_carry_it(beijing, make_tenancy):
    assert _names(footing(make_tenancy(grade=3), beijing)) == ["ded3", "gpu3"]


def test_a_tenancy_with_a_pool_of_its_own_stands_there_alone(beijing, make_tenancy):
    ground = footing(make_tenancy("mee-own"), beijing)
    assert (_names(ground), ground.dedicated) == (["own"], True)


def test_a_pool_of_its_own_does_not_carry_a_tenancy_of_a_higher_grade(beijing, make_tenancy):
    with pytest.raises(InputError, match="grade 4"):
        footing(make_tenancy("mee-own", grade=4, zone="dedicated", isolation="node"), beijing)


def test_sandbox_isolation_needs_a_pool_with_sandboxes(beijing, make_tenancy):
    tenancy = make_tenancy(grade=2, isolation="sandbox")
    assert _names(footing(tenancy, beijing)) == ["ext4"]


@pytest.mark.parametrize(
    ("wish", "missing"),
    [
        ({"zone": "internet"}, "zone internet"),
        ({"zone": "dedicated", "grade": 4}, "grade 4"),
        ({"zone": "dedicated", "isolation": "sandbox"}, "runtime sandbox"),
        ({"resources": {"accelerators": {"huawei.com/npu": "1"}}}, "huawei.com/npu"),
    ],
)
def test_a_tenancy_that_no_pool_may_carry_is_an_error_that_names_what_is_missing(
    beijing, make_tenancy, wish, missing
):
    with pytest.raises(InputError) as caught:
        footing(make_tenancy(**wish), beijing)
    assert missing in str(caught.value.expected)
    assert "beijing" in caught.value.what
    assert "mee-air-quality" in caught.value.what


def test_a_tenancy_isolated_by_cluster_is_not_put_into_a_shared_one(beijing, make_tenancy):
    with pytest.raises(InputError, match="ext2, ext3, ext4, ded3, gpu3"):
        footing(make_tenancy("mee-own", isolation="cluster"), beijing)


def test_a_tenancy_isolated_by_cluster_stands_where_all_pools_are_its_own(beijing, make_tenancy):
    (own,) = beijing.pools_of("mee-own")
    pools = (own.model_copy(update={"runtime": "sandbox"}),)
    spec = beijing.spec.model_copy(update={"pools": pools})
    alone = beijing.model_copy(update={"spec": spec})
    assert _names(footing(make_tenancy("mee-own", isolation="cluster"), alone)) == ["own"]
