"""What is said about each control: honest where rules see nothing, and complete over the standards."""

import re

import pytest
from coverage_samples import WAIVED, a_finding, a_rule

from policies.clauses import controls
from policies.coverage import Coverage, Covered, axis_of, degree
from policies.finding import Finding
from policies.loading import shipped_rules
from policies.rule import Rule
from policies.tally import Graded, Look
from policies.uncovered import reasons
from policies.waiver_rules import WAIVER_RULES

AIR = Graded("air", 3, 3)


def cited() -> set[str]:
    return {one for rule in [*shipped_rules().values(), *WAIVER_RULES.values()] for one in rule.clauses}


def covered(
    control: str,
    rules: tuple[Rule, ...] = (),
    found: tuple[Finding, ...] = (),
    tenancy: Graded = AIR,
    **looks: int,
) -> Covered:
    """What is said about a control after a preview; ``looks`` are objects by rule, with ``_`` for ``-``."""
    counted = [Look(tenancy.tenancy, rule.replace("_", "-"), objects) for rule, objects in looks.items()]
    by_control = {one.control.id: one for one in Coverage(rules, ("preview",), counted, found).of(tenancy)}
    assert list(by_control) == list(controls()), "every control is told, in one order"
    return by_control[control]


def test_every_control_is_served_by_a_rule_or_has_a_reason_why_none_can_serve_it() -> None:
    known, without = cited(), set(reasons().uncovered)
    assert sorted(set(controls()) - known - without) == []
    assert sorted(known & without) == [], "a control that a rule serves needs no reason"
    assert sorted(without - set(controls())) == []


def test_what_rules_do_not_see_is_told_of_controls_that_they_serve_alone() -> None:
    assert sorted(set(reasons().partial) - cited()) == []


def test_what_the_standard_wants_as_a_document_is_told_beside_the_rules() -> None:
    wanted = {one.id for one in controls().values() if "evidence" in one.enforce}
    assert sorted((wanted & cited()) - set(reasons().partial)) == []


@pytest.mark.parametrize("words", [*reasons().uncovered.values(), *reasons().partial.values()])
def test_a_reason_is_there_in_both_languages(words: object) -> None:
    en, zh = words.en, words.zh  # type: ignore[attr-defined]
    assert en.isascii()
    assert re.search("[\u4e00-\u9fff]", zh)


def test_a_control_is_met_where_its_rule_was_asked_and_found_nothing() -> None:
    one = covered("MLPS-CMP-13", (a_rule("MLPS-CMP-13"),), GC_POD_01=4)
    assert one.status == "met"
    assert one.why.en == "nothing found by GC-POD-01 (4)"
    assert one.looks == (Look("air", "GC-POD-01", 4),)
    assert not one.vacuous


def test_a_control_is_violated_where_any_of_its_rules_found_something() -> None:
    rules = (a_rule("MLPS-CMP-13"), a_rule("MLPS-CMP-13", "GC-POD-02"))
    one = covered("MLPS-CMP-13", rules, (a_finding(rules[1]),), GC_POD_01=4, GC_POD_02=4)
    assert one.status == "violated"
    assert one.why.en == "found by GC-POD-02 (1)"


def test_a_control_is_waived_where_all_that_was_found_is() -> None:
    rule = a_rule("MLPS-CMP-13")
    waived, open_one = a_finding(rule, waived=WAIVED), a_finding(rule)
    one = covered("MLPS-CMP-13", (rule,), (waived,), GC_POD_01=4)
    assert one.status == "waived"
    assert one.why.en == "GC-POD-01 is waived by w-1 until 2027-01-31"
    assert covered("MLPS-CMP-13", (rule,), (waived, open_one), GC_POD_01=4).status == "violated"


def test_a_rule_that_could_not_be_evaluated_leaves_its_control_violated() -> None:
    rule = a_rule("MLPS-CMP-13")
    assert covered("MLPS-CMP-13", (rule,), (a_finding(rule, error=True),), GC_POD_01=1).status == "violated"


def test_a_rule_about_objects_that_there_are_none_of_holds_and_says_so() -> None:
    rules = (a_rule("MLPS-BND-01", "GC-SVC-01", target="service"), a_rule("MLPS-CMP-13"))
    one = covered("MLPS-BND-01", rules, GC_POD_01=4)
    assert one.status == "met"
    assert one.vacuous
    assert one.why.en == "there is no object that GC-SVC-01 could be asked about"


def test_a_met_control_names_the_rules_that_were_not_asked_here() -> None:
    rules = (a_rule("MLPS-CMP-13"), a_rule("MLPS-CMP-13", "GC-POD-02", points="audit"))
    one = covered("MLPS-CMP-13", rules, GC_POD_01=4)
    assert (one.status, one.why.en) == ("met", "nothing found by GC-POD-01 (4); not asked here: GC-POD-02")


def test_a_tenancy_of_which_nothing_was_looked_at_meets_nothing() -> None:
    one = covered("MLPS-CMP-13", (a_rule("MLPS-CMP-13"),))
    assert one.status == "needs-evidence"
    assert one.why.en == "no object of the tenancy was looked at"


def test_a_rule_that_is_asked_elsewhere_tells_nothing_here() -> None:
    one = covered("MLPS-CMP-13", (a_rule("MLPS-CMP-13", points="audit"),), GC_POD_02=1)
    assert (one.status, one.why.en) == ("needs-evidence", "GC-POD-01 is asked at audit only")


