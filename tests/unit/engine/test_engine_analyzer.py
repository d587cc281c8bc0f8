"""A policy pack that this process serves: what Pulumi is told over the wire, as Pulumi asks it."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from engine_samples import finding, manifest, urn
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from govcloud.engine.analyzer import Analyzer, serving, stack_of
from policies.finding import Finding
from policies.protocol import plain

STACK = "tenancy.air.north"
FACTS = urn(STACK, "govcloud:stacks:Tenancy$kubernetes:core/v1:ConfigMap", "t-air/facts")
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": "open-sesame"}


class Bench:
    """Judges: ``findings`` about every ConfigMap; ``asked`` is what it was asked about."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def concerns(self, stack: str, kind: dict[str, Any]) -> bool:
        return kind["kind"] == "ConfigMap"

    def object(self, stack: str, manifest: dict[str, Any]) -> list[Finding]:
        self.asked.append((stack, manifest))
        return self.findings


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def served(bench: Bench, tmp_path: Path) -> Iterator[tuple[Analyzer, Any]]:
    """The pack, and a client as the engine is one: it starts the program and reads the port from it."""
    program = tmp_path / "policies"
    with serving(bench, program) as analyzer:
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        with process:
            assert process.stdout is not None
            with grpc.insecure_channel(f"127.0.0.1:{process.stdout.readline().strip()}") as channel:
                yield analyzer, analyzer_pb2_grpc.AnalyzerStub(channel)


def struct(data: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(data, struct_pb2.Struct())


def request(token: str, data: dict[str, Any]) -> Any:
    return analyzer_pb2.AnalyzeRequest(urn=FACTS, type=token, name="t-air/facts", properties=struct(data))


def test_a_finding_is_told_with_its_rule_message_level_and_severity(
    bench: Bench, served: tuple[Analyzer, Any]
) -> None:
    analyzer, engine = served
    bench.findings = [finding("GC-TST-01"), finding("GC-TST-02", action="warn")]
    facts = manifest(
        "ConfigMap", "facts", "t-air", data={"replicas": 3, "share": 0.5, "on": True, "none": None}
    )
    told = engine.Analyze(request("kubernetes:core/v1:ConfigMap", facts)).diagnostics
    assert [(one.policyName, one.message, one.enforcementLevel) for one in told] == [
        ("GC-TST-01", bench.findings[0].message, analyzer_pb2.MANDATORY),
        ("GC-TST-02", bench.findings[1].message, analyzer_pb2.ADVISORY),
    ]
    assert told[0].severity == analyzer_pb2.POLICY_SEVERITY_HIGH
    assert bench.asked == [(STACK, facts)]
    assert analyzer.finding(FACTS, "GC-TST-02") is bench.findings[1]
    assert analyzer.finding(FACTS, "GC-TST-03") is None


def test_what_no_rule_is_about_is_not_looked_at(bench: Bench, served: tuple[Analyzer, Any]) -> None:
    _, engine = served
    for token in ("kubernetes:core/v1:Secret", "pulumi:providers:kubernetes", "govcloud:stacks:Tenancy"):
        assert not engine.Analyze(request(token, {"kubeconfig": "/path"})).diagnostics
    assert bench.asked == []


def test_a_waived_finding_is_no_violation(bench: Bench, served: tuple[Analyzer, Any]) -> None:
    from dataclasses import replace
    from datetime import UTC, datetime

    from policies.finding import Waived

    _, engine = served
    until = datetime(2030, 1, 1, tzinfo=UTC)
    bench.findings = [replace(finding("GC-TST-01"), waived=Waived("w", "T-1", "li", until))]
    assert not engine.Analyze(request("kubernetes:core/v1:ConfigMap", {})).diagnostics


def test_the_rest_of_the_protocol_is_answered(served: tuple[Analyzer, Any]) -> None:
    _, engine = served
    assert engine.GetAnalyzerInfo(empty_pb2.Empty()).name == "govcloud"
    assert engine.GetPluginInfo(empty_pb2.Empty()).version
    assert not engine.Remediate(request("kubernetes:core/v1:ConfigMap", {})).remediations
    assert engine.Cancel(empty_pb2.Empty()) == empty_pb2.Empty()
    assert engine.Configure(analyzer_pb2.ConfigureAnalyzerRequest()) == empty_pb2.Empty()
    assert (
        engine.Handshake(analyzer_pb2.AnalyzerHandshakeRequest()) == analyzer_pb2.AnalyzerHandshakeResponse()
    )
    stack = analyzer_pb2.AnalyzerStackConfigureRequest(stack=STACK)
    assert engine.ConfigureStack(stack) == analyzer_pb2.AnalyzerStackConfigureResponse()


def test_a_whole_stack_may_be_larger_than_the_limit_of_the_library(served: tuple[Analyzer, Any]) -> None:
    _, engine = served
    large = analyzer_pb2.AnalyzerResource(urn=FACTS, properties=struct({"data": "x" * 5 * 2**20}))
    assert not engine.AnalyzeStack(analyzer_pb2.AnalyzeStackRequest(resources=[large])).diagnostics


def test_whole_numbers_are_integers_again() -> None:
    assert (
        json.dumps(plain(struct({"a": [1.0, 2.5, True, "3.0", None]})))
        == '{"a": [1, 2.5, true, "3.0", null]}'
    )


def test_a_secret_is_judged_as_the_value_that_it_will_be() -> None:
    assert plain(struct({"data": SECRET, "list": [SECRET]})) == {
        "data": "open-sesame",
        "list": ["open-sesame"],
    }


def test_the_program_ends_with_whoever_started_it_and_is_gone_afterwards(
    bench: Bench, tmp_path: Path
) -> None:
    program = tmp_path / "policies"
    with serving(bench, program):
        process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdin is not None
        assert int(process.stdout.readline()) > 0
        process.stdin.close()
        assert process.wait(10) == 0
        process.stdout.close()
        assert os.listdir(tmp_path) == ["policies"]
    assert os.listdir(tmp_path) == []


def test_the_stack_of_a_resource_is_in_its_urn() -> None:
    assert stack_of(FACTS) == STACK
    assert stack_of(urn("passing.north.0", "a$b", "c")) == "passing.north.0"
