"""The rules as a policy pack of Pulumi's engine, served by this process instead of by one more Python a run.

A policy pack is a process that answers the engine's questions over gRPC. To start one costs a third of a second of
processor time before the first question, as much as all questions about a tenancy. Here the process that Pulumi starts is
a shell script of two lines: it says on which port this process answers, and waits to be ended. The plain pulumi program
starts the pack in `policies` itself; both ask the same rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from pulumi.runtime.proto import analyzer_pb2

from policies.finding import Finding
from policies.protocol import PACK, Answers, Fields, answering, plain
from policies.pulumi_objects import kind_of

Manifest = dict[str, Any]

# The engine holds the other end of its standard input: it ends with the engine, however that ended.
_SCRIPT = "#!/bin/sh\necho {port}\nexec cat >/dev/null\n"
_LEVELS = {"deny": analyzer_pb2.MANDATORY, "warn": analyzer_pb2.ADVISORY}
_SEVERITIES = {
    "low": analyzer_pb2.POLICY_SEVERITY_LOW,
    "medium": analyzer_pb2.POLICY_SEVERITY_MEDIUM,
    "high": analyzer_pb2.POLICY_SEVERITY_HIGH,
    "critical": analyzer_pb2.POLICY_SEVERITY_CRITICAL,
}


class Asked(Protocol):
    """Who judges objects; asked by several threads."""

    def concerns(self, stack: str, kind: Manifest) -> bool:
        """Whether there is a rule about objects of an apiVersion and kind."""

    def object(self, stack: str, manifest: Manifest) -> list[Finding]:
        """The findings about an object that a stack is about to make or change."""


class Analyzer(Answers):
    """Answers the engine about each resource; what a stack holds was judged as a whole before the engine was started.

    Args:
        asked: judges objects.
    """

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._told: dict[tuple[str, str], Finding] = {}

    def finding(self, urn: str, rule: str) -> Finding | None:
        """The finding that the engine was told of a resource."""
        return self._told.get((urn, rule))

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802  # the protocol's name
        """Judge one resource before it is made or changed."""
        stack, kind = stack_of(request.urn), kind_of(request.type, Fields(request.properties))
        if kind is None or not self._asked.concerns(stack, kind):
            return analyzer_pb2.AnalyzeResponse()
        found = self._asked.object(stack, {**plain(request.properties), **kind})
        for finding in found:
            self._told[request.urn, finding.rule] = finding
        return analyzer_pb2.AnalyzeResponse(diagnostics=[_diagnostic(one) for one in found if not one.waived])


@contextmanager
def serving(asked: Asked, program: Path) -> Iterator[Analyzer]:
    """Answer engines until the context ends.

    Args:
        asked: judges objects.
        program: where to write what Pulumi starts as the policy pack.
    """
    analyzer = Analyzer(asked)
    with answering(analyzer) as port:
        _write(program, _SCRIPT.format(port=port))
        try:
            yield analyzer
        finally:
            program.unlink(missing_ok=True)


def stack_of(urn: str) -> str:
    """The stack that a URN is of."""
    return urn.removeprefix("urn:pulumi:").split("::", 1)[0]


def _diagnostic(finding: Finding) -> Any:
    return analyzer_pb2.AnalyzeDiagnostic(
        policyName=finding.rule,
        policyPackName=PACK,
        description=finding.title,
        message=finding.message,
        enforcementLevel=_LEVELS[finding.action],
        severity=_SEVERITIES[finding.severity],
    )


def _write(program: Path, text: str) -> None:
    """Whole, and executable from the first moment."""
    new = program.with_name(f".{program.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o700), "w") as file:
        file.write(text)
    new.replace(program)
