import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from govcloud.hub.documents import TenancyStatus
from govcloud.model import parse_quantity
from govcloud.planner import plan_platform
from govcloud.planner.crds import KINDS
from govcloud.planner.schemas import spec_schema, status_schema

STRUCTURAL = {
    "$ref",
    "$defs",
    "const",
    "anyOf",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "default",
    "title",
}


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


def test_the_register_keeps_tenancies_and_decisions_by_department_and_the_rest_once(beijing):
    assert {name: d["spec"]["scope"] for name, d in _definitions(beijing).items()} == {
        "departments.govcloud.dev": "Cluster",
        "tenancies.govcloud.dev": "Namespaced",
        "sharings.govcloud.dev": "Cluster",
        "waivers.govcloud.dev": "Cluster",
        "decisions.govcloud.dev": "Namespaced",
        "limits.govcloud.dev": "Cluster",
    }


def test_short_names_are_unlike_those_of_kubernetes_itself(beijing):
    taken = {"cm", "ds", "deploy", "ep", "ev", "ns", "no", "po", "pv", "pvc", "rs", "rc", "sa", "svc", "sts"}
    short = [name for d in _definitions(beijing).values() for name in d["spec"]["names"]["shortNames"]]
    assert sorted(short) == ["dcn", "dep", "lim", "shr", "ten", "wvr"]
    assert not taken & set(short)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_schemas_are_structural(kind):
    for schema in _schemas(spec_schema(kind.model)):
        assert "type" in schema
        assert schema["type"] != "object" or {"properties", "additionalProperties"} & set(schema)
        assert not STRUCTURAL & set(schema)
        assert not isinstance(schema.get("additionalProperties"), bool)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.status], ids=lambda kind: kind.plural)
def test_a_status_is_structural_and_holds_null_nowhere_but_in_a_copy_of_a_spec(kind):
    schema = status_schema(kind.status)
    copy = schema["properties"]["approved"]["properties"].pop("spec")
    for found in _schemas(schema):
        assert "type" in found
        assert not STRUCTURAL & set(found)
        assert "nullable" not in found
    assert copy["properties"]["isolation"]["nullable"] is True


def test_entries_of_a_status_are_told_apart_by_the_server():
    lists = {
        name: schema["x-kubernetes-list-map-keys"]
        for name, schema in status_schema(TenancyStatus)["properties"].items()
        if schema.get("x-kubernetes-list-type") == "map"
    }
    assert lists == {"history": ["seq"], "reviews": ["by"], "conditions": ["type"], "regions": ["name"]}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_each_column_of_a_listing_is_a_field_of_that_type(beijing, kind):
    version = _definitions(beijing)[f"{kind.plural}.govcloud.dev"]["spec"]["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    for column in kind.columns:
        if not column.path.startswith(".metadata.labels."):
            assert _at(root, column.path)["type"] == column.type


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_a_listing_selects_by_fields_that_there_are(beijing, kind):
    version = _definitions(beijing)[f"{kind.plural}.govcloud.dev"]["spec"]["versions"][0]
    root = version["schema"]["openAPIV3Schema"]
    for field in version.get("selectableFields", ()):
        assert _at(root, field["jsonPath"])["type"] == "string"


@pytest.mark.parametrize("amount", ["500m", "8", "1.5", "128Gi", "2T"])
def test_a_definition_takes_the_quantities_that_the_model_takes(beijing, amount):
    assert parse_quantity(amount)
    assert re.search(_cpu(beijing)["pattern"], amount)


@pytest.mark.parametrize("amount", ["", "much", "-4", "4 cores", "1e3", "4\n"])
def test_a_definition_refuses_the_quantities_that_the_model_refuses(beijing, amount):
    with pytest.raises(ValueError, match="is not a Kubernetes quantity"):
        parse_quantity(amount)
    assert not re.fullmatch(_cpu(beijing)["pattern"].strip("^$"), amount)


def _cpu(region):
    version = _definitions(region)["tenancies.govcloud.dev"]["spec"]["versions"][0]
    return _at(version["schema"]["openAPIV3Schema"], ".spec.resources.cpu")


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
