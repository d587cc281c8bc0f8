"""Objects of plans and programs, each judged in the namespace that it is in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pack_rules import BUDGET, PAUSED, REPLICAS, RULES, STRICT, budget, deployment, namespace

from govcloud.model import Estate
from govcloud.planner.quota import STORAGE_CLASS_PREFIX
from policies.finding import Finding
from policies.inspection import Inspection, by_place, needs_siblings, place
from policies.settings import Settings

NOW = datetime(2027, 1, 1, tzinfo=UTC)


def rules(findings: list[Finding]) -> list[str]:
    return [finding.rule for finding in findings]


def alone(manifest: dict[str, Any], *known: dict[str, Any], **options: Any) -> list[Finding]:
    inspection = Inspection(RULES, **options)
    for one in known:
        inspection.learn(one)
    return inspection.findings(manifest, NOW)


def test_a_plan_is_judged_with_its_namespaces_and_siblings_in_the_order_of_its_objects() -> None:
    plan = [namespace(), deployment(1), deployment(1, "t-water"), namespace("t-water", 3), budget()]
    found = [f for of_one in Inspection(RULES, region="north").whole(plan, NOW) for f in of_one]
    assert [(f.subject.namespace, f.rule, f.grade) for f in found] == [
        ("t-air", "GC-TST-01", 2),
        ("t-water", "GC-TST-01", 3),
        ("t-water", "GC-TST-03", 3),
        ("t-water", "GC-TST-04", 3),
    ]
    assert {f.region for f in found} == {"north"}


def test_what_is_in_an_unknown_namespace_is_judged_as_of_the_strictest_grade() -> None:
    (first, second) = alone(deployment(1))
    assert (first.rule, second.rule) == ("GC-TST-01", "GC-TST-03")
    assert (second.grade, second.tenancy, second.error) == (4, "air", False)


def test_labels_that_are_assumed_stand_for_those_of_an_unknown_namespace() -> None:
    labels = {f"govcloud.dev/{axis}": "1" for axis in ("grade", "information-grade", "service-grade")}
    assert rules(alone(deployment(1), assumed=labels)) == ["GC-TST-01"]


def test_a_namespace_that_is_known_counts_more_than_what_is_assumed() -> None:
    assert rules(alone(deployment(), namespace(grade=3), assumed={"govcloud.dev/grade": "1"})) == [
        "GC-TST-03"
    ]


def test_what_is_in_a_namespace_of_no_tenancy_is_not_asked_about() -> None:
    system = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "govcloud-system"}}
    assert alone(deployment(1, "govcloud-system"), system) == []


def test_a_waiver_on_the_namespace_marks_the_finding_until_it_ends() -> None:
    waiver = {"GC_TST_01": "2027-06-01T00:00:00Z Deployment/we*"}
    (finding,) = alone(deployment(1), namespace(**waiver))
    assert finding.waived is not None
    assert not finding.blocks
    ended = {"GC_TST_01": "2026-06-01T00:00:00Z Deployment/we*"}
    assert alone(deployment(1), namespace(**ended))[0].blocks


def test_rules_that_look_at_siblings_are_told_from_those_that_do_not() -> None:
    assert [needs_siblings(rule) for rule in (REPLICAS, PAUSED, STRICT, BUDGET)] == [
        False,
        False,
        False,
        True,
    ]


def test_the_rules_about_siblings_are_asked_when_all_are_known() -> None:
    inspection = Inspection(RULES)
    inspection.learn(namespace())
    assert inspection.findings(deployment(), NOW) == []
    assert rules(inspection.findings_together(deployment(), [deployment()], NOW)) == ["GC-TST-04"]
    assert inspection.findings_together(deployment(), [deployment(), budget()], NOW) == []


@pytest.mark.parametrize("manifest", [{}, {"metadata": None}, {"kind": "Namespace"}, {"apiVersion": "v1"}])
def test_an_object_without_the_most_needful_is_no_object_of_a_rule(manifest: dict[str, Any]) -> None:
    inspection = Inspection(RULES)
    inspection.learn(manifest)
    assert inspection.findings(manifest, NOW) == []
    assert not inspection.concerns(manifest)


def test_a_namespace_is_the_place_of_what_is_in_it() -> None:
    assert place(namespace()) == place(deployment()) == "t-air"
    assert by_place([namespace(), deployment(), budget("t-water")]) == {
        "t-air": [deployment()],
        "t-water": [budget("t-water")],
    }


def test_only_a_namespace_that_nobody_told_of_is_unknown() -> None:
    inspection = Inspection(RULES)
    inspection.learn(namespace())
    assert inspection.unknown(deployment()) is None
    assert inspection.unknown(namespace("t-water")) is None
    assert inspection.unknown(deployment(place="t-water")) == "t-water"


def test_the_settings_of_a_region_are_those_of_its_document(estate: Estate) -> None:
    region = estate.regions["north"]
    settings = Settings.of(region)
    assert settings.registries == region.spec.registries
    assert settings.ceiling == 3
    assert settings.network == "extranet"
    assert settings.encrypted_classes == (f"{STORAGE_CLASS_PREFIX}ssd", f"{STORAGE_CLASS_PREFIX}hdd")
