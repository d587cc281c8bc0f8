"""What a check looked at: without it nobody can tell a rule that found nothing from a rule that was never asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govcloud.model import LABEL_PREFIX, Tenancy
from policies.evaluation import STRICTEST
from policies.finding import Finding, Point
from policies.rule import Axis, Rule
from policies.target import targets

_AXES: dict[Axis, str] = {
    "overall": f"{LABEL_PREFIX}grade",
    "information": f"{LABEL_PREFIX}information-grade",
    "service": f"{LABEL_PREFIX}service-grade",
}
_TENANCY = f"{LABEL_PREFIX}tenancy"
_DEPARTMENT = f"{LABEL_PREFIX}department"


@dataclass(frozen=True, slots=True)
class Graded:
    """A tenancy and its grades (1 to 4), of information (S) and of service (A)."""

    tenancy: str
    information: int
    service: int
    department: str | None = None

    @property
    def overall(self) -> int:
        """The overall grade (G)."""
        return max(self.information, self.service)

    def on(self, axis: Axis) -> int:
        """The grade of an axis."""
        return {"overall": self.overall, "information": self.information, "service": self.service}[axis]


def graded(tenancy: Tenancy) -> Graded:
    """The grades of a tenancy of the model."""
    grading = tenancy.spec.grading
    return Graded(tenancy.name, grading.information, grading.service, tenancy.spec.department)


def graded_of_labels(labels: Mapping[str, str]) -> Graded | None:
    """The grades that the labels of a namespace tell; None where it is no tenancy's.

    A grade of information or service that is not told is the overall one, and an overall one that is not told is
    the strictest, as it is where rules are asked.
    """
    if _TENANCY not in labels:
        return None
    overall = _grade(labels, "overall", STRICTEST)
    information, service = (_grade(labels, axis, overall) for axis in ("information", "service"))
    return Graded(labels[_TENANCY], information, service, labels.get(_DEPARTMENT))


def whose(manifest: Mapping[str, Any], namespace: Mapping[str, Any] | None = None) -> Graded | None:
    """The tenancy that an object of a cluster belongs to; None for what is nobody's.

    Args:
        manifest: the object, which may be a Namespace itself.
        namespace: the Namespace that it is in.
    """
    home = manifest if manifest.get("kind") == "Namespace" else namespace or {}
    return graded_of_labels((home.get("metadata") or {}).get("labels") or {})


def _grade(labels: Mapping[str, str], axis: Axis, otherwise: int) -> int:
    text = labels.get(_AXES[axis], "")
    return int(text) if text in ("1", "2", "3", "4") else otherwise


def tenancy_of(finding: Finding) -> str | None:
    """The tenancy that a finding is about; a request is about its own."""
    return finding.subject.name if finding.subject.kind == "Tenancy" else finding.tenancy


@dataclass(frozen=True, slots=True)
class Look:
    """How many objects of a tenancy a rule was asked about: those of its kinds, at its points and grades."""

    tenancy: str | None
    rule: str
    objects: int


class Tally:
    """Counts what is looked at while rules are asked.

    Args:
        rules: the rules that are asked.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_kind: dict[tuple[str, str], list[Rule]] = {}
        for rule in rules:
            for kind in targets()[rule.target].kinds:
                self._by_kind.setdefault((kind.api_version, kind.kind), []).append(rule)
        self._looks: Counter[tuple[str | None, str]] = Counter()
        self._tenancies: dict[str, Graded] = {}
        self.objects = 0

    def saw(self, manifest: Mapping[str, Any], point: Point, tenancy: Graded | None = None) -> None:
        """Note that an object was looked at.

        Args:
            manifest: the object.
            point: where.
            tenancy: whose it is; None for objects of nobody, for which every rule holds.
        """
        self.objects += 1
        if tenancy:
            self._tenancies[tenancy.tenancy] = tenancy
        name = tenancy.tenancy if tenancy else None
        for rule in self._by_kind.get((str(manifest.get("apiVersion")), str(manifest.get("kind"))), ()):
            if point in rule.points and (tenancy is None or tenancy.on(rule.grades.by) >= rule.grades.from_):
                self._looks[name, rule.id] += 1

    def looks(self) -> tuple[Look, ...]:
        """What was counted, in the order of tenancies and rules."""
        ordered = sorted(self._looks.items(), key=lambda one: (one[0][0] or "", one[0][1]))
        return tuple(Look(tenancy, rule, objects) for (tenancy, rule), objects in ordered)

    def tenancies(self) -> tuple[Graded, ...]:
        """The tenancies of which something was looked at, by name."""
        return tuple(one for _, one in sorted(self._tenancies.items()))
