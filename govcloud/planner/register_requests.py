"""What may be asked for, by whom and when: admission of the tenancies themselves, without their status."""

from __future__ import annotations

from govcloud.hub.lifecycle import DELETABLE, EDITABLE, FIRST
from govcloud.hub.names import NAMESPACE_PREFIX
from govcloud.model import LABEL_PREFIX, MANAGED_BY, Region
from govcloud.planner.admission import NAME, TRUSTED, mutating, resource_rule, validating
from govcloud.planner.crds import GROUP
from govcloud.planner.labels import DEPARTMENT, GRADE, TIER, ZONE, Manifest, platform_labels
from govcloud.planner.register_admission import CALLER, PARTY, listing, refusing
from govcloud.planner.register_admission import GRADE as OVERALL

CHANGED_BY = f"{LABEL_PREFIX}changed-by"
"""Annotation: who wrote the present spec."""

_NAME = "govcloud-register-requests"
_DERIVED = (
    f"{{'{DEPARTMENT}': string(object.spec.department), '{GRADE}': string({OVERALL}), "
    f"'{ZONE}': string(object.spec.zone), '{TIER}': string(object.spec.recovery.tier)}}"
)
_VARIABLES = {
    "name": NAME,
    "created": "request.operation == 'CREATE'",
    "changed": "variables.created || object.spec != oldObject.spec",
    "derived": _DERIVED,
    "labels": "has(object.metadata.labels) ? object.metadata.labels : {}",
    "labels_before": (
        "!variables.created && has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}"
    ),
    "annotations": "has(object.metadata.annotations) ? object.metadata.annotations : {}",
    "annotations_before": (
        "!variables.created && has(oldObject.metadata.annotations) ? oldObject.metadata.annotations : {}"
    ),
}


def _changed_keys(now: str, before: str) -> str:
    """CEL: the keys of a map that were added, changed or removed."""
    return (
        f"(variables.{now}.map(k, k).filter(k, !(k in variables.{before}) || "
        f"variables.{before}[k] != variables.{now}[k]) + "
        f"variables.{before}.map(k, k).filter(k, !(k in variables.{now})))"
    )


_RESERVED = (
    f"{_changed_keys('labels', 'labels_before')}"
    f".filter(k, (k.startsWith('{LABEL_PREFIX}') || k == '{MANAGED_BY}') && !(k in variables.derived)) + "
    f"{_changed_keys('annotations', 'annotations_before')}"
    f".filter(k, k.startsWith('{LABEL_PREFIX}') && k != '{CHANGED_BY}')"
)
_CHECKED = (
    _VARIABLES
    | PARTY
    | {
        "trusted": TRUSTED,
        "phase": (
            "!variables.created && has(oldObject.status) && has(oldObject.status.phase) ? "
            f"oldObject.status.phase : '{FIRST}'"
        ),
        "reserved": _RESERVED,
        "mislabelled": (
            "variables.derived.map(k, k)"
            ".filter(k, !(k in variables.labels) || variables.labels[k] != variables.derived[k])"
        ),
    }
)


def _kept(field: str) -> str:
    """CEL: a field of the metadata is as it was."""
    return (
        f"(has(object.metadata.{field}) ? object.metadata.{field} : []) == "
        f"(!variables.created && has(oldObject.metadata.{field}) ? oldObject.metadata.{field} : [])"
    )


