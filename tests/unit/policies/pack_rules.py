"""A few small rules, so that tests of how rules are asked do not hang on what the shipped ones say."""

from __future__ import annotations

from typing import Any

from policies.loading import read_rules
from policies.rule import Rule

_RULE = """
id: {id}
title: {{en: {title}, zh: 规则}}
clauses: [ZONE-1]
grades: {{from: {grade}}}
severity: high
action: {action}
target: workload
points: [preview, admission, audit]
fails: "{fails}"
path: "'{path}'"
value: "{value}"
remedy: {{en: mend it, zh: 改正}}
why: It matters.
examples: {{pass: [{{base: Deployment}}], fail: [{{base: Deployment}}]}}
"""


def rule(id: str, fails: str, path: str, value: str, *, action: str = "deny", grade: int = 1) -> Rule:
    """A rule about workloads."""
    text = _RULE.format(
        id=id, title=f"Rule {id[-2:]}", fails=fails, path=path, value=value, action=action, grade=grade
    )
    return read_rules({"test.yaml": text})[id]


REPLICAS = rule("GC-TST-01", "object.spec.replicas < 2", "spec.replicas", "string(object.spec.replicas)")
PAUSED = rule("GC-TST-02", "has(object.spec.paused)", "spec.paused", "'set'", action="warn")
STRICT = rule("GC-TST-03", "!has(object.spec.minReadySeconds)", "spec.minReadySeconds", "'missing'", grade=3)
BUDGET = rule(
    "GC-TST-04", "!siblings.exists(s, s.kind == 'PodDisruptionBudget')", "PodDisruptionBudget", "'missing'"
)
RULES = [REPLICAS, PAUSED, STRICT, BUDGET]


def namespace(name: str = "t-air", grade: int = 2, **annotations: str) -> dict[str, Any]:
    labels = {f"govcloud.dev/{axis}": str(grade) for axis in ("grade", "information-grade", "service-grade")}
    labels["govcloud.dev/tenancy"] = name.removeprefix("t-")
    waivers = {f"waiver.govcloud.dev/{rule.replace('_', '-')}": text for rule, text in annotations.items()}
    metadata = {"name": name, "labels": labels, "annotations": waivers}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def deployment(replicas: Any = 2, place: str = "t-air", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": place},
        "spec": {
            "replicas": replicas,
            "template": {"spec": {"containers": [{"name": "app", "image": "a/b"}]}},
            **spec,
        },
    }


def budget(place: str = "t-air") -> dict[str, Any]:
    metadata = {"name": "web", "namespace": place}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata}
