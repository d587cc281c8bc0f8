"""The live objects of a region, asked all of the rules: complete, in one order, fast enough to be run often.

Objects come as plain JSON, a list call a kind, since that is some forty times cheaper than the typed client. They are
held together by namespace, because a rule may look at an object beside the others of its namespace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.model import LABEL_PREFIX
from policies.evaluation import Evaluator, Surroundings
from policies.finding import Finding, Point
from policies.inspection import by_place, needs_siblings, place
from policies.rule import Rule
from policies.tally import Graded, Look, Tally, graded_of_labels
from policies.target import Scope, Target, targets
from policies.waivers import Excuse, documented, mark_waived, waivers_of_namespace

Manifest = dict[str, Any]
Key = tuple[str, str]
_POINT: Point = "audit"
_TENANCY = f"{LABEL_PREFIX}tenancy"
_NAMESPACE: Key = ("v1", "Namespace")
_LISTS_AT_ONCE = 4
_AT_ONCE = 100
"""Objects that one question is about."""

_TRIES = 3
_GONE = 410
"""HTTP: the page was asked for too late, and the list has to begin anew."""


@dataclass(frozen=True)
class Audit:
    """What an audit of a region found.

    Attributes:
        region: its name.
        findings: all of them, by kind, namespace and name of the object, then by rule; waived ones are marked.
        asked: how many objects were asked about, by kind.
        namespaces: the namespaces of the tenancies that were looked at, by tenancy.
        waivers: what their annotations excuse, expired or not.
        lacking: kinds that rules are about and that the API server does not serve.
        looks: how many objects each rule was asked about, by tenancy.
        tenancies: the tenancies that were looked at, with their grades.
    """

    region: str | None
    findings: tuple[Finding, ...]
    asked: Mapping[str, int]
    namespaces: Mapping[str, Manifest]
    waivers: tuple[Excuse, ...]
    lacking: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    tenancies: tuple[Graded, ...] = ()

    @property
    def points(self) -> tuple[Point, ...]:
        """Where the rules were asked."""
        return (_POINT,)

    @property
    def regions(self) -> tuple[str, ...]:
        """The region, if it has a name."""
        return (self.region,) if self.region else ()

    @property
    def objects(self) -> int:
        """How many objects were asked about."""
        return sum(self.asked.values())


def audit(
    cluster: Cluster,
    evaluator: Evaluator,
    *,
    now: datetime,
    region: str | None = None,
    tenancies: Sequence[str] = (),
    waivers: Iterable[Excuse] = (),
) -> Audit:
    """Ask the rules of the audit about every live object that they are about.

    Objects that go while the audit runs are left out. The waivers that count are those on the live namespaces, which
    admission honours too.

    Args:
        cluster: the region's API server.
        evaluator: the rules, with the region's settings.
        now: the moment at which waivers are asked whether they still hold.
        region: the region's name, for findings.
        tenancies: only these; all where none is named.
        waivers: what documents excuse; they lend name and ticket to the annotations that say the same.

    Raises:
        ClusterError: the API server does not answer, or refuses to list a kind.
    """
    stock = _Stock.of(cluster, evaluator, tenancies)
    excuses = documented(
        (one for namespace in stock.namespaces.values() for one in waivers_of_namespace(namespace)), waivers
    )
    asked: Counter[str] = Counter()
    tally = Tally(evaluator.rules)
    found: list[Finding] = []
    for key, namespace, objects in stock.groups(evaluator):
        asked[key[1]] += len(objects)
        for one in objects:
            tally.saw(one, _POINT, _graded(one, stock.namespaces.get(namespace)))
        for findings in evaluator.evaluate_all(objects, _POINT, stock.around(key, namespace, region)):
            found += findings
    return Audit(
        region=region,
        findings=tuple(mark_waived(found, excuses, now)),
        asked=dict(sorted(asked.items())),
        namespaces={_labels(one)[_TENANCY]: one for one in stock.namespaces.values()},
        waivers=excuses,
        lacking=stock.lacking,
        looks=tally.looks(),
        tenancies=tally.tenancies(),
    )


def _graded(manifest: Manifest, namespace: Manifest | None) -> Graded | None:
    """Whose an object is, with the grades; None for what is of the whole region."""
    if manifest["kind"] == "Tenancy":
        spec = manifest["spec"]
        grading = spec["grading"]
        name = manifest["metadata"]["name"]
        return Graded(name, grading["information"], grading["service"], spec["department"])
    return graded_of_labels(_labels(namespace or manifest))


@dataclass
class _Stock:
    """The live objects, as far as rules are about them.

    Attributes:
        namespaces: those of the tenancies chosen, by name.
        lists: objects by kind, in the order of namespace and name.
        neighbours: all of these objects by namespace.
        social: kinds about which some rule asks together with their neighbours.
        lacking: kinds that are wanted and that the API server does not serve.
    """

    namespaces: dict[str, Manifest]
    lists: dict[Key, list[Manifest]]
    neighbours: dict[str, list[Manifest]]
    social: frozenset[Key]
    lacking: tuple[str, ...]

    @classmethod
    def of(cls, cluster: Cluster, evaluator: Evaluator, tenancies: Sequence[str]) -> _Stock:
        """Read all that is wanted: namespaces first, then a list a kind, several at once."""
        rules = [rule for rule in evaluator.rules if _POINT in rule.points]
        social = frozenset(
            key for rule in rules if needs_siblings(rule) for key in _kinds([targets()[rule.target]])
        )
        chosen = _Chosen(cluster, tenancies)
        wanted = _wanted(rules, everything=bool(social))
        served = [key for key in wanted if key in cluster.kinds]
        with ThreadPoolExecutor(_LISTS_AT_ONCE) as pool:
            lists = {
                key: sorted((one for one in found if chosen.has(one, wanted[key])), key=_place)
                for key, found in zip(
                    served, pool.map(chosen.listed, served, map(wanted.get, served)), strict=True
                )
            }
        neighbours = by_place(one for key in sorted(lists) for one in lists[key])
        lacking = tuple(f"{kind} of {version}" for version, kind in wanted if (version, kind) not in served)
        return cls(chosen.namespaces, lists, neighbours, social, lacking)

    def groups(self, evaluator: Evaluator) -> Iterator[tuple[Key, str, list[Manifest]]]:
        """Objects that rules are about by kind and namespace, in their order, some at a time."""
        for key in sorted(self.lists, key=lambda key: (key[1], key[0])):
            if not (self.lists[key] and evaluator.concerns(self.lists[key][0], _POINT)):
                continue
            for where, objects in groupby(self.lists[key], key=place):
                while group := list(islice(objects, _AT_ONCE)):
                    yield key, where, group

    def around(self, key: Key, namespace: str, region: str | None) -> Surroundings:
        """What a rule may know besides the object; its neighbours only where a rule asks for them."""
        siblings = self.neighbours.get(namespace, ()) if key in self.social else ()
        return Surroundings(self.namespaces.get(namespace), siblings, region)


class _Chosen:
    """What belongs to the tenancies that were chosen, all where none is named."""

    def __init__(self, cluster: Cluster, tenancies: Sequence[str]) -> None:
        self._cluster = cluster
        self._tenancies = tenancies
        self._kind = cluster.kinds[_NAMESPACE]
        found = _all(cluster, self._kind)
        self._known = {one["metadata"]["name"] for one in found}
        self.namespaces = {one["metadata"]["name"]: one for one in found if self._is_chosen(one)}

    def listed(self, key: Key, scope: Scope | None) -> list[Manifest]:
        """The objects of a kind: of the chosen tenancies' namespaces, or of all where every tenancy is chosen."""
        if key == _NAMESPACE:
            return list(self.namespaces.values())
        kind = self._cluster.kinds[key]
        places = sorted(self.namespaces) if self._tenancies and scope == "tenancy" else [None]
        return [one for place in places for one in _all(self._cluster, kind, place)]

    def has(self, manifest: Manifest, scope: Scope) -> bool:
        """Whether an object is one of those chosen; what is of the whole region is, where every tenancy is."""
        if scope == "tenancy":
            return self._in_chosen(_namespace_of(manifest))
        if scope == "register" and manifest["kind"] == "Tenancy":
            return not self._tenancies or manifest["metadata"]["name"] in self._tenancies
        return not self._tenancies or self._is_chosen(manifest)

    def _is_chosen(self, manifest: Manifest) -> bool:
        tenancy = _labels(manifest).get(_TENANCY)
        return bool(tenancy) and (not self._tenancies or tenancy in self._tenancies)

    def _in_chosen(self, namespace: str) -> bool:
        """Whether a namespace is chosen; one that came after the namespaces were listed is asked for."""
        if namespace not in self._known:
            self._known.add(namespace)
            late = self._cluster.get(self._kind, namespace)
            if late and self._is_chosen(late):
                self.namespaces[namespace] = late
        return namespace in self.namespaces


