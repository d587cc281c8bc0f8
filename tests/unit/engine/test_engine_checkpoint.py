"""Checkpoints of a file backend, handled without a Pulumi process."""

import json
from pathlib import Path

import pytest
from engine_samples import SALTED, checkpoint_file, record, resources, urn

from govcloud.engine.checkpoint import Checkpoints, Resource, component_of
from govcloud.errors import EngineError


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path)


def by_tenancy(resource: Resource) -> str | None:
    name = component_of(resource)
    return f"tenancy.{name}.north" if name else None


def test_a_new_backend_has_no_stacks(checkpoints: Checkpoints) -> None:
    assert checkpoints.names() == []
    assert not checkpoints.exists("platform.north")
    assert checkpoints.fingerprint("platform.north") is None


def test_a_begun_stack_exists_and_is_empty(checkpoints: Checkpoints, tmp_path: Path) -> None:
    checkpoints.begin("platform.north")
    assert checkpoints.exists("platform.north")
    assert checkpoints.resources("platform.north") == []
    content = json.loads(checkpoint_file(tmp_path, "platform.north").read_text())
    assert content == {
        "version": 3,
        "checkpoint": {"stack": "organization/govcloud/platform.north", "latest": None},
    }


def test_beginning_a_stack_that_exists_leaves_it_alone(checkpoints: Checkpoints, tmp_path: Path) -> None:
    path = record(tmp_path, "tenancy.air.north", "air")
    before = path.read_bytes()
    checkpoints.begin("tenancy.air.north")
    assert path.read_bytes() == before


def test_names_are_those_of_whole_files_in_order(checkpoints: Checkpoints, tmp_path: Path) -> None:
    for name in ("tenancy.air.north", "platform.north"):
        checkpoints.begin(name)
    folder = checkpoint_file(tmp_path, "x").parent
    (folder / "platform.north.json.bak").write_text("{}")
    (folder / ".platform.south.123").write_text("half writ")
    assert checkpoints.names() == ["platform.north", "tenancy.air.north"]


def test_a_checkpoint_is_its_owners_alone_to_read(checkpoints: Checkpoints, tmp_path: Path) -> None:
    checkpoints.begin("platform.north")
    assert checkpoint_file(tmp_path, "platform.north").stat().st_mode & 0o777 == 0o600


def test_a_rewritten_checkpoint_has_another_fingerprint(checkpoints: Checkpoints, tmp_path: Path) -> None:
    path = record(tmp_path, "tenancy.air.north", "air")
    before = checkpoints.fingerprint("tenancy.air.north")
    assert checkpoints.fingerprint("tenancy.air.north") == before
    new = path.with_suffix(".new")
    new.write_bytes(path.read_bytes())
    new.replace(path)
    assert checkpoints.fingerprint("tenancy.air.north") != before


