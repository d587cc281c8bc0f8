"""What the policy pack answers the engine about a program: what the rules refuse, and what they warn of.

One policy stands for all rules that refuse and one for those that warn; each has a second one for what is told of the program
as a whole. A level may be changed by configuration, as of any policy.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from google.protobuf import empty_pb2  # type: ignore[import-untyped]  # it ships no types
from pulumi.runtime.proto import analyzer_pb2

from govcloud.errors import InputError
from policies.pack_schema import SCHEMA
from policies.protocol import PACK, Answers, plain

if TYPE_CHECKING:
    from policies.program import Program, Told

REFUSE, WARN = "refuse", "warn"
TOGETHER = "-together"
"""What the names of the policies end with that judge a program as a whole."""

_WORDS = {REFUSE: "The rules of the cloud refuse it.", WARN: "The rules of the cloud warn of it."}
_LEVELS = {REFUSE: analyzer_pb2.MANDATORY, WARN: analyzer_pb2.ADVISORY}
_DONE = object()
_VERSION = "0.0.1"  # the one in PulumiPolicy.yaml counts


class Desk(Answers):
    """Answers the engine about one run of a program.

    Args:
        make: makes the program; called once, by `prepare` or with the first question.
    """

    def __init__(self, make: Callable[[], Program]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._asked = False
        self._levels: dict[str, Any] = {}
        self._told: Mapping[str, Any] | None = None

    def prepare(self) -> None:
        """Have the rules ready, and compile them until the first question comes; what is not done then is done when asked."""
        with self._lock:
            steps = self._program.prepare()
        while not self._asked:
            with self._lock:
                if next(steps, _DONE) is _DONE:
                    return

    def GetAnalyzerInfo(self, request: Any, context: Any) -> Any:  # noqa: N802  # the protocol's name
        """The policies, and what the pack may be told."""
        policies = [_policy(name, ending) for ending in ("", TOGETHER) for name in (REFUSE, WARN)]
        policies[0].configSchema.properties.update(SCHEMA)
        return analyzer_pb2.AnalyzerInfo(name=PACK, version=_VERSION, supportsConfig=True, policies=policies)

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Keep what the pack is told; it is looked at with the first question, so that this waits for no rule."""
        self._levels = {name: one.enforcementLevel for name, one in request.policyConfig.items()}
        self._told = plain(request.policyConfig[REFUSE].properties)
        return empty_pb2.Empty()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What is told of one resource."""
        self._asked = True
        with self._lock:
            told = [
                *self._configured(),
                *self._program.look(request.urn, request.type, plain(request.properties)),
            ]
        return self._response(("", one) for one in told)

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802
        """What is told once all are registered."""
        with self._lock:
            return self._response(self._program.look_together(), TOGETHER)

    @cached_property
    def _program(self) -> Program:
        return self._make()

    def _configured(self) -> Iterator[Told]:
        """Tell the program what the pack was told; what of that cannot be used is a refusal, told once."""
        raw, self._told = self._told, None
        try:
            if raw is not None:
                self._program.configure(raw)
        except InputError as error:
            from policies.program import Told

            yield Told(str(error), refuses=True)

    def _response(self, told: Iterable[tuple[str, Told]], ending: str = "") -> Any:
        found = (self._diagnostic(urn, one, ending) for urn, one in told)
        return analyzer_pb2.AnalyzeResponse(diagnostics=[one for one in found if one is not None])

    def _diagnostic(self, urn: str, told: Told, ending: str) -> Any:
        """A violation, None where its policy is switched off."""
        kind = REFUSE if told.refuses else WARN
        level = self._levels.get(kind + ending, _LEVELS[kind])
        if level == analyzer_pb2.DISABLED:
            return None
        return analyzer_pb2.AnalyzeDiagnostic(
            policyName=kind + ending,
            policyPackName=PACK,
            policyPackVersion=_VERSION,
            description=_WORDS[kind],
            message=f"{_WORDS[kind]}\n{told.text}",
            urn=urn,
            enforcementLevel=analyzer_pb2.MANDATORY if level == analyzer_pb2.REMEDIATE else level,
        )


def _policy(kind: str, ending: str) -> Any:
    whole = analyzer_pb2.POLICY_TYPE_STACK if ending else analyzer_pb2.POLICY_TYPE_RESOURCE
    return analyzer_pb2.PolicyInfo(
        name=kind + ending, description=_WORDS[kind], enforcementLevel=_LEVELS[kind], policy_type=whole
    )
