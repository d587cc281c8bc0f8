"""A rule that is not what it says is refused, and the line that says so names the rule, the place and what to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from policies.examples import Bases, ExampleError, example_problems, make
from policies.loading import RuleError, lint, read_rules
from policies.rule import Example, Rule

Change = Callable[..., Rule]


@pytest.fixture
def rule(rules: Mapping[str, Rule]) -> Rule:
    return rules["GC-POD-01"]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"fails": "e.it.privileged &&"}, "GC-POD-01: fails: it does not compile: "),
        ({"fails": "1 + 1"}, "GC-POD-01: fails: it does not compile: "),
        (
            {"fails": "quantity(e.it.size) > 1"},
            "GC-POD-01: fails: the function quantity() is not portable; "
            "write it with the functions of the portable subset",
        ),
        (
            {"each": "variables.boxes"},
            "GC-POD-01: fails: target workload has no variable boxes",
        ),
        (
            {"clauses": ["MLPS-CMP-99"]},
            "GC-POD-01: clauses: 'MLPS-CMP-99' is no control of the standards data",
        ),
        (
            {"clauses": ["MLPS-CMP-08"]},
            "GC-POD-01: grades.from: 1 is below 3, from which MLPS-CMP-08 is demanded; "
            "raise it, or cite what demands it of lower grades",
        ),
        ({"target": "vm"}, "GC-POD-01: target: 'vm' is not a target; expected one of tenancy, "),
    ],
)
def test_lint_tells_what_is_wrong_with_a_rule(
    fields: dict[str, Any], problem: str, rule: Rule, changed: Change
) -> None:
    assert any(line.startswith(problem) for line in lint([changed(rule, **fields)]))


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        (
            {"base": "Deployment", "finds": ["spec.x is true"]},
            "examples.fail[0]: finds: ['spec.x is true'] was to be found, not []",
        ),
        (
            {
                "base": "Pod",
                "patch": [
                    {"op": "add", "path": "/spec/containers/0/securityContext/privileged", "value": True}
                ],
            },
            "examples.fail[0]: finds: nothing is named; it was found that "
            "['spec.containers[app].securityContext.privileged is true']",
        ),
        (
            {"base": "Deployment", "patch": [{"op": "remove", "path": "/spec/nothing"}], "finds": ["x is y"]},
            "examples.fail[0]: the patch does not fit base Deployment: ",
        ),
        (
            {"base": "Box", "finds": ["x is y"]},
            "examples.fail[0]: there is no base 'Box'; expected one of Pod, ",
        ),
        (
            {"base": "ConfigMap", "finds": ["x is y"]},
            "examples.fail[0]: target workload is not about ConfigMap objects",
        ),
        (
            {"base": "Deployment", "namespace": {"spec": {}}, "finds": ["x is y"]},
            "examples.fail[0]: namespace: spec was given; expected labels or annotations",
        ),
        (
            {"base": "Deployment", "settings": {"colour": "red"}, "finds": ["x is y"]},
            "examples.fail[0]: settings: colour was given; there is no such setting",
        ),
    ],
)
def test_an_example_that_fails_otherwise_than_it_says_is_told(
    example: dict[str, Any], problem: str, rule: Rule, changed: Change
) -> None:
    examples = {"pass": [{"base": "Deployment"}], "fail": [example]}
    (line,) = example_problems([changed(rule, examples=examples)])
    assert line.startswith(f"GC-POD-01: {problem}")


def test_an_example_that_passes_no_more_is_told(rule: Rule, changed: Change) -> None:
    dump = rule.model_dump(by_alias=True)
    broken = changed(rule, examples={"pass": [dump["examples"]["fail"][0]], "fail": dump["examples"]["fail"]})
    (line,) = example_problems([broken])
    assert line.startswith(
        "GC-POD-01: examples.pass[0]: it must pass; it was found that ['spec.containers[app]"
    )


def test_an_expression_without_a_value_is_told_as_such(rule: Rule, changed: Change) -> None:
    lines = example_problems([changed(rule, fails="e.it.privileged")])
    assert any("[GC-POD-01] the rule cannot be evaluated: " in line for line in lines)


def test_a_base_that_violates_a_rule_is_told(rule: Rule, bases: Bases) -> None:
    wrong = bases.of("Deployment")
    wrong["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    tampered = Bases(bases.namespace, bases.settings, {**bases.objects, "Deployment": wrong})
    lines = example_problems([rule], tampered)
    assert any(
        line.startswith("bases.yaml: Deployment: it must pass every rule: [GC-POD-01] ") for line in lines
    )


def test_a_patch_changes_one_place_even_where_the_base_says_the_same_twice(bases: Bases) -> None:
    path = "/spec/containers/0/securityContext/privileged"
    made = make(Example(base="Pod", patch=({"op": "add", "path": path, "value": True},)), bases)
    assert "privileged" not in made.manifest["spec"]["initContainers"][0]["securityContext"]
    assert "privileged" not in bases.of("Pod")["spec"]["containers"][0]["securityContext"]


def test_a_label_of_null_is_taken_away_from_the_namespace(bases: Bases) -> None:
    made = make(Example(base="Pod", namespace={"labels": {"govcloud.dev/role": None}}), bases)
    assert "govcloud.dev/role" not in made.namespace["metadata"]["labels"]
    assert made.namespace["metadata"]["labels"]["govcloud.dev/grade"] == "4"


def test_siblings_are_whole_objects_or_changed_bases(bases: Bases) -> None:
    whole = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}
    patch = [{"op": "replace", "path": "/metadata/name", "value": "y"}]
    made = make(Example(base="Pod", siblings=(whole, {"base": "Secret", "patch": patch})), bases)
    assert [one["metadata"]["name"] for one in made.siblings] == ["web", "x", "y"]
    with pytest.raises(ExampleError, match="there is no base 'Box'"):
        make(Example(base="Pod", siblings=({"base": "Box"},)), bases)


def test_documents_that_are_no_rules_are_told_all_at_once() -> None:
    texts = {"a.yaml": "id: GC-POD-01\nserverity: high\n", "b.yaml": "id: pod-1\n"}
    with pytest.raises(RuleError) as caught:
        read_rules(texts)
    lines = str(caught.value).split("\n")
    assert "a.yaml: document 1 (GC-POD-01): serverity: Extra inputs are not permitted" in lines
    assert any(
        line.startswith("b.yaml: document 1 (pod-1): id: String should match pattern") for line in lines
    )


def test_an_id_that_is_given_twice_is_told(rule: Rule) -> None:
    text = rule.model_dump_json(by_alias=True, exclude_defaults=True)
    with pytest.raises(RuleError, match="GC-POD-01: the id is given to several rules"):
        read_rules({"a.yaml": text, "b.yaml": text})
