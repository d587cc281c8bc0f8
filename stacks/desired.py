"""What a stack should hold, from an estate: the planner's manifests, and the cluster they go to."""

from __future__ import annotations

from typing import Any

from govcloud.errors import InputError
from govcloud.model import Estate, KubeconfigCluster, Region, Role, Tenancy
from govcloud.paths import local_kubeconfig
from govcloud.planner import plan_platform, plan_tenancy
from stacks.target import Target

Manifest = dict[str, Any]


def region_of(estate: Estate, name: str) -> Region:
    """A region of the estate.

    Raises:
        InputError: the estate has no such region.
    """
    region = estate.regions.get(name)
    if region is None:
        raise _unknown("region", name, estate.regions)
    return region


def tenancy_of(estate: Estate, name: str) -> Tenancy:
    """A tenancy of the estate.

    Raises:
        InputError: the estate has no such tenancy.
    """
    tenancy = estate.tenancies.get(name)
    if tenancy is None:
        raise _unknown("tenancy", name, estate.tenancies)
    return tenancy


def role_in(tenancy: Tenancy, region: str) -> Role | None:
    """The role that a region plays for a tenancy, None where it plays none."""
    placement = tenancy.spec.regions
    if placement is None:
        return None
    if placement.primary == region:
        return "primary"
    return "standby" if region in placement.standby else None


def target_of(estate: Estate, region: str) -> Target:
    """The API server of a region."""
    cluster = region_of(estate, region).spec.cluster
    if isinstance(cluster, KubeconfigCluster):
        return Target(region, cluster.path or "~/.kube/config", cluster.context)
    return Target(region, str(local_kubeconfig(region)))


def platform_manifests(estate: Estate, region: str) -> list[Manifest]:
    """The manifests of a region's platform."""
    return plan_platform(region_of(estate, region))


def tenancy_manifests(estate: Estate, tenancy: str, region: str) -> list[Manifest]:
    """The manifests of a tenancy in a region, by the role that the region plays for it.

    Raises:
        InputError: the region plays no role for the tenancy.
    """
    document = tenancy_of(estate, tenancy)
    role = role_in(document, region)
    if role is None:
        raise InputError(
            f"region {region!r} is neither primary nor standby of tenancy {tenancy!r}",
            where=f"tenancy {tenancy}, spec.regions",
            expected="a region of the tenancy",
            mend=f"add {region!r} to spec.regions, or name another region",
        )
    return plan_tenancy(
        document,
        estate.departments[document.spec.department],
        region_of(estate, region),
        role,
        estate.waivers.values(),
    )


def _unknown(kind: str, name: str, known: Any) -> InputError:
    import difflib

    near = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "see the names with `govcloud estate show`"
    return InputError(f"the estate has no {kind} {name!r}", expected=f"a {kind} of the estate", mend=hint)