def test_a_divided_stack_gets_the_root_the_provider_and_its_own(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    record(tmp_path, "passing.north.0", "air", "water")
    stacks = checkpoints.divide("passing.north.0", by_tenancy)
    assert stacks == ["tenancy.air.north", "tenancy.water.north"]
    for name in ("air", "water"):
        stack = f"tenancy.{name}.north"
        assert checkpoints.resources(stack) == resources(stack, name)


def test_no_word_of_the_passing_stack_is_left_and_ciphertexts_are_as_they_were(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    record(tmp_path, "passing.north.0", "air", "water")
    checkpoints.divide("passing.north.0", by_tenancy)
    text = checkpoint_file(tmp_path, "tenancy.air.north").read_text()
    assert "passing" not in text
    assert SALTED in text
    assert json.loads(text)["checkpoint"]["latest"]["secrets_providers"]["type"] == "passphrase"


def test_dividing_twice_is_dividing_once_and_the_source_stays(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    record(tmp_path, "passing.north.0", "air", "water")
    checkpoints.divide("passing.north.0", by_tenancy)
    once = checkpoint_file(tmp_path, "tenancy.air.north").read_text()
    checkpoints.divide("passing.north.0", by_tenancy)
    assert checkpoint_file(tmp_path, "tenancy.air.north").read_text() == once
    assert checkpoints.resources("passing.north.0") == resources("passing.north.0", "air", "water")


def test_operations_that_were_under_way_are_left_to_the_next_run(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    path = record(tmp_path, "passing.north.0", "air")
    content = json.loads(path.read_text())
    content["checkpoint"]["latest"]["pending_operations"] = [{"type": "creating"}]
    path.write_text(json.dumps(content))
    checkpoints.divide("passing.north.0", by_tenancy)
    checkpoints.gather("passing.north.1", ["passing.north.0"])
    for stack in ("tenancy.air.north", "passing.north.1"):
        assert "pending_operations" not in checkpoint_file(tmp_path, stack).read_text()


def test_gathered_stacks_share_one_root_and_one_provider(checkpoints: Checkpoints, tmp_path: Path) -> None:
    record(tmp_path, "tenancy.air.north", "air")
    other = record(tmp_path, "tenancy.water.north", "water")
    other.write_text(other.read_text().replace("7f", "8e"))
    checkpoints.gather("passing.north.0", ["tenancy.air.north", "tenancy.water.north"])
    assert checkpoints.resources("passing.north.0") == resources("passing.north.0", "air", "water")
    assert checkpoints.names() == ["passing.north.0", "tenancy.air.north", "tenancy.water.north"]


def test_what_is_gathered_and_divided_is_as_it_was(checkpoints: Checkpoints, tmp_path: Path) -> None:
    names = ("air", "water")
    before = {f"tenancy.{name}.north": record(tmp_path, f"tenancy.{name}.north", name) for name in names}
    held = {stack: checkpoints.resources(stack) for stack in before}
    checkpoints.gather("passing.north.0", before)
    checkpoints.divide("passing.north.0", by_tenancy)
    assert {stack: checkpoints.resources(stack) for stack in before} == held


def test_stacks_without_resources_are_passed_over_when_gathering(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    checkpoints.begin("tenancy.air.north")
    record(tmp_path, "tenancy.water.north", "water")
    checkpoints.gather("passing.north.0", ["tenancy.air.north", "tenancy.water.north"])
    assert checkpoints.resources("passing.north.0") == resources("passing.north.0", "water")
    checkpoints.gather("passing.north.1", [])
    assert checkpoints.resources("passing.north.1") == []


def test_a_stack_whose_provider_never_came_up_can_be_gathered(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    path = record(tmp_path, "tenancy.air.north")
    content = json.loads(path.read_text())
    del content["checkpoint"]["latest"]["resources"][1]
    path.write_text(json.dumps(content))
    record(tmp_path, "tenancy.water.north", "water")
    checkpoints.gather("passing.north.0", ["tenancy.air.north", "tenancy.water.north"])
    assert checkpoints.resources("passing.north.0") == resources("passing.north.0", "water")


def test_an_empty_stack_divides_into_none(checkpoints: Checkpoints) -> None:
    checkpoints.begin("passing.north.0")
    assert checkpoints.divide("passing.north.0", by_tenancy) == []
    assert checkpoints.names() == ["passing.north.0"]


def test_a_removed_stack_is_gone_with_its_backups_and_no_other(
    checkpoints: Checkpoints, tmp_path: Path
) -> None:
    for name in ("tenancy.air.north", "tenancy.air.north2"):
        checkpoints.begin(name)
    checkpoint_file(tmp_path, "tenancy.air.north").with_suffix(".json.bak").write_text("{}")
    checkpoints.remove("tenancy.air.north")
    assert [path.name for path in checkpoint_file(tmp_path, "x").parent.iterdir()] == [
        "tenancy.air.north2.json"
    ]
    checkpoints.remove("tenancy.air.north")


@pytest.mark.parametrize(
    ("content", "words"),
    [('{"version": 2, "deployment": {}}', "version 2"), ('{"version": 3, "checkp', "cannot be read")],
)
def test_a_checkpoint_that_cannot_be_used_is_named_with_the_way_out(
    checkpoints: Checkpoints, tmp_path: Path, content: str, words: str
) -> None:
    checkpoints.begin("platform.north")
    path = checkpoint_file(tmp_path, "platform.north")
    path.write_text(content)
    with pytest.raises(EngineError, match=words) as caught:
        checkpoints.resources("platform.north")
    assert caught.value.where == str(path)
    assert caught.value.mend


@pytest.mark.parametrize(
    ("own", "parent", "component"),
    [
        (urn("s", "govcloud:stacks:Tenancy", "air"), "", "air"),
        (
            urn("s", "govcloud:stacks:Tenancy$kubernetes:core/v1:Secret", "t-air/key"),
            urn("s", "govcloud:stacks:Tenancy", "air"),
            "air",
        ),
        (urn("s", "pulumi:pulumi:Stack", "govcloud-s"), "", None),
        (urn("s", "govcloud:stacks:Platform", "north"), "", None),
    ],
)
def test_a_resource_belongs_to_the_tenancy_that_it_is_or_stands_under(
    own: str, parent: str, component: str | None
) -> None:
    assert component_of({"urn": own, "parent": parent}) == component
