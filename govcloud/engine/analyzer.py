"""The rules as a policy pack of Pulumi's engine, served by this process instead of by one more Python a run.

A policy pack is a process that answers the engine's questions over gRPC. To start one costs a third of a second of
processor time before the first question, as much as all questions about a tenancy. Here the process that Pulumi starts is
a shell script of two lines: it says on which port this process answers, and waits to be ended. The plain pulumi program
starts the pack in `policies` itself; both ask the same rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import grpc  # type: ignore[import-untyped]  # it ships no types
from google.protobuf import empty_pb2, struct_pb2  # type: ignore[import-untyped]  # the same
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

from policies.finding import Finding
from policies.pulumi_objects import kind_of

Manifest = dict[str, Any]

PACK = "govcloud"
_THREADS = 4
_LOOPBACK = "127.0.0.1"
# The library's limit is 4 MiB, and at the end of a run the engine sends all of a stack at once.
_OPTIONS = [("grpc.max_receive_message_length", 400 * 2**20)]
# The engine holds the other end of its standard input: it ends with the engine, however that ended.
_SCRIPT = "#!/bin/sh\necho {port}\nexec cat >/dev/null\n"
# Constants of the engine's protocol: a mapping that stands for a secret.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the name of the form, no secret
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


class Analyzer(analyzer_pb2_grpc.AnalyzerServicer):
    """Answers the engine.

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
        stack, kind = stack_of(request.urn), kind_of(request.type, _Fields(request.properties))
        if kind is None or not self._asked.concerns(stack, kind):
            return analyzer_pb2.AnalyzeResponse()
        found = self._asked.object(stack, {**plain(request.properties), **kind})
        for finding in found:
            self._told[request.urn, finding.rule] = finding
        return analyzer_pb2.AnalyzeResponse(diagnostics=[_diagnostic(one) for one in found if not one.waived])

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing: what a stack holds was judged as a whole before the engine was started."""
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing is changed on the way: the plan is what is made."""
        return analyzer_pb2.RemediateResponse()

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The name; the policies are named by what they find."""
        return analyzer_pb2.AnalyzerInfo(name=PACK, version="0.0.0")

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A version, which the protocol asks for."""
        return plugin_pb2.PluginInfo(version="0.0.0")

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Welcome the engine."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing to be told: the stack is in the name of each resource, all else was known before."""
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The same."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing to end: other engines may still ask."""
        return empty_pb2.Empty()


@contextmanager
def serving(asked: Asked, program: Path) -> Iterator[Analyzer]:
    """Answer engines until the context ends.

    Args:
        asked: judges objects.
        program: where to write what Pulumi starts as the policy pack.
    """
    analyzer = Analyzer(asked)
    with ThreadPoolExecutor(_THREADS) as threads:
        server = grpc.server(threads, options=_OPTIONS)
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server(analyzer, server)
        port = server.add_insecure_port(f"{_LOOPBACK}:0")
        server.start()
        _write(program, _SCRIPT.format(port=port))
        try:
            yield analyzer
        finally:
            server.stop(None).wait()
            program.unlink(missing_ok=True)


class _Fields(Mapping[str, Any]):
    """Properties, of which only those that are asked for are turned into plain data."""

    def __init__(self, properties: struct_pb2.Struct) -> None:
        self._fields = properties.fields

    def __getitem__(self, key: str) -> Any:
        if key not in self._fields:  # the library makes what is not there
            raise KeyError(key)
        return _plain(self._fields[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def stack_of(urn: str) -> str:
    """The stack that a URN is of."""
    return urn.removeprefix("urn:pulumi:").split("::", 1)[0]


def plain(properties: struct_pb2.Struct) -> dict[str, Any]:
    """The properties of a resource as plain data; what is secret is in it, as it will be in the object."""
    return {key: _plain(value) for key, value in properties.fields.items()}


def _plain(value: struct_pb2.Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            return value.string_value
        case "struct_value":
            found = plain(value.struct_value)
            return found["value"] if found.get(_SIGNATURE) == _SECRET else found
        case "list_value":
            return [_plain(one) for one in value.list_value.values]
        case "bool_value":
            return value.bool_value
        case "number_value":  # the protocol knows only floating-point numbers
            number = value.number_value
            return int(number) if number.is_integer() else number
    return None


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
