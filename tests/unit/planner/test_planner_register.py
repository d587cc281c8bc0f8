"""The admission of the register, looked at without a server; what it does on one is in tests/integration/hub."""

from itertools import product

import pytest

from govcloud.hub.documents import TenancyStatus
from govcloud.hub.lifecycle import PHASES, STEPS, find_step
from govcloud.planner.register import register_platform
from govcloud.planner.register_estate import plan_register
from govcloud.planner.register_steps import STEP_CHECKS, steps_needing
from policies.cel import Expression, Inputs

SIDES = ("department", "reviewer", "platform", "nobody")


def _all(manifests, kind):
    return {m["metadata"]["name"]: m for m in manifests if m["kind"] == kind}


def _holds(expression, **variables):
    return Expression(expression).value(Inputs({"variables": variables}))


@pytest.mark.parametrize(("source", "target"), list(product(PHASES, PHASES)))
def test_admission_knows_the_steps_of_the_life_cycle(source, target):
    known, theirs = STEP_CHECKS[:2]
    moves = {"from": source, "to": target, "move": f"{source} > {target}"}
    may = {side: find_step(source, target, side) is not None for side in SIDES}
    assert _holds(known.expression, **moves) == (source == target or any(may.values()))
    if any(may.values()):
        for side in SIDES:
            step = f"{source} > {target} by {side}"
            assert _holds(theirs.expression, **moves, step=step) == may[side]


def test_a_refused_step_tells_the_ways_on(estate):
    message = (
        STEP_CHECKS[0]
        .message.partition("'; from there it can go to ' + ")[2]
        .partition("[variables.from])")[0]
    )
    ways = Expression(f"{message}[variables.from]").value(Inputs({"variables": {"from": "requested"}}))
    assert ways == "withdrawn (by the department), in-review (by the reviewer)"


@pytest.mark.parametrize("guard", sorted({guard for step in STEPS for guard in step.needs}))
def test_what_a_step_needs_is_checked(estate, guard):
    policies = _all(register_platform(estate.regions["north"]), "ValidatingAdmissionPolicy")
    spec = policies["govcloud-register-status"]["spec"]
    texts = [v["expression"] for v in spec["validations"]] + [v["expression"] for v in spec["variables"]]
    for step in steps_needing(guard):
        assert any(f"'{step}'" in text for text in texts if "variables.step in" in text), step


def test_every_field_of_a_status_is_somebodys(estate):
    policies = _all(register_platform(estate.regions["north"]), "ValidatingAdmissionPolicy")
    spec = policies["govcloud-register-status"]["spec"]
    text = " ".join(v["expression"] for v in [*spec["variables"], *spec["validations"]])
    for field in TenancyStatus.model_fields.values():
        assert f"variables.now.{field.alias}" in text, field.alias


@pytest.mark.parametrize("kind", ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"])
def test_the_policies_hold_for_everybody_and_fail_closed(estate, kind):
    for name, policy in _all(register_platform(estate.regions["north"]), kind).items():
        assert policy["spec"]["failurePolicy"] == "Fail"
        conditions = [c["name"] for c in policy["spec"].get("matchConditions", ())]
        assert conditions in ([], ["moved"]), name


def test_a_hub_without_limits_takes_nothing(estate):
    platform = register_platform(estate.regions["north"])
    spec = _all(platform, "ValidatingAdmissionPolicy")["govcloud-register-limits"]["spec"]
    reference = _all(platform, "ValidatingAdmissionPolicyBinding")["govcloud-register-limits"]["spec"][
        "paramRef"
    ]
    limits = _all(plan_register(estate), "Limits")[reference["name"]]
    assert spec["paramKind"] == {key: limits[key] for key in ("apiVersion", "kind")}
    assert reference == {"name": "register", "parameterNotFoundAction": "Deny"}
    assert limits["spec"] == {
        "ceilings": {"north": 3, "south": 3},
        "retention": {"1": 30, "2": 30, "3": 60, "4": 90, "5": 180, "6": 180},
    }


def test_no_right_in_the_register_is_a_wildcard_or_deletes(estate):
    for role in _all(register_platform(estate.regions["north"]), "ClusterRole").values():
        for rule in role["rules"]:
            assert not {"*", "delete", "deletecollection", "escalate", "bind", "impersonate"} & set(
                rule["verbs"]
            )
            assert rule["apiGroups"] == ["govcloud.dev"]


def test_only_reviewers_have_rights_in_all_departments(estate):
    bindings = _all(register_platform(estate.regions["north"]), "ClusterRoleBinding")
    assert {name: [s["name"] for s in b["subjects"]] for name, b in bindings.items()} == {
        "govcloud-register-reviewer": ["govcloud:reviewers:security", "govcloud:reviewers:platform"]
    }
