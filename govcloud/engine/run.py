"""One operation on one stack: start it, follow its events, and say in words how it ended."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pulumi import automation as auto
from pulumi import log

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.lock import dead_holder
from govcloud.engine.outcome import Change, Operation, Outcome, Pack, Program
from govcloud.engine.settings import EngineSettings
from govcloud.engine.workspace import open_stack
from govcloud.errors import EngineError

OnStep = Callable[[int], None]
_AT_ONCE = 32
_MARKUP = re.compile(r"<\{%.*?%\}>|\x1b\[[0-9;]*m")
# Said of the run as a whole after the resource that failed has given its reason.
_SAYS_NOTHING = frozenset({"update failed", "preview failed", "destroy failed"})
_QUIET_OPS = frozenset({"same", "read", "refresh"})


def run(
    operation: Operation,
    settings: EngineSettings,
    checkpoints: Checkpoints | None,
    stack: str,
    program: Program,
    *,
    refresh: bool = False,
    on_step: OnStep | None = None,
    pack: Pack | None = None,
) -> Outcome:
    """Run an operation to its end.

    Args:
        operation: what to do.
        settings: the estate's engine.
        checkpoints: the file backend, None on any other.
        stack: the stack's name.
        program: registers the stack's resources.
        refresh: read the live objects first, so that what was changed by hand is seen.
        on_step: called with the number of objects done so far.
        pack: the policy pack that the engine asks about each object before it makes or changes it.

    Returns:
        The outcome; a failure of the engine is in it, not raised, so that other stacks go on.
    """
    outcome = Outcome()
    events = _Events(outcome, on_step, pack)
    try:
        _attempt(operation, open_stack(settings, checkpoints, stack, program), events, refresh)
    except EngineError as error:
        outcome.failures.setdefault("", str(error))
    except auto.errors.CommandError as error:
        if not outcome.failures:
            outcome.failures[""] = _words(str(error))
    return outcome


def _attempt(operation: Operation, stack: auto.Stack, events: _Events, refresh: bool) -> None:
    """Run once, and once more where only the lock of a dead process was in the way."""
    try:
        _start(operation, stack, events, refresh)
    except auto.errors.ConcurrentUpdateError as error:
        if not dead_holder(str(error)):
            raise EngineError(
                f"stack {stack.name} is in use: {_words(str(error))}",
                mend="wait until the other change has ended; if it died on another machine, `pulumi cancel` there",
            ) from error
        stack.cancel()
        events.outcome.failures.clear()
        _start(operation, stack, events, refresh)


def _start(operation: Operation, stack: auto.Stack, events: _Events, refresh: bool) -> None:
    packs = [str(events.pack.program)] if events.pack else None
    if operation == "preview":
        stack.preview(
            parallel=_AT_ONCE, refresh=refresh, on_event=events, suppress_progress=True, policy_packs=packs
        )
    elif operation == "destroy":
        stack.destroy(parallel=_AT_ONCE, on_event=events, suppress_progress=True, continue_on_error=True)
    else:
        stack.up(
            parallel=_AT_ONCE,
            refresh=refresh,
            on_event=events,
            suppress_progress=True,
            suppress_outputs=True,
            show_secrets=False,
            continue_on_error=True,
            policy_packs=packs,
        )


class _Events:
    """Turns the engine's events into the outcome."""

    def __init__(self, outcome: Outcome, on_step: OnStep | None, pack: Pack | None = None) -> None:
        self.outcome = outcome
        self.pack = pack
        self._on_step = on_step
        self._done = 0

    def __call__(self, event: auto.EngineEvent) -> None:
        if event.resource_pre_event is not None:
            self._planned(event.resource_pre_event.metadata)
        elif event.res_outputs_event is not None:
            self._step()
        elif event.policy_event is not None:
            self._found(event.policy_event)
        elif event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
            words = _words(event.diagnostic_event.message)
            if words not in _SAYS_NOTHING:
                self.outcome.failures.setdefault(event.diagnostic_event.urn or "", words)

    def _planned(self, step: auto.StepEventMetadata) -> None:
        op = str(getattr(step.op, "value", step.op))
        if op not in _QUIET_OPS and "kubernetes:" in step.type and not step.type.startswith("pulumi:"):
            fields = tuple(sorted(step.detailed_diff or ()))
            kind = step.type.rsplit(":", 1)[-1]
            self.outcome.changes.append(Change(op, kind, step.urn.rsplit("::", 1)[-1], fields))

    def _found(self, violation: auto.PolicyEvent) -> None:
        urn = violation.resource_urn or ""
        finding = self.pack.finding(urn, violation.policy_name) if self.pack else None
        if finding is None:
            self.outcome.failures.setdefault(urn, _words(violation.message))
            return
        if finding.blocks:
            self.outcome.failures.setdefault(urn, finding.message)
        self.outcome.findings.setdefault(urn, []).append(finding)

    def _step(self) -> None:
        self._done += 1
        if self._on_step:
            self._on_step(self._done)


def _words(message: str) -> str:
    """A message of the engine without markup, repetition and machinery, on one line."""
    lines = [line.strip() for line in _MARKUP.sub("", message).splitlines()]
    dull = ("code:", "stdout:", "stderr: Previewing", "error: preview failed", "error: update failed")
    said = [line.removeprefix("stderr:").strip() for line in lines if line and not line.startswith(dull)]
    return "; ".join(dict.fromkeys(said))[:1000] or "the engine gave no reason"


@contextmanager
def few_words() -> Iterator[None]:
    """Keep the debugging messages of Pulumi's library to itself, while programs register.

    Four a resource, each a call to the engine and an event back, that nobody hears: a fifth of the time of a preview.
    """
    said = log.debug
    log.debug = lambda *words, **options: None
    try:
        yield
    finally:
        log.debug = said
