"""What documents, rules and targets have in common: strict fields, camelCase keys, names, labels of their objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

API_VERSION = "govcloud.dev/v1"
LABEL_PREFIX = "govcloud.dev/"
MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "govcloud"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a value of a type must be, in words for people; messages about a wrong value quote it."""

    text: str


# Leaves room for a prefix of up to ten characters within the 63 of a DNS label.
Name = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=50),
    Meaning(
        "a name of lower-case letters, digits and hyphens that begins with a letter, at most 50 characters"
    ),
]
Grade = Annotated[int, Field(ge=1, le=4)]
Network = Literal["extranet", "intranet"]
Zone = Literal["internet", "extranet", "dedicated", "management", "exchange"]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=200), Meaning("a text of 1 to 200 characters")
]


class Strict(BaseModel):
    """A value object: immutable, camelCase in YAML, and unknown fields are errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        serialize_by_alias=True,
        defer_build=True,
    )


class Metadata(Strict):
    """Identity of a document."""

    name: Name
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class Document(Strict):
    """A YAML document of an estate: apiVersion, kind, metadata, spec."""

    api_version: Literal["govcloud.dev/v1"] = "govcloud.dev/v1"
    kind: str
    metadata: Metadata

    @property
    def name(self) -> str:
        """The document's name, unique within its kind."""
        return self.metadata.name
