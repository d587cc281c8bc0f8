"""A cordon in a region: what runs in the tenancy goes on, and nobody in it makes anything new.

The register only says that a tenancy is cordoned; the API servers of its regions have to hold it to that. A label of its
namespace tells them, which the platform alone may set or take off (see `protection`).
"""

from __future__ import annotations

from collections.abc import Iterable

from govcloud.model import LABEL_PREFIX, Region
from govcloud.planner.admission import NAME, TRUSTED, Check, resource_rule, validating
from govcloud.planner.credentials import CREDENTIAL
from govcloud.planner.labels import Manifest, platform_labels

CORDONED = f"{LABEL_PREFIX}cordoned"
"""The label of a cordoned tenancy's namespace."""

_SCALED = [
    f"{kind}{part}" for kind in ("deployments", "statefulsets", "replicasets") for part in ("", "/scale")
]


def cordoned(manifests: Iterable[Manifest]) -> list[Manifest]:
    """The manifests of a tenancy in a region, as they are while it is cordoned."""
    return [_marked(manifest) if manifest["kind"] == "Namespace" else manifest for manifest in manifests]


def _marked(manifest: Manifest) -> Manifest:
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "labels": {**metadata["labels"], CORDONED: "true"}}}


def cordon_policies(region: Region) -> list[Manifest]:
    """The policy that closes cordoned namespaces: to creation, and to more replicas of what is there.

    Controllers of Kubernetes go on, so that a pod that dies is made anew; people take credentials, to look after it.
    """
    match = {
        "namespaceSelector": {"matchExpressions": [{"key": CORDONED, "operator": "Exists"}]},
        "resourceRules": [
            # Without the scope, it would match every object that is in no namespace at all.
            resource_rule("*", ["*"], ["CREATE"]) | {"scope": "Namespaced"},
            resource_rule("apps", _SCALED, ["UPDATE"]) | {"scope": "Namespaced"},
        ],
    }
    check = Check(
        "request.operation == 'UPDATE' && (!has(object.spec.replicas) || "
        "(has(oldObject.spec.replicas) && object.spec.replicas <= oldObject.spec.replicas)) || "
        f"(request.kind.kind == 'Secret' && has(object.type) && object.type == '{CREDENTIAL}')",
        "'namespace ' + request.namespace + ' is cordoned: ' + request.kind.kind + ' ' + variables.name + "
        "' would be new in it; ask the side that set the cordon of the tenancy to lift it'",
    )
    return validating(
        "govcloud-cordon",
        match,
        {"name": NAME},
        [check],
        platform_labels(region),
        conditions={"not-the-platform": f"!({TRUSTED})"},
    )
