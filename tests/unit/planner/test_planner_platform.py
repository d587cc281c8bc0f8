import pytest

from govcloud.planner import plan_platform


def _all(region, kind):
    return {m["metadata"]["name"]: m for m in plan_platform(region) if m["kind"] == kind}


def test_every_object_says_that_govcloud_made_it_and_for_which_region(beijing):
    for manifest in plan_platform(beijing):
        labels = manifest["metadata"]["labels"]
        assert labels == {"app.kubernetes.io/managed-by": "govcloud", "govcloud.dev/region": "beijing"}


def test_planning_twice_gives_the_same(beijing):
    assert plan_platform(beijing) == plan_platform(beijing)


def test_a_higher_grade_goes_first_and_a_standby_last_and_none_by_default(beijing):
    classes = _all(beijing, "PriorityClass")
    assert [name for name, _ in sorted(classes.items(), key=lambda item: item[1]["value"])] == [
        "govcloud-standby",
        "govcloud-grade-1",
        "govcloud-grade-2",
        "govcloud-grade-3",
        "govcloud-grade-4",
    ]
    assert not [name for name, value in classes.items() if value.get("globalDefault")]
    assert classes["govcloud-standby"]["preemptionPolicy"] == "Never"


def test_volumes_are_encrypted_kept_and_bound_where_their_pod_runs(beijing):
    classes = _all(beijing, "StorageClass")
    assert list(classes) == ["govcloud-ssd", "govcloud-hdd"]
    for storage in classes.values():
        assert storage["parameters"] == {"encrypted": "true"}
        assert storage["reclaimPolicy"] == "Retain"
        assert storage["volumeBindingMode"] == "WaitForFirstConsumer"


def test_the_sandbox_runs_on_nodes_that_have_it(beijing):
    runtime = _all(beijing, "RuntimeClass")["govcloud-sandbox"]
    assert runtime["scheduling"]["nodeSelector"] == {"govcloud.dev/runtime": "sandbox"}


@pytest.mark.parametrize("kind", ["ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"])
def test_policies_fail_closed_and_are_bound(beijing, kind):
    policies, bindings = _all(beijing, kind), _all(beijing, f"{kind}Binding")
    assert policies
    assert {p["spec"]["failurePolicy"] for p in policies.values()} == {"Fail"}
    assert {b["spec"]["policyName"] for b in bindings.values()} == set(policies)


def test_what_is_refused_is_denied_and_the_message_says_what_to_do(beijing):
    for binding in _all(beijing, "ValidatingAdmissionPolicyBinding").values():
        advises = binding["metadata"]["name"].endswith("-warn")
        assert binding["spec"]["validationActions"] == (["Warn", "Audit"] if advises else ["Deny"])
    for policy in _all(beijing, "ValidatingAdmissionPolicy").values():
        for validation in policy["spec"]["validations"]:
            message = validation["messageExpression"]
            assert any(
                way in message for way in ("leave ", "ask ", "variables.told")
            )  # a rule tells its remedy
