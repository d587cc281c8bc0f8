from itertools import product

import pytest

from govcloud.model import Department
from govcloud.planner import plan_platform, plan_tenancy

PLATFORM_ONLY = {"resourcequotas", "limitranges", "namespaces", "nodes", "endpoints", "endpointslices"}
WRITES = {"create", "update", "patch", "delete", "deletecollection"}


def _rights(region, role):
    (found,) = (
        m
        for m in plan_platform(region)
        if m["kind"] == "ClusterRole" and m["metadata"]["name"] == f"govcloud-{role}"
    )
    return {
        right
        for rule in found["rules"]
        for right in product(rule["apiGroups"], rule["resources"], rule["verbs"])
    }


def _subjects(plan):
    return {m["roleRef"]["name"]: m["subjects"] for m in plan if m["kind"] == "RoleBinding"}


def _people(subjects):
    return [s["name"] for s in subjects if s["kind"] != "ServiceAccount"]


def test_members_default_to_the_groups_of_the_department(beijing, mee, make_tenancy):
    subjects = _subjects(plan_tenancy(make_tenancy(), mee, beijing, "primary"))
    assert {role: _people(members) for role, members in subjects.items()} == {
        "govcloud-owner": ["mee:owners"],
        "govcloud-operator": ["mee:operators"],
        "govcloud-viewer": ["mee:viewers"],
        "govcloud-auditor": ["govcloud:auditors"],
        "govcloud-credentials-operator": ["mee:operators"],
        "govcloud-credentials-viewer": ["mee:viewers"],
    }


def test_the_account_of_a_part_has_its_role_and_takes_no_credentials(beijing, mee, make_tenancy):
    subjects = _subjects(plan_tenancy(make_tenancy(), mee, beijing, "primary"))
    accounts = {
        role: [(s["name"], s["namespace"]) for s in members if s["kind"] == "ServiceAccount"]
        for role, members in subjects.items()
    }
    assert {role: found for role, found in accounts.items() if found} == {
        f"govcloud-{part}": [(f"govcloud-{part}", "t-mee-air-quality")]
        for part in ("owner", "operator", "viewer")
    }


def test_members_that_a_department_names_take_the_place_of_the_default(beijing, make_tenancy):
    spec = {"title": "部", "roles": {"owner": {"groups": ["it"], "users": ["li.na@mee"]}}}
    named = Department.model_validate({"metadata": {"name": "mee"}, "spec": spec})
    owners = _subjects(plan_tenancy(make_tenancy(), named, beijing, "primary"))["govcloud-owner"]
    assert _people(owners) == ["it", "li.na@mee"]
    assert [s["kind"] for s in owners[:2]] == ["Group", "User"]


def test_accounts_hand_no_token_to_a_pod_that_does_not_ask(beijing, mee, make_tenancy):
    plan = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    accounts = {
        m["metadata"]["name"]: m["automountServiceAccountToken"]
        for m in plan
        if m["kind"] == "ServiceAccount"
    }
    names = ("workload", "default", "govcloud-owner", "govcloud-operator", "govcloud-viewer")
    assert accounts == dict.fromkeys(names, False)


@pytest.mark.parametrize(
    ("role", "accounts"),
    [("operator", ["govcloud-operator", "govcloud-viewer"]), ("viewer", ["govcloud-viewer"])],
)
def test_credentials_are_of_ones_own_part_or_below(beijing, role, accounts):
    (found,) = (
        m["rules"]
        for m in plan_platform(beijing)
        if m["kind"] == "ClusterRole" and m["metadata"]["name"] == f"govcloud-credentials-{role}"
    )
    tokens, secrets = found
    assert (tokens["resources"], tokens["verbs"]) == (["serviceaccounts/token"], ["create"])
    assert tokens["resourceNames"] == accounts
    assert (secrets["resources"], secrets["verbs"]) == (["secrets"], ["create", "delete"])


@pytest.mark.parametrize("role", ["owner", "operator", "viewer", "auditor", "cluster-auditor"])
def test_no_right_is_a_wildcard_or_a_way_to_more_rights(beijing, role):
    for right in _rights(beijing, role):
        assert "*" not in right
        assert right[2] not in {"escalate", "bind", "impersonate"}


@pytest.mark.parametrize("role", ["owner", "operator", "viewer", "auditor"])
def test_nobody_in_a_tenancy_writes_what_is_the_platforms(beijing, role):
    written = {resource for _, resource, verb in _rights(beijing, role) if verb in WRITES}
    assert not written & PLATFORM_ONLY


@pytest.mark.parametrize("role", ["operator", "viewer", "auditor", "cluster-auditor"])
def test_only_owners_touch_secrets(beijing, role):
    assert not [right for right in _rights(beijing, role) if right[1] == "secrets"]
    assert ("", "secrets", "get") in _rights(beijing, "owner")


def test_owners_govern_access_and_network_and_operators_do_not(beijing):
    governed = {("rbac.authorization.k8s.io", "roles"), ("networking.k8s.io", "networkpolicies")}
    owner, operator = _rights(beijing, "owner"), _rights(beijing, "operator")
    assert all((*resource, "create") in owner for resource in governed)
    assert not any((*resource, verb) in operator for resource in governed for verb in WRITES)


@pytest.mark.parametrize("role", ["viewer", "auditor", "cluster-auditor"])
def test_viewers_and_auditors_change_nothing(beijing, role):
    assert {verb for _, _, verb in _rights(beijing, role)} <= {"get", "list", "watch"}


def test_all_that_an_owner_may_create_is_counted_by_a_quota(beijing, mee, make_tenancy, hard):
    plan = plan_tenancy(make_tenancy(), mee, beijing, "primary")
    counted = {
        name.removeprefix("count/") for kind in ("compute", "storage", "objects") for name in hard(plan, kind)
    }
    created = {
        f"{resource}.{group}" if group else resource
        for group, resource, verb in _rights(beijing, "owner")
        if verb == "create" and "/" not in resource
    }
    assert created <= counted
