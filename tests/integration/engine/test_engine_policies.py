"""The rules inside of Pulumi: the pack under the plain command, and what the engine of govcloud refuses."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from engine_estate import EstateUnderTest
from policy_program import REPOSITORY, PolicyProgram

from govcloud.cluster import Cluster
from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.engine import Engine
from govcloud.engine.judge import judged
from govcloud.engine.run import run
from govcloud.engine.settings import settings_for
from govcloud.engine.units import Selection, Unit, units_of
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from policies.evaluation import Evaluator
from policies.examples import Made, make, shipped_bases
from policies.inspection import is_namespace
from policies.loading import shipped_rules
from policies.settings import Settings
from stacks.components import tenancies_program

Manifest = dict[str, Any]
LEVELS = {"deny": "mandatory", "warn": "advisory"}


@dataclass(frozen=True)
class Case:
    """A failing example of a rule, in a namespace of its own, under the names of its resources."""

    rule: str
    name: str
    made: Made

    @property
    def resources(self) -> dict[str, Manifest]:
        """All that the program registers for it: the namespace first, the object in question under its own name."""
        others = self.made.siblings[1:]
        named = {f"{self.name}-sibling-{number}": one for number, one in enumerate(others)}
        if not is_namespace(self.made.manifest):
            named[f"{self.name}-namespace"] = self.made.namespace
        return {**named, self.name: self.made.manifest}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> PolicyProgram:
    return PolicyProgram(tmp_path_factory.mktemp("program"), toolchain)


def cases() -> Iterator[Case]:
    bases = shipped_bases()
    for rule in shipped_rules().values():
        for number, example in enumerate(rule.examples.fail if "preview" in rule.points else ()):
            yield Case(
                rule.id, f"{rule.id}-{number}".lower(), _moved(make(example, bases), f"{rule.id}-{number}")
            )


def _moved(made: Made, label: str) -> Made:
    """An example's objects in a namespace of their own, so that no example sees another's."""
    name = f"{made.namespace['metadata']['name']}-{label}".lower()

    def renamed(manifest: Manifest) -> Manifest:
        metadata = manifest["metadata"]
        if is_namespace(manifest):
            return {**manifest, "metadata": {**metadata, "name": name}}
        return (
            {**manifest, "metadata": {**metadata, "namespace": name}} if "namespace" in metadata else manifest
        )

    return replace(
        made,
        manifest=renamed(made.manifest),
        namespace=renamed(made.namespace),
        siblings=tuple(map(renamed, made.siblings)),
    )


def _config(settings: Settings) -> dict[str, Any]:
    """What the pack is told of the settings of a region."""
    return {
        "registries": list(settings.registries),
        "ceiling": settings.ceiling,
        "network": settings.network,
        "encryptedClasses": list(settings.encrypted_classes),
    }


def test_every_failing_example_is_refused_in_the_words_of_the_local_evaluator(program: PolicyProgram) -> None:
    groups: dict[Settings, list[Case]] = {}
    for case in cases():
        groups.setdefault(case.made.settings, []).append(case)
    for settings, group in groups.items():
        objects = {name: manifest for case in group for name, manifest in case.resources.items()}
        said = program.preview(objects, _config(settings))
        assert said.code != 0
        evaluator = Evaluator(shipped_rules().values(), settings)
        for case in group:
            expected = evaluator.evaluate(case.made.manifest, "preview", case.made.surroundings)
            assert case.rule in {finding.rule for finding in expected}
            assert sorted(said.violations[case.name]) == sorted(
                (LEVELS[finding.action], finding.message) for finding in expected
            )


def test_a_department_learns_what_its_program_breaks_and_how_to_say_where_it_will_be(
    program: PolicyProgram, tmp_path: Path
) -> None:
    bases = shipped_bases()
    web, other = bases.of("Deployment"), bases.of("Deployment")
    web["metadata"]["name"], other["metadata"]["name"] = "web", "other"
    for one in (web, other):
        one["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    budget = bases.of("PodDisruptionBudget")
    said = program.preview(
        {"web": web, "other": {**other, "spec": {**other["spec"], "minReadySeconds": "UNKNOWN"}}}
    )
    assert said.code != 0
    assert any(text.startswith("[GC-POD-01]") for text in said.messages("web", "mandatory"))
    notes = [text for name in ("web", "other") for text in said.messages(name, "advisory")]
    assert sum("'t-example' is not known here" in text for text in notes) == 1
    assert not said.messages("other", "mandatory")
    assert any(text.startswith("spec.minReadySeconds: not known") for text in said.messages("other"))
    assert any(text.startswith("[GC-POD-01]") for text in said.messages("other", "advisory"))
    assert "Traceback" not in said.text

    namespace = bases.namespace
    waiver = {"waiver.govcloud.dev/GC-POD-01": "2999-01-01T00:00:00Z Deployment/*"}
    namespace["metadata"]["annotations"].update(waiver)
    file = tmp_path / "namespaces.yaml"
    file.write_text(yaml.safe_dump(namespace))
    config = _config(bases.settings) | {"namespaces": str(file)}
    said = program.preview({"web": web, "budget": budget}, config)
    assert (said.code, said.violations) == (0, {}), said.text


@pytest.fixture(scope="module")
def ruled(
    tmp_path_factory: pytest.TempPathFactory, clusters: dict[str, Cluster]
) -> Iterator[EstateUnderTest]:
    """Two tenancies in the region north, of which the second stands."""
    estate = EstateUnderTest("ruled", tmp_path_factory.mktemp("ruled") / "estate.yaml", 2, clusters)
    estate.write()
    ran = estate.up("--tenancy", estate.tenancy(2), "--region", "north")
    assert ran.code == 0, ran.err
    yield estate
    for number in (1, 2):
        name = f"t-{estate.tenancy(number)}"
        clusters["north"].delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


class _Silent:
    """A progress that nobody looks at."""

    def start(self, jobs: Any) -> None: ...

    def step(self, job: str, done: int) -> None: ...

    def finish(self, job: str, failed: bool) -> None: ...

    def say(self, message: str) -> None: ...


def _privileged(namespace: str) -> Manifest:
    web = shipped_bases().of("Deployment")
    web["metadata"]["namespace"] = namespace
    web["spec"]["template"]["spec"]["containers"][0]["securityContext"]["privileged"] = True
    return web


def _units(estate: EstateUnderTest) -> dict[str, Unit]:
    found = units_of(load_estate(estate.file), Selection(regions=("north",)))
    return {str(unit.name): unit for unit in found}


def test_a_tenancy_that_breaks_a_rule_is_refused_whole_and_stops_no_other(
    ruled: EstateUnderTest, toolchain: Toolchain
) -> None:
    ruled.write(cpu={ruled.tenancy(2): 6})
    units = _units(ruled)
    bad, good = (f"tenancy.{ruled.tenancy(number)}.north" for number in (1, 2))
    broken = [*units[bad].manifests, _privileged(f"t-{ruled.tenancy(1)}")]
    units[bad] = replace(units[bad], manifests=broken)
    engine = Engine(settings_for(load_estate(ruled.file), toolchain), _Silent())
    for operation, done in ((engine.preview, "planned"), (engine.up, "updated")):
        results = {str(result.stack): result for result in operation(list(units.values())).results}
        assert results[bad].state == "refused"
        assert "GC-POD-01" in {finding.rule for finding in results[bad].findings}
        assert results[bad].changes == ()
        assert (results[good].state, results[good].findings) == (done, ())
    assert ruled.namespace("north", ruled.tenancy(1)) is None
    assert ruled.quota("north", ruled.tenancy(2)) == "6"


def test_pulumi_itself_refuses_an_object_before_it_is_made(
    ruled: EstateUnderTest, toolchain: Toolchain
) -> None:
    settings = settings_for(load_estate(ruled.file), toolchain)
    checkpoints = Checkpoints(settings.backend_folder)
    unit = _units(ruled)[f"tenancy.{ruled.tenancy(2)}.north"]
    namespace = f"t-{ruled.tenancy(2)}"
    web = _privileged(namespace)
    program = partial(tenancies_program, unit.target, {ruled.tenancy(2): [*unit.manifests, web]})
    with judged([unit], [unit], settings.work / "policies", datetime.now(UTC)) as verdict:
        assert not verdict.refuses(unit.name)
        outcome = run("up", settings, checkpoints, str(unit.name), program, pack=verdict.pack)
    ((urn, findings),) = outcome.findings.items()
    assert urn.endswith(f"kubernetes:apps/v1:Deployment::{namespace}/web")
    refusing = [finding for finding in findings if finding.blocks]
    assert "GC-POD-01" in {finding.rule for finding in refusing}
    assert outcome.failures[urn] == refusing[0].message
    cluster = ruled.clusters["north"]
    assert cluster.get(cluster.kind(web), "web", namespace) is None


def test_the_plain_pulumi_command_judges_the_stacks_of_an_estate(ruled: EstateUnderTest) -> None:
    stack = f"tenancy.{ruled.tenancy(2)}.north"
    command = f"pulumi preview --stack {stack} --policy-pack policies"
    script = f"{ruled.run('env').out}\ncd {REPOSITORY}\n{command}"
    try:
        ended = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, timeout=240)
    finally:
        (REPOSITORY / f"Pulumi.{stack}.yaml").unlink(missing_ok=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "✅ govcloud@v" in ended.stdout
