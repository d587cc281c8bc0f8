"""The examples of the rules: the objects that they are about, and whether each rule says of them what it claims.

An example is a base object (``bases.yaml``), changed a little: what matters about it is all that one reads. The bases pass
every rule at the highest grade, so that they show what a right object looks like, and a fail is due to its change alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from importlib.resources import files
from typing import Any

import jsonpatch
import jsonpointer
import yaml

from policies.evaluation import Evaluator, Manifest, Surroundings
from policies.finding import POINTS, Finding
from policies.rule import Example, Rule
from policies.settings import Settings

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ExampleError(ValueError):
    """An example cannot be made: it names no base, or its patch does not fit."""


@dataclass(frozen=True, slots=True)
class Bases:
    """Objects that pass every rule, by kind, the namespace that they are in, and the settings of their region."""

    namespace: Manifest
    settings: Settings
    objects: Mapping[str, Manifest]

    def of(self, kind: str) -> Manifest:
        """A copy of a base object.

        Raises:
            ExampleError: there is none of this kind.
        """
        if kind not in self.objects:
            raise ExampleError(f"there is no base {kind!r}; expected one of {', '.join(self.objects)}")
        manifest: Manifest = _fresh(self.objects[kind])
        return manifest


@dataclass(frozen=True, slots=True)
class Made:
    """The objects of an example: the one in question, its namespace, all objects of that namespace; and the settings."""

    manifest: Manifest
    namespace: Manifest
    siblings: tuple[Manifest, ...]
    settings: Settings

    @property
    def surroundings(self) -> Surroundings:
        """What the rules may know besides the object."""
        return Surroundings(namespace=self.namespace, siblings=self.siblings)


def shipped_bases() -> Bases:
    """The bases of this package, the caller's own: what is done to them changes no others."""
    raw = _fresh(_shipped())
    given = raw["settings"]
    values = {one.name: _frozen(given[one.name]) for one in fields(Settings) if one.name in given}
    return Bases(raw["namespace"], Settings(**values), raw["objects"])


@cache
def _shipped() -> dict[str, Any]:
    text = files("policies").joinpath("bases.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506  # it is a safe loader
    return raw


def make(example: Example, bases: Bases) -> Made:
    """The objects of an example.

    ``patch`` is RFC 6902, on the base. ``namespace`` is RFC 7396, on the metadata of the namespace: ``{labels: {..}}``.
    Each of ``siblings`` is an object, or ``{base: .., patch: [..]}``; the object in question is one of its siblings.
    ``settings`` replace those of the bases.

    Raises:
        ExampleError: there is no such base, or a patch does not fit.
    """
    manifest = _patched(example.base, example.patch, bases)
    if strange := sorted(set(example.namespace) - {"labels", "annotations"}):
        raise ExampleError(f"namespace: {', '.join(strange)} was given; expected labels or annotations")
    if strange := sorted(set(example.settings) - {one.name for one in fields(Settings)}):
        raise ExampleError(f"settings: {', '.join(strange)} was given; there is no such setting")
    namespace = _fresh(bases.namespace)
    namespace["metadata"] = _merged(namespace["metadata"], example.namespace)
    others = [_sibling(one, bases) for one in example.siblings]
    return Made(manifest, namespace, (manifest, *others), settings_of(example, bases))


def settings_of(example: Example, bases: Bases) -> Settings:
    """The settings of the region that an example is in."""
    return replace(bases.settings, **{name: _frozen(value) for name, value in example.settings.items()})


def example_problems(rules: Iterable[Rule], bases: Bases | None = None) -> list[str]:
    """What of the examples is not as the rules say, a line each; empty where all hold.

    A pass yields no finding of its rule; a fail yields exactly the offences of ``finds``. No base yields any finding.
    Each is asked at the first point of the rule: at the others the same expression is asked.
    """
    chosen, base = list(rules), bases or shipped_bases()
    problems = [f"{rule.id}: {line}" for rule in chosen for line in _of_rule(rule, base)]
    return problems + list(_of_bases(chosen, base))


def _of_rule(rule: Rule, bases: Bases) -> Iterator[str]:
    evaluator = Evaluator([rule], bases.settings)
    for kind, examples in (("pass", rule.examples.pass_), ("fail", rule.examples.fail)):
        for number, example in enumerate(examples):
            for line in _of_example(rule, example, kind == "fail", bases, evaluator):
                yield f"examples.{kind}[{number}]: {line}"


def _of_example(
    rule: Rule, example: Example, fails: bool, bases: Bases, evaluator: Evaluator
) -> Iterator[str]:
    try:
        made = make(example, bases)
    except ExampleError as error:
        yield str(error)
        return
    if not evaluator.concerns(made.manifest, rule.points[0]):
        yield f"target {rule.target} is not about {made.manifest.get('kind')} objects"
        return
    asked = Evaluator([rule], made.settings) if example.settings else evaluator
    yield from _differences(example, fails, asked.evaluate(made.manifest, rule.points[0], made.surroundings))


def _differences(example: Example, fails: bool, found: list[Finding]) -> Iterator[str]:
    offences = [offence for one in found for offence in one.offences]
    if broken := [one.message for one in found if one.error]:
        yield broken[0]
    elif fails and not example.finds:
        yield f"finds: nothing is named; it was found that {offences}"
    elif not fails and found:
        yield f"it must pass; it was found that {offences}"
    elif fails and offences != list(example.finds):
        yield f"finds: {list(example.finds)} was to be found, not {offences}"


def _of_bases(rules: list[Rule], bases: Bases) -> Iterator[str]:
    everything = tuple(bases.objects.values())
    around = Surroundings(namespace=bases.namespace, siblings=everything)
    for point in POINTS:
        evaluator = Evaluator([rule for rule in rules if rule.points[0] == point], bases.settings)
        for kind, manifest in bases.objects.items():
            for found in evaluator.evaluate(manifest, point, around):
                yield f"bases.yaml: {kind}: it must pass every rule: {found.message}"


def _sibling(raw: Mapping[str, Any], bases: Bases) -> Manifest:
    if "base" in raw:
        return _patched(raw["base"], raw.get("patch", ()), bases)
    manifest: Manifest = _fresh(dict(raw))
    return manifest


def _patched(kind: str, patch: Iterable[Mapping[str, Any]], bases: Bases) -> Manifest:
    manifest = bases.of(kind)
    try:
        changed: Manifest = jsonpatch.apply_patch(manifest, _fresh(list(patch)), in_place=True)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException) as error:
        raise ExampleError(f"the patch does not fit base {kind}: {error}") from error
    return changed


def _merged(value: Any, patch: Any) -> Any:
    """RFC 7396: what is null is taken away, mappings are merged, all else is replaced."""
    if not isinstance(patch, Mapping):
        return patch
    kept = dict(value) if isinstance(value, Mapping) else {}
    for key, inner in patch.items():
        if inner is None:
            kept.pop(key, None)
        else:
            kept[key] = _merged(kept.get(key), inner)
    return kept


def _fresh(value: Any) -> Any:
    """A copy that shares nothing, not even within itself, as aliases in YAML do: a patch changes one place."""
    if isinstance(value, dict):
        return {key: _fresh(inner) for key, inner in value.items()}
    return [_fresh(inner) for inner in value] if isinstance(value, list) else value


def _frozen(value: object) -> Any:
    return tuple(value) if isinstance(value, list) else value
