"""What the register of an estate stands on: limits, departments, and the namespace in which each of them asks.

These are apart from the platform of the hub, and are applied but never pruned: a namespace of the register holds what was
decided, and goes by no slip of a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from govcloud.errors import InputError
from govcloud.hub.lifecycle import RETENTION_DAYS
from govcloud.hub.names import LIMITS, MEMBERS, OWNERS, department_namespace
from govcloud.model import API_VERSION, LABEL_PREFIX, Department, Estate
from govcloud.planner.access import members_of
from govcloud.planner.labels import DEPARTMENT, Manifest, platform_labels
from govcloud.planner.register_roles import OWNER, VIEWER

_RBAC = "rbac.authorization.k8s.io"
Subject = dict[str, str]


def plan_register(estate: Estate, retention: Mapping[int, int] = RETENTION_DAYS) -> list[Manifest]:
    """The manifests of an estate's register, for the hub, in the order in which they can be made.

    Args:
        estate: the estate.
        retention: days from asking for retirement to destruction, by recovery tier.

    Raises:
        InputError: tenancies of two departments could not be told apart by their names.
    """
    _check_names(estate.departments)
    labels = platform_labels(estate.regions[estate.head.spec.hub])
    return [
        _limits(estate, retention, labels),
        *(
            manifest
            for department in estate.departments.values()
            for manifest in _department(department, labels)
        ),
    ]


def _check_names(departments: Iterable[str]) -> None:
    """A tenancy's name begins with its department's, and is unique in the estate: in every region it is a namespace."""
    names = sorted(departments)
    for name in names:
        for other in names:
            if other.startswith(f"{name}-"):
                raise InputError(
                    f"tenancies of department {other} could have the names of those of department {name}",
                    where=f"Department/{other}",
                    expected=f"a name that does not begin with '{name}-'",
                    mend="rename one of the two departments",
                )


def _limits(estate: Estate, retention: Mapping[int, int], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": "Limits",
        "metadata": {"name": LIMITS, "labels": {**labels}},
        "spec": {
            "ceilings": {name: region.spec.grade_ceiling for name, region in estate.regions.items()},
            "retention": {str(tier): days for tier, days in retention.items()},
        },
    }


def _department(department: Department, labels: dict[str, str]) -> list[Manifest]:
    name = department_namespace(department.name)
    people = members_of(department)
    owners = people["owner"]
    everyone = [subject for subjects in people.values() for subject in subjects]
    readers = [subject for subject in everyone if subject not in owners]
    labels = labels | {DEPARTMENT: department.name}
    annotations = {
        f"{LABEL_PREFIX}department-title": department.spec.title,
        OWNERS: _lines(owners),
        MEMBERS: _lines(everyone),
    }
    return [
        _namespace(name, labels, annotations),
        _binding(name, OWNER, owners, labels),
        _binding(name, VIEWER, readers, labels),
        _record(department, labels),
    ]


def _lines(subjects: Iterable[Subject]) -> str:
    """Subjects as the policies read them; a name with a line break would be two."""
    found = [f"{subject['kind'].lower()}:{subject['name']}" for subject in subjects]
    for line in found:
        if len(line.splitlines()) != 1:
            raise InputError(
                f"the name {line!r} of a member of a department has a line break in it",
                expected="names of groups and users on one line each",
                mend="remove the line break",
            )
    return "\n".join(found)


def _namespace(name: str, labels: dict[str, str], annotations: dict[str, str]) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {**labels}, "annotations": annotations},
    }


def _binding(namespace: str, role: str, subjects: list[Subject], labels: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": role, "namespace": namespace, "labels": {**labels}},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
        "subjects": subjects,
    }


def _record(department: Department, labels: dict[str, str]) -> Manifest:
    document = department.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {
        "apiVersion": document["apiVersion"],
        "kind": document["kind"],
        "metadata": {"name": department.name, "labels": {**labels}},
        "spec": document["spec"],
    }
