"""What a run is given and what it comes to, as plain data: known without Pulumi's library."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from policies.finding import Finding

Operation = Literal["up", "preview", "destroy"]
Program = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Pack:
    """A policy pack for a run.

    Attributes:
        program: what Pulumi starts.
        finding: the finding that the pack told of a resource, by URN and rule.
    """

    program: Path
    finding: Callable[[str, str], Finding | None]


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation does, or would do, to one object.

    Attributes:
        op: the engine's word (create, update, delete, replace, ...), or ``remove`` for a field that someone added.
        kind: the Kubernetes kind.
        object: namespace and name.
        fields: the fields that change.
    """

    op: str
    kind: str
    object: str
    fields: tuple[str, ...] = ()


@dataclass
class Outcome:
    """How an operation on a stack ended.

    Attributes:
        changes: the Kubernetes objects that changed or would change.
        failures: URN (empty where the stack as a whole failed) to what the engine said, in words.
        findings: what the policy pack found, by URN.
    """

    changes: list[Change] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures
