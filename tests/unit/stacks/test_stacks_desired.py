"""What a stack should hold and where, from an estate."""

from dataclasses import replace
from pathlib import Path

import pytest

from govcloud.errors import InputError
from govcloud.model import Estate, KubeconfigCluster, Waiver
from govcloud.planner import plan_platform, plan_tenancy
from stacks.desired import platform_manifests, region_of, role_in, target_of, tenancy_manifests, tenancy_of
from stacks.target import Target


def test_a_region_plays_one_role_or_none_for_a_tenancy(estate: Estate) -> None:
    air, water = estate.tenancies["air"], estate.tenancies["water"]
    assert [role_in(air, region) for region in ("north", "south")] == ["primary", "standby"]
    assert [role_in(water, region) for region in ("north", "south")] == [None, "primary"]


def test_a_tenancy_that_is_not_placed_has_no_role_anywhere(estate: Estate) -> None:
    air = estate.tenancies["air"]
    unplaced = air.model_copy(update={"spec": air.spec.model_copy(update={"regions": None})})
    assert role_in(unplaced, "north") is None


def test_manifests_are_the_planners_for_that_role(estate: Estate) -> None:
    south, mee, air = estate.regions["south"], estate.departments["mee"], estate.tenancies["air"]
    assert platform_manifests(estate, "south") == plan_platform(south)
    assert tenancy_manifests(estate, "air", "south") == plan_tenancy(air, mee, south, "standby")


def test_waivers_of_the_estate_are_on_the_namespace_of_their_tenancy(estate: Estate) -> None:
    spec = {
        "rule": "GC-POD-02",
        "reason": "r",
        "ticket": "t",
        "approvedBy": "a",
        "until": "2027-01-01T00:00:00Z",
    }
    waivers = {
        name: Waiver.model_validate({"metadata": {"name": name}, "spec": spec | {"tenancy": name}})
        for name in ("air", "water")
    }
    planned = tenancy_manifests(replace(estate, waivers=waivers), "air", "north")
    entries = planned[0]["metadata"]["annotations"]["waiver.govcloud.dev/GC-POD-02"]
    assert entries == "2027-01-01T00:00:00Z */*"


def test_a_region_without_a_role_is_refused_with_the_field(estate: Estate) -> None:
    with pytest.raises(
        InputError, match=r"spec\.regions.*'north' is neither primary nor standby of tenancy 'water'"
    ):
        tenancy_manifests(estate, "water", "north")


@pytest.mark.parametrize(("find", "name", "near"), [(region_of, "noth", "north"), (tenancy_of, "aix", "air")])
def test_an_unknown_name_is_answered_with_the_nearest(
    estate: Estate, find: object, name: str, near: str
) -> None:
    assert callable(find)
    with pytest.raises(InputError, match=f"did you mean '{near}'"):
        find(estate, name)


def test_a_local_region_has_its_kubeconfig_in_the_state_folder(estate: Estate, tmp_path: Path) -> None:
    path = tmp_path / "state" / "regions" / "north" / "admin.kubeconfig"
    assert target_of(estate, "north") == Target("north", str(path))


@pytest.mark.parametrize(("path", "expected"), [("/etc/north", "/etc/north"), (None, "~/.kube/config")])
def test_any_other_region_has_the_one_that_the_estate_names(
    estate: Estate, path: str | None, expected: str
) -> None:
    north = estate.regions["north"]
    cluster = KubeconfigCluster(kind="kubeconfig", path=path, context="admin@north")
    spec = north.spec.model_copy(update={"cluster": cluster})
    regions = {"north": north.model_copy(update={"spec": spec})}
    assert target_of(replace(estate, regions=regions), "north") == Target("north", expected, "admin@north")
