"""From the engine's events and errors to an outcome in words."""

from pathlib import Path
from typing import Any

import pytest
from engine_samples import finding, urn
from pulumi.automation import CommandError, EngineEvent, OpType
from pulumi.automation._cmd import CommandResult
from pulumi.automation.errors import ConcurrentUpdateError
from pulumi.automation.events import (
    DiagnosticEvent,
    PolicyEvent,
    PropertyDiff,
    ResourcePreEvent,
    ResOutputsEvent,
    StepEventMetadata,
)

from govcloud.engine import run as run_module
from govcloud.engine.engine import few_collections
from govcloud.engine.outcome import Change, Outcome, Pack
from govcloud.engine.run import _Events, _words, few_words, run
from govcloud.errors import EngineError

STACK = "tenancy.air.north"
QUOTA = urn(STACK, "govcloud:stacks:Tenancy$kubernetes:core/v1:ResourceQuota", "t-air/compute")


def step(op: OpType, type_: str = "kubernetes:core/v1:ResourceQuota", *fields: str) -> StepEventMetadata:
    diff: Any = {field: PropertyDiff.from_json({"diffKind": "update", "inputDiff": True}) for field in fields}
    return StepEventMetadata(op, QUOTA, type_, "provider", detailed_diff=diff)


def planned(metadata: StepEventMetadata) -> EngineEvent:
    return EngineEvent(1, 1, resource_pre_event=ResourcePreEvent(metadata))


def said(message: str, urn: str | None = None, severity: str = "error") -> EngineEvent:
    return EngineEvent(1, 1, diagnostic_event=DiagnosticEvent(message, "raw", severity, urn=urn))


def outcome_of(*events: EngineEvent) -> Outcome:
    outcome = Outcome()
    hear = _Events(outcome, None)
    for event in events:
        hear(event)
    return outcome


def test_each_object_that_changes_is_a_change_with_its_fields() -> None:
    outcome = outcome_of(planned(step(OpType.UPDATE, "kubernetes:core/v1:ResourceQuota", "spec.b", "spec.a")))
    assert outcome.changes == [Change("update", "ResourceQuota", "t-air/compute", ("spec.a", "spec.b"))]
    assert outcome.ok


@pytest.mark.parametrize("op", [OpType.CREATE, OpType.DELETE, OpType.REPLACE])
def test_the_operation_is_told_in_the_words_of_the_engine(op: OpType) -> None:
    (change,) = outcome_of(planned(step(op))).changes
    assert change == Change(op.value, "ResourceQuota", "t-air/compute")


@pytest.mark.parametrize("op", [OpType.SAME, OpType.READ, OpType.REFRESH])
def test_what_stays_as_it_is_is_no_change(op: OpType) -> None:
    assert outcome_of(planned(step(op))).changes == []


@pytest.mark.parametrize(
    "type_", ["pulumi:pulumi:Stack", "pulumi:providers:kubernetes", "govcloud:stacks:Tenancy"]
)
def test_what_is_no_object_of_a_cluster_is_no_change(type_: str) -> None:
    assert outcome_of(planned(step(OpType.CREATE, type_))).changes == []


def violated(rule: str, message: str = "") -> EngineEvent:
    event = PolicyEvent(message, "raw", rule, "govcloud", "0.0.0", "", "mandatory", QUOTA)
    return EngineEvent(1, 1, policy_event=event)


def test_a_refusing_rule_is_a_finding_and_the_failure_of_its_object() -> None:
    told = finding("GC-TST-01")
    outcome = Outcome()
    hear = _Events(
        outcome,
        None,
        Pack(Path("/pack"), lambda urn, rule: told if (urn, rule) == (QUOTA, "GC-TST-01") else None),
    )
    hear(violated("GC-TST-01"))
    assert outcome.findings == {QUOTA: [told]}
    assert outcome.failures == {QUOTA: told.message}


