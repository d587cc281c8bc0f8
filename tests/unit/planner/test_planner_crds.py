from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from govcloud.planner import plan_platform
from govcloud.planner.crds import KINDS, spec_schema

STRUCTURAL = {"$ref", "$defs", "const", "anyOf", "oneOf", "prefixItems", "default", "title"}


def _definitions(region):
    return {
        m["metadata"]["name"]: m for m in plan_platform(region) if m["kind"] == "CustomResourceDefinition"
    }


def _schemas(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield schema
    for child in schema.get("properties", {}).values():
        yield from _schemas(child)
    for key in ("items", "additionalProperties"):
        if key in schema:
            yield from _schemas(schema[key])


def _at(schema, path):
    for step in path.removeprefix(".").split("."):
        schema = schema["properties"][step]
    return schema


def test_the_register_keeps_tenancies_sharings_waivers_and_departments(beijing):
    assert set(_definitions(beijing)) == {
        "departments.govcloud.dev",
        "tenancies.govcloud.dev",
        "sharings.govcloud.dev",
        "waivers.govcloud.dev",
    }


def test_short_names_are_unlike_those_of_kubernetes_itself(beijing):
    taken = {"cm", "ds", "deploy", "ep", "ev", "ns", "no", "po", "pv", "pvc", "rs", "rc", "sa", "svc", "sts"}
    short = [name for d in _definitions(beijing).values() for name in d["spec"]["names"]["shortNames"]]
    assert sorted(short) == ["dep", "shr", "ten", "wvr"]
    assert not taken & set(short)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_schemas_are_structural(kind):
    for schema in _schemas(spec_schema(kind.model)):
        assert "type" in schema
        assert not STRUCTURAL & set(schema)
        assert not isinstance(schema.get("additionalProperties"), bool)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_each_column_of_a_listing_is_a_field_of_that_type(beijing, kind):
    version = _definitions(beijing)[f"{kind.plural}.govcloud.dev"]["spec"]["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    for _, type_, path in kind.columns:
        assert _at(root, path)["type"] == type_


def test_a_schema_takes_what_the_model_takes(make_tenancy):
    spec = make_tenancy().model_dump(mode="json", by_alias=True, exclude_none=True)["spec"]
    schema = spec_schema(type(make_tenancy()))
    jsonschema.validate(spec, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec | {"zone": "mars"}, schema)


def test_a_choice_that_may_be_left_out_may_be_null(make_tenancy):
    isolation = spec_schema(type(make_tenancy()))["properties"]["isolation"]
    assert isolation["nullable"] is True
    assert isolation["pattern"] == "^(namespace|node|sandbox|cluster)$"
    assert "enum" not in isolation
