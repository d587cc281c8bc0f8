"""What the engine runs, what it spares, and what one failure touches; runs and regions are played."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from engine_samples import finding, manifest, platform, quiet, record, tenancy, urn

from govcloud.engine import engine as module
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.compare import Difference
from govcloud.engine.engine import Engine
from govcloud.engine.judge import Verdict
from govcloud.engine.observe import Drift
from govcloud.engine.outcome import Change, Outcome, Pack
from govcloud.engine.settings import EngineSettings
from govcloud.engine.survey import Standing
from govcloud.engine.units import Unit
from govcloud.errors import ClusterError, RefusedError
from policies.finding import Finding
from stacks.names import StackName

NORTH, SOUTH = platform("north"), platform("south")
AIR, WATER, FAR = tenancy("air"), tenancy("water"), tenancy("air", "south")
CREATED = Change("create", "ConfigMap", "facts")


@dataclass
class Stage:
    """The engine with played runs and regions.

    ``standings`` says how units stand (default: the stack is known and to be run), ``outcomes`` how runs end (default:
    one change, and nothing left after a destroy), ``left`` what still differs after a run, ``records`` the tenancies that
    a run's stack holds at its end, ``findings`` what the rules find. ``ran`` is what was run, in order of start,
    ``judged`` what the rules were asked about, and ``asked`` the stacks whose run asked them again.
    """

    engine: Engine
    root: Path
    standings: dict[StackName, Standing] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    left: dict[StackName, list[Drift]] = field(default_factory=dict)
    unverified: set[str] = field(default_factory=set)
    records: dict[str, list[str]] = field(default_factory=dict)
    findings: dict[StackName, list[Finding]] = field(default_factory=dict)
    ran: list[tuple[str, str, bool]] = field(default_factory=list)
    judged: list[StackName] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def survey(self, units: Any, receipts: Any, checkpoints: Any) -> list[Standing]:
        return [self.standings.get(unit.name, Standing(unit, known=True)) for unit in units]

    def run(
        self, operation: str, settings: Any, checkpoints: Any, stack: str, program: Any, **options: Any
    ) -> Outcome:
        self.ran.append((operation, stack, options["refresh"]))
        self.asked += [stack] if options["pack"] else []
        checkpoints.begin(stack)
        if stack in self.records:
            record(self.root, stack, *self.records[stack])
        elif operation == "destroy" and stack not in self.outcomes:
            checkpoints.remove(stack)
            checkpoints.begin(stack)
        options["on_step"](1)
        return self.outcomes.get(stack, Outcome(changes=[CREATED]))

    @contextmanager
    def judge(self, units: Any, todo: list[Unit], *context: Any) -> Iterator[Verdict]:
        self.judged += [unit.name for unit in todo]
        yield Verdict(self.findings, Pack(Path("/pack"), lambda urn, rule: None))

    def settle(self, cluster: Any, units: list[Unit]) -> dict[StackName, list[Drift]]:
        if units[0].name.region in self.unverified:
            raise ClusterError("the API server does not answer")
        return {unit.name: self.left.get(unit.name, []) for unit in units}

    @property
    def stacks(self) -> list[str]:
        return [stack for _, stack, _ in self.ran]

    def sweep(self, cluster: Any, unit: Unit) -> None:
        if unit.name.region in self.unverified:
            raise ClusterError("the API server does not answer")

    def recorded(self) -> list[str]:
        return Checkpoints(self.root).names()

    def receipts(self) -> list[str]:
        return sorted(path.stem for path in self.engine.settings.receipts.iterdir())


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    for folder in ("work", "receipts"):
        (tmp_path / folder).mkdir()
    settings = EngineSettings(tmp_path, f"file://{tmp_path}", Path("/pulumi"), Path("/home"))
    stage = Stage(Engine(settings, quiet(), wait=False), tmp_path)
    monkeypatch.setattr("govcloud.engine.run.run", stage.run)
    monkeypatch.setattr(module, "survey", stage.survey)
    monkeypatch.setattr(module, "judged", stage.judge)
    monkeypatch.setattr(module, "settle", stage.settle)
    monkeypatch.setattr(module, "sweep", stage.sweep)
    monkeypatch.setattr(module, "connect", lambda target: None)
    monkeypatch.setattr(module, "end_leftovers", lambda root: [])
    return stage


def states(report: Any) -> dict[str, str]:
    return {str(result.stack): result.state for result in report.results}


def failing(why: str = "refused", where: str = "") -> Outcome:
    return Outcome(failures={where: why})


def test_units_in_sync_cost_no_run(stage: Stage) -> None:
    stage.standings = {u.name: Standing(u, receipt=True, known=True) for u in (NORTH, AIR)}
    report = stage.engine.up([NORTH, AIR])
    assert states(report) == {"platform.north": "unchanged", "tenancy.air.north": "unchanged"}
    assert stage.ran == []


def test_a_receipt_does_not_hide_what_was_changed_by_hand(stage: Stage) -> None:
    drift = [Drift(AIR.name, AIR.manifests[1], Difference("changed", ("data",), 1, 2))]
    stage.standings = {AIR.name: Standing(AIR, drift, receipt=True, known=True)}
    assert states(stage.engine.up([AIR])) == {"tenancy.air.north": "updated"}
    assert stage.ran == [("up", "tenancy.air.north", True)]


def test_platforms_are_run_before_tenancies(stage: Stage) -> None:
    stage.engine.up([AIR, NORTH, FAR, SOUTH])
    assert set(stage.stacks[:2]) == {"platform.north", "platform.south"}
    assert set(stage.stacks[2:]) == {"tenancy.air.north", "tenancy.air.south"}


def test_results_are_in_the_order_of_the_units(stage: Stage) -> None:
    stage.standings = {NORTH.name: Standing(NORTH, receipt=True)}
    report = stage.engine.up([WATER, NORTH, AIR])
    assert [result.stack for result in report.results] == [WATER.name, NORTH.name, AIR.name]
    assert report.seconds > 0


def test_a_new_stack_is_created_a_known_one_updated_and_one_without_changes_unchanged(stage: Stage) -> None:
    stage.standings = {AIR.name: Standing(AIR, known=False)}
    stage.outcomes = {"platform.north": Outcome()}
    assert states(stage.engine.up([NORTH, AIR, WATER])) == {
        "platform.north": "unchanged",
        "tenancy.air.north": "created",
        "tenancy.water.north": "updated",
    }


def test_a_failed_stack_stops_no_other(stage: Stage) -> None:
    stage.outcomes = {"tenancy.air.north": failing()}
    report = stage.engine.up([NORTH, AIR, WATER])
    assert states(report) == {
        "platform.north": "updated",
        "tenancy.air.north": "failed",
        "tenancy.water.north": "updated",
    }
    assert [(str(r.stack), r.why) for r in report.failed] == [("tenancy.air.north", "refused")]


def test_a_failed_platform_holds_back_its_own_region_alone(stage: Stage) -> None:
    stage.outcomes = {"platform.north": failing()}
    report = stage.engine.up([NORTH, SOUTH, AIR, FAR])
    assert states(report) == {
        "platform.north": "failed",
        "platform.south": "updated",
        "tenancy.air.north": "skipped",
        "tenancy.air.south": "updated",
    }
    assert "tenancy.air.north" not in stage.stacks
    assert "platform of region north failed" in report.results[2].why


def test_a_region_that_does_not_answer_is_told_and_the_others_go_on(stage: Stage) -> None:
    stage.standings = {u.name: Standing(u, error="north does not answer") for u in (NORTH, AIR)}
    report = stage.engine.up([NORTH, AIR, SOUTH, FAR])
    assert list(states(report).values()) == ["failed", "failed", "updated", "updated"]
    assert report.results[1].why == "north does not answer"
    assert set(stage.stacks) == {"platform.south", "tenancy.air.south"}


def test_receipts_are_written_for_what_was_seen_to_be_as_planned(stage: Stage) -> None:
    stage.outcomes = {"tenancy.air.north": failing()}
    stage.left = {WATER.name: [Drift(WATER.name, WATER.manifests[1], Difference("changed", ("data",), 1, 2))]}
    report = stage.engine.up([NORTH, AIR, WATER])
    assert stage.receipts() == ["platform.north"]
    assert states(report)["tenancy.water.north"] == "failed"
    assert "ConfigMap t-water/facts changed data" in report.results[2].why


def test_a_region_that_went_away_during_the_run_gets_no_receipt(stage: Stage) -> None:
    stage.unverified = {"north"}
    assert list(states(stage.engine.up([AIR, FAR])).values()) == ["failed", "updated"]
    assert stage.receipts() == ["tenancy.air.south"]


def many(count: int = 4) -> list[Unit]:
    return [tenancy(f"t{number}") for number in range(count)]


def run_together(stage: Stage, outcome: Outcome, units: list[Unit], known: bool = False) -> Any:
    """An `up` of units in one run, which leaves the record that Pulumi would."""
    stage.standings = {unit.name: Standing(unit, known=known) for unit in units}
    stage.outcomes = {"passing.north.0": outcome}
    stage.records = {"passing.north.0": [str(unit.name.tenancy) for unit in units]}
    return stage.engine.up(units)


@pytest.mark.parametrize(("known", "state"), [(False, "created"), (True, "updated")])
def test_many_tenancies_are_run_together_and_stand_alone_afterwards(
    stage: Stage, known: bool, state: str
) -> None:
    units = many()
    changes = [Change("create", "ConfigMap", f"t-{u.name.tenancy}/facts") for u in units]
    report = run_together(stage, Outcome(changes), units, known)
    assert stage.stacks == ["passing.north.0"]
    assert set(states(report).values()) == {state}
    assert [result.changes for result in report.results] == [(change,) for change in changes]
    assert stage.recorded() == stage.receipts() == [str(unit.name) for unit in units]


def test_in_a_shared_run_a_failure_is_that_of_the_tenancy_it_names(stage: Stage) -> None:
    where = urn("passing.north.0", "kubernetes:core/v1:ConfigMap", "t-t2/facts")
    report = run_together(stage, failing("refused", where), many())
    assert [r.state for r in report.results] == ["unchanged", "unchanged", "failed", "unchanged"]
    assert report.results[2].why == "t-t2/facts: refused"


def test_in_a_shared_run_a_failure_that_names_nobody_is_everyones(stage: Stage) -> None:
    report = run_together(stage, failing("the provider died"), many())
    assert {(r.state, r.why) for r in report.results} == {("failed", "the provider died")}


def test_what_a_crash_left_of_a_shared_run_is_divided_before_anything_else(stage: Stage) -> None:
    record(stage.root, "passing.north.0", "air", "water")
    stage.standings = {AIR.name: Standing(AIR, receipt=True), WATER.name: Standing(WATER, receipt=True)}
    stage.engine.up([AIR, WATER])
    assert stage.recorded() == ["tenancy.air.north", "tenancy.water.north"]


def test_a_shared_preview_leaves_every_record_as_it_was(stage: Stage) -> None:
    units = many()
    standing(stage, *units)
    before = [Checkpoints(stage.root).fingerprint(str(unit.name)) for unit in units]
    assert set(states(stage.engine.preview(units)).values()) == {"unchanged"}
    assert stage.recorded() == [str(unit.name) for unit in units]
    assert [Checkpoints(stage.root).fingerprint(str(unit.name)) for unit in units] == before


def test_many_that_are_destroyed_together_are_forgotten(stage: Stage) -> None:
    units = many()
    standing(stage, *units)
    stage.records = {"passing.north.0": []}
    assert set(states(stage.engine.destroy(units)).values()) == {"deleted"}
    assert stage.recorded() == stage.receipts() == []


def test_a_preview_changes_nothing_and_leaves_no_stack_behind(stage: Stage) -> None:
    stage.standings = {AIR.name: Standing(AIR, known=False)}
    record(stage.root, "tenancy.water.north", "water")
    report = stage.engine.preview([AIR, WATER])
    assert list(states(report).values()) == ["planned", "planned"]
    assert {operation for operation, _, _ in stage.ran} == {"preview"}
    assert stage.recorded() == ["tenancy.water.north"]
    assert stage.receipts() == []


def test_a_preview_of_what_would_stay_as_it_is_says_so(stage: Stage) -> None:
    stage.outcomes = {"tenancy.air.north": Outcome()}
    assert states(stage.engine.preview([AIR])) == {"tenancy.air.north": "unchanged"}


def test_a_preview_shows_what_mending_would_remove(stage: Stage) -> None:
    old = manifest("Secret", "old", "t-air")
    drift = [
        Drift(AIR.name, AIR.manifests[1], Difference("added", ("data", "open"), None, "yes")),
        Drift(AIR.name, old, Difference("unplanned", (), None, None)),
    ]
    stage.standings = {AIR.name: Standing(AIR, drift, known=True)}
    stage.outcomes = {"tenancy.air.north": Outcome()}
    (result,) = stage.engine.preview([AIR]).results
    assert [(c.op, c.kind, c.object) for c in result.changes] == [
        ("remove", "ConfigMap", "t-air/facts"),
        ("delete", "Secret", "t-air/old"),
    ]
    assert (result.state, result.changes[0].fields) == ("planned", ("data.open",))


def standing(stage: Stage, *units: Unit) -> None:
    """Stacks that stand with receipt, record and settings file."""
    for unit in units:
        record(stage.root, str(unit.name), str(unit.name.tenancy or ""))
        stage.engine.receipts.write(unit)
        (stage.root / "work" / f"Pulumi.{unit.name}.yaml").write_text("")


def test_destroying_takes_tenancies_before_platforms_and_forgets_them(stage: Stage) -> None:
    standing(stage, NORTH, AIR, WATER)
    report = stage.engine.destroy([NORTH, AIR])
    assert stage.ran == [("destroy", "tenancy.air.north", True), ("destroy", "platform.north", True)]
    assert set(states(report).values()) == {"deleted"}
    assert stage.recorded() == ["tenancy.water.north"]
    assert stage.receipts() == ["tenancy.water.north"]
    assert [path.name for path in (stage.root / "work").iterdir()] == ["Pulumi.tenancy.water.north.yaml"]


def test_a_tenancy_that_could_not_be_taken_away_keeps_its_record_and_its_platform(stage: Stage) -> None:
    standing(stage, NORTH, SOUTH, AIR, FAR)
    stage.outcomes = {"tenancy.air.north": failing("finalizer")}
    report = stage.engine.destroy([AIR, FAR, NORTH, SOUTH])
    assert states(report) == {
        "tenancy.air.north": "failed",
        "tenancy.air.south": "deleted",
        "platform.north": "skipped",
        "platform.south": "deleted",
    }
    assert stage.recorded() == ["platform.north", "tenancy.air.north"]


def test_a_stack_whose_region_went_away_before_the_last_look_is_not_forgotten(stage: Stage) -> None:
    standing(stage, AIR, FAR)
    stage.unverified = {"north"}
    report = stage.engine.destroy([AIR, FAR])
    assert [(result.state, result.why) for result in report.results] == [
        ("failed", "the API server does not answer"),
        ("deleted", ""),
    ]
    assert stage.recorded() == ["tenancy.air.north"]


def test_what_a_shared_destroy_did_not_reach_is_told_and_not_forgotten(stage: Stage) -> None:
    """Of four, the first is gone, the second was refused, and the others were not come to."""
    units = many()
    standing(stage, *units)
    where = urn("passing.north.0", "kubernetes:core/v1:ConfigMap", "t-t1/facts")
    stage.outcomes = {"passing.north.0": failing("finalizer", where)}
    stage.records = {"passing.north.0": ["t1", "t2", "t3"]}
    report = stage.engine.destroy(units)
    assert [result.state for result in report.results] == ["deleted", "failed", "failed", "failed"]
    assert [result.why for result in report.results[1:3]] == [
        "t-t1/facts: finalizer",
        "the run ended before it was reached",
    ]
    assert stage.recorded() == stage.receipts() == [str(unit.name) for unit in units[1:]]


@pytest.mark.parametrize("operation", ["up", "preview"])
@pytest.mark.parametrize("count", [1, 5])
def test_a_record_that_cannot_be_read_fails_its_own_stack_alone(
    stage: Stage, operation: str, count: int
) -> None:
    units = many(count)
    standing(stage, *units)
    record(stage.root, str(units[0].name), "t0").write_text("{")
    broken, *others = getattr(stage.engine, operation)([*units, FAR]).results
    assert broken.state == "failed"
    assert "cannot be read" in broken.why
    assert "failed" not in {result.state for result in others}


@pytest.mark.parametrize("operation", ["up", "preview", "destroy"])
def test_two_changes_at_once_are_refused(stage: Stage, operation: str) -> None:
    change: Callable[..., Any] = getattr(stage.engine, operation)
    with module.estate_lock(stage.root, wait=False, tell=print), pytest.raises(RefusedError):
        change([AIR])
    assert stage.ran == []


def test_processes_that_a_killed_run_left_are_told(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "end_leftovers", lambda root: [4711, 4712])
    stage.engine.up([AIR])
    progress: Any = stage.engine.progress
    assert progress.said == ["ended 2 processes that an earlier run had left behind"]


def test_progress_hears_of_every_run_and_its_size(stage: Stage) -> None:
    stage.engine.up([NORTH, AIR])
    progress: Any = stage.engine.progress
    assert progress.jobs == {"platform.north": 1, "tenancy.air.north": 2}


@pytest.mark.parametrize("operation", ["up", "preview"])
def test_a_unit_that_a_rule_refuses_is_not_run_and_stops_no_other(stage: Stage, operation: str) -> None:
    stage.findings = {AIR.name: [finding("GC-TST-01"), finding("GC-TST-02")]}
    report = getattr(stage.engine, operation)([NORTH, AIR, WATER])
    assert states(report)["tenancy.air.north"] == "refused"
    assert set(stage.stacks) == {"platform.north", "tenancy.water.north"}
    assert [one.rule for one in report.refused[0].findings] == ["GC-TST-01", "GC-TST-02"]
    assert report.failed == []
    assert "tenancy.air.north" not in stage.receipts()


def test_a_warning_refuses_nothing_and_is_told(stage: Stage) -> None:
    stage.findings = {AIR.name: [finding("GC-TST-01", action="warn")]}
    (result,) = stage.engine.up([AIR]).results
    assert result.state == "updated"
    assert [one.rule for one in result.findings] == ["GC-TST-01"]


def test_a_platform_that_a_rule_refuses_takes_its_tenancies_along_and_no_other_region(stage: Stage) -> None:
    stage.findings = {NORTH.name: [finding("GC-TST-01")]}
    report = stage.engine.up([NORTH, SOUTH, AIR, FAR])
    assert states(report) == {
        "platform.north": "refused",
        "platform.south": "updated",
        "tenancy.air.north": "refused",
        "tenancy.air.south": "updated",
    }
    assert "the platform of region north" in report.results[2].why


def test_units_that_rest_are_not_asked_about(stage: Stage) -> None:
    stage.standings = {AIR.name: Standing(AIR, receipt=True, known=True)}
    stage.engine.up([AIR, WATER])
    assert stage.judged == [WATER.name]


def test_pulumi_asks_the_rules_wherever_it_makes_something_and_of_few_in_a_preview(stage: Stage) -> None:
    stage.engine.preview([NORTH, AIR])
    assert sorted(stage.asked) == ["platform.north", "tenancy.air.north"]
    stage.asked.clear()
    many = [tenancy(f"number-{number}") for number in range(4)]
    stage.engine.preview(many)
    assert stage.asked == []
    stage.engine.up(many)
    assert stage.asked == ["passing.north.0"]
    stage.asked.clear()
    stage.engine.destroy([AIR])
    assert stage.asked == []


def test_what_the_engine_is_told_in_a_run_belongs_to_the_unit_of_the_object(stage: Stage) -> None:
    told = finding("GC-TST-01")
    where = urn("tenancy.air.north", "kubernetes:core/v1:ConfigMap", "t-air/facts")
    stage.outcomes = {"tenancy.air.north": Outcome(failures={where: told.message}, findings={where: [told]})}
    report = stage.engine.up([AIR, WATER])
    assert states(report) == {"tenancy.air.north": "refused", "tenancy.water.north": "updated"}
    assert report.findings == [told]
    assert stage.receipts() == ["tenancy.water.north"]


def test_what_was_found_beforehand_and_in_the_run_is_told_once(stage: Stage) -> None:
    told = finding("GC-TST-01", action="warn")
    where = urn("tenancy.air.north", "kubernetes:core/v1:ConfigMap", "t-air/facts")
    stage.findings = {AIR.name: [told]}
    stage.outcomes = {"tenancy.air.north": Outcome(changes=[CREATED], findings={where: [told]})}
    assert stage.engine.up([AIR]).findings == [told]


def test_a_finding_is_plain_data(stage: Stage) -> None:
    stage.findings = {AIR.name: [finding("GC-TST-01")]}
    (result,) = stage.engine.up([AIR]).results
    assert result.plain()["findings"] == [
        {
            "rule": "GC-TST-01",
            "severity": "high",
            "action": "deny",
            "object": "ConfigMap t-air/facts",
            "message": "[GC-TST-01] It is wrong: data is 1; govcloud",
            "waived": False,
        }
    ]


def test_a_result_is_plain_data(stage: Stage) -> None:
    (result,) = stage.engine.up([AIR]).results
    assert result.plain() == {
        "stack": "tenancy.air.north",
        "state": "updated",
        "objects": 2,
        "changes": [{"op": "create", "kind": "ConfigMap", "object": "facts", "fields": []}],
        "why": "",
        "findings": [],
    }


def test_what_is_stopped_in_the_middle_begins_nothing_more_and_settles_nothing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = stage.run

    def stopped_in_it(*arguments: Any, **options: Any) -> Outcome:
        stage.engine.stop()
        return played(*arguments, **options)

    monkeypatch.setattr("govcloud.engine.run.run", stopped_in_it)
    stage.standings = {unit.name: Standing(unit, known=True) for unit in (NORTH, AIR)}
    report = stage.engine.up([NORTH, AIR])
    assert stage.stacks == ["platform.north"]
    assert states(report) == {"platform.north": "failed", "tenancy.air.north": "failed"}
    assert {"stopped before it was done; what was done stays done"} == {r.why for r in report.results}
    assert stage.receipts() == []


def test_what_was_stopped_waits_for_no_lock(stage: Stage) -> None:
    engine = Engine(stage.engine.settings, quiet(), wait=True)
    engine.stop()
    with (stage.root / "lock").open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RefusedError, match="another change of this estate is under way"):
            engine.up([NORTH])
