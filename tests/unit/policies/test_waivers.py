"""Waivers: what they excuse, until when, and what is said of waivers that nobody needs or could approve."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from coverage_samples import a_finding, a_rule

from govcloud.model import Estate, Waiver
from govcloud.model.loader import load_estate
from policies.finding import Finding, Subject
from policies.rule import Rule
from policies.waiver_rules import WAIVER_RULES, Review, unreadable_finding, waiver_findings
from policies.waivers import (
    Excuse,
    documented,
    mark_waived,
    unreadable_entries,
    waivers_of_document,
    waivers_of_estate,
    waivers_of_namespace,
)

END = datetime(2027, 1, 31, 16, tzinfo=UTC)
NOW = END - timedelta(days=30)
RULE = a_rule("MLPS-CMP-13")
EXCUSE = Excuse("GC-POD-01", "air", "*", "*", END)
POD = Subject("v1", "Pod", "web-5d4f-x2", "t-air")


def namespace(annotations: dict[str, str] | None = None, tenancy: str | None = "air") -> dict[str, Any]:
    labels = {"govcloud.dev/tenancy": tenancy} if tenancy else {}
    return {"kind": "Namespace", "metadata": {"name": "t-air", "labels": labels, "annotations": annotations}}


def waiver(**spec: Any) -> Waiver:
    said = {
        "rule": "GC-POD-01",
        "tenancy": "air",
        "reason": "r",
        "ticket": "T-1",
        "approvedBy": "li",
        "until": END,
    }
    return Waiver.model_validate({"metadata": {"name": "w"}, "spec": said | spec})


def excused(finding: Finding, *waivers: Excuse, now: datetime = NOW) -> bool:
    (marked,) = mark_waived([finding], waivers, now)
    return marked.waived is not None


def test_the_entries_of_an_annotation_are_excuses_of_the_namespaces_tenancy() -> None:
    text = "2027-01-31T16:00:00Z Deployment/web*, 2027-03-01T00:00:00Z */*"
    assert waivers_of_namespace(namespace({"waiver.govcloud.dev/GC-POD-01": text, "other": "x"})) == (
        Excuse("GC-POD-01", "air", "Deployment", "web*", END),
        Excuse("GC-POD-01", "air", "*", "*", datetime(2027, 3, 1, tzinfo=UTC)),
    )


@pytest.mark.parametrize("none", [None, {}, namespace(None), namespace({}), {"metadata": {}}])
def test_where_there_is_no_annotation_nothing_is_excused(none: dict[str, Any] | None) -> None:
    assert waivers_of_namespace(none) == ()


def test_a_namespace_of_no_tenancy_excuses_nothing() -> None:
    marks = {"waiver.govcloud.dev/GC-POD-01": "2027-01-31T16:00:00Z */*"}
    assert waivers_of_namespace(namespace(marks, tenancy=None)) == ()


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "*/*",
        "2027-01-31 */*",
        "2027-01-31T16:00:00+08:00 */*",
        "2027-13-01T00:00:00Z */*",
        "2027-01-31T16:00:00Z *",
        "2027-01-31T16:00:00Z */",
        "2027-01-31T16:00:00Z */a*b",
        "2027-01-31T16:00:00Z Deployment/web*/x",
        "2027-01-31T16:00:00Z  */*",
    ],
)
def test_what_cannot_be_read_excuses_nothing_and_is_told(entry: str) -> None:
    marked = namespace({"waiver.govcloud.dev/GC-POD-01": f"2027-01-31T16:00:00Z */a,{entry}"})
    assert [one.name for one in waivers_of_namespace(marked)] == ["a"]
    assert unreadable_entries(marked) == (("GC-POD-01", entry),)


def test_an_excuse_holds_to_the_last_second_and_not_a_second_longer() -> None:
    assert excused(a_finding(RULE), EXCUSE, now=END - timedelta(seconds=1))
    assert not excused(a_finding(RULE), EXCUSE, now=END)
    assert not excused(a_finding(RULE), EXCUSE, now=END + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("kind", "name", "covered"),
    [
        ("*", "*", True),
        ("Pod", "*", True),
        ("*", "web*", True),
        ("*", "web-5d4f-x2", True),
        ("Pod", "web-*", True),
        ("Deployment", "*", False),
        ("*", "web", False),
        ("*", "eb*", False),
        ("Pod", "web-5d4f-x2-*", False),
        ("pod", "*", False),
    ],
)
def test_kind_and_name_limit_what_is_excused(kind: str, name: str, covered: bool) -> None:
    finding = a_finding(RULE, subject=POD)
    assert excused(finding, replace(EXCUSE, kind=kind, name=name)) is covered


def test_a_waiver_of_a_deployment_excuses_what_it_makes_and_nothing_of_another() -> None:
    excuses = waivers_of_document(waiver(scope={"kinds": ["Deployment"], "names": ["web"]}))
    made = [("Deployment", "web"), ("ReplicaSet", "web-5d4f"), ("Pod", "web-5d4f-x2")]
    others = [("Deployment", "website"), ("Pod", "website-5d4f-x2"), ("StatefulSet", "web"), ("Pod", "web")]
    about = {
        pair: excused(a_finding(RULE, subject=Subject("v", *pair, "t-air")), *excuses)
        for pair in (*made, *others)
    }
    assert about == dict.fromkeys(made, True) | dict.fromkeys(others, False)


def test_an_excuse_is_for_its_own_rule_and_tenancy() -> None:
    assert not excused(a_finding(RULE), replace(EXCUSE, rule="GC-POD-02"))
    assert not excused(a_finding(RULE, tenancy="water"), EXCUSE)
    assert not excused(a_finding(RULE, tenancy=None), EXCUSE)


def test_a_rule_that_cannot_be_evaluated_is_not_excused() -> None:
    assert not excused(a_finding(RULE, error=True), EXCUSE)


def test_an_excused_finding_stops_nothing_and_tells_by_whom_and_until_when() -> None:
    named = replace(EXCUSE, waiver="w", ticket="T-1", approved_by="li")
    (marked,) = mark_waived([a_finding(RULE)], [named], NOW)
    assert not marked.blocks
    assert marked.waived is not None
    told = marked.waived
    assert (told.name, told.ticket, told.approved_by, told.until) == ("w", "T-1", "li", END)


def test_of_several_excuses_the_one_with_a_document_is_told_and_then_the_longest() -> None:
    longer = replace(EXCUSE, until=END + timedelta(days=9))
    named = replace(EXCUSE, waiver="w")
    for waivers, until in (((EXCUSE, longer), longer.until), ((longer, named), END)):
        (marked,) = mark_waived([a_finding(RULE)], waivers, NOW)
        assert marked.waived is not None
        assert marked.waived.until == until
    assert marked.waived.name == "w"


def test_an_annotation_has_the_name_of_the_document_that_says_the_same() -> None:
    said = waivers_of_document(waiver())
    other = replace(EXCUSE, name="web*")
    assert documented([EXCUSE, other], said) == (said[0], other)


def test_waivers_of_an_estate_know_where_they_were_written(estate_text: str) -> None:
    text = f"""{estate_text}---
