"""Admission of a tenancy's status: the process from request to retirement, enforced where nobody can walk round it."""

from __future__ import annotations

from typing import Any

from govcloud.hub.lifecycle import Phase
from govcloud.hub.names import LIMITS, LIMITS_POLICY
from govcloud.model import API_VERSION, Region
from govcloud.planner import register_needs as needs
from govcloud.planner import register_reviews as reviews
from govcloud.planner import register_steps as steps
from govcloud.planner.admission import NAME, Check, resource_rule, validating
from govcloud.planner.crds import GROUP
from govcloud.planner.labels import Manifest, platform_labels
from govcloud.planner.register_admission import GRADE, listing, refusing

_NAMED: tuple[Phase, ...] = ("requested", "approved")


def status_policies(region: Region) -> list[Manifest]:
    """The policies on the status of tenancies."""
    labels = platform_labels(region)
    match = {"resourceRules": [resource_rule(GROUP, ["tenancies/status"], ["UPDATE"])]}
    named = steps.VARIABLES | reviews.VARIABLES | needs.VARIABLES
    checks = [*reviews.REVIEWER_CHECKS, *steps.STEP_CHECKS, *reviews.APPROVAL_CHECKS, *needs.CHECKS]
    return [
        *validating("govcloud-register-status", match, named, checks, labels),
        *_limits(match, labels),
    ]


def _limits(match: dict[str, Any], labels: dict[str, str]) -> list[Manifest]:
    """What a step is held to that stands in no tenancy; where it stands nowhere, nothing is requested or approved.

    A kind of its own holds it: of one of its own kinds, such as a ConfigMap, an API server goes by an old copy for as long
    as it runs, once the policy was taken away and made again.
    """
    phases = [*_NAMED, "retiring"]
    moved = (
        f"has(object.status) && has(object.status.phase) && object.status.phase in {listing(phases)} && "
        "(!has(oldObject.status) || !has(oldObject.status.phase) || "
        "oldObject.status.phase != object.status.phase)"
    )
    named = {
        "name": NAME,
        "to": "string(object.status.phase)",
        "grade": GRADE,
        "regions": (
            "has(object.spec.regions) && dyn(object.spec.regions) != null ? [object.spec.regions.primary] + "
            "(has(object.spec.regions.standby) ? object.spec.regions.standby : []) : []"
        ),
        "able": (
            "params.spec.ceilings.map(name, name).filter(name, params.spec.ceilings[name] >= variables.grade)"
        ),
        "unable": "variables.regions.filter(name, !(name in variables.able))",
        "days": "params.spec.retention[string(object.spec.recovery.tier)]",
    }
    policy, binding = validating(
        LIMITS_POLICY, match, named, _LIMIT_CHECKS, labels, conditions={"moved": moved}
    )
    policy["spec"]["paramKind"] = {"apiVersion": API_VERSION, "kind": "Limits"}
    binding["spec"]["paramRef"] = {"name": LIMITS, "parameterNotFoundAction": "Deny"}
    return [policy, binding]


_LIMIT_CHECKS: list[Check] = [
    refusing(
        "GC-REG-25",
        f"!(variables.to in {listing(_NAMED)}) || (size(variables.regions) > 0 ? size(variables.unable) == 0 : "
        "size(variables.able) > 0)",
        "'its grade ' + string(variables.grade) + ' is above the ceiling of ' + "
        "(size(variables.regions) > 0 ? variables.unable.join(', ') : 'every region')",
    ),
    refusing(
        "GC-REG-43",
        "variables.to != 'retiring' || !has(object.status.retirement) || "
        "timestamp(object.status.retirement.until) - "
        "timestamp(object.status.retirement.at) >= duration(string(variables.days * 24) + 'h')",
        "'status.retirement.until leaves less than the ' + string(variables.days) + ' days of its tier'",
    ),
]
