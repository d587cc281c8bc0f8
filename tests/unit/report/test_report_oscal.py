import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from public_schemas import oscal_schema, problems
from report_samples import AT, IMAGES, PRIVILEGED, TENANCIES, a_finding, a_report, a_rule, a_waiver

from govcloud.report import Report
from govcloud.report.oscal import oscal, write_oscal
from policies.finding import Subject


def results_of(report: Report) -> dict[str, dict[str, Any]]:
    return {one["title"]: one for one in oscal(report)["assessment-results"]["results"]}


def air_of(*findings: Any) -> dict[str, Any]:
    return results_of(a_report(findings=findings))["Tenancy air"]


def values_of(node: Any, *names: str) -> Iterator[str]:
    """All values of some fields, however deep."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from values_of(child, *names)
    if isinstance(node, dict):
        yield from (node[name] for name in names if isinstance(node.get(name), str))


def test_a_document_is_valid_oscal() -> None:
    assert problems(oscal_schema(), json.loads(write_oscal(a_report()))) == []


def test_a_document_about_nothing_is_valid_oscal() -> None:
    assert problems(oscal_schema(), oscal(a_report(findings=(), rules=(), looks=(), tenancies=()))) == []


def test_a_document_of_findings_without_known_tenancies_is_valid_oscal() -> None:
    assert problems(oscal_schema(), oscal(a_report(tenancies=(), looks=()))) == []


def test_the_public_schema_refuses_what_is_no_oscal() -> None:
    document = oscal(a_report())
    del document["assessment-results"]["results"][0]["reviewed-controls"]
    assert problems(oscal_schema(), document)


def test_every_id_is_given_once_and_every_reference_resolves() -> None:
    document = oscal(a_report())
    given = list(values_of(document, "uuid"))
    used = set(values_of(document, "observation-uuid", "risk-uuid", "subject-uuid"))
    assert len(given) == len(set(given))
    assert used
    assert used <= set(given)
    assert document["assessment-results"]["import-ap"]["href"].removeprefix("#") in given


def test_what_all_tenancies_share_is_observed_in_the_result_of_each() -> None:
    rule = a_rule("GC-CLR-01", target="cluster-role", clauses="MLPS-CMP-07", grade="2")
    shared = a_finding(rule, "admin", tenancy=None, subject=Subject("v1", "ClusterRole", "admin"))
    document = oscal(a_report(findings=(shared,), rules=(rule,)))
    for result in document["assessment-results"]["results"]:
        (one,) = result["observations"]
        (finding,) = (one for one in result["findings"] if one["target"]["target-id"] == "MLPS-CMP-07")
        assert finding["related-observations"] == [{"observation-uuid": one["uuid"]}]
    assert len(document["assessment-results"]["results"]) == 3
    assert problems(oscal_schema(), document) == []


def test_ids_follow_from_the_content() -> None:
    first, second = (oscal(a_report())["assessment-results"]["uuid"] for _ in range(2))
    other = oscal(a_report(at=AT + timedelta(minutes=1)))["assessment-results"]["uuid"]
    assert first == second != other
    assert UUID(first).version == 5


def test_a_result_is_a_tenancy_and_one_is_of_what_is_nobodys() -> None:
    assert list(results_of(a_report())) == ["Tenancy air", "Tenancy water", "Objects of no tenancy"]


def test_a_control_is_satisfied_only_where_rules_found_nothing() -> None:
    findings = results_of(a_report())["Tenancy air"]["findings"]
    states = {one["target"]["target-id"]: one["target"]["status"]["state"] for one in findings}
    assert states["MLPS-CMP-13"] == "not-satisfied"
    assert states["MLPS-BND-01"] == "satisfied"
    assert "MLPS-CMP-02" not in states, "no rule told anything about it"


def test_only_controls_that_rules_told_something_about_are_reviewed() -> None:
    result = results_of(a_report())["Tenancy air"]
    (selection,) = result["reviewed-controls"]["control-selections"]
    reviewed = [one["control-id"] for one in selection["include-controls"]]
    assert reviewed == [one["target"]["target-id"] for one in result["findings"]]


def test_an_open_finding_is_an_open_risk_with_its_remedy() -> None:
    (risk,) = air_of(a_finding(PRIVILEGED), a_finding(PRIVILEGED, "two"))["risks"]
    assert risk["status"] == "open"
    assert risk["remediations"][0]["description"] == "mend GC-POD-01"
    assert len(risk["related-observations"]) == 2


def test_a_waiver_is_an_approved_deviation_that_ends() -> None:
    (risk,) = air_of(a_finding(IMAGES, waived=a_waiver()))["risks"]
    assert risk["status"] == "deviation-approved"
    assert risk["deadline"] == "2027-01-31T16:00:00Z"
    assert {"OPS-12", "air-images"} <= set(values_of(risk, "value"))


def test_the_same_object_in_two_regions_is_two_items() -> None:
    result = air_of(a_finding(IMAGES), a_finding(IMAGES, region="guian"), a_finding(PRIVILEGED))
    assert len(result["local-definitions"]["inventory-items"]) == 2


def test_a_rule_that_found_nothing_is_an_observation_too() -> None:
    water = results_of(a_report(findings=()))["Tenancy water"]
    told = [one["description"] for one in water["observations"]]
    assert told == [f"The rule was asked about {count} objects and found nothing." for count in (2, 2, 1)]


def test_a_property_is_one_line_whatever_it_was() -> None:
    waived = replace(a_waiver(), ticket="two\nlines ", approved_by=" ")
    document = oscal(a_report(findings=(a_finding(IMAGES, waived=waived),), tenancies=TENANCIES))
    assert "two lines" in set(values_of(document, "value"))
    assert problems(oscal_schema(), document) == []
