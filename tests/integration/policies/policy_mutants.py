"""Objects to ask rules about: their examples, and mutants of valid objects, the same for the same seed."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import jsonpatch
import jsonpointer

from policies.examples import Bases, make
from policies.rule import Rule

Manifest = dict[str, Any]
Patch = list[dict[str, Any]]

POD_PATHS = {
    "Pod": "/spec",
    "PodTemplate": "/template/spec",
    "ReplicationController": "/spec/template/spec",
    "Deployment": "/spec/template/spec",
    "StatefulSet": "/spec/template/spec",
    "DaemonSet": "/spec/template/spec",
    "ReplicaSet": "/spec/template/spec",
    "Job": "/spec/template/spec",
    "CronJob": "/spec/jobTemplate/spec/template/spec",
}
NAMESPACE = "t-example"
SEED = 20260301
"""The pack is asked the same mutants as the API server."""
REGISTER = "govcloud.dev/v1"
_TEXTS = [
    "",
    "x",
    "latest",
    "*",
    "0",
    "None",
    "一二三",
    "line\nbreak",
    "y" * 700,
    "system:masters",
    "mee.gov.cn",
]
_NUMBERS = [-1, 0, 1, 2, 80, 1000, 65535, 10**9]


@dataclass(frozen=True)
class Case:
    """An object and the namespace that it is in.

    ``about`` is the rule of which it is an example, ``fails`` whether it must fail; ``runs`` tells that it is a pod that
    is there and gets ephemeral containers.
    """

    manifest: Manifest
    namespace: Manifest
    about: Rule | None = None
    fails: bool = False
    runs: bool = False

    def asked_on(self, day: date) -> Case:
        """The same as a new object of that day; dates that it names keep their distance."""
        manifest = copy.deepcopy(self.manifest)
        manifest.pop("status", None)
        metadata, spec = manifest["metadata"], manifest.get("spec") or {}
        written = metadata.pop("creationTimestamp", None)
        if manifest["apiVersion"] == REGISTER:
            metadata["creationTimestamp"] = f"{day.isoformat()}T00:00:00Z"
            if written and isinstance(spec.get("until"), str):
                spec["until"] = _shifted(spec["until"], day - date.fromisoformat(str(written)[:10]))
        return replace(self, manifest=manifest)

    def moved_to(self, name: str) -> Case:
        """The same in a namespace of another name, wherever it is mentioned."""
        moved = json.loads(json.dumps([self.manifest, self.namespace]).replace(NAMESPACE, name))
        return replace(self, manifest=moved[0], namespace=moved[1])


def examples(rules: Iterable[Rule], bases: Bases) -> Iterator[Case]:
    """Every example whose settings are those of the bases."""
    for rule in rules:
        for fails, chosen in ((False, rule.examples.pass_), (True, rule.examples.fail)):
            for example in chosen:
                if not example.settings:
                    made = make(example, bases)
                    for manifest, runs in _as_they_come(made.manifest, bases):
                        yield Case(manifest, made.namespace, rule, fails, runs)


def _as_they_come(manifest: Manifest, bases: Bases) -> list[tuple[Manifest, bool]]:
    """An object as an API server gets to see it: ephemeral containers come only to a pod that is there, and is right."""
    spec = manifest.get("spec") or {}
    if manifest["kind"] != "Pod" or "ephemeralContainers" not in spec:
        return [(manifest, False)]
    without = {key: value for key, value in spec.items() if key != "ephemeralContainers"}
    running = bases.of("Pod")
    running["spec"]["ephemeralContainers"] = spec["ephemeralContainers"]
    return [({**manifest, "spec": without}, False), (running, True)]


def mutants(rules: Iterable[Rule], bases: Bases, seed: int) -> Iterator[Case]:
    """Valid objects changed once or a few times, by patches of the rules' examples and at random, without end."""
    dice = random.Random(seed)  # noqa: S311  # it is to be repeatable, not secret
    breeder = _Breeder(list(rules), bases, dice)
    seen: set[str] = set()
    while True:
        case = breeder.case()
        key = json.dumps([case.manifest, case.namespace], sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield case


class _Breeder:
    """Makes mutants of the kinds that any rule is about."""

    def __init__(self, rules: list[Rule], bases: Bases, dice: random.Random) -> None:
        self._dice = dice
        self._bases = bases
        self._patches: dict[str, list[Patch]] = {}
        self._pods: list[Patch] = []
        self._spaces = [_graded(bases.namespace, dice) for _ in range(24)]
        for example in (e for rule in rules for e in (*rule.examples.pass_, *rule.examples.fail)):
            if example.patch and "ephemeralContainers" not in str(example.patch):
                self._patches.setdefault(example.base, []).append(list(example.patch))
                self._pods += _of_pod(example.base, list(example.patch))
            if example.namespace:
                self._spaces.append(make(example, bases).namespace)
        self._kinds = [kind for kind in bases.objects if kind in self._patches]

    def case(self) -> Case:
        kind = self._dice.choice(list(POD_PATHS) if self._dice.random() < 0.5 else self._kinds)
        manifest = self._bases.of(kind)
        for _ in range(self._dice.choice([1, 1, 1, 2, 2, 3, 5])):
            manifest = self._mutated(manifest, kind)
        return Case(manifest, self._dice.choice(self._spaces))

    def _mutated(self, manifest: Manifest, kind: str) -> Manifest:
        chance = self._dice.random()
        if chance < 0.35 and kind in POD_PATHS:
            return _patched(manifest, _rooted(self._dice.choice(self._pods), POD_PATHS[kind]))
        if chance < 0.7 and kind in self._patches:
            return _patched(manifest, self._dice.choice(self._patches[kind]))
        return self._changed_somewhere(copy.deepcopy(manifest))

    def _changed_somewhere(self, manifest: Manifest) -> Manifest:
        places = [place for place in _places(manifest) if _may_change(place)]
        if not places:
            return manifest
        path = self._dice.choice(places)
        holder: Any = manifest
        for step in path[:-1]:
            holder = holder[step]
        value = holder[path[-1]]
        if self._dice.random() < 0.4:
            del holder[path[-1]]
        elif isinstance(value, list) and value:
            holder[path[-1]] = [*value, self._other(value[0])]
        else:
            holder[path[-1]] = self._other(value)
        return manifest

    def _other(self, value: Any) -> Any:
        if isinstance(value, bool):
            return not value
        if isinstance(value, int):
            return self._dice.choice(_NUMBERS)
        if isinstance(value, str):
            return self._dice.choice(_TEXTS)
        return type(value)()


def _shifted(text: str, by: timedelta) -> str:
    try:
        return f"{date.fromisoformat(text[:10]) + by}{text[10:]}"
    except (ValueError, OverflowError):  # a mutant's idea of a date
        return text


def _graded(namespace: Manifest, dice: random.Random) -> Manifest:
    """The namespace with other grades, zone and pod security of its own choosing: rules stand for themselves."""
    information, service = dice.randint(1, 4), dice.randint(1, 4)
    found = copy.deepcopy(namespace)
    found["metadata"]["labels"] |= {
        "govcloud.dev/grade": str(max(information, service)),
        "govcloud.dev/information-grade": str(information),
        "govcloud.dev/service-grade": str(service),
        "govcloud.dev/zone": dice.choice(["internet", "extranet", "dedicated", "management", "exchange"]),
        "govcloud.dev/tier": str(dice.randint(1, 6)),
        "govcloud.dev/role": dice.choice(["primary", "standby"]),
        "govcloud.dev/data-level": dice.choice(["L1", "L2", "L3", "L4"]),
        "govcloud.dev/isolation": dice.choice(["namespace", "node", "sandbox", "cluster"]),
    }
    if dice.random() < 0.3:
        del found["metadata"]["annotations"]
    return found


def _of_pod(kind: str, patch: Patch) -> list[Patch]:
    """A patch within the spec of a pod, with paths that begin there; none where it is about something else."""
    root = POD_PATHS.get(kind)
    if root is None or not all(op["path"].startswith(f"{root}/") and "from" not in op for op in patch):
        return []
    return [[{**op, "path": op["path"].removeprefix(root)} for op in patch]]


def _rooted(patch: Patch, root: str) -> Patch:
    return [{**op, "path": f"{root}{op['path']}"} for op in patch]


def _patched(manifest: Manifest, patch: Patch) -> Manifest:
    """The manifest as it was where the patch does not fit, since another one came first."""
    try:
        changed: Manifest = jsonpatch.apply_patch(copy.deepcopy(manifest), copy.deepcopy(patch))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException):
        return manifest
    return changed


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    steps = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for step in steps:
        yield (*path, step)
        yield from _places(value[step], (*path, step))


def _may_change(path: tuple[str | int, ...]) -> bool:
    fixed = [("metadata",), *(("metadata", key) for key in ("name", "namespace", "creationTimestamp"))]
    return path[0] not in ("apiVersion", "kind") and path not in fixed
