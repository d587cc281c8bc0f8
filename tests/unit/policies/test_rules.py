"""The rules about workloads, volumes and keys: each does what it says, for every kind, and from its grade on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pod_templates import PLACES, moved, template_of, with_template

from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases, Made, example_problems, make
from policies.loading import lint
from policies.rule import Example, Rule
from policies.target import targets

Manifest = dict[str, Any]

GOLDEN = Path(__file__).with_name("golden_rules.txt")
"""A line a rule: id, axis, first grade, severity, action, clauses. An id is never given to another rule."""

OURS = ("GC-POD", "GC-AVL", "GC-STO", "GC-SEC", "GC-SA")
"""Prefixes of the rules that are told about here."""

CONTAINERS = (".containers[", ".initContainers[", ".ephemeralContainers[")
NO_TEMPLATE_HAS_THEM = {"GC-POD-33"}
"""About templates alone, in which the API server takes no ephemeral containers."""
EPHEMERAL_ONLY = {"GC-POD-25"}
SPARED = {("GC-POD-33", "Pod")}
"""Rule and kind that it leaves alone: what it asks for, the limit range of the tenancy gives pods before admission."""

REQUIRED = {
    *("apiVersion", "kind", "spec", "template", "jobTemplate", "containers", "name"),
    *("containerPort", "ip", "claimName", "volumeClaimTemplate"),
    *("key", "operator", "topologyKey", "podAffinityTerm"),
}
REQUIRED_IN = {
    *(("", "metadata"), ("volumeClaimTemplates", "metadata"), ("sysctls", "value")),
    *(("seccompProfile", "type"), ("appArmorProfile", "type")),
}
"""Fields that the API server demands, wherever they occur in the examples or within one other field."""

AXES = {
    "overall": "govcloud.dev/grade",
    "information": "govcloud.dev/information-grade",
    "service": "govcloud.dev/service-grade",
}


def test_no_rule_comes_goes_or_becomes_softer_unseen(rules: Mapping[str, Rule]) -> None:
    lines = [
        f"{rule.id} {rule.grades.by} {rule.grades.from_} {rule.severity} {rule.action} {' '.join(rule.clauses)}"
        for rule in ours(rules)
    ]
    assert lines == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_nothing_is_wrong_with_any_rule(rules: Mapping[str, Rule]) -> None:
    assert lint(rules.values()) == []


def test_every_example_does_what_its_rule_says(rules: Mapping[str, Rule]) -> None:
    assert example_problems(rules.values()) == []


def test_there_is_a_base_for_every_kind_that_a_rule_is_about(rules: Mapping[str, Rule], bases: Bases) -> None:
    used = {rule.target for rule in rules.values()}
    assert {kind.kind for name in used for kind in targets()[name].kinds} <= set(bases.objects)


def test_rules_about_containers_are_shown_to_see_all_three_sorts(rules: Mapping[str, Rule]) -> None:
    for rule in of_target(rules, "workload"):
        if goes_through_containers(rule):
            shown = " ".join(finds for example in rule.examples.fail for finds in example.finds)
            missing = {sort for sort in CONTAINERS if sort not in shown}
            allowed: set[str] = set()
            if rule.id in NO_TEMPLATE_HAS_THEM:
                allowed = {".ephemeralContainers["}
            if rule.id in EPHEMERAL_ONLY:
                allowed = {".containers[", ".initContainers["}
            assert missing == allowed, rule.id


@pytest.mark.parametrize("kind", PLACES)
def test_rules_about_workloads_find_the_same_in_every_kind(
    kind: str, rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for rule in of_target(rules, "workload"):
        for example in rule.examples.fail:
            made = make(example, bases)
            there = with_template(bases.of(kind), template_of(made.manifest))
            expected = [moved(one, example.base, kind) for one in example.finds]
            if (rule.id, kind) in SPARED:
                expected = []
            assert found(evaluators[rule.id], rule, made, there) == expected, rule.id


@pytest.mark.parametrize("kind", PLACES)
def test_rules_about_claims_find_the_same_in_ephemeral_volumes_of_every_kind(
    kind: str, rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for rule in of_target(rules, "claim"):
        for example in rule.examples.fail:
            if example.base == "PersistentVolumeClaim":
                made = make(example, bases)
                there = bases.of(kind)
                claim = {"volumeClaimTemplate": {"spec": made.manifest["spec"]}}
                template_of(there)["spec"]["volumes"] = [{"name": "v", "ephemeral": claim}]
                place = ".".join((*PLACES[kind], "spec.volumes[v].ephemeral.volumeClaimTemplate."))
                own = [] if kind != "StatefulSet" else found(evaluators[rule.id], rule, made, bases.of(kind))
                assert found(evaluators[rule.id], rule, made, there) == [
                    *own,
                    *(place + one for one in example.finds),
                ]


def test_every_rule_holds_from_its_grade_on_and_not_below(
    rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for rule in ours(rules):
        for example in rule.examples.fail:
            at = at_grade(example, rule, rule.grades.from_)
            made = make(at, bases)
            assert found(evaluators[rule.id], rule, made, made.manifest) == list(example.finds), rule.id
            if rule.grades.from_ > 1:
                made = make(at_grade(example, rule, rule.grades.from_ - 1), bases)
                assert found(evaluators[rule.id], rule, made, made.manifest) == [], rule.id


def test_a_message_says_what_is_wrong_by_which_clause_and_how_to_mend_it(
    rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    rule = rules["GC-POD-16"]
    made = make(rule.examples.fail[0], bases)
    (finding,) = evaluators[rule.id].evaluate(made.manifest, "preview", made.surroundings)
    assert finding.message == (
        "[GC-POD-16] Containers do not start as root: spec.containers[app].securityContext.runAsNonRoot is false "
        "(and 1 more); GB/T 22239-2019 9.1.4.2 d; to mend it: set runAsNonRoot: true for the pod, and give the "
        "image a user with a number (USER 10001)"
    )


def test_no_message_shows_the_value_of_a_secret(
    rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for name in ("GC-POD-29", "GC-POD-30", "GC-SEC-03", "GC-SEC-04"):
        rule = rules[name]
        for example in rule.examples.fail:
            made = make(example, bases)
            (finding,) = evaluators[name].evaluate(made.manifest, "preview", made.surroundings)
            for value in ("hunter2", "12345", "BEGIN", "LS0t"):
                assert value not in finding.message + str(finding.offences)


@pytest.mark.parametrize("kind", PLACES)
def test_the_least_that_the_api_server_takes_is_judged_and_never_an_error(
    kind: str, rules: Mapping[str, Rule], bases: Bases
) -> None:
    manifest = with_template(bases.of(kind), {"spec": {"containers": [{"name": "app", "image": "app"}]}})
    template_of(manifest).get("metadata", {}).pop("labels", None)
    for point in ("preview", "audit"):
        findings = Evaluator(rules.values(), bases.settings).evaluate(
            manifest, point, Surroundings(namespace=bases.namespace)
        )
        assert findings
        assert [one.message for one in findings if one.error] == []


@pytest.mark.parametrize("grade", ["2", "4"])
def test_a_namespace_of_which_little_is_known_is_judged_and_never_an_error(
    grade: str, rules: Mapping[str, Rule], bases: Bases
) -> None:
    grades = dict.fromkeys(AXES.values(), grade)
    little = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "t-x", "labels": grades}}
    evaluator = Evaluator(ours(rules))
    for manifest in bases.objects.values():
        for point in ("preview", "audit"):
            findings = evaluator.evaluate(manifest, point, Surroundings(namespace=little))
            assert [one.message for one in findings if one.error] == []


def test_whatever_may_be_left_out_is_left_out_without_an_error(
    rules: Mapping[str, Rule], bases: Bases, evaluators: Mapping[str, Evaluator]
) -> None:
    for rule in ours(rules):
        seen = set[tuple[Any, ...]]()
        for example in rule.examples.fail:
            made = make(example, bases)
            paths = {(example.base, *path) for path in optional_paths(made.manifest)} - seen
            seen |= paths
            asked = [without(made.manifest, path) for _, *path in sorted(paths, key=repr)]
            findings = evaluators[rule.id].evaluate_all(asked, rule.points[0], made.surroundings)
            assert [one.message for of_one in findings for one in of_one if one.error] == [], rule.id


def ours(rules: Mapping[str, Rule]) -> list[Rule]:
    return [rule for rule in rules.values() if rule.id.startswith(OURS)]


def of_target(rules: Mapping[str, Rule], target: str) -> Iterator[Rule]:
    return (rule for rule in rules.values() if rule.target == target)


def optional_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a field is that may be left out."""
    parent = next((step for step in reversed(path) if isinstance(step, str)), "")
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if isinstance(value, dict) and key not in REQUIRED and (parent, key) not in REQUIRED_IN:
            yield (*path, key)
        yield from optional_paths(one, (*path, key))


def without(value: Any, path: Sequence[Any]) -> Any:
    """A copy that lacks what is at a path; the rest is shared."""
    first, *rest = path
    copy = {**value} if isinstance(value, dict) else [*value]
    if rest:
        copy[first] = without(value[first], rest)
    else:
        del copy[first]
    return copy


def goes_through_containers(rule: Rule) -> bool:
    names = ("variables.containers", "variables.contexts", "variables.all_contexts", "variables.images")
    return any(name in (rule.each or "") for name in names)


def found(evaluator: Evaluator, rule: Rule, made: Made, manifest: Manifest) -> list[str]:
    around = Surroundings(namespace=made.namespace, siblings=made.siblings)
    findings = evaluator.evaluate(manifest, rule.points[0], around)
    assert [one.message for one in findings if one.error] == []
    return [offence for one in findings for offence in one.offences]


def at_grade(example: Example, rule: Rule, grade: int) -> Example:
    labels = example.namespace.get("labels", {}) | {AXES[rule.grades.by]: str(grade)}
    return example.model_copy(update={"namespace": example.namespace | {"labels": labels}})
