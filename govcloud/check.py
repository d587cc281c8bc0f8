"""Manifests and estates, asked the rules before anything is made: offline, each object in the place where it will be.

What a rule demands depends on the tenancy: its grade, zone and role are labels of its namespace. A namespace is known when
it is among the manifests, or an estate plans it; of any other the strictest grade is assumed, and that is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from govcloud.base import Document
from govcloud.errors import InputError
from govcloud.manifests import Located
from govcloud.model import API_VERSION, LABEL_PREFIX, Estate, Tenancy
from policies.evaluation import Evaluator, Surroundings
from policies.finding import Finding, Point
from policies.inspection import place, strictest_namespace
from policies.rule import Rule
from policies.settings import Settings
from policies.tally import Graded, Look, Tally, graded_of_labels
from policies.target import targets
from policies.waivers import Excuse, documented, mark_waived, waivers_of_estate, waivers_of_namespace

if TYPE_CHECKING:
    from govcloud.engine.units import Unit

Manifest = dict[str, Any]
TENANCY = f"{LABEL_PREFIX}tenancy"
ASSUMED = {"zone": "dedicated", "tier": "6", "role": "primary", "data-level": "L4", "isolation": "sandbox"}
"""Labels of a namespace that nothing is known of, besides the strictest grade; without their prefix."""


@dataclass(frozen=True, slots=True)
class Home:
    """A namespace, the region that it is in, and what the rules of that region compare with."""

    namespace: Manifest
    region: str | None = None
    settings: Settings = field(default_factory=Settings)


@dataclass(frozen=True)
class Places:
    """Where objects will be.

    Args:
        homes: namespaces that are known, by name.
        namespace: the namespace of objects that name none; empty where that is not known either.
        labels: labels that are assumed of namespaces that are not known, without their prefix; None where nothing was
            said of them, so that the strictest grade is a guess.
        annotations: annotations that are assumed of them.
        settings: what rules compare with outside of the homes.
        region: the region of what is outside of the homes.
        requests: for documents of the register, the region of each tenancy, by its name.
        waivers: what documents excuse.
    """

    homes: Mapping[str, Home] = field(default_factory=dict)
    namespace: str = ""
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    region: str | None = None
    requests: Mapping[str, Home] = field(default_factory=dict)
    waivers: tuple[Excuse, ...] = ()

    def home(self, namespace: str) -> Home:
        """The home of objects of a namespace, an assumed one where it is not known."""
        if namespace in self.homes:
            return self.homes[namespace]
        labels = {f"{LABEL_PREFIX}{key}": value for key, value in {**ASSUMED, **(self.labels or {})}.items()}
        assumed = strictest_namespace(namespace, labels)
        assumed["metadata"]["annotations"] = dict(self.annotations)
        return Home(assumed, self.region, self.settings)

    def learning(self, found: Iterable[Located]) -> Places:
        """The same places with the namespaces of tenancies that are among some manifests."""
        own = {
            _name(one.manifest): Home(one.manifest, self.region, self.settings)
            for one in found
            if _is_tenancys_namespace(one.manifest)
        }
        return replace(self, homes={**self.homes, **own})


@dataclass(frozen=True)
class Checked:
    """What was found, and what was looked at.

    ``guessed`` are the namespaces that nothing is known of; an empty name stands for objects that name none.
    """

    findings: tuple[Finding, ...]
    points: tuple[Point, ...]
    objects: int
    looks: tuple[Look, ...]
    tenancies: tuple[Graded, ...]
    regions: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()


def places_of(estate: Estate, tenancy: str | None = None, region: str | None = None) -> Places:
    """The places that an estate plans: each tenancy's namespace in its primary region, or in the one that is named.

    Raises:
        InputError: the estate has no such tenancy or region, or they do not belong together.
    """
    from stacks.desired import region_of, role_in, tenancy_manifests, tenancy_of

    chosen = [tenancy_of(estate, tenancy)] if tenancy else list(estate.tenancies.values())
    homes: dict[str, Home] = {}
    for one in chosen:
        where = region or (one.spec.regions.primary if one.spec.regions else None)
        if where is None or (not tenancy and role_in(one, where) is None):
            continue
        manifests = tenancy_manifests(estate, one.name, where)
        if manifests:
            homes[one.namespace] = Home(manifests[0], where, Settings.of(region_of(estate, where)))
    if tenancy and not homes:
        raise InputError(
            f"tenancy {tenancy} has nothing in region {region or '(not placed)'}",
            expected="a region in which the tenancy runs or is held ready",
            mend="name another region with --region",
        )
    settings = [home.settings for home in homes.values()]
    return Places(
        homes,
        chosen[0].namespace if tenancy else "",
        settings=settings[0] if settings else _settings_of_hub(estate),
        requests=_places_of_requests(estate).requests,
        waivers=waivers_of_estate(estate),
    )


def check(
    found: Sequence[Located], places: Places, rules: Iterable[Rule], *, point: Point, now: datetime
) -> Checked:
    """Ask the rules about manifests; those of the same namespace are each other's siblings.

    Documents of the register are asked about at the point ``request``, whatever the point of the others is.

    Args:
        found: the objects, each with its place in a file.
        places: where they will be.
        rules: the rules to ask.
        point: where the question is asked.
        now: the moment at which waivers are asked whether they still hold.
    """
    run = _Check(list(rules), point, now)
    return run.result(run.ask(found, places.learning(found)))


def check_requests(
    estate: Estate, rules: Iterable[Rule], *, now: datetime, documents: Sequence[Document] | None = None
) -> Checked:
    """Ask the rules about documents that somebody has to approve: by default the estate's tenancies, sharings, waivers."""
    own = [*estate.tenancies.values(), *estate.sharings.values(), *estate.waivers.values()]
    found = []
    for one in own if documents is None else documents:
        source = estate.sources.get((one.kind, one.name))
        manifest = one.model_dump(mode="json", by_alias=True, exclude_none=True)
        found.append(Located(manifest, f"{source.file}:{source.line}" if source else ""))
    run = _Check(list(rules), "request", now)
    return run.result(run.ask(found, _places_of_requests(estate)))


