"""Structural schemas made from the model, so that the register takes what the model describes and nothing else.

A definition needs a structural OpenAPI v3 schema. Pydantic's JSON Schema says the same in other words: references are put
in place, ``const`` becomes ``enum``, an optional value becomes ``nullable``. Two things are left out: defaults, which the
model fills in, and the refusal of unknown fields, which the server sees to.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

_KEPT = {
    "description",
    "enum",
    "format",
    "maxItems",
    "maxLength",
    "maximum",
    "minItems",
    "minLength",
    "minimum",
    "pattern",
    "required",
    "type",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
}


def spec_schema(model: type[BaseModel]) -> Schema:
    """The structural schema of a document's ``spec``."""
    schema = model.model_json_schema(by_alias=True)
    return _structural(schema["properties"]["spec"], schema.get("$defs", {}), nullable=True)


def status_schema(model: type[BaseModel]) -> Schema:
    """The structural schema of a status: what is not known is left out, never null, so that policies may trust ``has``.

    A spec inside of it is a copy of one that people wrote, and may hold null where theirs may.
    """
    schema = model.model_json_schema(by_alias=True)
    return _structural(schema, schema.get("$defs", {}), nullable=False)


def _structural(schema: Schema, defs: dict[str, Schema], *, nullable: bool) -> Schema:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        resolved = {**defs[name], **{k: v for k, v in schema.items() if k != "$ref"}}
        return _structural(resolved, defs, nullable=nullable or name.endswith("Spec"))
    if "anyOf" in schema:
        return _optional(schema, defs, nullable=nullable)
    result: Schema = {key: value for key, value in schema.items() if key in _KEPT}
    if "const" in schema:
        result["enum"] = [schema["const"]]
    if "properties" in schema:
        result["properties"] = {
            name: _structural(value, defs, nullable=nullable) for name, value in schema["properties"].items()
        }
    for values in _values(schema):
        result["additionalProperties"] = _structural(values, defs, nullable=nullable)
    if "items" in schema:
        result["items"] = _structural(schema["items"], defs, nullable=nullable)
    return result


def _values(schema: Schema) -> list[Schema]:
    """The schema of a mapping's values, if it is one; of its keys a structural schema says nothing."""
    by_key = list(schema.get("patternProperties", {}).values())
    plain = schema.get("additionalProperties")
    return [*by_key, plain] if isinstance(plain, dict) else by_key


def _optional(schema: Schema, defs: dict[str, Schema], *, nullable: bool) -> Schema:
    """A value that may be left out; other choices have no structural form, and the register's kinds have none."""
    (value,) = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
    result = _structural(value, defs, nullable=nullable)
    if nullable:
        result["nullable"] = True
        if "enum" in result:  # the server finds null in no enum, not even in one that lists it
            result["pattern"] = f"^({'|'.join(result.pop('enum'))})$"
    return result
