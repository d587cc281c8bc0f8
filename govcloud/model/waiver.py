"""Approved exceptions to rules: for one tenancy, for some of its objects, until a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from govcloud.base import Document, Meaning, Name, Strict, Text

RuleName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$", max_length=63),
    Meaning("the id of a rule such as GC-POD-01"),
]
KindName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Z][A-Za-z0-9]*$", max_length=63),
    Meaning("the kind of an object such as Deployment"),
]
NamePattern = Annotated[
    str,
    StringConstraints(pattern=r"^(\*|[A-Za-z0-9][-A-Za-z0-9._:]*\*?)$", max_length=253),
    Meaning("the name of an object, or its beginning followed by *"),
]
_MAKES = {
    "Deployment": ("ReplicaSet", "Pod"),
    "ReplicaSet": ("Pod",),
    "ReplicationController": ("Pod",),
    "StatefulSet": ("Pod",),
    "DaemonSet": ("Pod",),
    "CronJob": ("Job", "Pod"),
    "Job": ("Pod",),
}
"""What the controller of a kind makes of its objects; a part of their names comes after that of the object."""


class WaiverScope(Strict):
    """The objects that a waiver is about, by kind and name; an empty list means all."""

    kinds: tuple[KindName, ...] = ()
    names: tuple[NamePattern, ...] = ()

    def entries(self) -> tuple[tuple[str, str], ...]:
        """(kind, name) of all that is covered; a kind may be ``*``, and a name may end with it.

        What comes of an object is covered with it: nobody could run a Deployment whose pods are refused.
        """
        pairs = ((kind, name) for kind in self.kinds or ("*",) for name in self.names or ("*",))
        return tuple(
            dict.fromkeys(entry for kind, name in pairs for entry in _with_what_it_makes(kind, name))
        )


def _with_what_it_makes(kind: str, name: str) -> Iterator[tuple[str, str]]:
    yield kind, name
    for made in _MAKES.get(kind, ()):
        yield made, name if name.endswith("*") else f"{name}-*"


class WaiverSpec(Strict):
    """Which rule is waived, for which objects of whom, why, by whom and until when.

    ``department`` is that of the tenancy. An estate knows it; the register asks for it, so that the API server can tell
    that whoever approves is not of that department.
    """

    rule: RuleName
    tenancy: Name
    department: Name | None = None
    scope: WaiverScope = Field(default_factory=WaiverScope)
    reason: Text
    ticket: Text
    approved_by: Text
    until: AwareDatetime


class Waiver(Document):
    """An approved, expiring exception to one rule for one tenancy."""

    kind: Literal["Waiver"] = "Waiver"
    spec: WaiverSpec

    def expired(self, now: datetime | None = None) -> bool:
        """Whether the exception has ended."""
        return (now or datetime.now(UTC)) >= self.spec.until
