"""What the placement of pods fills in, as CEL: JSON patches that leave alone what a pod says itself.

Each patch may be applied again without effect: the API server does so when something else changed the pod.
"""

from __future__ import annotations

from govcloud.planner.classes import GRADE_CLASS_PREFIX, PRIORITIES, SANDBOX, STANDBY
from govcloud.planner.labels import (
    DEDICATED,
    GRADE,
    ISOLATION,
    POOL_GRADE,
    POOL_RUNTIME,
    ROLE,
    RUNTIME,
    TENANCY,
    ZONE,
)

_OF = "namespaceObject.metadata.labels"
# CEL; a list of keys keeps the tolerations in one order, which a map does not have.
_KEYS = f"['{ZONE}', '{GRADE}'] + ('{DEDICATED}' in {_OF} ? ['{DEDICATED}'] : [])"
_RESERVED = (
    f"'{ZONE}': {_OF}['{ZONE}'], '{GRADE}': {_OF}['{POOL_GRADE}'], ?'{DEDICATED}': {_OF}[?'{DEDICATED}']"
)
_SELECTOR = """
(has(object.spec.nodeSelector) ? [] : [JSONPatch{op: "add", path: "/spec/nodeSelector", value: {}}]) +
variables.selector
  .map(key, key)
  .filter(key, !has(object.spec.nodeSelector) || !(key in object.spec.nodeSelector))
  .map(key, JSONPatch{
    op: "add", path: "/spec/nodeSelector/" + jsonpatch.escapeKey(key), value: variables.selector[key]
  })
"""
_TOLERATIONS = """
(has(object.spec.tolerations) ? [] : [JSONPatch{op: "add", path: "/spec/tolerations", value: []}]) +
variables.keys
  .filter(key, !has(object.spec.tolerations) ||
    !object.spec.tolerations.exists(t, has(t.key) && t.key == key))
  .map(key, JSONPatch{op: "add", path: "/spec/tolerations/-", value: Object.spec.tolerations{
    key: key, operator: "Equal", value: variables.reserved[key], effect: "NoSchedule"
  }})
"""
_RUNTIME = f"""
variables.sandboxed && !has(object.spec.runtimeClassName)
  ? [JSONPatch{{op: "add", path: "/spec/runtimeClassName", value: "{SANDBOX}"}}]
  : []
"""


def _priority_patch() -> str:
    """The class with its numbers: by now a pod without a class has those of the cluster's default."""
    values = ", ".join(f"'{p.name}': {p.value}" for p in PRIORITIES)
    never = [p.name for p in PRIORITIES if not p.preempts]
    return f"""
has(object.spec.priorityClassName) && object.spec.priorityClassName != "" ? [] : [
  JSONPatch{{op: "add", path: "/spec/priorityClassName", value: variables.priority}},
  JSONPatch{{op: "add", path: "/spec/priority", value: {{{values}}}[variables.priority]}},
  JSONPatch{{op: "add", path: "/spec/preemptionPolicy",
    value: variables.priority in {never} ? "Never" : "PreemptLowerPriority"}}
]
"""


