"""Which regions a tenancy of the register gets, and keeps."""

import pytest

from govcloud.controller.land import Land
from govcloud.errors import EstateError, RefusedError
from govcloud.model import Waiver
from govcloud.planner.cordon import CORDONED


def _places(*names):
    return [{"name": name, "role": "standby" if i else "primary"} for i, name in enumerate(names)]


def test_a_tenancy_without_regions_is_placed(estate, make_record):
    regions = Land(estate).tenancy(make_record(), []).spec.regions
    assert {regions.primary, *regions.standby} == {"north", "south"}


def test_regions_that_it_names_are_its_own(estate, make_record):
    record = make_record(spec={"regions": {"primary": "south", "standby": ["north"]}})
    assert Land(estate).tenancy(record, []).spec.regions.primary == "south"


def test_regions_that_it_has_stay_whatever_it_names(estate, make_record):
    named = {"regions": {"primary": "south", "standby": ["north"]}}
    record = make_record(spec=named, regions=_places("north", "south"))
    regions = Land(estate).tenancy(record, []).spec.regions
    assert (regions.primary, regions.standby) == ("north", ("south",))


def test_a_standby_that_was_approved_later_is_added(estate, make_record):
    named = {"regions": {"primary": "north", "standby": ["south"]}}
    record = make_record(spec=named, regions=_places("north"))
    assert Land(estate).tenancy(record, []).spec.regions.standby == ("south",)


def test_what_others_of_the_register_take_is_not_given_twice(estate, make_record):
    much = {
        "resources": {"cpu": "300", "memory": "32Gi", "storage": "1Ti", "pods": 50},
        "recovery": {"tier": 1},
    }
    others = [
        make_record("active", f"mee-{name}", spec=much, regions=_places(name)) for name in ("north", "south")
    ]
    Land(estate).tenancy(make_record(spec=much), others[:1])
    with pytest.raises(EstateError):
        Land(estate).tenancy(make_record(spec=much), others)


def test_what_was_not_reviewed_is_not_brought_about(estate, make_record):
    record = make_record()
    forged = {**record.status["approved"], "spec": {**record.spec, "title": "another"}}
    with pytest.raises(RefusedError, match="the reviewers approved"):
        Land(estate).tenancy(make_record(approved=forged), [])


def test_a_tenancy_of_the_files_is_not_of_the_register_too(estate, make_record):
    with pytest.raises(RefusedError, match="the files of the estate have a tenancy of this name too"):
        Land(estate).tenancy(make_record(name="air"), [])


def test_a_tenancy_whose_department_left_the_estate_is_told(estate, make_record):
    with pytest.raises(EstateError):
        Land(estate).tenancy(make_record(spec={"department": "gone"}), [])


def test_a_waiver_of_the_register_is_on_the_namespace_of_its_tenancy_alone(estate, make_record):
    spec = {
        "rule": "GC-POD-02",
        "tenancy": "mee-a",
        "scope": {"kinds": ["Deployment"]},
        "reason": "the images move to the registry of the cloud by then",
        "ticket": "OA-2026-118",
        "approvedBy": "li.na@sic",
        "until": "2099-01-01T00:00:00Z",
    }
    waiver = Waiver.model_validate({"metadata": {"name": "images"}, "spec": spec})
    land = Land(estate, lambda: [waiver])
    records = {name: make_record("active", name) for name in ("mee-a", "mee-b")}
    units = land.units({name: land.tenancy(record, []) for name, record in records.items()}, records)
    marked = {
        unit.name.tenancy
        for unit in units
        if "waiver.govcloud.dev/GC-POD-02" in unit.manifests[0]["metadata"].get("annotations", {})
    }
    assert marked == {"mee-a"}


def test_units_are_those_of_the_tenancies_asked_for_and_closed_ones_are_closed(estate, make_record):
    land = Land(estate)
    records = {name: make_record(phase, name) for name, phase in (("mee-a", "active"), ("mee-b", "cordoned"))}
    tenancies = {name: land.tenancy(record, []) for name, record in records.items()}
    closed = {
        unit.name.tenancy: CORDONED in unit.manifests[0]["metadata"]["labels"]
        for unit in land.units(tenancies, records)
        if unit.name.tenancy
    }
    assert closed == {"mee-a": False, "mee-b": True}
    assert land.units({}, {}) == []
    assert [str(unit.name) for unit in land.hub()] == ["platform.north"]
