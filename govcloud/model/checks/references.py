"""Every name that a document gives leads to a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from govcloud.base import Document
from govcloud.model.draft import Draft, Flaw, named_regions
from govcloud.model.source import FieldPath
from govcloud.model.wording import meant, one_of


class _Reference(NamedTuple):
    document: Document
    path: FieldPath
    kind: str
    name: str


def references_lead_somewhere(draft: Draft) -> Iterator[Flaw]:
    """A reference names a document of the estate; silent where a part of the estate could not be read."""
    if not draft.whole:
        return
    for reference in _references(draft):
        declared = sorted(draft.declared.get(reference.kind, ()))
        if reference.name not in declared:
            noun = reference.kind.lower()
            yield Flaw(
                reference.document,
                reference.path,
                reference.name,
                f"there is no {noun} of that name",
                one_of(declared) if len(declared) <= 8 else f"the name of a {noun} of the estate",
                meant(reference.name, declared, f"correct the name, or add the {noun}"),
            )


def _references(draft: Draft) -> Iterator[_Reference]:
    if (head := draft.head) is not None:
        yield _Reference(head, ("spec", "hub"), "Region", head.spec.hub)
    for region in draft.regions.values():
        for index, pool in enumerate(region.spec.pools):
            if pool.tenancy is not None:
                yield _Reference(region, ("spec", "pools", index, "tenancy"), "Tenancy", pool.tenancy)
    for tenancy in draft.tenancies.values():
        yield _Reference(tenancy, ("spec", "department"), "Department", tenancy.spec.department)
        for path, _, name in named_regions(tenancy):
            yield _Reference(tenancy, path, "Region", name)
    for sharing in draft.sharings.values():
        yield _Reference(sharing, ("spec", "provider"), "Tenancy", sharing.spec.provider)
        yield _Reference(sharing, ("spec", "consumer"), "Tenancy", sharing.spec.consumer)
    for waiver in draft.waivers.values():
        yield _Reference(waiver, ("spec", "tenancy"), "Tenancy", waiver.spec.tenancy)