def check_plan(units: Iterable[Unit], rules: Iterable[Rule], *, now: datetime) -> Checked:
    """Ask the rules about what an estate would provision, each unit with all that it holds."""
    run = _Check(list(rules), "preview", now)
    findings: list[Finding] = []
    for unit in units:
        found = [Located(manifest, "") for manifest in unit.manifests]
        places = Places(settings=unit.settings, region=unit.name.region)
        findings += run.ask(found, places.learning(found))
    return run.result(findings)


class _Check:
    """One run over objects."""

    def __init__(self, rules: Sequence[Rule], point: Point, now: datetime) -> None:
        self._point = point
        self._now = now
        self._evaluator = cache(lambda settings: Evaluator(rules, settings))
        self._tally = Tally(rules)
        self._places = Places()
        self._points: dict[Point, None] = {}
        self._guessed: dict[str, None] = {}
        self._regions: dict[str, None] = {}

    def ask(self, found: Sequence[Located], places: Places) -> list[Finding]:
        """The findings about objects that are each other's siblings, in the order of the objects."""
        self._places = places
        groups: dict[tuple[str, ...], list[int]] = defaultdict(list)
        siblings: dict[str, list[Manifest]] = defaultdict(list)
        for index, one in enumerate(found):
            groups[self._alike(one.manifest)].append(index)
            if not _is_of_cluster(one.manifest):
                siblings[self._place(one.manifest)].append(one.manifest)
        results: dict[int, list[Finding]] = {}
        for indices in groups.values():
            alike = [found[index] for index in indices]
            first = alike[0].manifest
            lonely = _is_of_cluster(first) and not place(first)
            around = () if lonely else siblings[self._place(first)]
            results.update(zip(indices, self._ask(alike, around), strict=True))
        return [finding for index in sorted(results) for finding in results[index]]

    def result(self, findings: Sequence[Finding]) -> Checked:
        """All findings, with what was looked at for them."""
        return Checked(
            findings=tuple(findings),
            points=tuple(self._points),
            objects=self._tally.objects,
            looks=self._tally.looks(),
            tenancies=self._tally.tenancies(),
            regions=tuple(self._regions),
            guessed=tuple(self._guessed),
        )

    def _ask(self, alike: Sequence[Located], siblings: Sequence[Manifest]) -> list[list[Finding]]:
        """The findings about each of some objects of one kind that share their place."""
        first = alike[0].manifest
        point = "request" if _is_document(first) else self._point
        home, guessed = self._home(first)
        evaluator = self._evaluator(home.settings)
        if not evaluator.concerns(first, point):
            return [[] for _ in alike]
        self._points[point] = None
        if home.region:
            self._regions[home.region] = None
        if guessed:
            self._guessed[self._place(first)] = None
        grades = None if guessed else _graded(first, home)
        for one in alike:
            self._tally.saw(one.manifest, point, grades)
        around = Surroundings(home.namespace, siblings, home.region)
        found = evaluator.evaluate_all([one.manifest for one in alike], point, around)
        return [self._told(one, its, home, guessed) for one, its in zip(alike, found, strict=True)]

    def _told(self, one: Located, found: Sequence[Finding], home: Home, guessed: bool) -> list[Finding]:
        """Findings with the line of the object, and with what excuses them; a guessed namespace is nobody's."""
        named = [replace(each, subject=replace(each.subject, source=one.source or None)) for each in found]
        if guessed:
            return [replace(each, tenancy=None, department=None) for each in named]
        excuses = documented(waivers_of_namespace(home.namespace), self._places.waivers)
        return mark_waived(named, (*excuses, *self._of_requests()), self._now) if named else []

    def _of_requests(self) -> Sequence[Excuse]:
        """Waivers of what is no object of a namespace: a request has no annotations to read them from."""
        return self._places.waivers if self._point == "request" else ()

    def _home(self, manifest: Manifest) -> tuple[Home, bool]:
        """Where an object will be, and whether that is a guess."""
        if _is_document(manifest):
            spec = manifest.get("spec") or {}
            names = (_name(manifest), spec.get("provider"), spec.get("tenancy"))
            known = (self._places.requests.get(str(name)) for name in names)
            return next((home for home in known if home), Home({}, None, self._places.settings)), False
        name = self._place(manifest)
        if _is_of_cluster(manifest):
            return self._places.homes.get(name) or Home(
                manifest, self._places.region, self._places.settings
            ), False
        return self._places.home(name), name not in self._places.homes and self._places.labels is None

    def _place(self, manifest: Manifest) -> str:
        """The namespace that an object will be in, or is."""
        return place(manifest) or ("" if _is_of_cluster(manifest) else self._places.namespace)

    def _alike(self, manifest: Manifest) -> tuple[str, ...]:
        """Objects with the same answer can be asked about together; each request has grades of its own."""
        own = _name(manifest) if _is_document(manifest) else ""
        return self._place(manifest), str(manifest["apiVersion"]), str(manifest["kind"]), own