def _wanted(rules: Iterable[Rule], *, everything: bool) -> dict[Key, Scope]:
    """Kinds with the scope of their target: those that rules are about, or every one that a neighbour may be of."""
    named = {rule.target for rule in rules}
    chosen = [
        one for one in targets().values() if one.name in named or (everything and one.scope == "tenancy")
    ]
    return {key: one.scope for one in chosen for key in _kinds([one])}


def _kinds(chosen: Iterable[Target]) -> Iterator[Key]:
    return ((kind.api_version, kind.kind) for target in chosen for kind in target.kinds)


def _all(cluster: Cluster, kind: Kind, namespace: str | None = None) -> list[Manifest]:
    """All objects of a kind. A list that took so long that its next page is gone is begun anew."""
    for _ in range(_TRIES - 1):
        try:
            return [_typed(kind, one) for one in cluster.list(kind, namespace=namespace)]
        except StatusError as error:
            if error.status != _GONE:
                raise
    return [_typed(kind, one) for one in cluster.list(kind, namespace=namespace)]


def _typed(kind: Kind, item: Manifest) -> Manifest:
    """Items of a list carry no apiVersion and kind; who wrote which field is of no interest to rules."""
    item["metadata"].pop("managedFields", None)
    return {"apiVersion": kind.api_version, "kind": kind.kind, **item}


def _labels(manifest: Manifest) -> dict[str, str]:
    return manifest["metadata"].get("labels") or {}


def _place(manifest: Manifest) -> tuple[str, str]:
    return _namespace_of(manifest), manifest["metadata"]["name"]


def _namespace_of(manifest: Manifest) -> str:
    return str(manifest["metadata"].get("namespace", ""))
