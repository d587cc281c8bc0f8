"""Manifests and estates are asked the rules in the place where their objects will be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from policy_samples import RULES, budget, deployment, namespace

from govcloud.check import Checked, Places, check, check_plan, check_requests, places_of
from govcloud.engine.units import Selection, units_of
from govcloud.errors import InputError
from govcloud.manifests import Located
from govcloud.model import Estate
from govcloud.model.loader import load_estate
from policies.settings import Settings

NOW = datetime(2027, 1, 1, tzinfo=UTC)
CLOUD = Settings(registries=("reg.gov",))
WAIVER = {"waiver.govcloud.dev/GC-TST-01": "2027-01-31T00:00:00Z Deployment/web"}


def asked(*manifests: dict[str, Any], places: Places | None = None, **options: Any) -> Checked:
    found = [Located(manifest, f"a.yaml:{line}") for line, manifest in enumerate(manifests, start=1)]
    return check(
        found, places or Places(settings=CLOUD), RULES, **{"point": "preview", "now": NOW, **options}
    )


def rules(checked: Checked) -> list[str]:
    return [finding.rule for finding in checked.findings]


def test_an_object_is_judged_by_the_namespace_among_the_manifests() -> None:
    (finding,) = asked(namespace(grade=2), deployment(), budget()).findings
    assert (finding.rule, finding.grade, finding.tenancy, finding.department) == (
        "GC-TST-01",
        2,
        "air",
        "mee",
    )
    assert finding.subject.source == "a.yaml:2"


def test_the_order_of_documents_does_not_matter_for_what_is_known() -> None:
    before, after = asked(namespace(grade=2), deployment()), asked(deployment(), namespace(grade=2))
    assert rules(before) == rules(after) == ["GC-TST-01"]
    assert after.guessed == ()


def test_of_an_unknown_namespace_the_strictest_grade_is_assumed_and_nobodys_tenancy() -> None:
    checked = asked(deployment())
    assert rules(checked) == ["GC-TST-01", "GC-TST-02"]
    assert {(finding.grade, finding.tenancy) for finding in checked.findings} == {(4, None)}
    assert checked.guessed == ("t-air",)


def test_objects_without_a_namespace_are_guessed_about_under_an_empty_name() -> None:
    assert asked(deployment(namespace=None)).guessed == ("",)
    assert asked(budget(), {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n"}}).guessed == ()


def test_a_namespace_that_is_no_tenancys_tells_nothing() -> None:
    plain = namespace()
    plain["metadata"]["labels"] = {}
    checked = asked(plain, deployment())
    assert checked.guessed == ("t-air",)
    assert rules(checked) == ["GC-TST-01", "GC-TST-02"]


def test_what_is_said_of_unknown_namespaces_is_no_guess() -> None:
    grade = dict.fromkeys(("grade", "information-grade", "service-grade"), "2")
    checked = asked(deployment(), places=Places(labels=grade, settings=CLOUD))
    assert (rules(checked), checked.guessed) == (["GC-TST-01"], ())


def test_siblings_are_the_objects_of_the_same_namespace_only() -> None:
    assert rules(asked(namespace(), deployment(replicas=2), budget())) == []
    assert rules(asked(namespace(), deployment(replicas=2), budget("t-water"))) == ["GC-TST-02"]


def test_findings_are_in_the_order_of_the_objects() -> None:
    found = asked(deployment("b"), budget(), deployment("a", 2), deployment("c")).findings
    assert [one.subject.name for one in found] == ["b", "c"]


def test_only_rules_of_the_point_are_asked() -> None:
    assert rules(asked(namespace(), deployment(), point="admission")) == ["GC-TST-01"]


def test_a_waiver_on_the_namespace_excuses_what_it_is_about() -> None:
    (one, two) = asked(namespace(**WAIVER), budget(), deployment(), deployment("other")).findings
    assert (one.subject.name, one.blocks) == ("web", False)
    assert (two.subject.name, two.blocks) == ("other", True)


def test_a_waiver_that_has_ended_excuses_nothing() -> None:
    (finding,) = asked(
        namespace(**WAIVER), budget(), deployment(), now=datetime(2027, 1, 31, tzinfo=UTC)
    ).findings
    assert finding.blocks


def test_documents_of_the_register_are_asked_about_as_requests(estate: Estate) -> None:
    request = estate.tenancies["air"].model_dump(mode="json", by_alias=True, exclude_none=True)
    checked = asked(request, deployment())
    assert [(one.rule, one.point) for one in checked.findings] == [
        ("GC-TST-04", "request"),
        ("GC-TST-01", "preview"),
        ("GC-TST-02", "preview"),
    ]
    assert checked.findings[0].tenancy == "air"
    assert checked.points == ("request", "preview")


def test_what_was_looked_at_is_counted() -> None:
    checked = asked(namespace(), deployment(), deployment("b"), budget())
    assert checked.objects == 3  # no rule is about budgets
    assert {(one.tenancy, one.rule): one.objects for one in checked.looks} == {
        ("air", "GC-TST-01"): 2,
        ("air", "GC-TST-02"): 2,
        ("air", "GC-TST-03"): 2,
        ("air", "GC-TST-05"): 1,
    }
    assert [(one.tenancy, one.overall) for one in checked.tenancies] == [("air", 3)]


def test_an_estate_knows_the_namespaces_of_its_tenancies(estate: Estate) -> None:
    checked = asked(
        deployment(image="registry.gov.internal/web"),
        deployment(namespace="t-water", image="elsewhere/web"),
        places=places_of(estate),
    )
    assert checked.guessed == ()
    assert [(one.rule, one.tenancy, one.region) for one in checked.findings if one.severity == "high"] == [
        ("GC-TST-01", "air", "north"),
        ("GC-TST-01", "water", "south"),
        ("GC-TST-03", "water", "south"),
    ]


def test_a_tenancy_that_is_named_owns_what_names_no_namespace(estate: Estate) -> None:
    checked = asked(deployment(namespace=None), places=places_of(estate, "air", "south"))
    assert {(one.tenancy, one.region) for one in checked.findings} == {("air", "south")}


@pytest.mark.parametrize(("tenancy", "region"), [("nobody", None), ("air", "west"), ("water", "north")])
def test_a_tenancy_and_region_that_do_not_go_together_are_an_input_error(
    estate: Estate, tenancy: str, region: str | None
) -> None:
    with pytest.raises(InputError):
        places_of(estate, tenancy, region)


def test_requests_of_an_estate_have_their_lines_and_their_regions_settings(estate_text: str) -> None:
    estate = load_estate("small.yaml", text=estate_text)
    found = check_requests(estate, RULES, now=NOW).findings
    lines = estate_text.splitlines()
    assert [one.subject.name for one in found] == ["air", "water"]
    for one in found:
        file, _, line = str(one.subject.source).rpartition(":")
        assert (file, lines[int(line) - 1]) == ("small.yaml", "apiVersion: govcloud.dev/v1")
        assert one.offences == ("spec.grading.filing is missing, ceiling 3",)


def test_a_waiver_of_the_estate_excuses_a_request(estate_text: str) -> None:
    waiver = """---
apiVersion: govcloud.dev/v1
kind: Waiver
metadata: {name: w}
spec: {rule: GC-TST-04, tenancy: air, reason: r, ticket: T-1, approvedBy: li@x, until: 2027-01-31T00:00:00Z}
"""
    found = check_requests(load_estate("e", text=estate_text + waiver), RULES, now=NOW).findings
    assert {one.subject.name: one.waived.ticket if one.waived else None for one in found} == {
        "air": "T-1",
        "water": None,
    }


def test_a_plan_is_asked_about_unit_by_unit_with_its_region(estate: Estate) -> None:
    units = units_of(estate, Selection())
    for unit in units:
        for manifest in unit.manifests:
            if manifest["metadata"]["name"] == "t-air":
                del manifest["metadata"]["annotations"]
    checked = check_plan(units, RULES, now=NOW)
    assert [(one.rule, one.region) for one in checked.findings] == [
        ("GC-TST-05", "north"),
        ("GC-TST-05", "south"),
    ]
    assert checked.findings[0].subject.source is None
    assert sorted(checked.regions) == ["north", "south"]