_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_APART = f"""
has(object.spec.affinity) && has(object.spec.affinity.podAntiAffinity) &&
has(object.spec.affinity.podAntiAffinity.{_REQUIRED}) &&
object.spec.affinity.podAntiAffinity.{_REQUIRED}.exists(t,
  t.topologyKey == 'kubernetes.io/hostname' &&
  has(t.labelSelector) && !has(t.labelSelector.matchLabels) && !has(t.labelSelector.matchExpressions) &&
  !has(t.matchLabelKeys) && !has(t.mismatchLabelKeys) &&
  has(t.namespaceSelector) && !has(t.namespaceSelector.matchLabels) &&
  has(t.namespaceSelector.matchExpressions) && size(t.namespaceSelector.matchExpressions) == 2 &&
  t.namespaceSelector.matchExpressions.exists(e, e.key == '{TENANCY}' && e.operator == 'Exists') &&
  t.namespaceSelector.matchExpressions.exists(e,
    e.key == '{TENANCY}' && e.operator == 'NotIn' && e.values == [variables.tenancy]))
"""
_AFFINITY = f"""
!variables.unshared || variables.apart ? [] :
(has(object.spec.affinity) ? [] : [JSONPatch{{op: "add", path: "/spec/affinity", value: {{}}}}]) +
(has(object.spec.affinity) && has(object.spec.affinity.podAntiAffinity) ? [] :
  [JSONPatch{{op: "add", path: "/spec/affinity/podAntiAffinity", value: {{}}}}]) +
(has(object.spec.affinity) && has(object.spec.affinity.podAntiAffinity) &&
  has(object.spec.affinity.podAntiAffinity.{_REQUIRED}) ? [] :
  [JSONPatch{{op: "add", path: "/spec/affinity/podAntiAffinity/{_REQUIRED}", value: []}}]) +
[JSONPatch{{op: "add", path: "/spec/affinity/podAntiAffinity/{_REQUIRED}/-",
  value: Object.spec.affinity.podAntiAffinity.{_REQUIRED}{{
    topologyKey: "kubernetes.io/hostname",
    labelSelector: Object.spec.affinity.podAntiAffinity.{_REQUIRED}.labelSelector{{}},
    namespaceSelector: Object.spec.affinity.podAntiAffinity.{_REQUIRED}.namespaceSelector{{matchExpressions: [
      Object.spec.affinity.podAntiAffinity.{_REQUIRED}.namespaceSelector.matchExpressions{{
        key: "{TENANCY}", operator: "Exists"}},
      Object.spec.affinity.podAntiAffinity.{_REQUIRED}.namespaceSelector.matchExpressions{{
        key: "{TENANCY}", operator: "NotIn", values: [variables.tenancy]}}
    ]}}
  }}}}]
"""

_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
_GATHERED = f"""
has(object.spec.affinity) && has(object.spec.affinity.podAffinity) &&
has(object.spec.affinity.podAffinity.{_PREFERRED}) &&
object.spec.affinity.podAffinity.{_PREFERRED}.exists(t,
  t.podAffinityTerm.topologyKey == 'kubernetes.io/hostname' && has(t.podAffinityTerm.labelSelector) &&
  !has(t.podAffinityTerm.labelSelector.matchLabels) &&
  !has(t.podAffinityTerm.labelSelector.matchExpressions))
"""
# A node that a pod enters is lost to all other tenancies: a tenancy fills the nodes it has before it takes more.
_TOGETHER = f"""
!variables.gathers || variables.gathered ? [] :
(has(object.spec.affinity.podAffinity) ? [] :
  [JSONPatch{{op: "add", path: "/spec/affinity/podAffinity", value: {{}}}}]) +
(has(object.spec.affinity.podAffinity) && has(object.spec.affinity.podAffinity.{_PREFERRED}) ? [] :
  [JSONPatch{{op: "add", path: "/spec/affinity/podAffinity/{_PREFERRED}", value: []}}]) +
[JSONPatch{{op: "add", path: "/spec/affinity/podAffinity/{_PREFERRED}/-",
  value: Object.spec.affinity.podAffinity.{_PREFERRED}{{
    weight: 100,
    podAffinityTerm: Object.spec.affinity.podAffinity.{_PREFERRED}.podAffinityTerm{{
      topologyKey: "kubernetes.io/hostname",
      labelSelector: Object.spec.affinity.podAffinity.{_PREFERRED}.podAffinityTerm.labelSelector{{}}
    }}
  }}}}]
"""

VARIABLES = {
    "tenancy": f"{_OF}['{TENANCY}']",
    "keys": _KEYS,
    "reserved": f"{{{_RESERVED}}}",
    "selector": f"{{{_RESERVED}, ?'{RUNTIME}': {_OF}[?'{POOL_RUNTIME}']}}",
    "sandboxed": f"'{POOL_RUNTIME}' in {_OF} && {_OF}['{POOL_RUNTIME}'] == 'sandbox'",
    "unshared": f"{_OF}['{ISOLATION}'] != 'namespace'",
    "apart": _APART,
    "gathers": f"{_OF}['{ISOLATION}'] != 'namespace' && !('{DEDICATED}' in {_OF})",
    "gathered": _GATHERED,
    "priority": (f"{_OF}['{ROLE}'] == 'standby' ? '{STANDBY}' : '{GRADE_CLASS_PREFIX}' + {_OF}['{GRADE}']"),
}
"""CEL variables that the patches use, and the checks of what a pod says itself."""

PATCHES = [_SELECTOR, _TOLERATIONS, _RUNTIME, _priority_patch(), _AFFINITY, _TOGETHER]
"""The patches, in the order in which they are applied."""
