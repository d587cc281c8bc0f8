"""Many rules about many objects at once: the same answers as one rule about one object at a time."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from pack_rules import RULES, deployment, namespace

from policies.cel import CelError, Inputs
from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases, make
from policies.finding import Finding
from policies.question import Question
from policies.rule import Rule

AROUND = Surroundings(namespace("t-air", 3))


def one_by_one(
    evaluator: Evaluator, manifest: dict[str, Any], around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> list[Finding]:
    """What is found where no question has an answer, so that each rule is asked by itself."""

    def refuse(question: Question, inputs: Inputs, number: int) -> None:
        raise CelError("no answer")

    with monkeypatch.context() as patch:
        patch.setattr(Question, "answers", refuse)
        return evaluator.evaluate(manifest, "preview", around)


def test_an_example_of_every_rule_has_the_same_verdict_both_ways(
    rules: Mapping[str, Rule], bases: Bases, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = Evaluator(rules.values(), bases.settings)
    seen = 0
    for rule in rules.values():
        made = make(rule.examples.fail[0], bases)
        at_once = evaluator.evaluate(made.manifest, "preview", made.surroundings)
        assert at_once == one_by_one(evaluator, made.manifest, made.surroundings, monkeypatch)
        seen += len(at_once)
    assert seen > len(rules) / 2


def test_objects_are_answered_in_their_order() -> None:
    evaluator = Evaluator(RULES)
    objects = [deployment(replicas) for replicas in (1, 3, 1, 2)]
    found = evaluator.evaluate_all(objects, "preview", AROUND)
    assert [[one.rule for one in each] for each in found] == [
        [one.rule for one in evaluator.evaluate(each, "preview", AROUND)] for each in objects
    ]
    assert ["GC-TST-01" in [one.rule for one in each] for each in found] == [True, False, True, False]


def test_an_object_that_a_rule_cannot_be_asked_about_leaves_the_others_their_answers() -> None:
    evaluator = Evaluator(RULES)
    broken = deployment(1)
    broken["spec"]["replicas"] = "many"
    whole, other = deployment(1), deployment(3)
    found = evaluator.evaluate_all([whole, broken, other], "preview", AROUND)
    assert found[0] == evaluator.evaluate(whole, "preview", AROUND)
    assert found[2] == evaluator.evaluate(other, "preview", AROUND)
    assert [(one.rule, one.error) for one in found[1] if one.rule == "GC-TST-01"] == [("GC-TST-01", True)]
    assert [one.rule for one in found[1]] == [one.rule for one in found[0]]


def test_without_objects_or_rules_there_is_nothing_to_answer() -> None:
    assert Evaluator(RULES).evaluate_all([], "preview", AROUND) == []
    assert Evaluator([]).evaluate_all([deployment(1)], "preview", AROUND) == [[]]
    assert not Evaluator(RULES).concerns({"apiVersion": "v1", "kind": "Node"}, "preview")


def test_objects_are_not_changed_by_being_asked_about() -> None:
    objects = [deployment(1), deployment(2)]
    before = copy.deepcopy(objects)
    Evaluator(RULES).evaluate_all(objects, "preview", AROUND)
    assert objects == before


def test_more_rules_than_the_engine_takes_at_once_are_asked_in_parts(
    rules: Mapping[str, Rule], bases: Bases
) -> None:
    about = [rule for rule in rules.values() if rule.target == "workload"]
    many = [rule.model_copy(update={"id": f"{rule.id[:-2]}{n}"}) for n in range(10, 16) for rule in about]
    manifest, around = bases.of("Deployment"), Surroundings(bases.namespace)
    manifest["spec"]["template"]["spec"]["hostNetwork"] = True
    found = Evaluator(many, bases.settings).evaluate(manifest, "preview", around)
    alone = Evaluator(about, bases.settings).evaluate(manifest, "preview", around)
    assert len(found) == 6 * len(alone) > 0


def test_an_error_of_the_engine_does_not_print_the_data(bases: Bases) -> None:
    secret = bases.of("Secret")
    secret["data"] = {f"key-{n}": "x" * 40 for n in range(200)}
    secret["metadata"]["labels"] = "none"
    for finding in Evaluator(RULES).evaluate(
        secret | {"kind": "Deployment", "apiVersion": "apps/v1"}, "preview"
    ):
        assert len(finding.message) < 400