apiVersion: govcloud.dev/v1
kind: Waiver
metadata: {{name: w}}
spec: {{rule: GC-POD-01, tenancy: air, reason: r, ticket: T-1, approvedBy: li@other, until: 2027-01-31T16:00:00Z}}
"""
    (found,) = waivers_of_estate(load_estate("e.yaml", text=text))
    assert (found.waiver, found.ticket, found.kind, found.name) == ("w", "T-1", "*", "*")
    assert found.source == f"e.yaml:{len(estate_text.splitlines()) + 2}"


def test_an_estate_without_waivers_excuses_nothing(estate: Estate) -> None:
    assert waivers_of_estate(estate) == ()


def review(rule: Rule = RULE, **known: Any) -> Review:
    return Review({rule.id: rule}, NOW, "audit", **known)


def found(*waivers: Excuse, about: Review) -> list[str]:
    return [finding.rule for finding in waiver_findings(waivers, about)]


def test_a_waiver_in_order_is_no_finding() -> None:
    assert found(EXCUSE, about=review(whole=["air"], findings=[a_finding(RULE)])) == []


def test_a_waiver_that_has_ended_is_a_finding_even_if_it_would_excuse_something() -> None:
    ended = replace(EXCUSE, until=NOW)
    assert found(ended, about=review(whole=["air"], findings=[a_finding(RULE)])) == ["GC-WVR-91"]


def test_a_waiver_without_use_is_a_finding_where_the_whole_tenancy_was_looked_at() -> None:
    assert found(EXCUSE, about=review(whole=["air"])) == ["GC-WVR-92"]
    assert found(EXCUSE, about=review()) == []
    elsewhere = a_finding(RULE, subject=Subject("v1", "Pod", "other", "t-air"))
    narrow = replace(EXCUSE, kind="Deployment")
    assert found(narrow, about=review(whole=["air"], findings=[elsewhere])) == ["GC-WVR-92"]


def test_a_document_is_in_use_as_soon_as_one_of_its_entries_is() -> None:
    entries = waivers_of_document(waiver(scope={"kinds": ["Deployment"], "names": ["web", "api"]}))
    assert found(*entries, about=review(whole=["air"], findings=[a_finding(RULE)])) == []
    assert found(*entries, about=review(whole=["air"])) == ["GC-WVR-92"]


def test_a_waiver_of_a_rule_that_is_not_there_is_refused() -> None:
    (finding,) = waiver_findings([replace(EXCUSE, rule="GC-POD-1")], review(whole=["air"]))
    assert (finding.rule, finding.blocks) == ("GC-WVR-93", True)


def test_a_waiver_of_a_grave_rule_may_have_ninety_days_before_it() -> None:
    ninety = replace(EXCUSE, until=NOW + timedelta(days=90))
    longer = replace(EXCUSE, until=NOW + timedelta(days=90, seconds=1))
    light = RULE.model_copy(update={"severity": "medium"})
    assert found(ninety, about=review()) == []
    assert found(longer, about=review()) == ["GC-WVR-94"]
    assert found(longer, about=review(light)) == []


def test_findings_about_waivers_are_findings_like_others() -> None:
    named = replace(EXCUSE, waiver="w", until=NOW, source="e.yaml:7")
    (finding,) = waiver_findings([named], review(grades={"air": 3}))
    assert str(finding.subject) == "Waiver w"
    assert finding.subject.source == "e.yaml:7"
    assert (finding.tenancy, finding.grade, finding.point) == ("air", 3, "audit")
    assert [str(clause) for clause in finding.clauses] == ["GB/T 22239-2019 8.1.7.3"]
    assert finding.message.startswith(
        "[GC-WVR-91] Waivers that have ended are taken away: spec.until is 2027-01-01"
    )
    assert finding.message.endswith(f"to mend it: {finding.remedy}")


def test_a_waiver_known_from_an_annotation_alone_is_told_of_with_its_namespace() -> None:
    (finding,) = waiver_findings([replace(EXCUSE, until=NOW)], review())
    assert str(finding.subject) == "Namespace t-air"


def test_an_entry_that_cannot_be_read_is_a_finding() -> None:
    subject = Subject("v1", "Namespace", "t-air")
    finding = unreadable_finding(subject, ("GC-POD-01", "soon */*"), "air", review())
    assert (finding.rule, finding.subject) == ("GC-WVR-95", subject)
    assert finding.offences == ("metadata.annotations['waiver.govcloud.dev/GC-POD-01'] is soon */*",)


def test_the_order_of_findings_does_not_hang_on_that_of_waivers() -> None:
    some = [replace(EXCUSE, waiver=name, until=NOW) for name in ("b", "a", "c")]
    names = [[one.subject.name for one in waiver_findings(order, review())] for order in (some, some[::-1])]
    assert names == [["a", "b", "c"]] * 2


@pytest.mark.parametrize("rule", WAIVER_RULES)
def test_rules_about_waivers_are_documented_in_both_languages(rule: str, rules: dict[str, Rule]) -> None:
    known = WAIVER_RULES[rule]
    assert rule not in rules
    for both in (known.title, known.remedy):
        assert both.en.isascii()
        assert not both.zh.isascii()
    assert known.why.endswith(".")
