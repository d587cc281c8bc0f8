"""A tenancy: one department's system on the cloud, with its zone, grade, recovery tier and resources."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from govcloud.base import Document, Grade, Meaning, Name, Strict, Text, Zone
from govcloud.model.quantity import Quantity

Isolation = Literal["namespace", "node", "sandbox", "cluster"]
ISOLATION_ORDER: tuple[Isolation, ...] = ("namespace", "node", "sandbox", "cluster")
Role = Literal["primary", "standby"]
Tier = Annotated[int, Field(ge=1, le=6)]


def _zero(value: Any) -> Any:
    """YAML reads the duration 0 as a number."""
    return "0" if type(value) is int and value == 0 else value


Duration = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8}[smhd])$"),  # first, so that the schema carries it
    BeforeValidator(_zero),
    Meaning("0 or a duration such as 30s, 15m, 2h or 7d"),
]
DataClass = Literal["general", "important", "core"]
DataLevel = Literal["L1", "L2", "L3", "L4"]
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration_seconds(text: str) -> int:
    """Seconds of a duration such as 0, 30s, 15m, 2h or 7d."""
    return 0 if text == "0" else int(text[:-1]) * _SECONDS[text[-1]]


class Filing(Strict):
    """The filing of a graded system with the public-security organ (公通字〔2007〕43号, art. 15)."""

    number: Text
    date: date


class Grading(Strict):
    """MLPS grades of a system: information (S), service (A), overall the higher (GB/T 22240-2020)."""

    information: Grade
    service: Grade
    filing: Filing | None = None

    @property
    def overall(self) -> int:
        """The overall grade (G)."""
        return max(self.information, self.service)


class Data(Strict):
    """What data a system holds: national class (GB/T 43697-2024), local level (DB33/T 2350-2021)."""

    classification: Annotated[DataClass, Field(alias="class")]
    level: DataLevel
    personal: bool = False
    secrecy: Literal["none", "secret", "confidential", "top-secret"] = "none"


class Recovery(Strict):
    """The recovery tier (GB/T 20988), with objectives that may be tighter than the tier's, never looser."""

    tier: Tier
    rpo: Duration | None = None
    rto: Duration | None = None


class Resources(Strict):
    """What a tenancy may use in each region where it runs at full size."""

    cpu: Quantity
    memory: Quantity
    storage: Quantity
    pods: Annotated[int, Field(ge=1, le=100_000)]
    ephemeral_storage: Quantity | None = None
    accelerators: dict[str, Quantity] = Field(default_factory=dict)
    node_ports: Annotated[int, Field(ge=0, le=100)] = 0
    load_balancers: Annotated[int, Field(ge=0, le=100)] = 0


class Placement(Strict):
    """The regions of a tenancy: where it runs, and where it stands by."""

    primary: Name
    standby: tuple[Name, ...] = ()


class Contact(Strict):
    """Whom to call."""

    name: Text
    phone: Text


class TenancySpec(Strict):
    """What a department asks for."""

    title: Text
    department: Name
    programme: Text | None = None
    zone: Zone
    grading: Grading
    data: Data
    recovery: Recovery
    isolation: Isolation | None = None
    resources: Resources
    regions: Placement | None = None
    requested_by: Text | None = None
    contacts: tuple[Contact, ...] = ()
    until: date | None = None


class Tenancy(Document):
    """One department's system on the cloud."""

    kind: Literal["Tenancy"] = "Tenancy"
    spec: TenancySpec

    @property
    def grade(self) -> int:
        """The overall MLPS grade."""
        return self.spec.grading.overall

    @property
    def namespace(self) -> str:
        """The namespace that carries the tenancy in each of its regions."""
        return f"t-{self.name}"

    @property
    def isolation(self) -> Isolation:
        """The isolation asked for, and where none is asked for, the least that the grade allows."""
        return self.spec.isolation or least_isolation(self.grade)


def least_isolation(grade: int) -> Isolation:
    """The weakest isolation that a grade may have: 1-2 namespace, 3 node, 4 sandbox.

    A choice of govcloud on the ground of GB/T 22239-2019 9.2.2.1 h (a resource pool of its own at grade 4);
    no clause fixes the mapping for the lower grades.
    """
    return {1: "namespace", 2: "namespace", 3: "node", 4: "sandbox"}[grade]  # type: ignore[return-value]
