"""The kinds of the register as Kubernetes knows them: definitions made from the model, so that the two agree.

A definition needs a structural OpenAPI v3 schema. Pydantic's JSON Schema says the same in other words:
references are put in place, ``const`` becomes ``enum``, an optional value becomes ``nullable``. Two things
are left out: defaults, which the model fills in, and the refusal of unknown fields, which the server sees to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from govcloud.model import Department, Region, Sharing, Tenancy, Waiver
from govcloud.model.base import Document
from govcloud.planner.labels import Manifest, platform_labels

Schema = dict[str, Any]
GROUP = "govcloud.dev"

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
}


@dataclass(frozen=True, slots=True)
class RegisterKind:
    """One kind of the register: its model, its names, and the columns that a listing shows."""

    model: type[Document]
    plural: str
    short: str
    columns: tuple[tuple[str, str, str], ...]


KINDS = (
    RegisterKind(Department, "departments", "dep", (("Title", "string", ".spec.title"),)),
    RegisterKind(
        Tenancy,
        "tenancies",
        "ten",
        (
            ("Department", "string", ".spec.department"),
            ("Zone", "string", ".spec.zone"),
            ("Information", "integer", ".spec.grading.information"),
            ("Service", "integer", ".spec.grading.service"),
            ("Tier", "integer", ".spec.recovery.tier"),
            ("Primary", "string", ".spec.regions.primary"),
            ("Phase", "string", ".status.phase"),
        ),
    ),
    RegisterKind(
        Sharing,
        "sharings",
        "shr",
        (
            ("Provider", "string", ".spec.provider"),
            ("Consumer", "string", ".spec.consumer"),
            ("Level", "string", ".spec.level"),
            ("Until", "string", ".spec.until"),
            ("Phase", "string", ".status.phase"),
        ),
    ),
    RegisterKind(
        Waiver,
        "waivers",
        "wvr",
        (
            ("Rule", "string", ".spec.rule"),
            ("Tenancy", "string", ".spec.tenancy"),
            ("Until", "string", ".spec.until"),
            ("Phase", "string", ".status.phase"),
        ),
    ),
)


def register_definitions(region: Region) -> list[Manifest]:
    """The custom resource definitions of the register, for the region that is the hub."""
    labels = platform_labels(region)
    return [_definition(kind, labels) for kind in KINDS]


def spec_schema(model: type[BaseModel]) -> Schema:
    """The structural schema of a document's ``spec``."""
    schema = model.model_json_schema(by_alias=True)
    return _structural(schema["properties"]["spec"], schema.get("$defs", {}))


def _structural(schema: Schema, defs: dict[str, Schema]) -> Schema:
    if "$ref" in schema:
        target = defs[schema["$ref"].removeprefix("#/$defs/")]
        return _structural({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, defs)
    if "anyOf" in schema:
        return _optional(schema, defs)
    result: Schema = {key: value for key, value in schema.items() if key in _KEPT}
    if "const" in schema:
        result["enum"] = [schema["const"]]
    if "properties" in schema:
        result["properties"] = {
            name: _structural(value, defs) for name, value in schema["properties"].items()
        }
    if isinstance(schema.get("additionalProperties"), dict):
        result["additionalProperties"] = _structural(schema["additionalProperties"], defs)
    if "items" in schema:
        result["items"] = _structural(schema["items"], defs)
    return result


def _optional(schema: Schema, defs: dict[str, Schema]) -> Schema:
    """A value or null; other choices have no structural form, and the register's kinds have none."""
    (value,) = [choice for choice in schema["anyOf"] if choice.get("type") != "null"]
    result = {**_structural(value, defs), "nullable": True}
    if "enum" in result:  # the server finds null in no enum, not even in one that lists it
        result["pattern"] = f"^({'|'.join(result.pop('enum'))})$"
    return result


def _definition(kind: RegisterKind, labels: dict[str, str]) -> Manifest:
    name = kind.model.__name__
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}", "labels": {**labels}},
        "spec": {
            "group": GROUP,
            "scope": "Cluster",
            "names": {
                "kind": name,
                "listKind": f"{name}List",
                "plural": kind.plural,
                "singular": name.lower(),
                "shortNames": [kind.short],
                "categories": ["govcloud"],
            },
            "versions": [_version(kind)],
        },
    }


def _version(kind: RegisterKind) -> dict[str, Any]:
    columns = [{"name": name, "type": type_, "jsonPath": path} for name, type_, path in kind.columns]
    return {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _root(kind)},
        "subresources": {"status": {}},
        "additionalPrinterColumns": [
            *columns,
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    }


def _root(kind: RegisterKind) -> Schema:
    return {
        "type": "object",
        "description": (kind.model.__doc__ or "").strip(),
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec_schema(kind.model),
            "status": {
                "type": "object",
                "properties": {"phase": {"type": "string"}},
                "x-kubernetes-preserve-unknown-fields": True,
            },
        },
    }