def test_a_warning_rule_is_a_finding_and_no_failure() -> None:
    outcome = Outcome()
    hear = _Events(outcome, None, Pack(Path("/pack"), lambda urn, rule: finding(rule, action="warn")))
    hear(violated("GC-TST-01"))
    assert [one.rule for one in outcome.findings[QUOTA]] == ["GC-TST-01"]
    assert outcome.ok


def test_a_violation_that_nobody_knows_of_is_a_failure() -> None:
    outcome = Outcome()
    _Events(outcome, None)(violated("other", "<{%bold%}>no such luck<{%reset%}>\n"))
    assert outcome.failures == {QUOTA: "no such luck"}


def test_the_pack_is_started_for_what_changes_and_not_for_what_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    started: dict[str, Any] = {}

    class Stack:
        name = STACK

        def __getattr__(self, operation: str) -> Any:
            return lambda **options: started.update({operation: options.get("policy_packs")})

    monkeypatch.setattr(run_module, "open_stack", lambda *context: Stack())
    pack = Pack(Path("/pack"), lambda urn, rule: None)
    for operation in ("up", "preview", "destroy"):
        run(operation, None, None, STACK, lambda: None, pack=pack)  # type: ignore[arg-type]
    assert started == {"up": ["/pack"], "preview": ["/pack"], "destroy": None}


def test_progress_counts_the_objects_that_are_done() -> None:
    heard: list[int] = []
    hear = _Events(Outcome(), heard.append)
    done = EngineEvent(1, 1, res_outputs_event=ResOutputsEvent(step(OpType.CREATE)))
    for event in (done, planned(step(OpType.CREATE)), done):
        hear(event)
    assert heard == [1, 2]


def test_a_failure_belongs_to_the_object_that_it_names() -> None:
    outcome = outcome_of(said("quota refused", QUOTA), said("the program broke"))
    assert outcome.failures == {QUOTA: "quota refused", "": "the program broke"}
    assert not outcome.ok


@pytest.mark.parametrize("closing", ["update failed", "preview failed", "destroy failed"])
def test_the_closing_word_of_the_engine_is_no_failure_of_its_own(closing: str) -> None:
    assert outcome_of(said("quota refused", QUOTA), said(closing)).failures == {QUOTA: "quota refused"}


def test_of_two_failures_of_an_object_the_first_is_the_cause() -> None:
    assert outcome_of(said("cause", QUOTA), said("sequel", QUOTA)).failures == {QUOTA: "cause"}


@pytest.mark.parametrize("severity", ["info", "info#err", "warning", "debug"])
def test_only_errors_are_failures(severity: str) -> None:
    assert outcome_of(said("by the way", QUOTA, severity)).ok


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("<{%reset%}>error: <{%fg 1%}>refused<{%reset%}>\n", "error: refused"),
        ("\x1b[31mrefused\x1b[0m", "refused"),
        ("twice\ntwice\n\n  other  \n", "twice; other"),
        ("\n code: -1\n stdout: x\n stderr: error: no such file\n", "error: no such file"),
        ("", "the engine gave no reason"),
    ],
)
def test_words_are_without_markup_repetition_and_machinery(message: str, words: str) -> None:
    assert _words(message) == words


def test_words_are_never_longer_than_a_person_reads() -> None:
    assert len(_words("x" * 5000)) == 1000


class Scripted:
    """A stack whose operations follow a script: an exception is raised, events are told."""

    name = STACK

    def __init__(self, *script: Exception | list[EngineEvent]) -> None:
        self.script = list(script)
        self.calls: list[str] = []
        self.options: dict[str, Any] = {}

    def _play(self, operation: str, on_event: Any, **options: Any) -> None:
        self.calls.append(operation)
        self.options = options
        act = self.script.pop(0)
        if isinstance(act, Exception):
            raise act
        for event in act:
            on_event(event)

    def up(self, **options: Any) -> None:
        self._play("up", **options)

    def preview(self, **options: Any) -> None:
        self._play("preview", **options)

    def destroy(self, **options: Any) -> None:
        self._play("destroy", **options)

    def cancel(self) -> None:
        self.calls.append("cancel")


