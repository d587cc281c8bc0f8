"""What units are judged by before a run, and what the engine is told during it."""

import copy
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from engine_samples import manifest

from govcloud.engine.judge import Judge, judged
from govcloud.engine.units import Selection, Unit, units_of
from govcloud.model import Estate
from policies.settings import Settings
from stacks.names import StackName
from stacks.objects import with_field_manager

NOW = datetime(2027, 1, 1, tzinfo=UTC)
PRIVILEGED: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "t-air"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {"name": "app", "image": "a.example/b", "securityContext": {"privileged": True}}
                ]
            },
        },
    },
}


@pytest.fixture
def units(estate: Estate) -> dict[str, Unit]:
    """The units of the test estate, one of whose tenancies plans a privileged workload."""
    found = {str(unit.name): unit for unit in units_of(estate, Selection())}
    bad = found["tenancy.air.north"]
    found["tenancy.air.north"] = replace(bad, manifests=[*bad.manifests, PRIVILEGED])
    return found


def rules(judge: Judge, unit: Unit) -> set[str]:
    return {finding.rule for finding in judge.unit(unit)}


def test_what_the_planner_plans_passes_its_own_rules(units: dict[str, Unit]) -> None:
    judge = Judge(list(units.values()), NOW)
    for name, unit in units.items():
        if name != "tenancy.air.north":
            assert [finding.message for finding in judge.unit(unit)] == []


def test_a_unit_with_a_privileged_workload_is_refused_and_its_neighbours_are_not(
    units: dict[str, Unit], tmp_path: Path
) -> None:
    todo = [units["tenancy.air.north"], units["tenancy.water.south"]]
    with judged(list(units.values()), todo, tmp_path / "policies", NOW) as verdict:
        assert verdict.refuses(StackName("north", "air"))
        assert not verdict.refuses(StackName("south", "water"))
        assert not verdict.refuses(StackName("south", "air"))
        assert "GC-POD-01" in {finding.rule for finding in verdict.findings[StackName("north", "air")]}
        assert {finding.region for finding in verdict.findings[StackName("north", "air")]} == {"north"}
        assert verdict.pack is not None
        assert verdict.pack.program.exists()


def test_where_nothing_is_to_be_run_nothing_is_judged_or_served(
    units: dict[str, Unit], tmp_path: Path
) -> None:
    with judged(list(units.values()), [], tmp_path / "policies", NOW) as verdict:
        assert verdict.pack is None
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("stack", ["tenancy.air.north", "passing.north.0"])
def test_the_engine_hears_of_an_object_as_planned_what_was_found_in_the_plan(
    units: dict[str, Unit], stack: str
) -> None:
    judge = Judge(list(units.values()), NOW)
    planned = judge.unit(units["tenancy.air.north"])
    found = judge.object(stack, with_field_manager(PRIVILEGED))
    assert found
    assert found == [finding for finding in planned if finding.subject.kind == "Deployment"]


def test_the_engine_hears_what_is_wrong_with_an_object_that_is_not_as_planned(units: dict[str, Unit]) -> None:
    judge = Judge(list(units.values()), NOW)
    judge.unit(units["tenancy.air.north"])
    changed = copy.deepcopy(PRIVILEGED)
    changed["spec"]["template"]["spec"]["containers"][0]["name"] = "changed"
    (found,) = (
        finding
        for finding in judge.object("tenancy.air.north", with_field_manager(changed))
        if finding.rule == "GC-POD-01"
    )
    assert "containers[changed]" in found.message


def test_an_object_of_a_planned_name_in_another_region_is_judged_anew(units: dict[str, Unit]) -> None:
    judge = Judge(list(units.values()), NOW)
    judge.unit(units["tenancy.air.north"])
    found = judge.object("tenancy.air.south", with_field_manager(PRIVILEGED))
    assert {finding.region for finding in found} == {"south"}


def test_it_is_known_what_no_rule_is_about(units: dict[str, Unit]) -> None:
    judge = Judge(list(units.values()), NOW)
    assert judge.concerns("tenancy.air.north", PRIVILEGED)
    assert not judge.concerns("tenancy.air.north", manifest("Event", "e"))


def test_each_region_has_its_own_settings(units: dict[str, Unit]) -> None:
    north = units["tenancy.air.north"]
    allowed = replace(north, settings=Settings(registries=("a.example",)))
    assert rules(Judge([allowed], NOW), allowed) < rules(Judge([north], NOW), north)
