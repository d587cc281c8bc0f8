"""How a manifest becomes a resource of the provider."""

import copy
from typing import Any

import pytest

from stacks.objects import resource_name, type_token, with_field_manager


def manifest(api_version: str, kind: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "one", **metadata}}


@pytest.mark.parametrize(
    ("api_version", "kind", "token"),
    [
        ("v1", "Namespace", "kubernetes:core/v1:Namespace"),
        ("apps/v1", "Deployment", "kubernetes:apps/v1:Deployment"),
        ("networking.k8s.io/v1", "NetworkPolicy", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
        ("govcloud.dev/v1", "Tenancy", "kubernetes:govcloud.dev/v1:Tenancy"),
    ],
)
def test_the_type_follows_group_version_and_kind(api_version: str, kind: str, token: str) -> None:
    assert type_token(manifest(api_version, kind)) == token


def test_the_name_is_the_objects_with_its_namespace() -> None:
    assert resource_name(manifest("v1", "Namespace")) == "one"
    assert resource_name(manifest("v1", "Secret", namespace="t-air")) == "t-air/one"


@pytest.mark.parametrize(
    "metadata", [{}, {"annotations": {}}, {"annotations": {"note": "kept"}, "labels": {"a": "b"}}]
)
def test_one_field_manager_owns_every_object_and_the_plan_is_left_as_it_was(metadata: dict[str, Any]) -> None:
    plan = manifest("v1", "Secret", **metadata)
    before = copy.deepcopy(plan)
    owned = with_field_manager(plan)
    assert plan == before
    annotations = {**metadata.get("annotations", {}), "pulumi.com/patchFieldManager": "govcloud"}
    assert owned == {**before, "metadata": {**before["metadata"], "annotations": annotations}}
