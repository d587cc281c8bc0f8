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

_ONLY_PLATFORM = f"only the platform (group {PLATFORM_GROUP})"
_BY_OTHERS = {"not-the-platform": f"!({TRUSTED})"}


def protection_policies(region: Region) -> list[Manifest]:
    """The policies that keep managed objects, reserved labels of namespaces and the default-deny network."""
    labels = platform_labels(region)
    return [*_managed(labels), *_namespaces(labels), *_network(labels)]


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
    """Policies of network and placement select namespaces by label: whoever could set one could walk in."""
    match = {"resourceRules": [resource_rule("", ["namespaces"], ["CREATE", "UPDATE"])]}
    named = {
        "name": NAME,
        "before": "oldObject != null && has(oldObject.metadata.labels) ? oldObject.metadata.labels : {}",
        "now": "has(object.metadata.labels) ? object.metadata.labels : {}",
        "changed": (
            "variables.now.map(k, k).filter(k, !(k in variables.before) || "
            "variables.before[k] != variables.now[k]) + "
            "variables.before.map(k, k).filter(k, !(k in variables.now))"
        ),
        "fixed": (
            f"variables.changed.filter(k, k.startsWith('{LABEL_PREFIX}') || "
            f"('{TENANCY}' in variables.before && k.startsWith('{POD_SECURITY}')))"
        ),
    }
    check = Check(
        "size(variables.fixed) == 0",
        f"'namespace ' + variables.name + ': {_ONLY_PLATFORM} may change the labels ' + "
        "variables.fixed.join(', ') + '; ask for a change of the tenancy'",
    )
    return validating("govcloud-namespaces", match, named, [check], labels, conditions=_BY_OTHERS)


def _network(labels: dict[str, str]) -> list[Manifest]:
    """Policies add up: a tenant's own could open what default-deny closes. Within itself, it is free."""
    match = IN_TENANCIES | {
        "resourceRules": [resource_rule("networking.k8s.io", ["networkpolicies"], ["CREATE", "UPDATE"])]
    }
    own = f"namespaceObject.metadata.labels['{TENANCY}']"
    within = (
        "!has(p.ipBlock) && (!has(p.namespaceSelector) || (has(p.namespaceSelector.matchLabels) && "
        f"'{TENANCY}' in p.namespaceSelector.matchLabels && "
        f"p.namespaceSelector.matchLabels['{TENANCY}'] == {own}))"
    )

    def only_within(rules: str, peers: str) -> str:
        return (
            f"!has(object.spec.{rules}) || object.spec.{rules}.all(r, "
            f"has(r.{peers}) && size(r.{peers}) > 0 && r.{peers}.all(p, {within}))"
        )

    checks = [
        Check(
            only_within(rules, peers),
            f"'spec.{rules} of network policy ' + variables.name + ' reaches beyond tenancy ' + {own} + "
            f"', which {_ONLY_PLATFORM} may allow; ask for a sharing with the other tenancy'",
        )
        for rules, peers in (("ingress", "from"), ("egress", "to"))
    ]
    conditions = _BY_OTHERS | {"changed": "request.operation == 'CREATE' || object.spec != oldObject.spec"}
    return validating("govcloud-network", match, {"name": NAME}, checks, labels, conditions=conditions)
