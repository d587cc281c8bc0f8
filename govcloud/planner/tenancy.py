"""All that a tenancy has in one region, in the order in which it can be made."""

from __future__ import annotations

from collections.abc import Iterable

from govcloud.errors import InputError
from govcloud.model import Department, Region, Role, Tenancy, Waiver
from govcloud.planner.access import role_bindings, service_accounts
from govcloud.planner.facts import facts
from govcloud.planner.labels import Manifest, tenancy_labels
from govcloud.planner.limits import limit_ranges
from govcloud.planner.namespace import namespace
from govcloud.planner.network import network_policies
from govcloud.planner.pools import footing
from govcloud.planner.quota import quotas
from govcloud.planner.size import size_of
from govcloud.planner.waivers import waiver_annotations


def plan_tenancy(
    tenancy: Tenancy, department: Department, region: Region, role: Role, waivers: Iterable[Waiver] = ()
) -> list[Manifest]:
    """The manifests of a tenancy in a region: the namespace first, what closes it next, what opens it last.

    Empty where nothing stands by (tier 1). Of the waivers, those of the tenancy count.

    Raises:
        InputError: the department is not the tenancy's or a waiver's, or no pool of the region may carry the tenancy.
    """
    _check_department(tenancy, department)
    size = size_of(tenancy, role)
    if size is None:
        return []
    ground = footing(tenancy, region)
    labels = tenancy_labels(tenancy, region, role)
    return [
        namespace(tenancy, department, ground, labels, waiver_annotations(tenancy, waivers)),
        *network_policies(tenancy, labels),
        *quotas(tenancy, region, size, labels),
        *limit_ranges(tenancy, ground, size, labels),
        *service_accounts(tenancy, labels),
        *role_bindings(tenancy, department, labels),
        facts(tenancy, department, region, role, labels),
    ]


def _check_department(tenancy: Tenancy, department: Department) -> None:
    if department.name != tenancy.spec.department:
        raise InputError(
            f"tenancy {tenancy.name} was to be planned for department {department.name}",
            where=f"Tenancy/{tenancy.name}: spec.department",
            expected=f"department {tenancy.spec.department}",
            mend="plan the tenancy with the department that it names",
        )
