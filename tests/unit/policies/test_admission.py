"""The rules as policies of an API server: what is asked, of whom, and in which words."""

import json
import re

import pytest

from policies.admission import PREFIX, admission_policies
from policies.admission_names import Names, is_changed, ratchet_of
from policies.expressions import variable
from policies.loading import shipped_rules
from policies.settings import Settings
from policies.target import Target, targets

SETTINGS = Settings(registries=("registry.gov.internal",), ceiling=3)
LABELS = {"app.kubernetes.io/managed-by": "govcloud"}
TITLE = {"en": "t", "zh": "t"}


@pytest.fixture(scope="module")
def made():
    return admission_policies(shipped_rules().values(), SETTINGS, LABELS)


@pytest.fixture(scope="module")
def policies(made):
    found = [one for one in made if one["kind"] == "ValidatingAdmissionPolicy"]
    return {one["metadata"]["name"].removeprefix(PREFIX): one["spec"] for one in found}


def _variables(spec):
    return {one["name"]: one["expression"] for one in spec["variables"]}


def _kinds(spec):
    return [
        (group, resource)
        for rule in spec["matchConstraints"]["resourceRules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    ]


def test_every_policy_fails_closed_and_is_bound_to_refuse_or_to_warn(made, policies):
    bindings = {
        one["spec"]["policyName"].removeprefix(PREFIX): one["spec"]["validationActions"]
        for one in made
        if one["kind"] == "ValidatingAdmissionPolicyBinding"
    }
    assert set(bindings) == set(policies)
    for name, spec in policies.items():
        assert spec["failurePolicy"] == "Fail"
        assert [one["reason"] for one in spec["validations"]] == ["Forbidden"]
        assert bindings[name] == (["Warn", "Audit"] if name.endswith("-warn") else ["Deny"])
    assert all(one["metadata"]["labels"] == LABELS for one in made)


def test_every_rule_of_admission_is_in_a_policy_and_no_other_is(policies):
    found = {name for spec in policies.values() for name in _variables(spec) if name.startswith("gc_")}
    asked = {variable(rule) for rule in shipped_rules().values() if "admission" in rule.points}
    assert found == asked | {f"{name}_offences" for name in asked}


@pytest.mark.parametrize("suffix", ["", "-warn"])
def test_every_kind_is_asked_about_by_one_policy_so_that_all_findings_are_told_at_once(policies, suffix):
    chosen = [spec for name, spec in policies.items() if name.endswith("-warn") == bool(suffix)]
    kinds = [kind for spec in chosen for kind in _kinds(spec)]
    assert len(kinds) == len(set(kinds))


def test_a_policy_holds_the_rules_of_every_target_that_lists_its_kinds(policies):
    for rule in (one for one in shipped_rules().values() if "admission" in one.points):
        for kind in targets()[rule.target].kinds:
            suffix = "-warn" if rule.action == "warn" else ""
            (spec,) = (
                spec
                for name, spec in policies.items()
                if name.endswith("-warn") == bool(suffix) and (kind.group, kind.plural) in _kinds(spec)
            )
            assert variable(rule) in _variables(spec), (rule.id, kind.kind)


def test_tenancies_are_known_by_the_label_of_their_namespace(policies):
    tenancy = {"matchExpressions": [{"key": "govcloud.dev/tenancy", "operator": "Exists"}]}
    for name, spec in policies.items():
        scope = targets()[name.removesuffix("-warn")].scope
        assert spec["matchConstraints"].get("namespaceSelector") == (tenancy if scope == "tenancy" else None)


def test_the_ways_in_by_subresources_are_watched_too(policies):
    assert ("", "pods/ephemeralcontainers") in _kinds(policies["workload"])


def test_conditions_of_a_match_use_no_variables_and_variables_only_those_before_them(policies):
    for name, spec in policies.items():
        assert not any("variables." in one["expression"] for one in spec["matchConditions"])
        known = set()
        for key, text in _variables(spec).items():
            assert set(re.findall(r"\bvariables\.(\w+)", text)) <= known, (name, key)
            known.add(key)


def test_the_settings_of_the_region_are_in_every_policy(policies):
    for spec in policies.values():
        found = _variables(spec)
        assert (found["registries"], found["ceiling"]) == ('["registry.gov.internal"]', "3")


def test_no_expression_is_longer_than_the_parser_of_the_api_server_takes(policies):
    longest = max(len(text) for spec in policies.values() for text in _variables(spec).values())
    assert longest < 50_000


def test_policies_are_plain_and_the_same_each_time(made):
    assert json.loads(json.dumps(made)) == made
    again = admission_policies(reversed(shipped_rules().values()), SETTINGS, LABELS)
    assert again == made


def _target(name, ratchet=None, **variables):
    return Target.model_validate(
        {
            "name": name,
            "title": TITLE,
            "scope": "cluster",
            "kinds": [],
            "ratchet": ratchet,
            "variables": {"labels": "{}", **variables},
        }
    )


def test_a_name_that_two_targets_use_in_their_own_ways_is_kept_apart():
    names = Names({"ceiling": "4"})
    names.take(_target("one", marks="object.a", size="size(variables.marks)"))
    assert (
        names.read("variables.size > 0 && variables.ceiling > 1")
        == "variables.size > 0 && variables.ceiling > 1"
    )
    names.take(_target("an-other", marks="object.b", size="size(variables.marks)"))
    assert names.read("variables.size > variables.ceiling") == "variables.an_other_size > variables.ceiling"
    assert names.expressions["an_other_size"] == "size(variables.an_other_marks)"
    assert names.expressions["size"] == "size(variables.marks)"


def test_a_name_that_two_targets_use_in_the_same_way_is_shared():
    names = Names({})
    names.take(_target("one", marks="object.a"))
    names.take(_target("two", marks="object.a"))
    assert names.read("variables.marks") == "variables.marks"


def test_a_ratchet_is_written_out_as_it_was_and_as_it_is():
    target = _target(
        "t", ratchet="pod", inner="object.spec", pod="variables.inner.object == 'object' ? object : {}"
    )
    assert ratchet_of(target) == (
        "((object.spec).object == 'object' ? object : {})",
        "((oldObject.spec).object == 'object' ? oldObject : {})",
    )
    assert is_changed(target).count("variables.") == 0
