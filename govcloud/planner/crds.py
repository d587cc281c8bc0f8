"""The kinds of the register as Kubernetes knows them: definitions made from the model, so that the two agree.

Tenancies and decisions are kept in the namespace of their department (``d-<department>``), so that a department lists and
watches its own with plain RBAC, and reads nothing of others. Departments, sharings and waivers are kept once for all: a
sharing belongs to two departments, and what a department needs of a waiver stands on its tenancy's namespace.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from govcloud.base import Document
from govcloud.hub.documents import Decision, Limits, TenancyStatus
from govcloud.hub.lifecycle import FIRST
from govcloud.model import Department, Region, Sharing, Tenancy, Waiver
from govcloud.planner.labels import GRADE, Manifest, platform_labels
from govcloud.planner.schemas import Schema, spec_schema, status_schema

GROUP = "govcloud.dev"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a listing; ``wide`` ones show only where they are asked for (``kubectl get -o wide``)."""

    name: str
    type: Literal["string", "integer", "date"]
    path: str
    wide: bool = False


@dataclass(frozen=True, slots=True)
class RegisterKind:
    """One kind of the register.

    Attributes:
        model: the document; the schema of its spec is made from it.
        columns: what a listing shows.
        namespaced: whether it is kept in the namespace of its department.
        status: the model of its status; None where it has but a phase.
        selectable: fields by which a listing may select.
    """

    model: type[Document]
    plural: str
    short: str
    columns: tuple[Column, ...]
    namespaced: bool = False
    status: type[BaseModel] | None = None
    selectable: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """The scope as a definition names it."""
        return "Namespaced" if self.namespaced else "Cluster"


_PHASE = Column("Phase", "string", ".status.phase")
KINDS = (
    RegisterKind(Department, "departments", "dep", (Column("Title", "string", ".spec.title"),)),
    RegisterKind(
        Tenancy,
        "tenancies",
        "ten",
        (
            Column("Department", "string", ".spec.department"),
            Column("Zone", "string", ".spec.zone"),
            # A column shows one field, and the overall grade is the higher of two: the label has it.
            Column("Grade", "string", f".metadata.labels.{GRADE.replace('.', chr(92) + '.')}"),
            Column("Tier", "integer", ".spec.recovery.tier"),
            _PHASE,
            Column("Primary", "string", ".spec.regions.primary"),
            Column("Title", "string", ".spec.title", wide=True),
            Column("Requested By", "string", ".spec.requestedBy", wide=True),
            Column("Last Error", "string", ".status.lastError", wide=True),
        ),
        namespaced=True,
        status=TenancyStatus,
        selectable=(".spec.department", ".spec.zone", ".status.phase"),
    ),
    RegisterKind(
        Sharing,
        "sharings",
        "shr",
        (
            Column("Provider", "string", ".spec.provider"),
            Column("Consumer", "string", ".spec.consumer"),
            Column("Level", "string", ".spec.level"),
            Column("Until", "string", ".spec.until"),
            _PHASE,
        ),
    ),
    RegisterKind(
        Waiver,
        "waivers",
        "wvr",
        (
            Column("Rule", "string", ".spec.rule"),
            Column("Tenancy", "string", ".spec.tenancy"),
            Column("Until", "string", ".spec.until"),
            _PHASE,
        ),
    ),
    RegisterKind(
        Decision,
        "decisions",
        "dcn",
        (
            Column("Tenancy", "string", ".spec.tenancy"),
            Column("From", "string", ".spec.entry.from"),
            Column("To", "string", ".spec.entry.to"),
            Column("Decision", "string", ".spec.entry.decision"),
            Column("By", "string", ".spec.entry.by"),
            Column("At", "string", ".spec.entry.at"),
            Column("Reason", "string", ".spec.entry.reason", wide=True),
        ),
        namespaced=True,
        selectable=(".spec.tenancy",),
    ),
    RegisterKind(Limits, "limits", "lim", ()),
)

_QUANTITY = r"^[0-9]{1,18}(\.[0-9]{1,9})?([numkMGTPE]|[KMGTPE]i)?$"
_NAME = "^[a-z]([-a-z0-9]*[a-z0-9])?$"
_IN_DRAFT = f"!has(oldSelf.status) || !has(oldSelf.status.phase) || oldSelf.status.phase == '{FIRST}'"
_FIXED = {  # never changed in place once it was asked for
    "spec.zone": "zone",
    "spec.grading.information": "grade of information",
    "spec.grading.service": "grade of service",
}


def register_definitions(region: Region) -> list[Manifest]:
    """The custom resource definitions of the register, for the region that is the hub."""
    labels = platform_labels(region)
    return [_definition(kind, labels) for kind in KINDS]


def _definition(kind: RegisterKind, labels: dict[str, str]) -> Manifest:
    name = kind.model.__name__
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{kind.plural}.{GROUP}", "labels": {**labels}},
        "spec": {
            "group": GROUP,
            "scope": kind.scope,
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
    selectable = {"selectableFields": [{"jsonPath": path} for path in kind.selectable]}
    return {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": _root(kind)},
        "subresources": {"status": {}},
        **(selectable if kind.selectable else {}),
        "additionalPrinterColumns": [
            *(_column(column) for column in kind.columns),
            {"name": "Age", "type": "date", "jsonPath": ".metadata.creationTimestamp"},
        ],
    }


def _column(column: Column) -> dict[str, Any]:
    priority = {"priority": 1} if column.wide else {}
    return {"name": column.name, "type": column.type, "jsonPath": column.path, **priority}


def _root(kind: RegisterKind) -> Schema:
    phase: Schema = {"type": "object", "properties": {"phase": {"type": "string"}}}
    schema: Schema = {
        "type": "object",
        "description": (kind.model.__doc__ or "").strip(),
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec_schema(kind.model),
            "status": status_schema(kind.status) if kind.status else phase,
        },
    }
    if kind.model is Tenancy:
        _measure_resources(schema["properties"]["spec"]["properties"]["resources"]["properties"])
        schema["x-kubernetes-validations"] = _tenancy_rules()
    if kind.model is Decision:
        schema["properties"]["spec"]["x-kubernetes-validations"] = [_rule("self == oldSelf", "it is final")]
    return schema


def _measure_resources(properties: dict[str, Schema]) -> None:
    """Quantities are texts to a schema: the pattern keeps out what is none, so that nobody approves it."""
    for name in ("cpu", "memory", "storage", "ephemeralStorage"):
        properties[name]["pattern"] = _QUANTITY
    properties["accelerators"]["additionalProperties"]["pattern"] = _QUANTITY


def _tenancy_rules() -> list[dict[str, Any]]:
    named = "a name is of lower-case letters, digits and hyphens, begins with a letter, and has at most 50 characters"
    return [
        _rule(f"self.metadata.name.size() <= 50 && self.metadata.name.matches('{_NAME}')", named),
        *(
            _rule(
                f"self.{path} == oldSelf.{path} || {_IN_DRAFT}",
                f"the {word} of a tenancy never changes in place; ask for another tenancy and retire this one",
                field=f".{path}",
            )
            for path, word in _FIXED.items()
        ),
    ]


def _rule(rule: str, message: str, field: str = "") -> dict[str, Any]:
    return {"rule": rule, "message": message, **({"fieldPath": field} if field else {})}
