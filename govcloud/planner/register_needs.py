"""What the steps of the life cycle need besides reviews, and whose the other fields of the status are."""

from __future__ import annotations

from govcloud.hub.lifecycle import Guard
from govcloud.planner.admission import Check
from govcloud.planner.register_admission import CALLER, listing, refusing
from govcloud.planner.register_steps import entries_of, same, steps_needing

_PLATFORM_FIELDS = ("conditions", "regions", "observedGeneration", "lastError", "logged")
_CLOSED = ["cordoned", "retiring", "retired"]
_ENDING = ["retiring", "retired"]


def _needed(guard: Guard, expression: str) -> str:
    """CEL: an expression holds where the step needs the guard."""
    return f"!(variables.step in {listing(steps_needing(guard))}) || ({expression})"


VARIABLES = {
    "places": entries_of("now", "regions"),
    "founded": f"size({entries_of('before', 'regions')}) > 0",
    "doomed": f"{entries_of('before', 'regions')}.filter(p, p.state == 'destroying').map(p, p.name)",
    "dooming": "size(variables.doomed) == 0 && variables.places.exists(p, p.state == 'destroying')",
}
"""CEL variables: the regions of the tenancy, whether it had any, which are being destroyed, and whether that begins now."""

_CORDON = (
    f"!(variables.to in {listing(_CLOSED)}) ? !has(variables.now.cordon) : "
    f"variables.from in {listing(_CLOSED)} ? {same('cordon')} : "
    f"has(variables.now.cordon) && variables.now.cordon.by == {CALLER} && "
    "variables.now.cordon.side == variables.side && "
    "variables.added.all(e, e.at == variables.now.cordon.at)"
)
_ASKED = (
    f"has(variables.now.retirement) && variables.now.retirement.by == {CALLER} && "
    "!has(variables.now.retirement.consent) && "
    "variables.added.all(e, e.at == variables.now.retirement.at)"
)
_KEPT_RETIREMENT = (
    "has(variables.now.retirement) && has(variables.before.retirement) && "
    "variables.now.retirement.by == variables.before.retirement.by && "
    "variables.now.retirement.at == variables.before.retirement.at && "
    "(variables.now.retirement.until == variables.before.retirement.until || (variables.platform && "
    "timestamp(variables.now.retirement.until) > timestamp(variables.before.retirement.until)))"
)
_RETIREMENT = (
    f"!(variables.to in {listing(_ENDING)}) ? !has(variables.now.retirement) : "
    f"variables.from in {listing(_ENDING)} ? ({_KEPT_RETIREMENT}) : ({_ASKED})"
)
_CONSENT = (
    f"!(variables.to in {listing(_ENDING)}) || variables.consent == variables.consent_before || "
    "(variables.from == 'retiring' && variables.to == 'retiring' && variables.side == 'reviewer' && "
    f"variables.consent_before == dyn('') && variables.consent != dyn('') && "
    f"variables.consent.by == {CALLER} && variables.consent.role in variables.roles && "
    "variables.consent.by != variables.now.retirement.by && "
    "variables.added.all(e, e.at == variables.consent.at))"
)
# No entry tells when a destruction begins. The server sets the time of whoever writes.
_DUE = (
    "variables.to == 'retiring' && variables.consent != dyn('') && "
    "object.metadata.managedFields.filter(m, has(m.time) && !(m in oldObject.metadata.managedFields))"
    ".all(m, timestamp(dyn(m.time)) >= timestamp(variables.now.retirement.until))"
)
_DOOMED = (
    f"variables.to in {listing(_ENDING)} && ({same('retirement')}) && "
    "variables.places.all(p, !(p.name in variables.doomed) || p.state == 'destroying')"
)

CHECKS: list[Check] = [
    refusing(
        "GC-REG-30",
        f"variables.platform || ({' && '.join(f'({same(field)})' for field in _PLATFORM_FIELDS)})",
        f"{CALLER} + ' changes one of {', '.join(_PLATFORM_FIELDS)} in its status'",
    ),
    refusing(
        "GC-REG-26",
        _needed(
            "as-approved", "has(variables.now.approved) && variables.now.approved.spec == dyn(object.spec)"
        ),
        "'its spec is not what was approved'",
    ),
    refusing("GC-REG-31", _needed("placed", "size(variables.places) > 0"), "'status.regions names none'"),
    refusing(
        "GC-REG-32", _needed("founded", "variables.founded"), "'it was not brought about in any region yet'"
    ),
    refusing(
        "GC-REG-32", _needed("unfounded", "!variables.founded"), "'it was brought about in regions already'"
    ),
    refusing("GC-REG-41", _CORDON, "'status.cordon is not what the step makes of it'"),
    refusing(
        "GC-REG-40",
        _needed("own-cordon", "variables.platform || variables.before.cordon.side == variables.side"),
        "'its cordon was set by the ' + string(variables.before.cordon.side)",
    ),
    refusing("GC-REG-41", _RETIREMENT, "'status.retirement is not what the step makes of it'"),
    refusing("GC-REG-42", _CONSENT, f"'its destruction cannot be agreed to in this way by ' + {CALLER}"),
    refusing(
        "GC-REG-44",
        _needed("over", "variables.consent != dyn('') && size(variables.places) == 0"),
        "variables.consent == dyn('') ? 'nobody has agreed to its destruction' : "
        "'regions of it are left: ' + variables.places.map(p, p.name).join(', ')",
    ),
    refusing(
        "GC-REG-43",
        _needed(
            "over",
            "variables.added.all(e, timestamp(e.at) >= timestamp(variables.now.retirement.until))",
        ),
        "'it is kept until ' + string(variables.now.retirement.until)",
    ),
    refusing(
        "GC-REG-45",
        f"!variables.dooming || ({_DUE})",
        "'its destruction may not begin: it is ' + variables.to + "
        "(variables.consent == dyn('') ? ', and nobody has agreed' : ', or kept until later')",
    ),
    refusing(
        "GC-REG-45",
        _needed("whole", "size(variables.doomed) == 0"),
        "'its destruction has begun in ' + variables.doomed.join(', ')",
    ),
    refusing(
        "GC-REG-45",
        f"size(variables.doomed) == 0 || ({_DOOMED})",
        "'its destruction has begun in ' + variables.doomed.join(', ') + ', and goes on to its end'",
    ),
]
"""Whose the fields are, and what must hold for a step."""
