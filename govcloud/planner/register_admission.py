"""What the admission policies of the register have in common: who the caller is, and how a refusal reads.

They hold for everybody, the platform included: who may do everything in Kubernetes may still not review, ask in a
department's name, or skip a step. Who owns a department stands in annotations of its namespace, which only the platform
writes; a policy can see that namespace, and nothing else besides the object itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from govcloud.hub.lifecycle import ROLES
from govcloud.hub.names import MEMBERS, OWNERS, PLATFORM, REVIEWERS
from govcloud.hub.rules import RULES
from govcloud.planner.admission import Check

_PLATFORM_GROUPS = [PLATFORM, "system:masters", "system:serviceaccounts:govcloud-system"]
_ANNOTATIONS = "namespaceObject.metadata.annotations"


def text(words: str) -> str:
    """A CEL literal of a text."""
    escaped = words.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def listing(words: Iterable[str]) -> str:
    """A CEL list of texts."""
    return f"[{', '.join(text(word) for word in words)}]"


def refusing(rule: str, expression: str, what: str) -> Check:
    """A check whose message names the rule, says what is refused, who could do it, and what to do instead.

    Args:
        rule: id of a rule of the register.
        expression: CEL that must hold.
        what: CEL of a text, what is wrong.
    """
    end = text(f" ({RULES[rule].title}); {RULES[rule].advice}")
    start = f"{text(f'[{rule}] ')} + request.kind.kind + ' ' + variables.name + ': '"
    return Check(expression, f"{start} + ({what}) + {end}")


CALLER = "request.userInfo.username"
"""CEL: the caller's name."""

IDENTITY = {
    "me": (
        f"['user:' + {CALLER}] + "
        "(has(request.userInfo.groups) ? request.userInfo.groups.map(g, 'group:' + g) : [])"
    ),
    "platform": f"{listing(f'group:{group}' for group in _PLATFORM_GROUPS)}.exists(g, g in variables.me)",
}
"""CEL variables: the caller and its groups as ``user:`` and ``group:``, and whether that is the platform."""


def _people(annotation: str) -> str:
    key = text(annotation)
    return (
        f"has({_ANNOTATIONS}) && {key} in {_ANNOTATIONS} ? "
        f"variables.me.exists(m, m in {_ANNOTATIONS}[{key}].split('\\n')) : false"
    )


PARTY = IDENTITY | {
    "owner": f"!variables.platform && ({_people(OWNERS)})",
    "member": (
        f"({_people(MEMBERS)}) || variables.me.exists(m, m.startsWith('group:' + object.spec.department + ':'))"
    ),
    "roles": f"{listing(ROLES)}.filter(r, ('group:{REVIEWERS}' + r) in variables.me)",
}
"""CEL variables: whether the caller owns the department, belongs to it, and in which roles the caller reviews."""

GRADE = (
    "(object.spec.grading.information > object.spec.grading.service ? "
    "object.spec.grading.information : object.spec.grading.service)"
)
"""CEL: the overall grade of a tenancy."""
