"""The API server refuses what the rules refuse, and says the same: examples of the rules, and thousands of mutants.

Objects are asked about as they are written; the server asks its policies after it has filled in defaults, a service account
and limits, and after the platform has placed the pods. So the same verdict is no matter of course.
"""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from policy_mutants import NAMESPACE, REGISTER, Case
from policy_server import refusal, said, warned

from policies.admission import admission_policies
from policies.clauses import controls
from policies.examples import make

LEAST = 2000
DROPPED = {"GC-STO-06"}
"""Rules about a field that a server drops unless a gate is opened that is closed by default; it admits what is left."""

BOUND = {"GC-STO-04"}
"""Rules about a change that the control plane makes just so; that nobody else does is seen to by a policy of the platform."""


@pytest.fixture(scope="module")
def answered(ruled, cases):
    """(case, what the server says) of every case."""
    placed = [ruled.place(case) for case in cases]
    return list(zip(placed, ruled.at_once(lambda case: _asked(ruled, case), placed), strict=True))


def _asked(ruled, case):
    return _asked_of_a_running_pod(ruled, case.manifest) if case.runs else ruled.ask(case.manifest)


def _asked_of_a_running_pod(ruled, manifest):
    """Ephemeral containers come by a subresource of their own."""
    running = {key: value for key, value in manifest["spec"].items() if key != "ephemeralContainers"}
    pod = {**manifest, "metadata": {**manifest["metadata"], "generateName": "debugged-"}, "spec": running}
    del pod["metadata"]["name"]
    status, made = ruled.cluster.create(pod, dry=False)
    assert status == 201, made
    del made["metadata"]["resourceVersion"]
    made["spec"]["ephemeralContainers"] = manifest["spec"]["ephemeralContainers"]
    made |= {"apiVersion": "v1", "kind": "Pod"}
    verdict = ruled.ask_put(made, "/ephemeralcontainers")
    ruled.cluster.call("DELETE", f"{ruled.cluster.path(made)}?gracePeriodSeconds=0")
    return verdict


def _is_judged(verdict):
    """Whether the rules had their say: what is no valid object is refused for reasons of its own.

    A name that is taken is found out after the rules are asked.
    """
    taken = verdict.body.get("reason") == "AlreadyExists"
    return verdict.status in (200, 201) or taken or refusal(verdict) is not None


def _differences(ruled, case, verdict):
    """Where the server and the rules do not agree; of documents of the register, whatever day it was meanwhile."""
    found = [_difference(case, verdict, _found(ruled, case, created)) for created in _days(case)]
    return [] if None in found else found[:1]


def _difference(case, verdict, found):
    if (expected := said(found)) != (actual := refusal(verdict)):
        return f"{case.manifest}\nthe rules: {expected}\nthe server: {actual} ({verdict.status})"
    advice = sorted(one.message for one in found if one.action == "warn")
    if actual is None and sorted("; ".join(warned(verdict)).split("; [")) != sorted(
        "; ".join(advice).split("; [")
    ):
        return f"{case.manifest}\nthe rules warn: {advice}\nthe server: {verdict.warnings}"
    return None


def _days(case):
    written = case.manifest["metadata"].get("creationTimestamp")
    return (
        {written, f"{datetime.now(UTC).date()}T00:00:00Z"}
        if case.manifest["apiVersion"] == REGISTER
        else [written]
    )


def _found(ruled, case, created):
    metadata = case.manifest["metadata"] | ({"creationTimestamp": created} if created else {})
    found = ruled.judge({**case.manifest, "metadata": metadata}, case.namespace)
    return [one for one in found if one.rule not in DROPPED]


def test_every_example_is_judged_by_the_server_as_by_the_rules(ruled, answered):
    examples = [(case, verdict) for case, verdict in answered if case.about]
    invalid = {
        f"{case.about.id} {'fail' if case.fails else 'pass'} {verdict.message}"
        for case, verdict in examples
        if not _is_judged(verdict) and not case.runs
    }
    assert not invalid
    judged = [(case, verdict) for case, verdict in examples if _is_judged(verdict)]
    assert [line for case, verdict in judged for line in _differences(ruled, case, verdict)] == []