@cache
def _kinds_of_the_cluster() -> frozenset[tuple[str, str]]:
    return frozenset(
        (kind.api_version, kind.kind)
        for target in targets().values()
        if target.scope != "tenancy"
        for kind in target.kinds
    )


def _is_of_cluster(manifest: Manifest) -> bool:
    return (manifest["apiVersion"], manifest["kind"]) in _kinds_of_the_cluster()


def _is_document(manifest: Manifest) -> bool:
    return bool(manifest["apiVersion"] == API_VERSION)


def _is_tenancys_namespace(manifest: Manifest) -> bool:
    return (manifest["apiVersion"], manifest["kind"]) == ("v1", "Namespace") and TENANCY in _labels(manifest)


def _labels(manifest: Manifest) -> dict[str, str]:
    return (manifest.get("metadata") or {}).get("labels") or {}


def _name(manifest: Manifest) -> str:
    return str((manifest.get("metadata") or {}).get("name") or "")


def _graded(manifest: Manifest, home: Home) -> Graded | None:
    """Whose an object is, with the grades, as far as that can be read."""
    if not _is_document(manifest):
        return graded_of_labels(_labels(home.namespace))
    spec: dict[str, Any] = manifest.get("spec") or {}
    grading: dict[str, Any] = spec.get("grading") or {}
    information, service = grading.get("information"), grading.get("service")
    if manifest["kind"] != "Tenancy" or not (isinstance(information, int) and isinstance(service, int)):
        return None
    return Graded(_name(manifest), information, service, spec.get("department"))


def _places_of_requests(estate: Estate) -> Places:
    return Places(
        requests={one.name: _request_home(estate, one) for one in estate.tenancies.values()},
        settings=_settings_of_hub(estate),
        waivers=waivers_of_estate(estate),
    )


def _request_home(estate: Estate, tenancy: Tenancy) -> Home:
    region = tenancy.spec.regions.primary if tenancy.spec.regions else estate.head.spec.hub
    return Home({}, None, Settings.of(estate.regions[region]))


def _settings_of_hub(estate: Estate) -> Settings:
    return Settings.of(estate.regions[estate.head.spec.hub])
