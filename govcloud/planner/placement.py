"""Where the pods of a tenancy may run: filled in as they are made, refused where they ask for anything else.

A pod gets the node selector, tolerations, runtime and priority of its tenancy, and where the tenancy shares
no node, an anti-affinity to the pods of all others, which the scheduler then keeps both ways. What a pod says
itself is never overwritten: it fits, or the pod is refused and told why. Both policies read the labels of the
namespace, so that one pair serves all tenancies of a region.
"""

from __future__ import annotations

from govcloud.model import LABEL_PREFIX, Region
from govcloud.planner.admission import IN_TENANCIES, Check, mutating, resource_rule, validating
from govcloud.planner.classes import SANDBOX
from govcloud.planner.labels import Manifest, platform_labels
from govcloud.planner.patches import PATCHES, VARIABLES

_NAME = "govcloud-placement"
_WHOSE = "'pod of tenancy ' + variables.tenancy + ': '"
_CHECKS = [
    Check(
        "request.operation != 'CREATE' || !has(object.spec.nodeName) || object.spec.nodeName == ''",
        f"{_WHOSE} + 'spec.nodeName passes the scheduler by, which nobody may do; leave it out'",
    ),
    Check(
        "has(object.spec.nodeSelector) && variables.selector.all(key, "
        "key in object.spec.nodeSelector && object.spec.nodeSelector[key] == variables.selector[key])",
        f"{_WHOSE} + 'spec.nodeSelector asks for nodes other than those of the tenancy; "
        f"leave out its keys under {LABEL_PREFIX}, they are filled in'",
    ),
    Check(
        "!has(object.spec.tolerations) || object.spec.tolerations.all(t, has(t.key) && t.key != '' && "
        f"(!t.key.startsWith('{LABEL_PREFIX}') || (t.key in variables.reserved && "
        "(!has(t.operator) || t.operator in ['', 'Equal']) && "
        "has(t.value) && t.value == variables.reserved[t.key])))",
        f"{_WHOSE} + 'spec.tolerations tolerates nodes that are reserved for others; "
        f"leave out those without a key and those under {LABEL_PREFIX}, they are filled in'",
    ),
    Check(
        f"has(object.spec.runtimeClassName) ? object.spec.runtimeClassName == '{SANDBOX}' "
        ": !variables.sandboxed",
        f"{_WHOSE} + 'spec.runtimeClassName may only be {SANDBOX}; leave it out'",
    ),
    Check(
        "has(object.spec.priorityClassName) && object.spec.priorityClassName == variables.priority",
        f"{_WHOSE} + 'spec.priorityClassName may only be ' + variables.priority + '; leave it out'",
    ),
    Check(
        "!variables.unshared || variables.apart",
        f"{_WHOSE} + 'it must keep away from the nodes of other tenancies, which policy {_NAME} sees to; "
        "ask the platform why it did not'",
    ),
]


def placement_policies(region: Region) -> list[Manifest]:
    """The policies that place pods: one puts a new pod right, one refuses a pod that does not fit."""
    labels = platform_labels(region)
    created = IN_TENANCIES | {"resourceRules": [resource_rule("", ["pods"], ["CREATE"])]}
    written = IN_TENANCIES | {"resourceRules": [resource_rule("", ["pods"], ["CREATE", "UPDATE"])]}
    return [
        *mutating(_NAME, created, VARIABLES, PATCHES, labels),
        *validating(
            _NAME,
            written,
            VARIABLES,
            _CHECKS,
            labels,
            conditions={"changed": "request.operation == 'CREATE' || object.spec != oldObject.spec"},
        ),
    ]
