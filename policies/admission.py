"""Admission: the rules as policies of the API server, so that they hold against any client, whatever it came through.

A policy says all of its findings in one message, since the server tells a caller of the first refusal alone. So every kind
of object is asked about by one policy: that of the first target that lists it, which takes along the rules of other targets
that list it too. Rules that only warn are in a policy of their own.

*What is asked.* Creations, and updates that change what the rules are about: the target's ``ratchet``, or else the content,
labels or annotations. An object that was admitted under other rules, or under a waiver that has ended, can thus be scaled
down, marked by controllers and freed of its finalizers; what it cannot is become something else without being mended. The
conditions of a match know no variables, so that the ratchet's are written out in them. An object that is being deleted is
asked like any other: network policies and role bindings hold until they are gone, and a finalizer of somebody's own would
keep them, changed at will, for as long as that somebody likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govcloud.base import LABEL_PREFIX
from policies.admission_names import Names, is_changed, plain, pod_of
from policies.admission_waivers import ANY_WAIVER, is_waived, marks_of, waiver_variables
from policies.cel import listing, literal
from policies.expressions import message, offences, variable
from policies.rule import Rule
from policies.settings import Settings
from policies.target import Target, TargetKind, targets
from policies.waivers import WAIVER_PREFIX

Manifest = dict[str, Any]
PREFIX = "govcloud-rules-"
"""What the names of the policies begin with; the name of the target follows."""

MOST_BYTES = 5000
"""The longest message; one beyond 5 KiB the API server throws away, and shows the expression in its place."""

_API = "admissionregistration.k8s.io/v1"
_IN_TENANCIES = {
    "namespaceSelector": {"matchExpressions": [{"key": f"{LABEL_PREFIX}tenancy", "operator": "Exists"}]}
}
_AT_ONCE = 6  # rules in one expression, whose cost the API server limits
_CREATED = "request.operation == 'CREATE'"
_ID = "m.substring(1, m.indexOf(']'))"
_TOLD = "variables.found.join('; ')"
_UNPROVEN = (
    f"!({_CREATED}) && variables.found.exists(m, ({literal(WAIVER_PREFIX)} + {_ID}) in variables.waivers)"
    " && size(variables.moments) == 0"
)
_TO_PROVE = (
    "; a waiver counts on an update only where the update sets a field, not where it only takes some away: "
    "set an annotation with it"
)
_MESSAGE = (
    f"size(bytes(variables.told)) <= {MOST_BYTES} ? variables.told : variables.found[0] + '; and ' + "
    "string(size(variables.found) - 1) + ' more findings, of ' + "
    f"variables.found.filter(m, m != variables.found[0]).map(m, {_ID}).join(', ') + "
    "'; see them all with govcloud policy check'"
)
# Evaluated for every request, unlike the variables: where a tenancy has no waiver it must not ask the rules once more.
_EXCUSED = f"{ANY_WAIVER} ? variables.excused : ''"


def admission_policies(
    rules: Iterable[Rule], settings: Settings, labels: Mapping[str, str]
) -> list[Manifest]:
    """The policies and their bindings for all rules that have the point admission, in the order of the targets.

    Args:
        rules: the rules; those without the point are left out.
        settings: the values of the region that rules compare with.
        labels: the labels of the policies and bindings.
    """
    asked = sorted((rule for rule in rules if "admission" in rule.points), key=lambda rule: rule.id)
    found: list[Manifest] = []
    for suffix, action, actions in (("", "deny", ["Deny"]), ("-warn", "warn", ["Warn", "Audit"])):
        for plan in _plans([rule for rule in asked if rule.action == action]):
            name = f"{PREFIX}{plan.target.name}{suffix}"
            bound = {"policyName": name, "validationActions": actions}
            found.append(_object("ValidatingAdmissionPolicy", name, _spec(plan, settings), labels))
            found.append(_object("ValidatingAdmissionPolicyBinding", name, bound, labels))
    return found


@dataclass(frozen=True)
class _Part:
    """The rules of a target in a policy; ``kinds`` are those of the policy that the target lists."""

    target: Target
    kinds: tuple[TargetKind, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class _Plan:
    """A policy: the kinds that it asks about, and the rules of each target that lists any of them, its own first."""

    target: Target
    kinds: tuple[TargetKind, ...]
    parts: tuple[_Part, ...]

    @property
    def advice(self) -> bool:
        """Whether its rules only warn."""
        return self.parts[0].rules[0].action == "warn"


def _plans(rules: list[Rule]) -> Iterable[_Plan]:
    chosen = [target for target in targets().values() if any(rule.target == target.name for rule in rules)]
    taken: set[tuple[str, str, str]] = set()
    for target in chosen:
        kinds = tuple(kind for kind in target.kinds if (target.scope, kind.group, kind.kind) not in taken)
        taken |= {(target.scope, kind.group, kind.kind) for kind in kinds}
        parts = (_part(one, kinds, rules) for one in chosen if one.scope == target.scope)
        if kinds:
            yield _Plan(target, kinds, tuple(part for part in parts if part.kinds))


def _part(target: Target, kinds: tuple[TargetKind, ...], rules: list[Rule]) -> _Part:
    listed = {(kind.group, kind.kind) for kind in target.kinds}
    shared = tuple(kind for kind in kinds if (kind.group, kind.kind) in listed)
    return _Part(target, shared, tuple(rule for rule in rules if rule.target == target.name))


def _spec(plan: _Plan, settings: Settings) -> Manifest:
    changes = {part.target.name: _changed(plan, part) for part in plan.parts}
    marks = marks_of(plan.target)
    variables = _variables(plan, settings, changes, marks)
    conditions = {"changed": " || ".join([_CREATED, *dict.fromkeys(changes.values())])}
    return {
        "failurePolicy": "Fail",
        "matchConstraints": _constraints(plan),
        "matchConditions": [{"name": name, "expression": text} for name, text in conditions.items()],
        "variables": [{"name": name, "expression": text} for name, text in variables.items()],
        "validations": [
            {"expression": "size(variables.found) == 0", "messageExpression": _MESSAGE, "reason": "Forbidden"}
        ],
        **({"auditAnnotations": [{"key": "waived", "valueExpression": _EXCUSED}]} if marks else {}),
    }


def _constraints(plan: _Plan) -> Manifest:
    """Kinds in the version that the rules are written for, to which the API server converts what it gets in another.

    Where that is v1 it is left open, since there is no other: a controller would else check the types of all expressions
    for each kind, which takes it ten seconds and more, and tells nothing about objects whose type is not known.
    """
    resources: dict[tuple[str, str], list[str]] = {}
    for kind in plan.kinds:
        version = "*" if kind.version == "v1" else kind.version
        resources.setdefault((kind.group, version), []).extend([kind.plural, *kind.also])
    rules = [
        {
            "apiGroups": [group],
            "apiVersions": [version],
            "resources": names,
            "operations": ["CREATE", "UPDATE"],
        }
        for (group, version), names in resources.items()
    ]
    return {"resourceRules": rules, **(_IN_TENANCIES if plan.target.scope == "tenancy" else {})}


def _variables(
    plan: _Plan, settings: Settings, changes: Mapping[str, str], marks: str | None
) -> dict[str, str]:
    """The CEL variables of a policy, in order; each is evaluated when it is first used, and once.

    An object that is as it should be is only asked for its offences, of many rules in one expression: the server takes
    about as long to begin an expression as to ask a rule.
    """
    names = Names(settings.variables())
    own: dict[str, str] = {}
    chunks: list[str] = []
    for part in plan.parts:
        names.take(part.target)
        asked = f"asked_{plain(part.target.name)}"
        own[asked] = _asked(plan, part, changes)
        for start in range(0, len(part.rules), _AT_ONCE):
            rules = part.rules[start : start + _AT_ONCE]
            chunks.append(f"offences_{len(chunks) + 1}")
            texts = listing(f"dyn({names.read(offences(rule))})" for rule in rules)
            own[chunks[-1]] = f"variables.{asked} ? {texts} : []"
            for index, rule in enumerate(rules):
                own |= _of_rule(rule, f"variables.{chunks[-1]}", index, names, waivable=marks is not None)
    waivers = waiver_variables(marks, pod_of(plan.target), advice=plan.advice) if marks else {}
    return {**names.expressions, **waivers, **own, **_findings(plan, chunks, waivable=marks is not None)}


def _changed(plan: _Plan, part: _Part) -> str:
    """CEL: whether an update changes what the rules of a part are about; of objects of its kinds alone."""
    own = is_changed(part.target)
    return own if part.kinds == plan.kinds else f"{_of_kind(part)} && ({own})"


def _asked(plan: _Plan, part: _Part, changes: Mapping[str, str]) -> str:
    """CEL: whether the rules of a part concern this request, of all that the policy is asked about."""
    of_kind = _of_kind(part) if part.kinds != plan.kinds else ""
    changed = f"({_CREATED} || {changes[part.target.name]})" if len(set(changes.values())) > 1 else ""
    return " && ".join(text for text in (of_kind, changed) if text) or "true"


def _of_kind(part: _Part) -> str:
    return f"object.kind in {[kind.kind for kind in part.kinds]}"


def _of_rule(rule: Rule, chunk: str, index: int, names: Names, *, waivable: bool) -> dict[str, str]:
    """CEL variables: the offences of a rule, and what it says of them, nothing where it is waived."""
    name = variable(rule)
    fine = f"size(variables.{name}_offences) == 0{f' || {is_waived(rule)}' if waivable else ''}"
    return {
        f"{name}_offences": f"size({chunk}) > {index} ? {chunk}[{index}] : []",
        name: f"{fine} ? '' : {names.read(message(rule))}",
    }


def _findings(plan: _Plan, chunks: list[str], *, waivable: bool) -> dict[str, str]:
    """CEL variables: what all rules have to say, and whom waivers excused, by the ids of the rules."""
    rules = sorted((rule for part in plan.parts for rule in part.rules), key=lambda rule: rule.id)
    own = {rule.id: f"variables.{variable(rule)}" for rule in rules}
    fine = f"{listing(f'variables.{chunk}' for chunk in chunks)}.all(c, c.all(o, size(o) == 0))"
    found = {"found": f"{fine} ? [] : {listing(own.values())}.filter(m, m != '')"}
    if not waivable:
        return {**found, "told": _TOLD}
    excused = (
        f"size({name}_offences) > 0 && {name} == '' ? {literal(id_)} : ''" for id_, name in own.items()
    )
    return {
        **found,
        "told": f"{_TOLD} + ({_UNPROVEN} ? {literal(_TO_PROVE)} : '')",
        "excused": f"{listing(excused)}.filter(m, m != '').join(', ')",
    }


def _object(kind: str, name: str, spec: Manifest, labels: Mapping[str, str]) -> Manifest:
    return {
        "apiVersion": _API,
        "kind": kind,
        "metadata": {"name": name, "labels": {**labels}},
        "spec": spec,
    }
