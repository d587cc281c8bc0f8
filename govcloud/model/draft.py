"""An estate as far as it could be read: what the cross-checks look at.

Checks must run even where some documents are broken, so that a person sees every problem at once. A draft
therefore holds the documents that are well formed, and remembers which others were declared: a reference to a
broken document is not a dangling one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from govcloud.base import Document
from govcloud.errors import Problem
from govcloud.model.department import Department
from govcloud.model.estate import Estate, EstateDocument
from govcloud.model.region import Region
from govcloud.model.sharing import Sharing
from govcloud.model.source import FieldPath, Source, field_text
from govcloud.model.tenancy import Role, Tenancy
from govcloud.model.waiver import Waiver
from govcloud.model.wording import value_text

AnyDocument = TypeVar("AnyDocument", bound=Document)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with a field of a well-formed document, found by looking at it together with others."""

    document: Document
    path: FieldPath
    value: Any
    what: str
    expected: str
    mend: str


@dataclass(frozen=True)
class Draft:
    """The well-formed documents of an estate by kind, in their order, and what else was declared.

    ``whole`` is false where a part of a file could not be read at all: then nobody can say what is missing.
    """

    documents: Mapping[str, Mapping[str, Any]]
    declared: Mapping[str, frozenset[str]]
    sources: Mapping[tuple[str, str], Source] = field(default_factory=dict)
    whole: bool = True

    @classmethod
    def of(cls, estate: Estate) -> Draft:
        """The draft of an estate that is complete."""
        documents: dict[str, Mapping[str, Document]] = {
            "Estate": {estate.name: estate.head},
            "Region": estate.regions,
            "Department": estate.departments,
            "Tenancy": estate.tenancies,
            "Sharing": estate.sharings,
            "Waiver": estate.waivers,
        }
        declared = {kind: frozenset(named) for kind, named in documents.items()}
        return cls(documents, declared, estate.sources)

    @property
    def head(self) -> EstateDocument | None:
        """The head of the estate, where there is a well-formed one."""
        return next(self._all("Estate", EstateDocument), None)

    @property
    def regions(self) -> Mapping[str, Region]:
        """The regions by name."""
        return self.documents.get("Region", {})

    @property
    def departments(self) -> Mapping[str, Department]:
        """The departments by name."""
        return self.documents.get("Department", {})

    @property
    def tenancies(self) -> Mapping[str, Tenancy]:
        """The tenancies by name."""
        return self.documents.get("Tenancy", {})

    @property
    def sharings(self) -> Mapping[str, Sharing]:
        """The sharings by name."""
        return self.documents.get("Sharing", {})

    @property
    def waivers(self) -> Mapping[str, Waiver]:
        """The waivers by name."""
        return self.documents.get("Waiver", {})

    def everything(self) -> Iterator[Document]:
        """All well-formed documents."""
        for named in self.documents.values():
            yield from named.values()

    def placed(self, tenancy: Tenancy) -> Iterator[tuple[FieldPath, Role, Region]]:
        """The regions of a tenancy that are known, each with its role and the field that names it."""
        for path, role, name in named_regions(tenancy):
            if (region := self.regions.get(name)) is not None:
                yield path, role, region

    def problem(self, flaw: Flaw) -> Problem:
        """A flaw with its file and line."""
        kind, name = flaw.document.kind, flaw.document.name
        source = self.sources.get((kind, name)) or Source(f"{kind}/{name}", 1)
        return Problem(
            file=source.file,
            line=source.line_of(flaw.path),
            field=field_text(flaw.path),
            value=value_text(flaw.value),
            what=flaw.what,
            expected=flaw.expected,
            mend=flaw.mend,
        )

    def _all(self, kind: str, of: type[AnyDocument]) -> Iterator[AnyDocument]:
        return (document for document in self.documents.get(kind, {}).values() if isinstance(document, of))


def named_regions(tenancy: Tenancy) -> Iterator[tuple[FieldPath, Role, str]]:
    """The names of a tenancy's regions, each with its field and its role; none before placement."""
    if (placement := tenancy.spec.regions) is None:
        return
    yield ("spec", "regions", "primary"), "primary", placement.primary
    for index, name in enumerate(placement.standby):
        yield ("spec", "regions", "standby", index), "standby", name
