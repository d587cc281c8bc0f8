"""Reviews in admission: written by reviewers about what they saw, and enough of them before anything is approved.

The API server cannot compute a hash. It sees to it that reviews name the present generation, that all of them name one
hash, and that the approved spec is the present one; who brings a tenancy about compares the hash with that spec.
"""

from __future__ import annotations

from govcloud.hub.lifecycle import BOTH_ROLES_FROM, REVIEWED, ROLES
from govcloud.planner.admission import Check
from govcloud.planner.register_admission import CALLER, listing, refusing
from govcloud.planner.register_steps import same, steps_needing

VARIABLES = {
    "current": "variables.reviews.filter(r, r.generation == variables.generation)",
    "approvals": "variables.current.filter(r, r.decision == 'approve')",
    "rejections": "variables.current.filter(r, r.decision == 'reject')",
    "reviewed": "size(variables.spoken) > 0 || size(variables.taken) > 0",
    "missing": (
        f"variables.grade >= {BOTH_ROLES_FROM} ? "
        f"{listing(ROLES)}.filter(o, !variables.approvals.exists(r, r.role == o)) : "
        "size(variables.approvals) == 0 ? ['security or platform'] : []"
    ),
    "approving": f"variables.step in {listing(steps_needing('reviewed'))}",
}
"""CEL variables: the reviews of the present generation, and whose are missing."""

REVIEWER_CHECKS: list[Check] = [
    refusing(
        "GC-REG-21",
        "!variables.reviewed || !variables.conflicted",
        f"{CALLER} + (variables.platform ? ' is of the platform' : ' is of department ' + "
        "object.spec.department + ', or asked for it') + ', and may not review it'",
    ),
    refusing(
        "GC-REG-20",
        "!variables.reviewed || size(variables.roles) > 0",
        f"{CALLER} + ' is no reviewer'",
    ),
    refusing(
        "GC-REG-20",
        f"variables.spoken.all(r, r.by == {CALLER}) && variables.taken.all(r, r.by == {CALLER}) && "
        "size(variables.taken) <= size(variables.spoken)",
        f"{CALLER} + ' writes, changes or removes a review that is not by ' + {CALLER}",
    ),
    refusing(
        "GC-REG-20",
        "variables.spoken.all(r, r.role in variables.roles)",
        f"{CALLER} + ' reviews in a role that the groups of ' + {CALLER} + ' do not give'",
    ),
    refusing(
        "GC-REG-20",
        f"!variables.reviewed || variables.from in {listing(REVIEWED)}",
        "'reviews are not written while it is ' + variables.from",
    ),
    refusing(
        "GC-REG-22",
        "variables.spoken.all(r, r.generation == variables.generation)",
        "'the review is about generation ' + variables.spoken.map(r, string(r.generation)).join(', ') + "
        "', the tenancy is at ' + string(variables.generation)",
    ),
]
"""Who reviews, and what."""

APPROVAL_CHECKS: list[Check] = [
    refusing(
        "GC-REG-27",
        f"!(variables.step in {listing(steps_needing('answered') + steps_needing('reviewed'))}) || "
        "size(variables.rejections) == 0",
        "'it is rejected at generation ' + string(variables.generation) + ' by ' + "
        "variables.rejections.map(r, r.by).join(', ')",
    ),
    refusing(
        "GC-REG-23",
        "!variables.approving || size(variables.missing) == 0",
        "'generation ' + string(variables.generation) + ' of grade ' + string(variables.grade) + "
        "' lacks the approval of a reviewer of role ' + variables.missing.join(', ')",
    ),
    refusing(
        "GC-REG-28",
        f"!(variables.step in {listing(steps_needing('rejected'))}) || size(variables.rejections) > 0",
        "'no review rejects generation ' + string(variables.generation)",
    ),
    refusing(
        "GC-REG-24",
        f"variables.approving || {same('approved')}",
        "'status.approved changes without a step that approves'",
    ),
    refusing(
        "GC-REG-24",
        "!variables.approving || (has(variables.now.approved) && "
        "variables.now.approved.generation == variables.generation && "
        "variables.now.approved.spec == dyn(object.spec) && "
        "variables.approvals.all(r, r.hash == variables.now.approved.hash))",
        "'status.approved is not the spec, generation and hash that the reviewers approved'",
    ),
]
"""What approval takes, and rejection."""