_CHECKS = [
    refusing(
        "GC-REG-01",
        f"object.metadata.namespace == '{NAMESPACE_PREFIX}' + object.spec.department && "
        "(object.metadata.name == object.spec.department || "
        "object.metadata.name.startsWith(object.spec.department + '-'))",
        "'it is of department ' + object.spec.department + ', and in namespace ' + object.metadata.namespace",
    ),
    refusing(
        "GC-REG-02",
        "!variables.changed || variables.owner",
        f"{CALLER} + ' is no owner of department ' + object.spec.department",
    ),
    refusing(
        "GC-REG-03",
        "has(object.spec.requestedBy) && "
        f"object.spec.requestedBy == (variables.created ? {CALLER} : oldObject.spec.requestedBy)",
        f"'spec.requestedBy is not ' + (variables.created ? {CALLER} : oldObject.spec.requestedBy)",
    ),
    refusing(
        "GC-REG-04",
        f"!variables.changed || variables.phase in {listing(EDITABLE)}",
        "'its spec may not change while it is ' + variables.phase",
    ),
    refusing(
        "GC-REG-05",
        "size(variables.mislabelled) == 0",
        "'the labels ' + variables.mislabelled.join(', ') + ' do not say what its spec says'",
    ),
    refusing(
        "GC-REG-05",
        "variables.trusted || size(variables.reserved) == 0",
        "'the labels or annotations ' + variables.reserved.join(', ') + ' are not for ' + "
        f"{CALLER} + ' to change'",
    ),
    refusing(
        "GC-REG-05",
        f"variables.trusted || ({_kept('finalizers')} && {_kept('ownerReferences')})",
        f"'its finalizers and owners are not for ' + {CALLER} + ' to change'",
    ),
    refusing(
        "GC-REG-05",
        f"('{CHANGED_BY}' in variables.annotations ? variables.annotations['{CHANGED_BY}'] : '') == "
        f"(variables.changed ? {CALLER} : '{CHANGED_BY}' in variables.annotations_before ? "
        f"variables.annotations_before['{CHANGED_BY}'] : '')",
        f"'its annotation {CHANGED_BY} does not say who wrote the spec'",
    ),
]

_PATCHES = [
    f"""
has(object.spec.requestedBy) && dyn(object.spec.requestedBy) != null ? [] : [
  JSONPatch{{op: "add", path: "/spec/requestedBy",
    value: variables.created ? {CALLER} : oldObject.spec.requestedBy}}]
""",
    """
(has(object.metadata.labels) ? [] : [JSONPatch{op: "add", path: "/metadata/labels", value: {}}]) +
variables.derived.map(k, k)
  .filter(k, !(k in variables.labels) ||
    (k in variables.labels_before && variables.labels[k] == variables.labels_before[k]))
  .map(k, JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey(k), value: variables.derived[k]})
""",
    f"""
!variables.changed ? [] :
(has(object.metadata.annotations) ? [] : [JSONPatch{{op: "add", path: "/metadata/annotations", value: {{}}}}]) +
[JSONPatch{{op: "add", path: "/metadata/annotations/" + jsonpatch.escapeKey("{CHANGED_BY}"),
  value: {CALLER}}}]
""",
]


def request_policies(region: Region) -> list[Manifest]:
    """The policies on the requests of tenancies: what is filled in, what is refused, and what may be deleted."""
    labels = platform_labels(region)
    written = {"resourceRules": [resource_rule(GROUP, ["tenancies"], ["CREATE", "UPDATE"])]}
    return [
        *mutating(_NAME, written, _VARIABLES, _PATCHES, labels),
        *validating(_NAME, written, _CHECKED, _CHECKS, labels),
        *_deletion(labels),
    ]


def _deletion(labels: dict[str, str]) -> list[Manifest]:
    """Kubernetes' own controllers are held to the phase as well: a namespace does not go while a tenancy runs."""
    match = {"resourceRules": [resource_rule(GROUP, ["tenancies"], ["DELETE"])]}
    named = {
        "name": NAME,
        "phase": f"has(oldObject.status) && has(oldObject.status.phase) ? oldObject.status.phase : '{FIRST}'",
    }
    check = refusing(
        "GC-REG-06",
        f"({TRUSTED}) && variables.phase in {listing(DELETABLE)}",
        f"{CALLER} + ' may not delete it while it is ' + variables.phase",
    )
    return validating("govcloud-register-deletion", match, named, [check], labels)
