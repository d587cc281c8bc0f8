"""What an operation of the engine did to each stack, as plain values that a command prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from govcloud.engine.outcome import Change
from policies.finding import Finding
from stacks.names import StackName

State = Literal["unchanged", "created", "updated", "deleted", "planned", "refused", "failed", "skipped"]


@dataclass(frozen=True)
class Result:
    """One stack: how it ended, what changed, where it failed, why, and what the rules found in what it was to hold.

    A stack that rested was not asked about: its ``findings`` are those of an audit.
    """

    stack: StackName
    state: State
    objects: int = 0
    changes: tuple[Change, ...] = ()
    why: str = ""
    findings: tuple[Finding, ...] = ()

    def plain(self) -> dict[str, object]:
        """The result as plain data."""
        return {
            "stack": str(self.stack),
            "state": self.state,
            "objects": self.objects,
            "changes": [
                {"op": c.op, "kind": c.kind, "object": c.object, "fields": list(c.fields)}
                for c in self.changes
            ],
            "why": self.why,
            "findings": [_plain(finding) for finding in self.findings],
        }


@dataclass
class Report:
    """All stacks of an operation, in the order of the estate, and how long it took."""

    results: list[Result] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def failed(self) -> list[Result]:
        """The stacks that failed or were not tried."""
        return [r for r in self.results if r.state in ("failed", "skipped")]

    @property
    def refused(self) -> list[Result]:
        """The stacks that a rule refused, of which nothing was changed."""
        return [r for r in self.results if r.state == "refused"]

    @property
    def findings(self) -> list[Finding]:
        """What the rules found, in all stacks."""
        return [finding for result in self.results for finding in result.findings]

    def count(self, *states: State) -> int:
        """The number of stacks in any of these states."""
        return sum(r.state in states for r in self.results)


class Progress(Protocol):
    """Hears how the work goes on; called from several threads."""

    def start(self, jobs: Iterable[tuple[str, int]]) -> None:
        """Runs that are to come: name and number of objects."""

    def step(self, job: str, done: int) -> None:
        """A run has done so many objects."""

    def finish(self, job: str, failed: bool) -> None:
        """A run has ended."""

    def say(self, message: str) -> None:
        """Something that a person should know."""


def _plain(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "action": finding.action,
        "object": str(finding.subject),
        "message": finding.message,
        "waived": finding.waived is not None,
    }
