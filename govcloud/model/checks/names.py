"""Names that would give more rights than meant, or fall in with names of the platform, are refused."""

from __future__ import annotations

from collections.abc import Iterator

from govcloud.model.draft import Draft, Flaw
from govcloud.model.source import FieldPath
from govcloud.model.wording import value_text

_SYSTEM = "system:"
_RESERVED = ("govcloud.dev", "kubernetes.io", "k8s.io")
_ROLES = ("owner", "operator", "viewer")


def members_are_not_system(draft: Draft) -> Iterator[Flaw]:
    """A department's members are people: role bindings to ``system:`` names would raise their rights.

    ``system:masters`` or ``system:authenticated`` as a group would make a tenancy everybody's; the groups that a
    department named ``system`` has by default would be such names.
    """
    for department in draft.departments.values():
        if department.name == _SYSTEM.rstrip(":"):
            what = "the groups of a department of that name would belong to Kubernetes itself"
            yield Flaw(department, ("metadata", "name"), department.name, what, "another name", "rename it")
        for role in _ROLES:
            members = getattr(department.spec.roles, role)
            for field in ("groups", "users"):
                for index, name in enumerate(getattr(members, field)):
                    if name.lower().startswith(_SYSTEM):
                        path: FieldPath = ("spec", "roles", role, field, index)
                        yield Flaw(
                            department,
                            path,
                            name,
                            "the name belongs to Kubernetes itself and would raise rights",
                            f"a {field[:-1]} of the identity provider, not beginning with '{_SYSTEM}'",
                            f"name a {field[:-1]} of the department, such as '{department.name}:{role}s'",
                        )


def requester_is_not_system(draft: Draft) -> Iterator[Flaw]:
    """Who asks for a tenancy is a person, not a ``system:`` name."""
    for tenancy in draft.tenancies.values():
        requester = tenancy.spec.requested_by
        if requester is not None and requester.lower().startswith(_SYSTEM):
            yield Flaw(
                tenancy,
                ("spec", "requestedBy"),
                requester,
                "the requester is a name of Kubernetes itself",
                f"a user of the identity provider, not beginning with '{_SYSTEM}'",
                "name the person who asks",
            )


def labels_are_not_reserved(draft: Draft) -> Iterator[Flaw]:
    """Labels and annotations under the platform's prefixes are set by the platform alone."""
    for document in draft.everything():
        for field in ("labels", "annotations"):
            for key in getattr(document.metadata, field):
                if _is_reserved(key):
                    yield Flaw(
                        document,
                        ("metadata", field, key),
                        key,
                        "the prefix is reserved for the platform",
                        f"a key without a prefix, or with one other than {', '.join(_RESERVED)}",
                        f"write it without the prefix: {value_text(key.partition('/')[2] or 'name')}",
                    )


def _is_reserved(key: str) -> bool:
    prefix, slash, _ = key.partition("/")
    return bool(slash) and any(prefix == name or prefix.endswith(f".{name}") for name in _RESERVED)
