"""The protocol in which Pulumi's engine asks a policy pack: values as plain data, answers, and the server.

The engine asks over gRPC, about each resource before it is made and about all of them in the end. Here and at the desk,
which answers for the pack, is all that the policy layer knows of Pulumi: the messages of this protocol.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc  # type: ignore[import-untyped]  # it ships no types
from google.protobuf import empty_pb2, struct_pb2  # type: ignore[import-untyped]  # the same
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc, plugin_pb2

PACK = "govcloud"
"""The name of the pack."""

_VERSION = "0.0.0"
_THREADS = 4
_LOOPBACK = "127.0.0.1"
# The library's limit is 4 MiB, and at the end of a run the engine sends all of a stack at once.
_OPTIONS = [("grpc.max_receive_message_length", 400 * 2**20)]
# Constants of the protocol: a mapping that stands for a secret.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # the name of the form, no secret


class Answers(analyzer_pb2_grpc.AnalyzerServicer):
    """Finds nothing and welcomes everybody; a pack overrides what it has an answer to."""

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802  # the protocol's name, as all that follow
        """Judge one resource before it is made or changed."""
        return analyzer_pb2.AnalyzeResponse()

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Judge all resources together."""
        return analyzer_pb2.AnalyzeResponse()

    def Remediate(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing is changed on the way: the plan is what is made."""
        return analyzer_pb2.RemediateResponse()

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The name and the policies."""
        return analyzer_pb2.AnalyzerInfo(name=PACK, version=_VERSION)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        """A version, which the protocol asks for."""
        return plugin_pb2.PluginInfo(version=_VERSION)

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Welcome the engine."""
        return analyzer_pb2.AnalyzerHandshakeResponse()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Hear of the stack."""
        return analyzer_pb2.AnalyzerStackConfigureResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Hear of the configuration."""
        return empty_pb2.Empty()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Nothing to end: no answer takes long."""
        return empty_pb2.Empty()


@contextmanager
def answering(answers: Answers) -> Iterator[int]:
    """Answer engines on the loopback interface until the context ends; yields the port."""
    with ThreadPoolExecutor(_THREADS) as threads:
        server = grpc.server(threads, options=_OPTIONS)
        analyzer_pb2_grpc.add_AnalyzerServicer_to_server(answers, server)
        port: int = server.add_insecure_port(f"{_LOOPBACK}:0")
        server.start()
        try:
            yield port
        finally:
            server.stop(None).wait()


class Fields(Mapping[str, Any]):
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
