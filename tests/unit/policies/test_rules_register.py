"""The rules about tenancies, sharings, waivers and namespaces: their numbers are those of the standards and of the model."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from govcloud.model import ISOLATION_ORDER, Tenancy, least_isolation
from govcloud.model.checks.data import is_above
from govcloud.model.loader import load_estate
from govcloud.planner import plan_platform, plan_tenancy
from govcloud.planner.namespace import POD_SECURITY_LEVELS
from govcloud.standards import recovery_tiers, standby, zone_facts
from govcloud.standards.load import standards_data
from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases, shipped_bases
from policies.finding import Finding, Point
from policies.loading import shipped_rules
from policies.rule import Rule
from policies.settings import Settings
from policies.target import targets
from policies.waiver_rules import GRAVE, MOST_DAYS

Manifest = dict[str, Any]

IDS = {
    "GC-TEN": range(1, 22),
    "GC-NS": range(1, 11),
    "GC-SVC": range(1, 13),
    "GC-ING": range(1, 10),
    "GC-NET": range(1, 9),
    "GC-RBAC": [*range(1, 6), *range(11, 16), *range(21, 26)],
    "GC-LBL": range(1, 4),
    "GC-CLS": range(1, 5),
    "GC-SHR": range(1, 6),
    "GC-WVR": range(1, 6),
}
LEVELS = ("L1", "L2", "L3", "L4")
GRADES = (1, 2, 3, 4)
ESTATES = Path(__file__).parents[3] / "estates"
NULLABLE = ("programme", "isolation", "regions", "requestedBy", "until")
CREATED = ("2026-11-24", "2027-12-31", "2028-02-28", "2028-02-29", "2096-02-29", "2100-02-28", "2100-03-01")


@pytest.fixture
def tenancy(bases: Bases) -> Manifest:
    return bases.of("Tenancy")


def offences(evaluator: Evaluator, manifest: Manifest, point: Point | None = None) -> list[str]:
    """What is found in the namespace of the bases; at the first point of a lone rule where none is named."""
    around = Surroundings(shipped_bases().namespace)
    found = evaluator.evaluate(manifest, point or next(iter(evaluator.rules)).points[0], around)
    assert [one.message for one in found if one.error] == []
    return [offence for one in found for offence in one.offences]


def graded(tenancy: Manifest, information: int, service: int) -> Manifest:
    tenancy["spec"]["grading"] |= {"information": information, "service": service}
    return tenancy


def test_ids_are_never_given_to_another_rule(rules: Mapping[str, Rule]) -> None:
    ours = [rule for rule in rules if rule.rpartition("-")[0] in IDS]
    assert ours == sorted(f"{prefix}-{number:02d}" for prefix, numbers in IDS.items() for number in numbers)


@pytest.mark.parametrize(
    ("zone", "level"), [*product(("internet", "extranet", "dedicated", "exchange"), LEVELS)]
)
def test_a_zone_holds_what_the_standards_data_lets_it_hold(
    zone: str, level: str, tenancy: Manifest, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    ceiling = zone_facts()[zone].data_ceiling
    tenancy["spec"] |= {"zone": zone, "data": {"class": "general", "level": level}}
    namespace = bases.of("Namespace")
    namespace["metadata"]["labels"] |= {"govcloud.dev/zone": zone, "govcloud.dev/data-level": level}
    too_high = ceiling is not None and is_above(level, ceiling)
    assert bool(offences(evaluators["GC-TEN-03"], tenancy)) == too_high
    assert bool(offences(evaluators["GC-NS-07"], namespace)) == too_high


@pytest.mark.parametrize(("grade", "isolation"), [*product(GRADES, ISOLATION_ORDER)])
def test_isolation_is_at_least_that_of_the_model(
    grade: int, isolation: str, tenancy: Manifest, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    least = least_isolation(grade)
    too_weak = ISOLATION_ORDER.index(isolation) < ISOLATION_ORDER.index(least)
    asked = graded(tenancy, grade, 1)
    namespace = bases.of("Namespace")
    own = {"govcloud.dev/grade": str(grade), "govcloud.dev/isolation": isolation}
    namespace["metadata"]["labels"] |= own
    asked["spec"]["isolation"] = isolation
    assert bool(offences(evaluators["GC-TEN-09"], asked)) == too_weak
    assert bool(offences(evaluators["GC-NS-06"], namespace)) == too_weak
    del asked["spec"]["isolation"]
    assert offences(evaluators["GC-TEN-09"], asked) == []


@pytest.mark.parametrize(("service", "tier"), [*product(GRADES, range(1, 7))])
def test_the_recovery_tier_is_at_least_the_one_suggested_for_the_service_grade(
    service: int, tier: int, tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    least = standards_data("dr_tiers")["mlps_to_dr"]["suggested_min_dr_level"][service]
    asked = graded(tenancy, 4, service)
    asked["spec"]["recovery"] = {"tier": tier}
    found = offences(evaluators["GC-TEN-10"], asked) + offences(evaluators["GC-TEN-11"], asked)
    assert len(found) == (1 if tier < least else 0)


@pytest.mark.parametrize(("tier", "field"), [*product(range(1, 7), ("rpo", "rto"))])
def test_objectives_may_be_as_loose_as_the_tier_and_no_looser(
    tier: int, field: str, tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    most = getattr(recovery_tiers()[tier], f"{field}_seconds")
    for seconds, found in ((most, 0), (most + 1, 1)):
        tenancy["spec"]["recovery"] = {"tier": tier, field: f"{seconds}s" if seconds else "0"}
        assert len(offences(evaluators["GC-TEN-14"], tenancy)) == found


@pytest.mark.parametrize("text", ["10080m", "168h", "7d"])
def test_objectives_are_compared_across_units(
    text: str, tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    longer = re.sub(r"\d+", lambda number: str(int(number[0]) + 1), text)
    for asked, found in ((text, 0), (longer, 1)):
        tenancy["spec"]["recovery"] = {"tier": 1, "rpo": asked}
        assert len(offences(evaluators["GC-TEN-14"], tenancy)) == found


@pytest.mark.parametrize("tier", range(1, 7))
def test_a_standby_region_is_asked_for_where_something_stands_by(
    tier: int, tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    tenancy["spec"] |= {"recovery": {"tier": tier}, "regions": {"primary": "beijing"}}
    assert len(offences(evaluators["GC-TEN-13"], tenancy)) == min(standby(tier).sites, 1)


@pytest.mark.parametrize(("grade", "level"), [*product(GRADES, ("privileged", "baseline", "restricted"))])
def test_pod_security_is_at_least_what_the_planner_writes(
    grade: int, level: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    order = ("privileged", "baseline", "restricted")
    namespace = bases.of("Namespace")
    own = {"govcloud.dev/grade": str(grade), "pod-security.kubernetes.io/enforce": level}
    namespace["metadata"]["labels"] |= own
    too_weak = order.index(level) < order.index(POD_SECURITY_LEVELS[grade])
    assert bool(offences(evaluators["GC-NS-01"], namespace)) == too_weak


def test_a_namespace_without_a_grade_is_judged_as_of_the_strictest(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    namespace = bases.of("Namespace")
    labels = namespace["metadata"]["labels"]
    labels |= {"govcloud.dev/grade": "none", "pod-security.kubernetes.io/enforce": "baseline"}
    del labels["govcloud.dev/service-grade"]
    assert offences(evaluators["GC-NS-01"], namespace)
    assert offences(evaluators["GC-NS-04"], namespace) == ["metadata.labels[govcloud.dev/grade] is none"] * 2


def test_the_same_ports_are_of_high_risk_everywhere_as_in_the_standards_data(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    risky = high_risk_ports()
    near = sorted({port + step for port in risky for step in (-1, 0, 1)} | {443, 8443})
    service, sharing, policy = (bases.of(kind) for kind in ("Service", "Sharing", "NetworkPolicy"))
    service["spec"]["ports"] = [{"name": f"p{port}", "port": port} for port in near]
    sharing["spec"]["ports"] = [{"port": port} for port in near]
    policy["spec"]["ingress"][0]["ports"] = [{"port": port} for port in near]
    found = [
        offences(evaluators[rule], one) for rule, one in (("GC-SVC-06", service), ("GC-SHR-05", sharing))
    ]
    assert [[int(text.rpartition(" ")[2]) for text in texts] for texts in found] == [risky, risky]
    assert offences(evaluators["GC-NET-06"], policy) == [
        f"spec.ingress.ports is {', '.join(map(str, risky))}"
    ]


def test_target_ports_count_and_names_of_ports_do_no_harm(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    service = bases.of("Service")
    service["spec"]["ports"] = [
        {"name": "a", "port": 80, "targetPort": "telnet"},
        {"name": "b", "port": 81, "targetPort": 23},
    ]
    assert offences(evaluators["GC-SVC-06"], service) == ["spec.ports[b] is 81 to 23"]


@pytest.mark.parametrize(("created", "level"), [*product(CREATED, LEVELS[:3])])
def test_a_sharing_may_last_to_the_day_and_no_longer(
    created: str, level: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    most = 366 if level == "L3" else 1096
    for days, found in ((most, 0), (most + 1, 1)):
        sharing = lasting(bases.of("Sharing"), created, days)
        sharing["spec"]["level"] = level
        assert len(offences(evaluators["GC-SHR-04"], sharing)) == found


@pytest.mark.parametrize("created", CREATED)
def test_a_waiver_of_a_grave_rule_may_last_as_long_as_elsewhere_and_that_of_a_light_one_a_year(
    created: str, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for rule, most in (("GC-POD-01", MOST_DAYS), ("GC-NONE-99", MOST_DAYS), ("GC-SVC-09", 366)):
        for days, found in ((most, 0), (most + 1, 1)):
            waiver = lasting(bases.of("Waiver"), created, days)
            waiver["spec"]["rule"] = rule
            assert len(offences(evaluators["GC-WVR-01"], waiver)) == found, rule


def test_the_waivers_know_which_rules_are_light(rules: Mapping[str, Rule]) -> None:
    listed = re.findall(r"'(GC-[A-Z]+-\d+)'", targets()["waiver"].variables["light"])
    assert listed == [rule.id for rule in rules.values() if rule.severity not in GRAVE]


def test_what_a_file_does_not_tell_is_left_to_the_hub(
    bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for kind, rule in (("Sharing", "GC-SHR-04"), ("Waiver", "GC-WVR-01")):
        document = lasting(bases.of(kind), "2026-11-24", 9999)
        for missing in ({}, {"creationTimestamp": None}):
            document["metadata"] = {"name": "x", **missing}
            assert offences(evaluators[rule], document) == []


@pytest.mark.parametrize(
    ("until", "found"),
    [("2031-11-24", 0), ("2031-11-25", 1), ("2032-01-01", 1), ("2026-11-25", 0), ("2026-11-24", 1)],
)
def test_a_tenancy_lasts_up_to_five_years_after_its_request(
    until: str, found: int, tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    tenancy["metadata"]["creationTimestamp"] = "2026-11-24T23:59:59Z"
    tenancy["spec"]["until"] = until
    assert len(offences(evaluators["GC-TEN-17"], tenancy, "admission")) == found


def test_what_is_null_in_a_tenancy_is_as_good_as_left_out(
    tenancy: Manifest, rules: Mapping[str, Rule], bases: Bases
) -> None:
    every = Evaluator(rules.values(), bases.settings)
    without, with_null = copy.deepcopy(tenancy), copy.deepcopy(tenancy)
    for field in NULLABLE:
        without["spec"].pop(field, None)
        with_null["spec"][field] = None
    for field, inside in (("filing", "grading"), ("rpo", "recovery"), ("rto", "recovery")):
        without["spec"][inside].pop(field)
        with_null["spec"][inside][field] = None
    found = [offences(every, one, "admission") for one in (without, with_null)]
    assert found[0] == found[1]
    assert "spec.until is missing" in found[0]


def test_a_tenancy_of_required_fields_alone_can_be_judged(rules: Mapping[str, Rule], bases: Bases) -> None:
    spec = {
        "title": "最小",
        "department": "mee",
        "zone": "extranet",
        "grading": {"information": 1, "service": 1},
        "data": {"class": "general", "level": "L1"},
        "recovery": {"tier": 1},
        "resources": {"cpu": "1", "memory": "1Gi", "storage": "1Gi", "pods": 1},
    }
    least = {"apiVersion": "govcloud.dev/v1", "kind": "Tenancy", "metadata": {}, "spec": spec}
    assert offences(Evaluator(rules.values(), bases.settings), least, "request") == [
        "spec.contacts is empty",
        "spec.until is missing",
        "spec.requestedBy is missing",
    ]


def test_an_intranet_holds_classified_systems_and_asks_for_no_filing(
    tenancy: Manifest, rules: Mapping[str, Rule], bases: Bases
) -> None:
    tenancy["spec"]["data"]["secrecy"] = "secret"
    del tenancy["spec"]["grading"]["filing"]
    found = {
        network: offences(
            Evaluator(rules.values(), replace(bases.settings, network=network)), tenancy, "request"
        )
        for network in ("intranet", "extranet")
    }
    assert found == {"intranet": [], "extranet": ["spec.data.secrecy is secret on the extranet"]}


def test_two_names_on_one_telephone_are_no_two_people(
    tenancy: Manifest, evaluators: Mapping[str, Evaluator]
) -> None:
    tenancy["spec"]["contacts"] = [{"name": name, "phone": "010-1"} for name in ("张伟", "李娜", "王芳")]
    assert offences(evaluators["GC-TEN-15"], tenancy)
    tenancy["spec"]["contacts"].append({"name": "王芳", "phone": "010-2"})
    assert offences(evaluators["GC-TEN-15"], tenancy) == []


def test_findings_about_requests_tell_whose_they_are(
    tenancy: Manifest, bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    tenancy["spec"]["contacts"] = []
    sharing = bases.of("Sharing")
    sharing["spec"]["level"] = "L4"
    (about,) = evaluators["GC-TEN-15"].evaluate(tenancy, "request")
    (shared,) = evaluators["GC-SHR-02"].evaluate(sharing, "request")
    assert (about.tenancy, about.department, about.grade) == ("example", "mee", 4)
    assert (shared.tenancy, shared.grade) == ("example", bases.settings.ceiling)


@pytest.mark.parametrize("estate", ["national", "intranet"])
def test_all_that_govcloud_makes_itself_is_right(estate: str) -> None:
    found = [f"{one.subject}: {one.message}" for one in findings_of(estate)]
    assert found == []


def findings_of(name: str) -> Iterator[Finding]:
    """Of each sort of tenancy one, since more would find the same: by region, role, zone, grades, tier and isolation."""
    estate = load_estate(ESTATES / name)
    for region in estate.regions.values():
        evaluator = Evaluator(shipped_rules().values(), Settings.of(region))
        for manifest in plan_platform(region):
            yield from evaluator.evaluate(manifest, "audit")
        sorts = {_sort(one, region.name): one for one in estate.tenancies.values() if _role(one, region.name)}
        for one in sorts.values():
            department = estate.departments[one.spec.department]
            planned = plan_tenancy(one, department, region, _role(one, region.name))  # type: ignore[arg-type]
            inside = [manifest for manifest in planned if manifest["kind"] != "Namespace"]
            for manifest in planned:
                around = Surroundings(planned[0], inside, region.name)
                yield from evaluator.evaluate(manifest, "audit", around)


def high_risk_ports() -> list[int]:
    """The list in the check of MLPS-CMP-13; one of its entries says of whom the port is meant, too."""
    (control,) = (one for one in standards_data("mlps")["controls"] if one["id"] == "MLPS-CMP-13")
    (listed,) = re.findall(r"high-risk list \[([^]]*)]", " ".join(control["check"]))
    return sorted(int(re.match(r"\d+", port)[0]) for port in listed.split(","))  # type: ignore[index]


def lasting(document: Manifest, created: str, days: int) -> Manifest:
    document["metadata"]["creationTimestamp"] = f"{created}T08:00:00Z"
    document["spec"]["until"] = f"{date.fromisoformat(created) + timedelta(days=days)}T08:00:00Z"
    return document


def _role(tenancy: Tenancy, region: str) -> str | None:
    placed = tenancy.spec.regions
    if placed is None:
        return None
    return "primary" if placed.primary == region else "standby" if region in placed.standby else None


def _sort(tenancy: Tenancy, region: str) -> tuple[Any, ...]:
    spec = tenancy.spec
    return (
        _role(tenancy, region),
        spec.zone,
        spec.grading.information,
        spec.grading.service,
        spec.recovery.tier,
        tenancy.isolation,
    )