def test_every_failing_example_is_refused_with_rule_clause_and_remedy(answered, rules, refused_elsewhere):
    told = {case.about.id: [] for case, _ in answered if case.about}
    for case, verdict in answered:
        if case.fails and case.about.action == "deny" and _is_judged(verdict):
            told[case.about.id].append(refusal(verdict) or "")
    for rule in (rule for rule in rules if rule.action == "deny" and rule.id not in DROPPED):
        said_of_it = [
            words for words in (*told[rule.id], *refused_elsewhere.get(rule.id, [])) if rule.id in words
        ]
        assert said_of_it, rule.id
        for words in said_of_it:
            assert f"[{rule.id}] {rule.title.en}: " in words
            assert any(controls()[one].standard in words for one in rule.clauses)
            assert f"to mend it: {rule.remedy.en}" in words


@pytest.fixture(scope="module")
def refused_elsewhere(ruled, rules, bases):
    """By rule, what is said of examples of other settings, by policies of such a region beside those of this one."""
    found, made = {}, []
    for rule in rules:
        for number, example in enumerate(one for one in rule.examples.fail if one.settings):
            settings = replace(bases.settings, **example.settings)
            policies = admission_policies([rule], settings, {})
            for manifest in policies:
                manifest["metadata"]["name"] += f"-{number}"
            policies[1]["spec"]["policyName"] += f"-{number}"
            ruled.cluster.apply_all(policies)
            made += policies
            manifest = make(example, bases).manifest
            words = ruled.cluster.until(lambda manifest=manifest: refusal(ruled.ask(manifest)))
            found.setdefault(rule.id, []).append(words or "")
    for manifest in made:
        ruled.cluster.delete(manifest)
    return found


def test_thousands_of_mutants_are_judged_by_the_server_as_by_the_rules(ruled, answered):
    mutants = [(case, verdict) for case, verdict in answered if case.about is None]
    judged = [(case, verdict) for case, verdict in mutants if _is_judged(verdict)]
    kinds = Counter((case.manifest["kind"], refusal(verdict) is not None) for case, verdict in judged)
    assert len(judged) >= LEAST, f"{len(mutants) - len(judged)} of {len(mutants)} were no valid objects"
    assert sum(count for (_, refused), count in kinds.items() if refused) > LEAST / 4
    assert sum(count for (_, refused), count in kinds.items() if not refused) > LEAST / 4
    differences = [line for case, verdict in judged for line in _differences(ruled, case, verdict)]
    assert differences == []


def test_what_is_refused_as_new_is_refused_as_a_change_of_what_was_right(ruled, answered, bases):
    """So that what a target's ratchet looks at is all that its rules look at."""
    cases = [
        case
        for case, verdict in answered
        if case.about
        and case.about.id not in BOUND
        and not case.runs
        and _is_judged(verdict)
        and _is_in_the_base(case, bases)
    ]
    space = cases[0].manifest["metadata"]["namespace"]
    for manifest in bases.objects.values():
        if manifest["metadata"].get("namespace") == NAMESPACE:
            placed = Case(manifest, bases.namespace).moved_to(space).manifest
            status, answer = ruled.cluster.create(placed, dry=False)
            assert status in (201, 409), answer
    verdicts = ruled.at_once(lambda case: ruled.ask_put(_as_of_now(ruled, case.manifest)), cases)
    judged = [(case, verdict) for case, verdict in zip(cases, verdicts, strict=True) if _is_judged(verdict)]
    assert len({case.about.id for case, verdict in judged if refusal(verdict)}) > 60
    assert [line for case, verdict in judged for line in _differences(ruled, case, verdict)] == []


def _as_of_now(ruled, manifest):
    """Some kinds take a change only of the version that there is."""
    if manifest["kind"] not in ("Gateway", "HTTPRoute", "GRPCRoute", "PodDisruptionBudget"):
        return manifest
    version = ruled.cluster.get(manifest)[1]["metadata"]["resourceVersion"]
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": version}}


def _is_in_the_base(case, bases):
    """Whether it is a change of an object of the namespace that all bases are in."""
    labels = {k: v for k, v in bases.namespace["metadata"]["labels"].items() if "pod-security" not in k}
    found = {k: v for k, v in case.namespace["metadata"]["labels"].items() if "pod-security" not in k}
    marks = [one["metadata"].get("annotations") for one in (case.namespace, bases.namespace)]
    named = {(one["kind"], one["metadata"]["name"]) for one in bases.objects.values()}
    metadata = case.manifest["metadata"]
    is_there = (case.manifest["kind"], metadata.get("name")) in named and "namespace" in metadata
    return labels == found and marks[0] == marks[1] and is_there
