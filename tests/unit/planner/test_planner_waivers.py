"""Waivers on the namespace of a tenancy, where admission reads them."""

from datetime import UTC, datetime

import pytest

from govcloud.errors import InputError
from govcloud.model import Waiver
from govcloud.planner import plan_tenancy
from policies.finding import Subject
from policies.waivers import waivers_of_document, waivers_of_namespace

IMAGES = "waiver.govcloud.dev/GC-POD-02"


def _waiver(rule="GC-POD-02", tenancy="mee-air-quality", until="2027-02-01T00:00:00+08:00", **more):
    spec = {"rule": rule, "tenancy": tenancy, "reason": "r", "ticket": "t", "approvedBy": "a", "until": until}
    return Waiver.model_validate({"metadata": {"name": "w"}, "spec": spec | more})


@pytest.fixture
def planned(beijing, mee, make_tenancy):
    """The namespace of a tenancy with waivers."""

    def plan(*waivers):
        return plan_tenancy(make_tenancy(), mee, beijing, "standby", waivers)[0]

    return plan


def _annotations(namespace):
    return {k: v for k, v in namespace["metadata"]["annotations"].items() if k.startswith("waiver.")}


def test_a_tenancy_has_no_waivers_by_itself(planned):
    assert _annotations(planned()) == {}


def test_a_waiver_says_for_what_and_until_when_in_utc(planned):
    assert _annotations(planned(_waiver())) == {IMAGES: "2027-01-31T16:00:00Z */*"}
    scope = {"kinds": ["Deployment"], "names": ["web"]}
    (entries,) = _annotations(planned(_waiver(scope=scope))).values()
    assert entries.split(",") == [
        "2027-01-31T16:00:00Z Deployment/web",
        "2027-01-31T16:00:00Z Pod/web-*",
        "2027-01-31T16:00:00Z ReplicaSet/web-*",
    ]


def test_several_waivers_of_one_rule_stand_side_by_side_in_one_order(planned):
    waivers = [
        _waiver(),
        _waiver(until="2026-12-01T00:00:00Z", scope={"names": ["web"]}),
        _waiver("GC-POD-21"),
    ]
    expected = {
        IMAGES: "2026-12-01T00:00:00Z */web,2027-01-31T16:00:00Z */*",
        "waiver.govcloud.dev/GC-POD-21": "2027-01-31T16:00:00Z */*",
    }
    assert _annotations(planned(*waivers)) == _annotations(planned(*reversed(waivers))) == expected


def test_waivers_of_other_tenancies_are_none_of_it(planned):
    assert _annotations(planned(_waiver(tenancy="mee-water"), _waiver(tenancy="mee-air"))) == {}


def test_a_waiver_that_names_another_department_is_an_error(planned):
    assert planned(_waiver(department="mee"))
    with pytest.raises(InputError, match="waiver w was approved for department mem"):
        planned(_waiver(department="mem"))


@pytest.mark.parametrize(
    "scope",
    [{}, {"kinds": ["CronJob"]}, {"names": ["web*", "api"]}, {"kinds": ["Service"], "names": ["a.b"]}],
)
def test_what_the_annotation_excuses_is_what_the_document_excuses(planned, scope):
    waiver = _waiver(scope=scope)
    read = waivers_of_namespace(planned(waiver))
    kinds, names = (
        ("Deployment", "CronJob", "Job", "Pod", "Service"),
        ("web", "web-1", "api", "api-1", "a.b", "x"),
    )
    subjects = [Subject("v1", kind, name) for kind in kinds for name in names]
    for subject in subjects:
        by_document = any(one.matches(subject) for one in waivers_of_document(waiver))
        assert any(one.matches(subject) for one in read) == by_document
    assert {one.until for one in read} == {datetime(2027, 1, 31, 16, tzinfo=UTC)}
