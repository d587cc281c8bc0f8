"""Admission of the decision log: the platform adds to it, and nobody, the platform included, changes what is there.

A namespace that holds decisions therefore cannot be deleted either. What admission cannot see is whether an entry is
chained to the one before it; `govcloud.hub.log` verifies that.
"""

from __future__ import annotations

from govcloud.model import Region
from govcloud.planner.admission import NAME, resource_rule, validating
from govcloud.planner.crds import GROUP
from govcloud.planner.labels import Manifest, platform_labels
from govcloud.planner.register_admission import CALLER, IDENTITY, refusing

_TOLERANCE = "duration('600s')"
_RECORDED = "timestamp(object.spec.recorded)"
_CREATED = "timestamp(dyn(object.metadata.creationTimestamp))"


def decision_policies(region: Region) -> list[Manifest]:
    """The policy on recorded decisions."""
    match = {"resourceRules": [resource_rule(GROUP, ["decisions", "decisions/status"], ["*"])]}
    checks = [
        refusing(
            "GC-REG-51",
            "request.operation == 'CREATE'",
            f"{CALLER} + ' may not ' + request.operation + ' what is recorded'",
        ),
        refusing(
            "GC-REG-50",
            "request.operation != 'CREATE' || variables.platform",
            f"{CALLER} + ' may not record decisions'",
        ),
        refusing(
            "GC-REG-52",
            "request.operation != 'CREATE' || (object.metadata.name.matches('^[0-9]{10}$') && "
            "int(object.metadata.name) == object.spec.number)",
            "'its name is not its number in ten digits'",
        ),
        refusing(
            "GC-REG-52",
            f"request.operation != 'CREATE' || ({_RECORDED} - {_CREATED} < {_TOLERANCE} && "
            f"{_CREATED} - {_RECORDED} < {_TOLERANCE})",
            "'spec.recorded is not the present time'",
        ),
    ]
    named = {"name": NAME, **IDENTITY}
    return validating("govcloud-register-decisions", match, named, checks, platform_labels(region))
