"""The facts that the product stands on: complete, typed, and each with its source."""

from decimal import Decimal
from importlib.resources import files

import pytest
import yaml

from govcloud.standards import (
    grade_names,
    grade_text,
    plan_centres,
    plan_departments,
    plan_systems,
    recovery_tiers,
    standards_data,
    standby,
    zone_facts,
)

FILES = sorted(
    entry.name.removesuffix(".yaml")
    for entry in files("govcloud.standards").joinpath("data").iterdir()
    if entry.name.endswith(".yaml")
)


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_plain_yaml_and_names_its_sources(name):
    data = standards_data(name)
    assert isinstance(data, dict)
    if name != "plan_systems":
        assert "source" in yaml.safe_dump(data, allow_unicode=True)


def test_a_file_is_read_once():
    assert standards_data("zones") is standards_data("zones")


def test_there_are_six_recovery_tiers_each_with_all_seven_elements():
    assert list(recovery_tiers()) == [1, 2, 3, 4, 5, 6]
    for tier in recovery_tiers().values():
        assert list(tier.elements) == ["E1", "E2", "E3", "E4", "E5", "E6", "E7"]
        assert (tier.source, tier.confidence) == ("design choice", "high")


def test_objectives_grow_tighter_with_the_tier():
    tiers = list(recovery_tiers().values())
    assert [tier.rpo_seconds for tier in tiers] == [604800, 604800, 86400, 43200, 1800, 0]
    assert [tier.rto_seconds for tier in tiers] == [259200, 172800, 86400, 43200, 7200, 900]


def test_objectives_lie_within_the_ranges_of_the_standard():
    for number, level in standards_data("dr_tiers")["levels"].items():
        tier = recovery_tiers()[number]
        for name, seconds in (("rto", tier.rto_seconds), ("rpo", tier.rpo_seconds)):
            assert seconds >= level[name].get("min_h", 0) * 3600
            assert seconds <= level[name].get("max_h", float("inf")) * 3600


def test_tiers_have_names_in_both_languages():
    assert (recovery_tiers()[6].zh, recovery_tiers()[6].en) == (
        "数据零丢失和远程集群支持",
        "no data loss and remote cluster",
    )


def test_more_stands_by_the_higher_the_tier():
    ratios = [standby(tier).compute_ratio for tier in range(1, 7)]
    assert ratios == [0, 0, Decimal("0.25"), 1, 1, 1]
    assert [standby(tier).storage_ratio for tier in range(1, 7)] == [0, 1, 1, 1, 1, 1]
    assert [standby(tier).sites for tier in range(1, 7)] == [0, 1, 1, 1, 1, 1]
    assert [standby(tier).runs for tier in range(1, 7)] == [False, False, False, False, True, True]


def test_what_stands_by_refers_to_elements_of_the_standard():
    for tier in range(1, 7):
        assert set(standby(tier).elements) <= set(recovery_tiers()[tier].elements)
        assert standby(tier).source == "design choice"
        assert standby(tier).text


def test_zones_are_known_by_the_names_that_estates_use():
    assert {"internet", "extranet", "dedicated", "management", "exchange"} <= set(zone_facts())


def test_zones_hold_data_up_to_a_ceiling():
    ceilings = {name: fact.data_ceiling for name, fact in zone_facts().items() if fact.data_ceiling}
    assert ceilings == {"internet": "L2", "extranet": "L3", "dedicated": "L4"}


def test_grades_have_names_and_a_way_to_be_written():
    assert grade_names()[3] == "监督保护级"
    assert (grade_text(3, 2), grade_text(2, 4)) == ("S3A2G3", "S2A4G4")


def test_a_written_grading_is_one_that_the_standard_allows():
    allowed = standards_data("grading")["combine_rule"]["valid_combos"]
    for grade, combos in allowed.items():
        for combo in combos:
            assert grade_text(int(combo[1]), int(combo[3])) == combo
            assert combo.endswith(f"G{grade}")


def test_the_plan_has_36_systems_of_21_departments_and_four_centres():
    assert (len(plan_systems()), len(plan_departments()), len(plan_centres())) == (36, 21, 4)
    assert {system.assumed.department for system in plan_systems().values()} == set(plan_departments())


def test_one_centre_is_primary_and_three_stand_by():
    assert [centre.role for centre in plan_centres().values()].count("primary") == 1


def test_facts_cannot_be_changed_by_accident():
    for facts in (recovery_tiers(), zone_facts(), plan_systems(), plan_departments(), grade_names()):
        with pytest.raises(TypeError):
            facts["x"] = None
