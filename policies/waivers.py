"""Waivers as the rules see them: which findings an approved exception excuses, and until when.

A waiver reaches the place where a rule is asked in two forms. An estate and the hub hold it whole, as a document of kind
``Waiver``. The namespace of its tenancy holds what admission needs of it, as an annotation that the planner writes::

    waiver.govcloud.dev/GC-POD-01: 2027-01-31T16:00:00Z Deployment/web*,2027-03-01T00:00:00Z */*

An entry is the moment from which it excuses nothing any more (UTC), a kind or ``*``, and a name: whole, or its beginning
followed by ``*``. What cannot be read excuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from govcloud.base import LABEL_PREFIX
from policies.finding import Finding, Subject, Waived

if TYPE_CHECKING:
    from govcloud.model import Estate, Waiver

WAIVER_PREFIX = f"waiver.{LABEL_PREFIX}"
"""What the annotations begin with; the id of the rule follows."""

_TENANCY = f"{LABEL_PREFIX}tenancy"
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_ENTRY = re.compile(
    r"(?P<until>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z) (?P<kind>\*|[A-Za-z]+)/(?P<name>\*|[A-Za-z0-9][-A-Za-z0-9._:]*\*?)"
)


@dataclass(frozen=True, slots=True)
class Excuse:
    """One exception to one rule, for objects of one kind (or ``*``) and name of one tenancy.

    ``name`` is a whole name, the beginning of names followed by ``*``, or ``*`` alone. ``waiver``, ``ticket`` and
    ``approved_by`` are empty where only the annotation of a namespace is known; ``source`` is where it was read.
    """

    rule: str
    tenancy: str
    kind: str
    name: str
    until: datetime
    waiver: str = ""
    ticket: str = ""
    approved_by: str = ""
    source: str | None = None

    def expired(self, now: datetime) -> bool:
        """Whether it excuses nothing any more."""
        return now >= self.until

    def matches(self, subject: Subject) -> bool:
        """Whether it is about an object of this kind and name."""
        if self.kind not in ("*", subject.kind):
            return False
        if self.name.endswith("*"):
            return subject.name.startswith(self.name[:-1])
        return subject.name == self.name

    def covers(self, finding: Finding) -> bool:
        """Whether it is about this finding, expired or not. A rule that cannot be evaluated is not excused."""
        same = (self.rule, self.tenancy) == (finding.rule, _tenancy_of(finding))
        return same and not finding.error and self.matches(finding.subject)

    @property
    def mark(self) -> tuple[str, str, str]:
        """What two forms of the same excuse have in common."""
        return self.rule, self.tenancy, self.entry

    @property
    def entry(self) -> str:
        """Its text in the annotation of a namespace."""
        return f"{self.until.astimezone(UTC).strftime(_MOMENT)} {self.kind}/{self.name}"


def waivers_of_namespace(namespace: dict[str, Any] | None) -> tuple[Excuse, ...]:
    """What the annotations of a tenancy's namespace excuse, expired or not; none where it is no tenancy's."""
    tenancy = _labels(namespace).get(_TENANCY)
    if not tenancy:
        return ()
    read = [(rule, _ENTRY.fullmatch(entry)) for rule, entry in _entries(namespace)]
    return tuple(
        Excuse(rule, tenancy, found["kind"], found["name"], until)
        for rule, found in read
        if found and (until := _moment(found["until"]))
    )


def unreadable_entries(namespace: dict[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """(rule, entry) of what in the annotations of a namespace cannot be read, and so excuses nothing."""
    read = [(rule, entry, _ENTRY.fullmatch(entry)) for rule, entry in _entries(namespace)]
    return tuple((rule, entry) for rule, entry, found in read if not (found and _moment(found["until"])))


def waivers_of_estate(estate: Estate) -> tuple[Excuse, ...]:
    """What the waivers of an estate excuse, expired or not, in their order."""
    return tuple(
        replace(excuse, source=f"{source.file}:{source.line}" if source else None)
        for waiver in estate.waivers.values()
        for source in [estate.sources.get(("Waiver", waiver.name))]
        for excuse in waivers_of_document(waiver)
    )


def waivers_of_document(waiver: Waiver) -> tuple[Excuse, ...]:
    """What one document excuses: an excuse for each kind and name of its scope, and for what these make."""
    spec = waiver.spec
    return tuple(
        Excuse(spec.rule, spec.tenancy, kind, name, spec.until, waiver.name, spec.ticket, spec.approved_by)
        for kind, name in spec.scope.entries()
    )


def documented(excuses: Iterable[Excuse], documents: Iterable[Excuse]) -> tuple[Excuse, ...]:
    """Excuses of a namespace with name, ticket and approver, where a document says the same as the annotation."""
    known = {one.mark: one for one in documents}
    return tuple(known.get(one.mark, one) for one in excuses)


def mark_waived(findings: Iterable[Finding], waivers: Sequence[Excuse], now: datetime) -> list[Finding]:
    """The findings, with what excuses them at a moment.

    Of several excuses one that names its document is preferred to an annotation, then the one that lasts longest.
    """
    return [_marked(finding, waivers, now) for finding in findings]


def _marked(finding: Finding, waivers: Sequence[Excuse], now: datetime) -> Finding:
    fitting = [one for one in waivers if not one.expired(now) and one.covers(finding)]
    if not fitting:
        return finding
    best = max(fitting, key=lambda one: (bool(one.waiver), one.until))
    name = best.waiver or f"{WAIVER_PREFIX}{best.rule}"
    return replace(finding, waived=Waived(name, best.ticket, best.approved_by, best.until))


def _entries(namespace: dict[str, Any] | None) -> list[tuple[str, str]]:
    annotations = ((namespace or {}).get("metadata") or {}).get("annotations") or {}
    return [
        (key.removeprefix(WAIVER_PREFIX), entry.strip())
        for key, text in sorted(annotations.items())
        if key.startswith(WAIVER_PREFIX)
        for entry in str(text).split(",")
    ]


def _labels(namespace: dict[str, Any] | None) -> dict[str, str]:
    return ((namespace or {}).get("metadata") or {}).get("labels") or {}


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
    except ValueError:  # a thirteenth month
        return None


def _tenancy_of(finding: Finding) -> str | None:
    if finding.subject.kind == "Tenancy":  # a request is not in its tenancy's namespace
        return finding.subject.name
    return finding.tenancy
