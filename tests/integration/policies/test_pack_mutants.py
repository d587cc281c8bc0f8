"""The Pulumi pack says of the mutants what the rules say, and with that what the API server says of them.

The pack is the program that Pulumi starts, and is asked in the engine's protocol. That the engine itself asks it so, and
refuses by what it says, is shown with every example of the rules, also of those that look at an object beside others.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from policy_mutants import SEED, Case, mutants
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from policies.evaluation import Evaluator, Surroundings
from policies.examples import Bases
from policies.inspection import needs_siblings
from policies.loading import shipped_rules
from policies.rule import Rule
from stacks.objects import type_token

PACK = Path(sys.executable).with_name("pulumi-analyzer-policy-govcloud")
LEVELS = {"deny": analyzer_pb2.MANDATORY, "warn": analyzer_pb2.ADVISORY}
LEAST = 2000
SECONDS = 60


class Pack:
    """The pack, told of the region that the mutants are in."""

    def __init__(self, channel: grpc.Channel, config: dict[str, Any]) -> None:
        self._stub = analyzer_pb2_grpc.AnalyzerStub(channel)
        policy = analyzer_pb2.PolicyConfig(
            enforcementLevel=analyzer_pb2.MANDATORY, properties=_struct(config)
        )
        self._stub.Configure(
            analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={"refuse": policy}),
            timeout=SECONDS,
            wait_for_ready=True,
        )

    def ask(self, manifest: dict[str, Any], name: str) -> list[tuple[Any, str]]:
        """Level and message of each violation of a resource."""
        token = type_token(manifest)
        urn = f"urn:pulumi:test::department::{token}::{name}"
        question = analyzer_pb2.AnalyzeRequest(type=token, urn=urn, name=name, properties=_struct(manifest))
        return sorted(
            (one.enforcementLevel, one.message.split("\n", 1)[1].strip())
            for one in self._stub.Analyze(question, timeout=SECONDS).diagnostics
        )


def _struct(value: dict[str, Any]) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(value)
    return made


@pytest.fixture(scope="module")
def pack(bases: Bases) -> Iterator[Pack]:
    """The program as in an update, in which the namespace of an object is made before it."""
    started = subprocess.Popen(
        [PACK, "127.0.0.1:1", PACK.parent],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert started.stdout
        with grpc.insecure_channel(f"127.0.0.1:{int(started.stdout.readline())}") as channel:
            yield Pack(channel, _config(bases))
    finally:
        started.kill()
        started.communicate()


def _config(bases: Bases) -> dict[str, Any]:
    settings = asdict(bases.settings)
    settings["encryptedClasses"] = settings.pop("encrypted_classes")
    return {key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()}


def test_thousands_of_mutants_are_judged_by_the_pack_as_by_the_rules(
    pack: Pack, rules: list[Rule], bases: Bases
) -> None:
    alone = [rule for rule in shipped_rules().values() if not needs_siblings(rule)]
    evaluator = Evaluator(alone, bases.settings)
    refused = 0
    for number, case in enumerate(islice(mutants(rules, bases, SEED), LEAST)):
        placed = case.moved_to(f"t-mutant-{number}")
        pack.ask(placed.namespace, f"namespace-{number}")
        said, expected = pack.ask(placed.manifest, f"mutant-{number}"), _expected(evaluator, placed)
        assert said == expected, placed.manifest
        refused += any(level == LEVELS["deny"] for level, _ in expected)
    assert LEAST / 4 < refused < LEAST * 3 / 4


def _expected(evaluator: Evaluator, case: Case) -> list[tuple[Any, str]]:
    found = evaluator.evaluate(case.manifest, "preview", Surroundings(namespace=case.namespace))
    return sorted((LEVELS[one.action], one.message) for one in found)
