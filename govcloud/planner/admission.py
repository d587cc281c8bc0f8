"""The shape that the admission policies of the platform have in common.

They fail closed, and each says what is refused, who may do it and what to do instead. Policies themselves are
outside of admission: the platform can always take one back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from govcloud.planner.labels import TENANCY, Manifest

_API = "admissionregistration.k8s.io/v1"

PLATFORM_GROUP = "govcloud:platform"
"""The group of those who run the platform."""

_TRUSTED_GROUPS = (
    PLATFORM_GROUP,
    "system:masters",
    "system:nodes",
    "system:serviceaccounts:kube-system",  # the controllers, where each has its own account
    "system:serviceaccounts:govcloud-system",  # the platform's own programs
)
_TRUSTED_USERS = (
    "system:apiserver",
    "system:kube-controller-manager",  # the controllers, where they share one identity
    "system:kube-scheduler",
)

TRUSTED = (
    f"(has(request.userInfo.groups) && request.userInfo.groups.exists(g, g in {list(_TRUSTED_GROUPS)}))"
    f" || request.userInfo.username in {list(_TRUSTED_USERS)}"
)
"""CEL: whether the caller is the platform, or a part of Kubernetes that does its own work."""

NAME = (
    "request.operation == 'DELETE' ? oldObject.metadata.name : "
    "has(object.metadata.name) ? object.metadata.name : '(new)'"
)
"""CEL: the name of the object; a request has none when it deletes many at once or has the name generated."""

IN_TENANCIES = {"namespaceSelector": {"matchExpressions": [{"key": TENANCY, "operator": "Exists"}]}}
"""Match constraint: only what is in a tenancy's namespace."""


@dataclass(frozen=True, slots=True)
class Check:
    """A CEL expression that must hold, and a CEL expression that says why not."""

    expression: str
    message: str


@dataclass(frozen=True, slots=True)
class Params:
    """A cluster-wide kind, all of whose objects a policy looks at, one at a time; where there is none it refuses."""

    api_version: str
    kind: str


def resource_rule(group: str, resources: list[str], operations: list[str]) -> dict[str, Any]:
    """A rule that matches resources of an API group in all of its versions."""
    return {"apiGroups": [group], "apiVersions": ["*"], "resources": resources, "operations": operations}


def variables(named: dict[str, str]) -> list[dict[str, str]]:
    """CEL variables; each may use those before it."""
    return [{"name": name, "expression": expression.strip()} for name, expression in named.items()]


def validating(
    name: str,
    match: dict[str, Any],
    named: dict[str, str],
    checks: list[Check],
    labels: dict[str, str],
    *,
    conditions: dict[str, str] | None = None,
    params: Params | None = None,
) -> list[Manifest]:
    """A validating policy, bound everywhere that it matches."""
    binding: dict[str, Any] = {"policyName": name, "validationActions": ["Deny"]}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": match,
        "matchConditions": [{"name": key, "expression": text} for key, text in (conditions or {}).items()],
        "variables": variables(named),
        "validations": [
            {"expression": check.expression, "messageExpression": check.message, "reason": "Forbidden"}
            for check in checks
        ],
    }
    if params:
        spec["paramKind"] = {"apiVersion": params.api_version, "kind": params.kind}
        binding["paramRef"] = {"selector": {}, "parameterNotFoundAction": "Deny"}
    return [
        _object("ValidatingAdmissionPolicy", name, spec, labels),
        _object("ValidatingAdmissionPolicyBinding", name, binding, labels),
    ]


def mutating(
    name: str, match: dict[str, Any], named: dict[str, str], patches: list[str], labels: dict[str, str]
) -> list[Manifest]:
    """A mutating policy of JSON patches, bound everywhere that it matches."""
    spec = {
        "failurePolicy": "Fail",
        "reinvocationPolicy": "IfNeeded",
        "matchConstraints": match,
        "variables": variables(named),
        "mutations": [
            {"patchType": "JSONPatch", "jsonPatch": {"expression": expression.strip()}}
            for expression in patches
        ],
    }
    return [
        _object("MutatingAdmissionPolicy", name, spec, labels),
        _object("MutatingAdmissionPolicyBinding", name, {"policyName": name}, labels),
    ]


def _object(kind: str, name: str, spec: dict[str, Any], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {"name": name, "labels": {**labels}},
        "spec": spec,
    }
