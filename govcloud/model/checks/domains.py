"""No department publishes under the name of another, nor under one that is everybody's."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.department import Department
from govcloud.model.draft import Draft, Flaw

_SHARED = frozenset(
    {"cn", "xn--fiqs8s"} | {f"{kind}.cn" for kind in ("ac", "com", "edu", "gov", "mil", "net", "org")}
)
"""Domains that names of many holders are under; www.gov.cn is one of those names, gov.cn is not."""


def domains_are_not_shared(draft: Draft) -> Iterator[Flaw]:
    """A department has its own domains: under gov.cn it could take the name of any other department.

    Domains that are one above the other, of two departments, are told of the later one. A choice of govcloud.
    """
    taken: list[tuple[str, Department]] = []
    for department in draft.departments.values():
        for index, domain in enumerate(department.spec.domains):
            if domain in _SHARED:
                yield _flaw(department, index, "names of many holders are under this domain")
            elif others := [d for name, d in taken if d is not department and _meet(name, domain)]:
                yield _flaw(department, index, f"the domain is that of department {others[0].name}")
            taken.append((domain, department))


def _meet(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _flaw(department: Department, index: int, what: str) -> Flaw:
    return Flaw(
        department,
        ("spec", "domains", index),
        department.spec.domains[index],
        what,
        f"a domain of department {department.name} alone, such as {department.name}.gov.cn",
        "name the department's own domain, or remove this one",
    )
