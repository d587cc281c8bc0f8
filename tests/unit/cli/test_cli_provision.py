"""``preview``, ``up``, ``drift`` and ``destroy``: what they print and how they end; the engine is played."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from govcloud.cli import provision
from govcloud.cli.policy import auditing
from govcloud.controller import guard, hubs
from govcloud.engine import departures
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.compare import Difference
from govcloud.engine.observe import Drift
from govcloud.engine.outcome import Change
from govcloud.engine.report import Report, Result
from govcloud.engine.survey import Standing
from govcloud.errors import InputError, RefusedError
from govcloud.hub import establish
from govcloud.model import Waiver
from policies.finding import Finding, Subject


class PlayedEngine:
    """Reports every unit in one state, but for those that ``states`` tells otherwise."""

    def __init__(self, root: Path) -> None:
        self.checkpoints = Checkpoints(root)
        self.states: dict[str, tuple[Any, str]] = {}
        self.findings: dict[str, tuple[Finding, ...]] = {}
        self.drifts: dict[str, list[Difference]] = {}
        self.unreachable: set[str] = set()
        self.asked: list[tuple[str, list[str]]] = []
        self.established: list[str] = []
        self.registered: list[str] = []
        self.decisions: list[str] = []
        self.waivers: list[Waiver] = []
        self.manifests: list[Any] = []

    def _report(self, operation: str, units: Any, state: Any) -> Report:
        self.asked.append((operation, [str(unit.name) for unit in units]))
        self.manifests = [manifest for unit in units for manifest in unit.manifests]
        changes = (Change("create", "Namespace", "t-air", ("spec.a",)),)
        results = []
        for unit in units:
            its, why = self.states.get(str(unit.name), (state, ""))
            changed = () if its == "unchanged" else changes
            found = self.findings.get(str(unit.name), ())
            results.append(Result(unit.name, its, len(unit.manifests), changed, why, found))
        return Report(results, 1.25)

    def up(self, units: Any) -> Report:
        return self._report("up", units, "unchanged")

    def preview(self, units: Any) -> Report:
        return self._report("preview", units, "planned")

    def destroy(self, units: Any) -> Report:
        return self._report("destroy", units, "deleted")

    def survey(self, units: Any) -> list[Standing]:
        return [self._standing(unit) for unit in units]

    def _standing(self, unit: Any) -> Standing:
        if unit.name.region in self.unreachable:
            return Standing(unit, error="the API server does not answer")
        found = self.drifts.get(str(unit.name), [])
        return Standing(unit, [Drift(unit.name, unit.manifests[0], difference) for difference in found])


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> PlayedEngine:
    played = PlayedEngine(tmp_path)

    @contextmanager
    def start(estate: Any, no_wait: bool) -> Iterator[PlayedEngine]:
        yield played

    monkeypatch.setattr(provision, "_engine", start)
    monkeypatch.setattr(hubs, "hub_cluster", lambda estate: None)
    monkeypatch.setattr(guard, "hub_cluster", lambda estate: None)
    monkeypatch.setattr(guard, "governed", lambda cluster: dict.fromkeys(played.registered))
    monkeypatch.setattr(auditing, "registered", lambda estate: played.waivers)
    monkeypatch.setattr(guard, "_all", lambda cluster, kind: iter(played.decisions))
    monkeypatch.setattr(
        establish, "establish", lambda cluster, estate: played.established.append(estate.name)
    )
    return played


def test_up_without_anything_to_do_says_so(govcloud: Any, engine: PlayedEngine, small: Path) -> None:
    result = govcloud("up", small, "-o", "json")
    assert result.exit_code == 0
    assert {row["state"] for row in json.loads(result.stdout)} == {"unchanged"}
    assert result.stderr == "nothing to change in 5 stacks (1.2 s)\n"


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_waiver_of_the_register_is_on_the_namespace_of_its_tenancy(
    govcloud: Any, engine: PlayedEngine, small: Path, command: str
) -> None:
    spec = {
        "rule": "GC-POD-02",
        "tenancy": "air",
        "scope": {"kinds": ["Deployment"]},
        "reason": "the images move to the registry of the cloud by then",
        "ticket": "OA-2026-118",
        "approvedBy": "li.na@sic",
        "until": "2099-01-01T00:00:00Z",
    }
    engine.waivers = [Waiver.model_validate({"metadata": {"name": "images"}, "spec": spec})]
    govcloud(command, small)
    mark = "waiver.govcloud.dev/GC-POD-02"
    marked = [m for m in engine.manifests if mark in m["metadata"].get("annotations", {})]
    assert {m["metadata"]["name"] for m in marked} == {"t-air"}


def test_up_works_on_what_was_selected(govcloud: Any, engine: PlayedEngine, small: Path) -> None:
    govcloud("up", small, "-t", "air", "-r", "south")
    assert engine.asked == [("up", ["platform.south", "tenancy.air.south"])]


def test_a_failed_stack_makes_the_exit_code_3_and_the_reason_is_shown(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    engine.states = {
        "tenancy.air.north": ("failed", "quota refused"),
        "tenancy.air.south": ("skipped", "not tried"),
        "tenancy.water.south": ("created", ""),
    }
    result = govcloud("up", small)
    assert result.exit_code == 3
    assert "quota refused" in result.stdout
    assert result.stderr == "1 created, 2 unchanged, 1 failed, 1 skipped (1.2 s)\n"


@pytest.mark.parametrize("command", ["up", "preview"])
def test_a_refused_stack_makes_the_exit_code_1_and_every_finding_is_told(
    govcloud: Any, engine: PlayedEngine, small: Path, command: str
) -> None:
    subject = Subject("v1", "ConfigMap", "facts", "t-air")
    words = [f"[GC-TST-0{number}] It is wrong: data is {number}" for number in (1, 2)]
    found = [
        Finding(f"GC-TST-0{n}", "It is wrong", "high", action, "preview", subject, 2, text, (), (), "mend it")
        for n, action, text in ((1, "deny", words[0]), (2, "warn", words[1]))
    ]
    engine.findings = {"tenancy.air.north": tuple(found)}
    engine.states = {"tenancy.air.north": ("refused", "a rule does not allow it")}
    result = govcloud(command, small)
    assert result.exit_code == 1
    assert "a rule does not allow it" in result.stdout
    assert f"refused: ConfigMap t-air/facts: {words[0]}" in result.stderr
    assert f"warning: ConfigMap t-air/facts: {words[1]}" in result.stderr
    assert "1 refused" in result.stderr
    rows = {row["stack"]: row for row in json.loads(govcloud(command, small, "-o", "json").stdout)}
    assert [one["message"] for one in rows["tenancy.air.north"]["findings"]] == words


def test_a_failure_counts_more_than_a_refusal(govcloud: Any, engine: PlayedEngine, small: Path) -> None:
    engine.states = {"tenancy.air.north": ("refused", ""), "tenancy.air.south": ("failed", "")}
    assert govcloud("up", small).exit_code == 3


def test_up_of_everything_names_what_is_no_longer_in_the_estate_and_how_to_take_exactly_that_away(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    engine.checkpoints.begin("tenancy.gone.north")
    engine.checkpoints.begin("tenancy.air.north")
    result = govcloud("up", small)
    (line,) = (line for line in result.stderr.splitlines() if "not in the estate" in line)
    assert line.startswith("tenancy.gone.north")
    assert line.endswith("govcloud destroy -t gone -r north")
    assert "gone" not in govcloud("up", small, "-r", "north").stderr


def test_a_preview_shows_every_change_with_its_fields(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    result = govcloud("preview", small, "-t", "water")
    assert result.exit_code == 0
    (row,) = (line for line in result.stdout.splitlines() if "tenancy.water.south" in line)
    for word in ("create", "Namespace", "t-air", "spec.a"):
        assert word in row


def test_no_drift_is_told_with_the_number_of_objects_that_were_seen(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    result = govcloud("drift", small, "-o", "json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert result.stderr.startswith("no drift in ")


def test_drift_names_object_field_values_and_who_and_makes_the_exit_code_1(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    changed = Difference(
        "changed", ("spec", "hard", "requests.cpu"), "8", "64", "kubectl-edit", "2026-05-01T12:00:00Z"
    )
    engine.drifts = {"tenancy.air.north": [changed]}
    result = govcloud("drift", small, "-o", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {
            "stack": "tenancy.air.north",
            "object": "Namespace t-air",
            "change": "changed",
            "field": 'spec.hard["requests.cpu"]',
            "old": "8",
            "new": "64",
            "who": "kubectl-edit",
            "when": "2026-05-01T12:00:00Z",
        }
    ]
    assert "govcloud up" in result.stderr


def test_a_region_that_does_not_answer_is_told_once_and_makes_the_exit_code_3(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    engine.unreachable = {"south"}
    result = govcloud("drift", small)
    assert result.exit_code == 3
    assert result.stderr.count("region south: the API server does not answer") == 1
    assert "region north" not in result.stderr


@pytest.fixture
def standing(engine: PlayedEngine, monkeypatch: pytest.MonkeyPatch) -> PlayedEngine:
    """All of ``air`` stands and runs nothing."""
    for stack in ("platform.north", "tenancy.air.north", "tenancy.air.south"):
        engine.checkpoints.begin(stack)
    monkeypatch.setattr(departures, "connect", lambda target: None)
    monkeypatch.setattr(departures, "workloads_in", lambda cluster, namespace: {})
    return engine


def test_destroy_asks_first_with_what_would_go(govcloud: Any, standing: PlayedEngine, small: Path) -> None:
    result = govcloud("destroy", small, input="n\n")
    assert result.exit_code == 1
    assert "Take these 2 stacks away?" in result.stderr
    assert re.search(r"^tenancy\.air\.north: [1-9]\d* objects$", result.stderr, re.MULTILINE)
    assert standing.asked == []


@pytest.mark.parametrize(("options", "answer"), [((), "y\n"), (("--yes",), None)])
def test_destroy_goes_on_after_a_yes(
    govcloud: Any, standing: PlayedEngine, small: Path, options: tuple[str, ...], answer: str | None
) -> None:
    result = govcloud("destroy", small, *options, "-o", "json", input=answer)
    assert result.exit_code == 0
    assert standing.asked == [("destroy", ["tenancy.air.north", "tenancy.air.south"])]
    assert {row["state"] for row in json.loads(result.stdout)} == {"deleted"}


def test_destroy_takes_platforms_only_when_told_to(
    govcloud: Any, standing: PlayedEngine, small: Path
) -> None:
    govcloud("destroy", small, "-r", "north", "--platform", "--yes")
    assert standing.asked == [("destroy", ["tenancy.air.north", "platform.north"])]


def test_destroy_refuses_running_workloads_unless_their_tenancy_is_named(
    govcloud: Any, standing: PlayedEngine, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(departures, "workloads_in", lambda cluster, namespace: {"Deployment": 2})
    refused = govcloud("destroy", small, "--yes")
    assert isinstance(refused.exception, RefusedError)
    assert "2 Deployment" in str(refused.exception)
    assert standing.asked == []
    assert govcloud("destroy", small, "--yes", "--with-workloads", "air").exit_code == 0
    assert len(standing.asked) == 1


def test_destroy_of_what_does_not_stand_is_an_input_error(
    govcloud: Any, standing: PlayedEngine, small: Path
) -> None:
    assert isinstance(govcloud("destroy", small, "-t", "water", "--yes").exception, InputError)


def test_up_makes_the_register_ready_when_the_platform_of_the_hub_is_there(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    govcloud("up", small, "-r", "south")
    assert engine.established == []
    engine.states = {"platform.north": ("failed", "no room")}
    govcloud("up", small)
    assert engine.established == []
    engine.states = {}
    govcloud("up", small)
    assert engine.established == ["small"]


def test_up_says_nothing_of_stacks_that_the_register_brings_about(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    engine.checkpoints.begin("tenancy.mee-air.north")
    engine.registered = ["mee-air"]
    assert "mee-air" not in govcloud("up", small).stderr


def test_destroy_leaves_tenancies_of_the_register_unless_they_are_named(
    govcloud: Any, standing: PlayedEngine, small: Path
) -> None:
    standing.checkpoints.begin("tenancy.mee-air.north")
    standing.registered = ["mee-air"]
    refused = govcloud("destroy", small, "-t", "mee-air", "--yes")
    assert "tenancies are of the register: mee-air" in str(refused.exception)
    assert standing.asked == []
    assert govcloud("destroy", small, "-t", "mee-air", "--yes", "--with-register", "mee-air").exit_code == 0
    assert standing.asked == [("destroy", ["tenancy.mee-air.north"])]


@pytest.mark.parametrize(("records", "decisions"), [(["mee-gone"], []), ([], ["0000000001"])])
def test_destroy_leaves_the_platform_of_a_hub_whose_register_holds_anything(
    govcloud: Any, standing: PlayedEngine, small: Path, records: list[str], decisions: list[str]
) -> None:
    command = ("destroy", small, "-r", "north", "--platform", "--yes")
    standing.registered, standing.decisions = records, decisions
    refused = govcloud(*command)
    assert f"{len(records)} tenancies and {len(decisions)} decisions" in str(refused.exception)
    assert govcloud(*command, "--with-register", "small").exit_code == 0
    assert standing.asked == [("destroy", ["tenancy.air.north", "platform.north"])]


def test_the_register_is_brought_about_in_all_regions_of_a_tenancy(
    govcloud: Any, engine: PlayedEngine, small: Path
) -> None:
    refused = govcloud("up", small, "--register", "-r", "north")
    assert isinstance(refused.exception, InputError)
