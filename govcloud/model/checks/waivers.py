"""A waiver says truly whose rule it waives."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.draft import Draft, Flaw


def waivers_name_the_department(draft: Draft) -> Iterator[Flaw]:
    """The department of a waiver is that of its tenancy: whoever approves must be of another one.

    GB/T 22239-2019 8.1.4.2 d: duties are separated.
    """
    for waiver in draft.waivers.values():
        tenancy, named = draft.tenancies.get(waiver.spec.tenancy), waiver.spec.department
        if tenancy is not None and named is not None and named != tenancy.spec.department:
            yield Flaw(
                waiver,
                ("spec", "department"),
                named,
                f"tenancy {tenancy.name} is not of this department",
                f"'{tenancy.spec.department}'",
                f"write '{tenancy.spec.department}', or leave it out",
            )
