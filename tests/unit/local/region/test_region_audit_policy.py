"""The audit policy, evaluated as the API server does: the first rule that fits decides."""

from typing import Any

import pytest
import yaml

from govcloud.local.region.credentials import packaged

POLICY = yaml.safe_load(packaged("audit-policy.yaml"))


def fits(rule: dict[str, Any], *, user: str, groups: list[str], verb: str, group: str, resource: str) -> bool:
    if "nonResourceURLs" in rule:
        return False
    if "users" in rule and user not in rule["users"]:
        return False
    if "userGroups" in rule and not set(groups) & set(rule["userGroups"]):
        return False
    if "verbs" in rule and verb not in rule["verbs"]:
        return False
    wanted = rule.get("resources")
    return wanted is None or any(
        entry["group"] == group and resource in entry.get("resources", [resource]) for entry in wanted
    )


def level(
    verb: str, resource: str, *, group: str = "", user: str = "li.na@mee", groups: tuple[str, ...] = ()
) -> str:
    rules = POLICY["rules"]
    call = {"user": user, "groups": list(groups), "verb": verb, "group": group, "resource": resource}
    return str(next(rule["level"] for rule in rules if fits(rule, **call)))


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete", "get", "list", "watch"])
@pytest.mark.parametrize(
    ("group", "resource"),
    [
        ("", "secrets"),
        ("", "configmaps"),
        ("", "serviceaccounts/token"),
        ("authentication.k8s.io", "tokenreviews"),
        ("certificates.k8s.io", "certificatesigningrequests"),
    ],
)
def test_bodies_that_may_hold_secrets_are_never_written_down(verb: str, group: str, resource: str) -> None:
    assert level(verb, resource, group=group) == "Metadata"


@pytest.mark.parametrize("verb", ["create", "update", "patch", "delete", "deletecollection"])
@pytest.mark.parametrize(
    ("group", "resource"),
    [
        ("rbac.authorization.k8s.io", "rolebindings"),
        ("govcloud.dev", "tenancies"),
        ("govcloud.dev", "waivers"),
    ],
)
def test_changes_of_rights_and_of_the_register_are_written_down_in_full(
    verb: str, group: str, resource: str
) -> None:
    assert level(verb, resource, group=group) == "RequestResponse"
    assert level(verb, resource, group=group, user="system:kube-controller-manager") == "RequestResponse"


@pytest.mark.parametrize("verb", ["get", "list", "create", "delete"])
def test_what_people_do_is_written_down(verb: str) -> None:
    assert level(verb, "pods") == level(verb, "networkpolicies", group="networking.k8s.io") == "Metadata"


def test_reading_by_the_system_is_not_written_down_but_its_changes_are() -> None:
    user = "system:kube-controller-manager"
    assert level("watch", "pods", user=user) == "None"
    assert level("delete", "pods", user=user) == "Metadata"
    controllers = ("system:serviceaccounts:kube-system",)
    assert level("list", "pods", groups=controllers) == "None"
    assert level("create", "pods", groups=controllers) == "Metadata"


def test_heartbeats_are_not_written_down() -> None:
    assert level("update", "leases", group="coordination.k8s.io") == "None"
    assert level("patch", "nodes/status", user="govcloud:kwok") == "None"
    assert level("patch", "nodes/status", user="li.na@mee") == "Metadata"


@pytest.mark.parametrize("user", ["system:kube-controller-manager", "system:kube-scheduler", "govcloud:kwok"])
def test_who_read_a_secret_is_written_down_even_when_it_is_the_system(user: str) -> None:
    controllers = ("system:serviceaccounts:kube-system",)
    assert level("get", "secrets", user=user) == level("get", "secrets", groups=controllers) == "Metadata"
