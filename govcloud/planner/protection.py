"""What govcloud made, only the platform changes: the fence around a tenancy holds against those inside."""

from __future__ import annotations

from govcloud.model import LABEL_PREFIX, MANAGED_BY, MANAGER, Region
from govcloud.planner.admission import (
    IN_TENANCIES,
    NAME,
    PLATFORM_GROUP,
    TRUSTED,
    Check,
    resource_rule,
    validating,
)
from govcloud.planner.labels import TENANCY, Manifest, platform_labels
from govcloud.planner.namespace import POD_SECURITY
from policies.waivers import WAIVER_PREFIX

_ONLY_PLATFORM = f"only the platform (group {PLATFORM_GROUP})"
_BY_OTHERS = {"not-the-platform": f"!({TRUSTED})"}
_RESERVED = f"k.startsWith('{LABEL_PREFIX}') || k.startsWith('{WAIVER_PREFIX}')"


def protection_policies(region: Region) -> list[Manifest]:
    """The policies that keep managed objects, what is reserved on namespaces, and volumes for those they were made for."""
    labels = platform_labels(region)
    return [*_managed(labels), *_namespaces(labels), *_claims(labels)]


def _managed(labels: dict[str, str]) -> list[Manifest]:
    """Matches by the label before and after a change, so that taking the label off is no way out."""
    match = {
        "objectSelector": {"matchLabels": {MANAGED_BY: MANAGER}},
        "resourceRules": [resource_rule("*", ["*"], ["CREATE", "UPDATE", "DELETE"])],
    }
    check = Check(
        "false",
        "request.kind.kind + ' ' + variables.name + ' is managed by govcloud: "
        f"{_ONLY_PLATFORM} may ' + request.operation + ' it; "
        "ask for a change of the tenancy, or make an object under another name without the label "
        f"{MANAGED_BY}={MANAGER}'",
    )
    return validating("govcloud-managed", match, {"name": NAME}, [check], labels, conditions=_BY_OTHERS)


def _namespaces(labels: dict[str, str]) -> list[Manifest]:
    """Network, placement and rules go by what a namespace bears: whoever could set it could walk in, or waive a rule.

    A namespace can be labelled through its subresources as well.
    """
    resources = ["namespaces", "namespaces/*"]
    match = {"resourceRules": [resource_rule("", resources, ["CREATE", "UPDATE"])]}
    named = {
        "name": NAME,
        **{
            f"{field}_{when}": f"{of} != null && has({of}.metadata.{field}) ? {of}.metadata.{field} : {{}}"
            for field in ("labels", "annotations")
            for when, of in (("before", "oldObject"), ("now", "object"))
        },
        "labels": _changed("labels"),
        "annotations": _changed("annotations"),
        "fixed": (
            f"variables.labels.filter(k, {_RESERVED} || "
            f"('{TENANCY}' in variables.labels_before && k.startsWith('{POD_SECURITY}'))) + "
            f"variables.annotations.filter(k, {_RESERVED})"
        ),
    }
    check = Check(
        "size(variables.fixed) == 0",
        f"'namespace ' + variables.name + ': {_ONLY_PLATFORM} may change the labels and annotations ' + "
        "variables.fixed.join(', ') + '; ask for a change of the tenancy'",
    )
    return validating("govcloud-namespaces", match, named, [check], labels, conditions=_BY_OTHERS)


def _changed(field: str) -> str:
    """CEL: the keys that are new, have another value, or are gone."""
    now, before = f"variables.{field}_now", f"variables.{field}_before"
    return (
        f"{now}.map(k, k).filter(k, !(k in {before}) || {before}[k] != {now}[k]) + "
        f"{before}.map(k, k).filter(k, !(k in {now}))"
    )


def _claims(labels: dict[str, str]) -> list[Manifest]:
    """A claim is bound by the control plane: whoever names the volume may get what another tenancy left on it.

    Of a new claim a rule sees to that. A change looks the same whoever makes it.
    """
    match = IN_TENANCIES | {"resourceRules": [resource_rule("", ["persistentvolumeclaims"], ["UPDATE"])]}
    check = Check(
        f"{_volume('object')} == {_volume('oldObject')}",
        f"'claim ' + variables.name + ': {_ONLY_PLATFORM} may set spec.volumeName; leave it out, the claim is bound to "
        "a volume of its own'",
    )
    return validating("govcloud-claims", match, {"name": NAME}, [check], labels, conditions=_BY_OTHERS)


def _volume(of: str) -> str:
    return f"(has({of}.spec.volumeName) ? {of}.spec.volumeName : '')"
