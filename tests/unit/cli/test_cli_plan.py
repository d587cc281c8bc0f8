"""``govcloud plan``: manifests from an estate alone."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from govcloud.engine.units import Selection, units_of
from govcloud.errors import InputError
from govcloud.model import Estate

NATIONAL = Path(__file__).parents[3] / "estates" / "national"


def documents(text: str) -> list[Any]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return list(yaml.load_all(text, Loader=loader))


def test_as_yaml_every_manifest_of_the_national_estate_is_a_document(govcloud: Any) -> None:
    result = govcloud("plan", NATIONAL, "--output", "yaml")
    assert result.exit_code == 0
    found = documents(result.stdout)
    assert len(found) > 1000
    assert all({"apiVersion", "kind", "metadata"} <= set(manifest) for manifest in found)
    assert result.stderr == ""


def test_documents_stand_alone_without_references_to_other_places(govcloud: Any, small: Path) -> None:
    text = govcloud("plan", small, "-o", "yaml").stdout
    assert "&id" not in text
    assert "*id" not in text


@pytest.mark.parametrize("output", ["yaml", "json"])
def test_the_manifests_are_those_of_the_units_in_their_order(
    govcloud: Any, small: Path, estate: Estate, output: str
) -> None:
    text = govcloud("plan", small, "-o", output).stdout
    found = json.loads(text) if output == "json" else documents(text)
    assert found == [manifest for unit in units_of(estate, Selection()) for manifest in unit.manifests]


def test_chinese_is_printed_as_it_is(govcloud: Any, small: Path) -> None:
    for output in ("yaml", "json"):
        assert "系统" in govcloud("plan", small, "-o", output).stdout


def test_one_tenancy_comes_with_its_regions(govcloud: Any, small: Path) -> None:
    found = json.loads(govcloud("plan", small, "-t", "water", "-o", "json").stdout)
    namespaces = {m["metadata"]["name"] for m in found if m["kind"] == "Namespace"}
    assert "t-water" in namespaces
    assert "t-air" not in namespaces


def test_one_region_leaves_the_other_out(govcloud: Any, small: Path) -> None:
    found = json.loads(govcloud("plan", small, "-r", "north", "-o", "json").stdout)
    regions = {m["metadata"]["labels"].get("govcloud.dev/region") for m in found}
    assert regions - {None} == {"north"}


def test_an_estate_may_come_through_a_pipe(govcloud: Any, small: Path, estate_text: str) -> None:
    piped = govcloud("plan", "-", "-o", "json", input=estate_text)
    assert piped.stdout == govcloud("plan", small, "-o", "json").stdout


def test_the_environment_names_the_estate_where_no_path_is_given(
    govcloud: Any, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVCLOUD_ESTATE", str(small))
    assert govcloud("plan", "-o", "json").stdout == govcloud("plan", small, "-o", "json").stdout


def test_the_table_has_a_row_for_each_stack_with_its_role_and_kinds(govcloud: Any, small: Path) -> None:
    lines = govcloud("plan", small).stdout.splitlines()
    (standby,) = (line for line in lines if "tenancy.air.south" in line)
    assert "standby" in standby
    assert "1 Namespace" in standby
    for stack in ("platform.north", "platform.south", "tenancy.air.north", "tenancy.water.south"):
        assert any(stack in line for line in lines)


def test_a_name_that_the_estate_does_not_have_is_an_input_error(govcloud: Any, small: Path) -> None:
    result = govcloud("plan", small, "-t", "ait")
    assert isinstance(result.exception, InputError)
    assert "did you mean 'air'" in str(result.exception)
    assert result.stdout == ""
