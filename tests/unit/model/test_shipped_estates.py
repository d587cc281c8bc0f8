"""The estates that come with govcloud: the whole national plan, on both of its networks."""

import time
from pathlib import Path

import pytest

from govcloud.model import Estate
from govcloud.model.checks import check_estate
from govcloud.model.loader import load_estate
from govcloud.placement.room import Room
from govcloud.standards import plan_centres, plan_departments, plan_systems

ESTATES = Path(__file__).parents[3] / "estates"
NETWORKS = {"national": "extranet", "intranet": "intranet"}


@pytest.fixture(params=NETWORKS, scope="module")
def estate(request) -> Estate:
    return load_estate(ESTATES / request.param)


def of_the_plan(estate):
    return {id: system for id, system in plan_systems().items() if system.network == estate.network}


def test_each_estate_is_on_its_network(estate):
    assert estate.network == NETWORKS[estate.name]


def test_the_plan_has_31_systems_of_the_extranet_and_five_of_the_intranet():
    counts = {name: len(load_estate(ESTATES / name).tenancies) for name in NETWORKS}
    assert counts == {"national": 31, "intranet": 5}


def test_every_system_of_the_plan_on_this_network_is_one_tenancy(estate):
    programmes = [tenancy.spec.programme for tenancy in estate.tenancies.values()]
    assert sorted(programmes) == sorted(of_the_plan(estate))


def test_tenancies_have_the_titles_and_the_assumed_values_of_the_plan(estate):
    systems = of_the_plan(estate)
    for tenancy in estate.tenancies.values():
        system, spec = systems[tenancy.spec.programme], tenancy.spec
        assert (spec.title, spec.department, spec.zone) == (
            system.zh,
            system.assumed.department,
            system.assumed.zone,
        )
        assert (spec.grading.information, spec.grading.service, spec.recovery.tier) == (
            system.assumed.information,
            system.assumed.service,
            system.assumed.tier,
        )
        assert "grading" in tenancy.metadata.annotations["assumed"]


def test_only_the_public_face_of_the_service_platform_differs_in_its_data_level(estate):
    systems = of_the_plan(estate)
    differing = {
        tenancy.name
        for tenancy in estate.tenancies.values()
        if tenancy.spec.data.level != systems[tenancy.spec.programme].assumed.level
    }
    assert differing == ({"gosc-government-services"} if estate.network == "extranet" else set())


def test_departments_are_those_of_the_plan(estate):
    for name, department in estate.departments.items():
        assert department.spec.title == plan_departments()[name]
    used = {tenancy.spec.department for tenancy in estate.tenancies.values()}
    assert used <= set(estate.departments)


def test_the_national_estate_has_all_centres_and_departments():
    national = load_estate(ESTATES / "national")
    assert set(national.regions) == set(plan_centres())
    assert set(national.departments) == set(plan_departments())
    for name, centre in plan_centres().items():
        assert national.regions[name].spec.energy.pue == centre.pue


def test_every_tenancy_runs_and_stands_by_in_the_two_regions_of_a_demo(estate):
    pairs = {
        frozenset((tenancy.spec.regions.primary, *tenancy.spec.regions.standby))
        for tenancy in estate.tenancies.values()
    }
    suffix = "-intranet" if estate.network == "intranet" else ""
    assert pairs == {frozenset((f"beijing{suffix}", f"guian{suffix}"))}


def test_every_tenancy_has_room_in_each_of_its_regions(estate):
    room = Room()
    for tenancy in estate.tenancies.values():
        for role, names in (
            ("primary", [tenancy.spec.regions.primary]),
            ("standby", tenancy.spec.regions.standby),
        ):
            for name in names:
                region = estate.regions[name]
                assert room.left(tenancy, region, role) is not None, (tenancy.name, name)
                room.promise(tenancy, region, role)


def test_a_region_has_no_more_nodes_than_a_laptop_can_simulate(estate):
    for region in estate.regions.values():
        assert sum(pool.nodes for pool in region.spec.pools) <= 100


def test_a_loaded_estate_passes_its_checks_again(estate):
    assert check_estate(estate) == []


def test_only_the_intranet_holds_classified_data(estate):
    secret = {t.spec.data.secrecy for t in estate.tenancies.values()} - {"none"}
    assert secret == ({"secret"} if estate.network == "intranet" else set())


def test_the_national_estate_loads_in_well_under_half_a_second():
    load_estate(ESTATES / "national")
    begun = time.process_time()
    load_estate(ESTATES / "national")
    assert time.process_time() - begun < 0.4
