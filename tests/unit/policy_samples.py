"""A few small rules and objects, so that tests of where rules are asked do not hang on what the shipped ones say."""

from __future__ import annotations

from typing import Any

from policies.loading import read_rules
from policies.rule import Rule

Manifest = dict[str, Any]
_RULES = """
id: GC-TST-01
title: {en: Deployments have a second replica, zh: 副本}
clauses: [ZONE-1]
grades: {from: 1}
severity: high
target: controller
points: [preview, admission, audit]
fails: object.kind == 'Deployment' && has(object.spec.replicas) && object.spec.replicas < 2
path: "'spec.replicas'"
value: string(object.spec.replicas)
remedy: {en: set it to 2, zh: 设为二}
why: One is none.
examples: {pass: [{base: Deployment}], fail: [{base: Deployment}]}
---
id: GC-TST-02
title: {en: Budgets stand beside Deployments, zh: 预算}
clauses: [ZONE-1]
grades: {from: 3}
severity: low
action: warn
target: controller
points: [preview, audit]
fails: "!siblings.exists(s, s.kind == 'PodDisruptionBudget')"
path: "'PodDisruptionBudget'"
value: "'missing'"
remedy: {en: write one, zh: 新建}
why: Nodes are emptied.
examples: {pass: [{base: Deployment}], fail: [{base: Deployment}]}
---
id: GC-TST-03
title: {en: Images come from the cloud, zh: 镜像}
clauses: [ZONE-1]
grades: {from: 1}
severity: high
target: controller
points: [preview, admission, audit]
each: object.spec.template.spec.containers
fails: "!(e.image.split('/')[0] in variables.registries)"
path: "'image'"
value: e.image
remedy: {en: push it, zh: 推送}
why: Others are not scanned.
examples: {pass: [{base: Deployment}], fail: [{base: Deployment}]}
---
id: GC-TST-04
title: {en: Tenancies of grade 3 are filed, zh: 备案}
clauses: [ZONE-1]
grades: {from: 3}
severity: medium
target: tenancy
points: [request, admission, audit]
fails: "!has(object.spec.grading.filing)"
path: "'spec.grading.filing'"
value: "'missing, ceiling ' + string(variables.ceiling)"
remedy: {en: file it, zh: 备案}
why: The law says so.
examples: {pass: [{base: Tenancy}], fail: [{base: Tenancy}]}
---
id: GC-TST-05
title: {en: Namespaces are titled, zh: 标题}
clauses: [ZONE-1]
grades: {from: 1}
severity: low
target: namespace
points: [preview, admission, audit]
when: "'govcloud.dev/tenancy' in variables.labels"
fails: "!has(object.metadata.annotations)"
path: "'metadata.annotations'"
value: "'missing'"
remedy: {en: write one, zh: 填写}
why: People read it.
examples: {pass: [{base: Namespace}], fail: [{base: Namespace}]}
"""
RULES: tuple[Rule, ...] = tuple(read_rules({"samples.yaml": _RULES}).values())


def namespace(name: str = "t-air", grade: int = 3, **annotations: str) -> Manifest:
    """A tenancy's namespace."""
    labels = {
        "tenancy": name.removeprefix("t-"),
        "department": "mee",
        "grade": str(grade),
        "information-grade": str(grade),
        "service-grade": str(grade),
        "zone": "extranet",
        "tier": "5",
        "role": "primary",
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": name,
            "labels": {f"govcloud.dev/{key}": value for key, value in labels.items()},
            "annotations": {"title": "系统", **annotations},
        },
    }


def deployment(
    name: str = "web", replicas: int = 1, namespace: str | None = "t-air", image: str = "reg.gov/web"
) -> Manifest:
    """A Deployment; by default with one replica, which a rule refuses."""
    place = {"namespace": namespace} if namespace else {}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, **place},
        "spec": {
            "replicas": replicas,
            "template": {"spec": {"containers": [{"name": "app", "image": image}]}},
        },
    }


def budget(namespace: str = "t-air") -> Manifest:
    """A disruption budget."""
    metadata = {"name": "web", "namespace": namespace}
    return {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata, "spec": {}}
