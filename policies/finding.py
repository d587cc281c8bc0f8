"""What a rule found: one value from which every report, message and exit code is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")
Action = Literal["deny", "warn"]
Point = Literal["request", "preview", "admission", "audit"]
POINTS: tuple[Point, ...] = ("request", "preview", "admission", "audit")


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a standard that a rule serves, at the grade of the object that was looked at.

    ``number`` is None where the standards data has no clause of this grade; ``control`` then still names it.
    """

    control: str
    standard: str
    number: str | None
    confidence: str

    def __str__(self) -> str:
        return f"{self.standard} {self.number or self.control}"


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that a finding is about; ``source`` is ``file:line`` where it was read from a file."""

    api_version: str
    kind: str
    name: str
    namespace: str | None = None
    source: str | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Waived:
    """The waiver that excuses a finding."""

    name: str
    ticket: str
    approved_by: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of one rule by one object.

    ``message`` is the whole text, the same at every point. ``offences`` are the places and values, each as
    ``path is value``. ``error`` tells that the rule could not be evaluated, which counts as a violation.
    """

    rule: str
    title: str
    severity: Severity
    action: Action
    point: Point
    subject: Subject
    grade: int
    message: str
    offences: tuple[str, ...]
    clauses: tuple[Clause, ...]
    remedy: str
    tenancy: str | None = None
    department: str | None = None
    region: str | None = None
    waived: Waived | None = None
    error: bool = False

    @property
    def blocks(self) -> bool:
        """Whether the finding stops what was asked for."""
        return self.action == "deny" and self.waived is None
