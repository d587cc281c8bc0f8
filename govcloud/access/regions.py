"""The way into a region: through which kubeconfig somebody who is known at the hub comes to the region of a tenancy.

Each API server lets in whom its own authorities vouch for. People who come by tokens of an identity provider are known in
every region of the estate, and name their kubeconfig of it. A region on this machine has an authority of its own, which
knows nobody from the hub: to whoever can read its key it vouches, for one call, that the caller is who the hub says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from govcloud.access.credentials import caller
from govcloud.access.kubeconfig import endpoint
from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from govcloud.errors import InputError, RefusedError
from govcloud.planner.labels import REGION

_NAMESPACES = Kind("v1", "Namespace", "namespaces", namespaced=False)
Issue = Callable[[str, list[str], Path], Path]


@dataclass(frozen=True, slots=True)
class Way:
    """A context of a kubeconfig that leads to a region, as the caller."""

    path: str
    context: str | None = None

    def cluster(self) -> Cluster:
        """The API server."""
        return Cluster(self.path, self.context)

    def endpoint(self) -> dict[str, object]:
        """Where it is, as a kubeconfig says so."""
        return endpoint(self.path, self.context)


def region_of(cluster: Cluster, namespace: str) -> str | None:
    """The region for which an API server carries a tenancy; None where it does not, or the caller may not see it."""
    try:
        found = cluster.request("GET", _NAMESPACES.path(name=namespace))
    except StatusError as error:
        if error.status in (401, 403, 404):
            return None
        raise
    region = found["metadata"].get("labels", {}).get(REGION)
    return str(region) if region else None


def check_region(way: Way, region: str, namespace: str) -> None:
    """Refuse a kubeconfig that leads elsewhere.

    Raises:
        InputError: it leads to another region.
        RefusedError: the caller has no part in the tenancy there.
    """
    found = region_of(way.cluster(), namespace)
    if found is None:
        raise RefusedError(
            f"you see nothing of namespace {namespace} there",
            where=way.path,
            expected=f"region {region}, and somebody who has a part in the tenancy",
            mend="name your own kubeconfig of the region, or ask an owner of the department for a part",
        )
    if found != region:
        raise InputError(
            f"it leads to region {found}",
            where=way.path,
            expected=f"a kubeconfig of region {region}",
            mend=f"name another one, or another region: --region {found}",
        )


@contextmanager
def introduced(hub: Cluster, issue: Issue) -> Iterator[Way]:
    """A way into a region on this machine for whoever calls the hub, until the end of the block.

    Args:
        hub: the API server of the hub, as the caller.
        issue: writes a kubeconfig of that region for a user with groups, such as `LocalRegion.issue`.
    """
    who = caller(hub)
    groups = [group for group in who.groups if not group.startswith("system:")]  # the API server adds its own
    with TemporaryDirectory(prefix="govcloud-") as folder:
        yield Way(str(issue(who.name, groups, Path(folder) / "kubeconfig")))