def failed(stderr: str, kind: type[CommandError] = CommandError) -> CommandError:
    return kind(CommandResult(stderr=stderr, stdout="", code=255))


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Any:
    def start(stack: Scripted, operation: Any = "up", **options: Any) -> Outcome:
        monkeypatch.setattr(run_module, "open_stack", lambda *arguments: stack)
        settings: Any = None
        return run(operation, settings, None, STACK, lambda: None, **options)

    return start


@pytest.mark.parametrize("operation", ["up", "preview", "destroy"])
def test_an_operation_runs_once_and_its_changes_are_the_outcome(play: Any, operation: str) -> None:
    stack = Scripted([planned(step(OpType.CREATE))])
    outcome = play(stack, operation)
    assert stack.calls == [operation]
    assert [change.op for change in outcome.changes] == ["create"]


@pytest.mark.parametrize("operation", ["up", "preview"])
@pytest.mark.parametrize("refresh", [True, False])
def test_the_live_objects_are_read_first_where_asked_for(play: Any, operation: str, refresh: bool) -> None:
    stack = Scripted([])
    play(stack, operation, refresh=refresh)
    assert stack.options["refresh"] is refresh


@pytest.mark.parametrize("operation", ["up", "destroy"])
def test_one_failure_does_not_end_a_run(play: Any, operation: str) -> None:
    stack = Scripted([])
    play(stack, operation)
    assert stack.options["continue_on_error"] is True


def test_a_failing_command_is_an_outcome_and_no_exception(play: Any) -> None:
    outcome = play(Scripted(failed("error: cannot reach the backend")))
    assert outcome.failures == {"": "error: cannot reach the backend"}


def test_what_the_events_said_counts_more_than_the_words_of_the_command(play: Any) -> None:
    class FailsAfterEvents(Scripted):
        def _play(self, operation: str, on_event: Any, **options: Any) -> None:
            on_event(said("quota refused", QUOTA))
            raise failed("error: update failed")

    assert play(FailsAfterEvents()).failures == {QUOTA: "quota refused"}


def test_a_broken_record_is_a_failure_with_its_place_and_the_way_out(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> Any:
        raise EngineError("cannot be read", where="/state/air.json", mend="restore it")

    settings: Any = None
    monkeypatch.setattr(run_module, "open_stack", broken)
    outcome = run("up", settings, None, STACK, lambda: None)
    assert outcome.failures == {"": "/state/air.json: cannot be read; to mend it: restore it"}


def test_the_lock_of_a_dead_process_is_taken_away_and_the_run_repeated(
    play: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "dead_holder", lambda message: True)
    stack = Scripted(failed("locked", ConcurrentUpdateError), [planned(step(OpType.CREATE))])
    outcome = play(stack)
    assert stack.calls == ["up", "cancel", "up"]
    assert outcome.ok
    assert len(outcome.changes) == 1


def test_the_lock_of_a_living_process_is_respected(play: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "dead_holder", lambda message: False)
    stack = Scripted(failed("locked by somebody", ConcurrentUpdateError))
    outcome = play(stack)
    assert stack.calls == ["up"]
    assert "in use" in outcome.failures[""]
    assert "locked by somebody" in outcome.failures[""]


def test_the_collector_is_as_before_after_a_run_even_one_that_failed() -> None:
    import gc

    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), few_collections():
        assert gc.get_threshold() != before
        raise ZeroDivisionError
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_debugging_messages_are_kept_back_for_a_while_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pulumi import log

    heard: list[str] = []
    monkeypatch.setattr(log, "debug", heard.append)
    monkeypatch.setattr(log, "warn", heard.append)
    with pytest.raises(ZeroDivisionError), few_words():
        log.debug("a step")
        log.warn("a warning")
        _ = 1 / 0
    log.debug("a later step")
    assert heard == ["a warning", "a later step"]
