"""The errors of govcloud, in one tree.

    GovCloudError                    what happened, where, what was expected, how to mend it
    +-- InputError         (exit 2)  a file, field or option that a person can correct
    |   +-- EstateError              every problem of an estate at once
    +-- RefusedError       (exit 1)  a change that govcloud will not make as asked
    +-- OutsideError       (exit 3)  something outside failed
        +-- ToolchainError           a pinned program cannot be had, or is not what was pinned
        +-- RegionError              a local region does not start, stop or answer
        +-- ClusterError             an API server refused or did not answer
        +-- EngineError              Pulumi failed

An error carries all that a person needs to act on it and is printed in one place, the command line. Exceptions of
Pulumi and Kubernetes are chained as causes and never leave the module that talked to them.
"""

from __future__ import annotations

from dataclasses import dataclass


class GovCloudError(Exception):
    """Base of every error that govcloud raises on purpose.

    Args:
        what: one sentence, what is wrong, with the offending value.
        where: the place: ``file:line``, a field path, an object, a command.
        expected: what would have been right.
        mend: what to do about it.
    """

    exit_code = 1

    def __init__(
        self, what: str, *, where: str | None = None, expected: str | None = None, mend: str | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.expected = expected
        self.mend = mend

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.expected:
            parts.append(f"expected {self.expected}")
        if self.mend:
            parts.append(f"to mend it: {self.mend}")
        return "; ".join(parts)


class InputError(GovCloudError):
    """Something that a person wrote is wrong: a file, a field, an option."""

    exit_code = 2


class RefusedError(GovCloudError):
    """A change that govcloud does not make as it was asked for."""

    exit_code = 1


class OutsideError(GovCloudError):
    """Something outside of govcloud failed: a program, a cluster, the machine."""

    exit_code = 3


class ToolchainError(OutsideError):
    """A pinned program cannot be had, or what was got is not what was pinned."""


class RegionError(OutsideError):
    """A local region does not start, stop or answer."""


class ClusterError(OutsideError):
    """An API server refused a call or did not answer."""


class EngineError(OutsideError):
    """The Pulumi engine could not do its work."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a document: file, line (0 where it has none), field, value, what was expected, how to mend it."""

    file: str
    line: int
    field: str
    value: str
    what: str
    expected: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return (
            f"{place}: {self.field}: {self.what} (got {self.value}); "
            f"expected {self.expected}; to mend it: {self.mend}"
        )


class EstateError(InputError):
    """Every problem found in an estate, or in a document for one, in the order of files and lines.

    Args:
        problems: at least one.
        within: what was read, for people.
    """

    def __init__(self, problems: list[Problem], within: str = "the estate") -> None:
        self.problems = sorted(problems, key=lambda p: (p.file, p.line, p.field))
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"{len(problems)} {noun} in {within}")

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)