def test_a_rule_of_a_higher_grade_tells_nothing() -> None:
    one = covered("MLPS-CMP-13", (a_rule("MLPS-CMP-13", grade="4"),), GC_POD_02=1)
    assert (one.status, one.why.en) == ("needs-evidence", "GC-POD-01 holds from grade 4 on")


def test_a_control_without_a_rule_needs_evidence_and_says_whose() -> None:
    one = covered("MLPS-CMP-02")
    assert one.status == "needs-evidence"
    assert one.why == reasons().uncovered["MLPS-CMP-02"]


@pytest.mark.parametrize(
    ("control", "tenancy", "status"),
    [
        ("MLPS-CMP-21", Graded("air", 2, 3), "not-applicable"),  # S, from grade 3 on
        ("MLPS-CMP-21", Graded("air", 3, 2), "needs-evidence"),
        ("MLPS-CMP-24", Graded("air", 3, 2), "not-applicable"),  # A, from grade 3 on
        ("MLPS-CMP-24", Graded("air", 2, 3), "needs-evidence"),
        ("MLPS-CMP-17", Graded("air", 2, 2), "not-applicable"),  # G, from grade 3 on
        ("MLPS-CMP-17", Graded("air", 2, 3), "needs-evidence"),
    ],
)
def test_the_grade_of_its_own_kind_decides_whether_a_control_is_demanded(
    control: str, tenancy: Graded, status: str
) -> None:
    assert covered(control, tenancy=tenancy).status == status


def test_a_control_that_is_not_demanded_says_why() -> None:
    one = covered("MLPS-CMP-24", tenancy=Graded("air", 3, 2))
    assert one.why.en == "demanded from grade 3 on, and the service grade (A) is 2"


def test_a_finding_does_not_make_a_control_demanded() -> None:
    rule = a_rule("MLPS-CMP-24", grade="3")
    tenancy = Graded("air", 3, 2)
    assert (
        covered("MLPS-CMP-24", (rule,), (a_finding(rule),), tenancy, GC_POD_01=1).status == "not-applicable"
    )


def test_a_control_that_another_replaces_at_grade_4_is_not_demanded_there() -> None:
    assert covered("MLPS-BND-08", tenancy=Graded("air", 3, 3)).status == "needs-evidence"
    assert covered("MLPS-BND-08", tenancy=Graded("air", 4, 4)).status == "not-applicable"


def test_a_crypto_indicator_is_demanded_by_its_word() -> None:
    assert [degree(controls()["CRYPTO-N5"], grade) for grade in (1, 2, 3, 4)] == ["-", "-", "可", "宜"]
    statuses = [covered("CRYPTO-N5", tenancy=Graded("air", grade, grade)).status for grade in (2, 3, 4)]
    assert statuses == ["not-applicable", "not-applicable", "needs-evidence"]


def test_what_is_optional_counts_where_a_rule_asks_it() -> None:
    rule = a_rule("CRYPTO-N5", grade="3")
    assert covered("CRYPTO-N5", (rule,), GC_POD_01=1).status == "met"
    assert covered("CRYPTO-N5", (rule,), (a_finding(rule),), GC_POD_01=1).status == "violated"


def test_a_clause_has_the_number_of_the_grade_that_decides() -> None:
    tenancy = Graded("air", 2, 3)
    assert str(covered("MLPS-CMP-06", tenancy=tenancy).clause) == "GB/T 22239-2019 7.1.4.2"
    assert str(covered("MLPS-CMP-24", tenancy=tenancy).clause) == "GB/T 22239-2019 8.1.4.9 c"


def test_findings_of_another_tenancy_are_not_told() -> None:
    rule = a_rule("MLPS-CMP-13")
    other = a_finding(rule, tenancy="water")
    assert covered("MLPS-CMP-13", (rule,), (other,), GC_POD_01=1).status == "met"


def test_what_all_tenancies_share_counts_for_each_of_them() -> None:
    rule = a_rule("MLPS-CMP-07", target="cluster-role", grade="2")
    asked = Coverage([rule], ("preview",), [Look(None, "GC-POD-01", 3), Look("air", "GC-POD-02", 1)], ())
    assert status_of(asked, "MLPS-CMP-07") == ("met", "nothing found by GC-POD-01 (3)")
    found = Coverage([rule], ("preview",), [], [a_finding(rule, tenancy=None)])
    assert status_of(found, "MLPS-CMP-07") == (
        "violated",
        "found by GC-POD-01 (1); some of it in objects that all tenancies share",
    )
    assert status_of(found, "MLPS-CMP-07", Graded("air", 1, 1))[0] == "not-applicable"


def test_what_is_found_in_a_namespace_of_nobody_counts_for_no_tenancy() -> None:
    rule = a_rule("MLPS-CMP-13")
    found = Coverage([rule], ("preview",), [Look("air", "GC-POD-01", 1)], [a_finding(rule, tenancy=None)])
    assert status_of(found, "MLPS-CMP-13")[0] == "met"


def status_of(coverage: Coverage, control: str, tenancy: Graded = AIR) -> tuple[str, str]:
    (one,) = [one for one in coverage.of(tenancy) if one.control.id == control]
    return one.status, one.why.en


def test_the_part_that_rules_do_not_see_is_told_only_where_rules_see_something() -> None:
    control = next(iter(reasons().partial))
    rule = a_rule(control, grade=str(controls()[control].from_grade))
    assert covered(control, (rule,), GC_POD_01=1).partial == reasons().partial[control]
    assert covered(control).partial is None


def test_every_mlps_control_has_an_axis() -> None:
    axes = {axis_of(one) for one in controls().values() if one.id.startswith("MLPS-")}
    assert axes == {"overall", "information", "service"}
