"""What a check looked at."""

import pytest
from coverage_samples import a_finding, a_rule

from govcloud.model import Estate
from policies.finding import Subject
from policies.tally import Graded, Look, Tally, graded, graded_of_labels, tenancy_of, whose

DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
AIR = Graded("air", 3, 2, "mee")


def test_a_rule_was_asked_about_the_objects_of_its_kinds() -> None:
    tally = Tally([a_rule("MLPS-CMP-13"), a_rule("MLPS-BND-01", "GC-SVC-01", target="service")])
    for manifest in (DEPLOYMENT, DEPLOYMENT, SERVICE, {"apiVersion": "v1", "kind": "ConfigMap"}):
        tally.saw(manifest, "preview", AIR)
    assert tally.looks() == (Look("air", "GC-POD-01", 2), Look("air", "GC-SVC-01", 1))
    assert tally.objects == 4
    assert tally.tenancies() == (AIR,)


def test_a_rule_was_asked_only_at_its_points() -> None:
    tally = Tally([a_rule("MLPS-CMP-13", points="audit")])
    tally.saw(DEPLOYMENT, "preview", AIR)
    assert tally.looks() == ()
    tally.saw(DEPLOYMENT, "audit", AIR)
    assert tally.looks() == (Look("air", "GC-POD-01", 1),)


@pytest.mark.parametrize(("by", "asked"), [("overall", 1), ("information", 1), ("service", 0)])
def test_a_rule_was_asked_only_from_its_grade_on(by: str, asked: int) -> None:
    tally = Tally([a_rule("MLPS-CMP-13", grade="3", by=by)])
    tally.saw(DEPLOYMENT, "preview", AIR)
    assert len(tally.looks()) == asked


def test_every_rule_is_asked_about_what_is_nobodys() -> None:
    tally = Tally([a_rule("MLPS-CMP-13", grade="4")])
    tally.saw(DEPLOYMENT, "preview")
    assert tally.looks() == (Look(None, "GC-POD-01", 1),)
    assert tally.tenancies() == ()


def test_labels_of_a_namespace_tell_the_grades() -> None:
    labels = {
        "govcloud.dev/tenancy": "air",
        "govcloud.dev/department": "mee",
        "govcloud.dev/grade": "3",
        "govcloud.dev/information-grade": "3",
        "govcloud.dev/service-grade": "2",
    }
    assert graded_of_labels(labels) == AIR


def test_a_grade_that_is_not_told_is_the_strictest_that_it_can_be() -> None:
    assert graded_of_labels({"govcloud.dev/tenancy": "air"}) == Graded("air", 4, 4)
    assert graded_of_labels({"govcloud.dev/tenancy": "air", "govcloud.dev/grade": "2"}) == Graded("air", 2, 2)
    assert graded_of_labels({"govcloud.dev/tenancy": "air", "govcloud.dev/grade": "x"}) == Graded("air", 4, 4)


def test_a_namespace_that_is_no_tenancys_has_no_grade() -> None:
    assert graded_of_labels({"govcloud.dev/grade": "2"}) is None


def test_an_object_is_its_namespaces_tenancys_and_a_namespace_its_own() -> None:
    home = {
        "kind": "Namespace",
        "metadata": {"labels": {"govcloud.dev/tenancy": "air", "govcloud.dev/grade": "2"}},
    }
    assert whose(DEPLOYMENT, home) == whose(home) == Graded("air", 2, 2)
    assert whose(DEPLOYMENT) is None
    assert whose({"kind": "Namespace", "metadata": {"labels": None}}) is None


def test_a_tenancy_of_an_estate_has_its_grades(estate: Estate) -> None:
    assert graded(estate.tenancies["air"]) == Graded("air", 3, 3, "mee")


def test_a_request_belongs_to_the_tenancy_it_asks_for() -> None:
    rule = a_rule("MLPS-CMP-13")
    request = a_finding(rule, tenancy=None, subject=Subject("govcloud.dev/v1", "Tenancy", "fire"))
    assert tenancy_of(request) == "fire"
    assert tenancy_of(a_finding(rule)) == "air"
