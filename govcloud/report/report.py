"""What a check found and what it looked at: the one value from which every document is written.

Nothing here asks a clock, a file or a cluster, so that the same check always gives the same document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import groupby
from typing import Protocol

from policies.coverage import Coverage, Covered
from policies.finding import POINTS, SEVERITIES, Action, Finding, Point, Severity
from policies.rule import Both, Rule
from policies.tally import Graded, Look, tenancy_of


class RuleLike(Protocol):
    """What a document tells of a rule; the rules about waivers, which are no CEL, have it too."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def title(self) -> Both:
        """The title."""

    @property
    def severity(self) -> Severity:
        """How grave a violation is."""

    @property
    def action(self) -> Action:
        """Whether a violation stops what was asked for."""

    @property
    def why(self) -> str:
        """Why the rule is there."""

    @property
    def remedy(self) -> Both:
        """How a violation is mended."""

    @property
    def clauses(self) -> tuple[str, ...]:
        """The ids of the controls it serves."""


@dataclass(frozen=True)
class Report:
    """A check and its findings.

    Args:
        findings: what was found, with waivers marked, in any order.
        rules: the rules that were asked, and any other that findings name.
        points: where they were asked.
        estate: the estate's name.
        at: when the check was made, with its time zone.
        version: the version of govcloud that made it.
        objects: how many objects were looked at.
        looks: how many objects each rule was asked about.
        tenancies: the tenancies that were looked at, with their grades.
        regions: the regions that were looked at; none where only requests were.
    """

    findings: tuple[Finding, ...]
    rules: tuple[RuleLike, ...]
    points: tuple[Point, ...]
    estate: str
    at: datetime
    version: str
    objects: int = 0
    looks: tuple[Look, ...] = ()
    tenancies: tuple[Graded, ...] = ()
    regions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value in (
            ("findings", tuple(sorted(self.findings, key=_order))),
            ("rules", tuple(sorted({rule.id: rule for rule in self.rules}.values(), key=lambda one: one.id))),
            ("points", tuple(point for point in POINTS if point in self.points)),
            ("at", self.at.astimezone(UTC).replace(microsecond=0)),
            ("tenancies", tuple(sorted(self.tenancies, key=lambda one: one.tenancy))),
            ("regions", tuple(sorted(self.regions))),
        ):
            object.__setattr__(self, name, value)

    @property
    def time(self) -> str:
        """When the check was made: UTC, ``YYYY-MM-DDTHH:MM:SSZ``."""
        return moment(self.at)

    @cached_property
    def by_id(self) -> Mapping[str, RuleLike]:
        """The rules by id."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def coverage(self) -> Mapping[str, tuple[Covered, ...]]:
        """Every control for each tenancy that was looked at, by the tenancy's name."""
        rules = [rule for rule in self.rules if isinstance(rule, Rule)]
        coverage = Coverage(rules, self.points, self.looks, self.findings)
        return {one.tenancy: coverage.of(one) for one in self.tenancies}

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stop what was asked for."""
        return tuple(finding for finding in self.findings if finding.blocks)

    @property
    def waived(self) -> tuple[Finding, ...]:
        """The findings that a waiver excuses."""
        return tuple(finding for finding in self.findings if finding.waived)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The findings that stop nothing, though no waiver excuses them."""
        return tuple(finding for finding in self.findings if not (finding.blocks or finding.waived))

    def by_severity(self) -> Mapping[Severity, int]:
        """How many findings that no waiver excuses there are of each severity, the gravest first."""
        counts = Counter(finding.severity for finding in self.findings if finding.waived is None)
        return {severity: counts[severity] for severity in reversed(SEVERITIES)}

    def by_tenancy(self) -> Mapping[str | None, tuple[Finding, ...]]:
        """The findings of each tenancy, by name; those of no tenancy, if any, come last under None."""
        return {name: tuple(found) for name, found in groupby(self.findings, key=tenancy_of)}


def by_rule(findings: Iterable[Finding]) -> Mapping[str, tuple[Finding, ...]]:
    """The findings of each rule, the gravest rule first."""
    groups = {rule: tuple(found) for rule, found in groupby(findings, key=lambda one: one.rule)}
    return dict(sorted(groups.items(), key=lambda one: (-SEVERITIES.index(one[1][0].severity), one[0])))


def moment(at: datetime) -> str:
    """A moment in UTC, ``YYYY-MM-DDTHH:MM:SSZ``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _order(finding: Finding) -> tuple[object, ...]:
    subject, tenancy = finding.subject, tenancy_of(finding)
    return (
        (tenancy is None, tenancy or ""),
        finding.rule,
        finding.region or "",
        POINTS.index(finding.point),
        (subject.namespace or "", subject.kind, subject.name, subject.api_version, subject.source or ""),
        finding.offences,
        finding.message,
    )


def fingerprint(finding: Finding) -> str:
    """What tells that a finding is the same as one of an earlier check: 64 hexadecimal digits.

    Rule, place and object count; line numbers, offences and words do not, since they change while the finding stays.
    """
    subject = finding.subject
    parts = (
        finding.rule,
        finding.point,
        finding.region or "",
        tenancy_of(finding) or "",
        subject.api_version,
        subject.kind,
        subject.namespace or "",
        subject.name,
    )
    return sha256("\0".join(parts).encode()).hexdigest()
