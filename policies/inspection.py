"""The rules over the objects of a plan or a program: each object in its namespace, with the waivers that excuse it.

A plan is whole: every namespace and all siblings of an object are known. A program registers one object after the other,
so that a namespace is known once it was registered, and siblings only at the end. What is in a namespace that nobody
told of is judged as of the strictest grade.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from govcloud.base import LABEL_PREFIX
from policies.evaluation import STRICTEST, Evaluator, Surroundings
from policies.finding import Finding
from policies.rule import Rule
from policies.settings import Settings
from policies.target import targets
from policies.waivers import mark_waived, waivers_of_namespace

Manifest = dict[str, Any]
TENANCY = f"{LABEL_PREFIX}tenancy"
"""The label that makes a namespace a tenancy's."""

_GRADES = ("grade", "information-grade", "service-grade")


class Inspection:
    """The rules of the point ``preview``, with the namespaces that are known so far.

    Args:
        rules: the rules to ask.
        settings: the values that they compare with.
        assumed: labels of namespaces that are not known, over those of the strictest grade.
        region: the region's name, for the findings.
    """

    def __init__(
        self,
        rules: Iterable[Rule],
        settings: Settings | None = None,
        *,
        assumed: Mapping[str, str] | None = None,
        region: str | None = None,
    ) -> None:
        chosen = [(rule, needs_siblings(rule)) for rule in rules]
        values = settings or Settings()
        self._alone = Evaluator([rule for rule, together in chosen if not together], values)
        self._together = Evaluator([rule for rule, together in chosen if together], values)
        self._assumed = dict(assumed or {})
        self._region = region
        self._namespaces: dict[str, Manifest] = {}

    def prepare(self) -> Iterator[None]:
        """Compile the rules, a target a step; who has the time for it spares the first objects the wait."""
        for target in targets().values():
            for one in (self._alone, self._together):
                one.prepare(target.kinds[0].api_version, target.kinds[0].kind, "preview")
            yield

    def learn(self, manifest: Manifest) -> None:
        """Remember a namespace; other objects are nothing to remember."""
        if is_namespace(manifest):
            self._namespaces[_name(manifest)] = manifest

    def unknown(self, manifest: Manifest) -> str | None:
        """The namespace of an object, if nobody told of it; None where it is known, or the object is in none."""
        namespace = (manifest.get("metadata") or {}).get("namespace")
        return None if namespace is None or namespace in self._namespaces else str(namespace)

    def concerns(self, manifest: Manifest) -> bool:
        """Whether any rule is about objects of this kind."""
        return any(one.concerns(manifest, "preview") for one in (self._alone, self._together))

    def findings(self, manifest: Manifest, now: datetime) -> list[Finding]:
        """What the rules that look at an object alone find; waived findings are marked.

        Args:
            manifest: the object.
            now: the moment at which waivers are looked at.
        """
        return self._ask(self._alone, [manifest], (), now)[0]

    def findings_together(
        self, manifest: Manifest, siblings: Sequence[Manifest], now: datetime
    ) -> list[Finding]:
        """What the rules that look at an object's siblings, too, find."""
        return self._ask(self._together, [manifest], siblings, now)[0]

    def whole(self, manifests: Sequence[Manifest], now: datetime) -> list[list[Finding]]:
        """What all rules find in each object of a plan; the objects are each other's siblings."""
        for manifest in manifests:
            self.learn(manifest)
        siblings = by_place(manifests)
        found: dict[int, list[Finding]] = {}
        for group in _alike(manifests):
            around = siblings[place(group[0])]
            alone = self._ask(self._alone, group, (), now)
            together = self._ask(self._together, group, around, now)
            found.update((id(one), [*a, *b]) for one, a, b in zip(group, alone, together, strict=True))
        return [found[id(manifest)] for manifest in manifests]

    def _ask(
        self, evaluator: Evaluator, alike: Sequence[Manifest], siblings: Sequence[Manifest], now: datetime
    ) -> list[list[Finding]]:
        """The findings about each of some objects of one kind and namespace."""
        nothing: list[list[Finding]] = [[] for _ in alike]
        if not evaluator.concerns(alike[0], "preview"):
            return nothing
        namespace = self._namespace_of(alike[0])
        if _namespace(alike[0]) and TENANCY not in (namespace["metadata"].get("labels") or {}):
            return nothing  # a namespace of the region itself, which admission does not ask about either
        around = Surroundings(namespace, siblings, self._region)
        waivers = waivers_of_namespace(namespace)
        found = evaluator.evaluate_all(alike, "preview", around)
        return [mark_waived(one, waivers, now) if one else one for one in found]

    def _namespace_of(self, manifest: Manifest) -> Manifest:
        if is_namespace(manifest):
            return manifest
        name = _namespace(manifest)
        return self._namespaces.get(name) or strictest_namespace(name, self._assumed)


def strictest_namespace(name: str, labels: Mapping[str, str]) -> Manifest:
    """What stands for a namespace that is not known: a tenancy's, of the strictest grade, with what labels say."""
    strict = {f"{LABEL_PREFIX}{axis}": str(STRICTEST) for axis in _GRADES}
    own = {TENANCY: name.removeprefix("t-"), **strict, **labels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": own}}


def needs_siblings(rule: Rule) -> bool:
    """Whether a rule looks at other objects of the namespace besides the one that it is asked about."""
    texts = [text for text in (rule.when, rule.each, rule.fails, rule.path, rule.value) if text]
    known = targets()[rule.target].variables
    used = {name for text in texts for name in re.findall(r"\bvariables\.(\w+)", text)}
    return any(re.search(r"\bsiblings\b", text) for text in (*texts, *(known.get(name, "") for name in used)))


def _alike(manifests: Iterable[Manifest]) -> Iterable[list[Manifest]]:
    """Objects by kind and namespace; rules are asked much faster about many than about one after the other."""
    groups: dict[tuple[Any, Any, str], list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        groups[manifest.get("apiVersion"), manifest.get("kind"), place(manifest)].append(manifest)
    return groups.values()


def by_place(manifests: Iterable[Manifest]) -> dict[str, list[Manifest]]:
    """Objects by the namespace that they are in; a namespace, or another object of the cluster, has siblings, and is none."""
    found: dict[str, list[Manifest]] = defaultdict(list)
    for manifest in manifests:
        if _namespace(manifest):
            found[_namespace(manifest)].append(manifest)
    return found


def place(manifest: Manifest) -> str:
    """The namespace that an object is in, or is; empty for other objects of the cluster."""
    return _name(manifest) if is_namespace(manifest) else _namespace(manifest)


def is_namespace(manifest: Manifest) -> bool:
    """Whether an object is a Namespace."""
    return (manifest.get("apiVersion"), manifest.get("kind")) == ("v1", "Namespace")


def _namespace(manifest: Manifest) -> str:
    return str((manifest.get("metadata") or {}).get("namespace") or "")


def _name(manifest: Manifest) -> str:
    return str((manifest.get("metadata") or {}).get("name"))
