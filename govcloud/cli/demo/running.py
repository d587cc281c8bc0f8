"""Makes tenancies run what the demo has for them: looks first, writes what is missing or differs, and waits for the pods."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from govcloud.cli.demo.workloads import DEMO, KINDS, SELECTOR, workloads_of
from govcloud.errors import ClusterError
from govcloud.local.region.waiting import Progress, wait_until_empty

if TYPE_CHECKING:
    from govcloud.cluster import Cluster
    from govcloud.model import Estate

Manifest = dict[str, Any]
Key = tuple[str, str, str]
_AT_ONCE = 8
_PATIENCE = 90.0
_POLL = 1.0


def run_workloads(cluster: Cluster, estate: Estate, region: str, say: Progress) -> tuple[int, int]:
    """Make the tenancies of a primary region run their workloads.

    Args:
        cluster: the region, as the platform team.
        estate: the estate, with every tenancy placed.
        region: the region.
        say: progress.

    Returns:
        How many objects were written, and how many there are.

    Raises:
        ClusterError: the API server refuses an object, or the pods do not become available.
    """
    wanted = list(workloads_of(estate, estate.regions[region]))
    live = _live(cluster)
    written = [one for one in wanted if not holds(one, live.get(_key(one)))]
    with ThreadPoolExecutor(_AT_ONCE, "workload") as pool:
        list(pool.map(partial(cluster.apply, manager=DEMO), written))
    left = wait_until_empty(
        lambda: _unavailable(wanted, _live(cluster)), seconds=_PATIENCE, pause=_POLL, say=say
    )
    if left:
        raise ClusterError(
            f"{len(left)} workloads of the demo do not become available: {', '.join(left[:3])}",
            where=f"region {region}",
            expected="as many available pods as replicas",
            mend="see why: kubectl describe deployment, and the events of its replica sets",
        )
    return len(written), len(wanted)


def holds(wanted: Any, live: Any) -> bool:
    """Whether all that is wanted stands in a live object; what the API server added does not matter."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return all(holds(value, live.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(live, list):
        return len(wanted) == len(live) and all(map(holds, wanted, live))
    return bool(wanted == live)


def _live(cluster: Cluster) -> dict[Key, Manifest]:
    return {
        (kind[1], one["metadata"]["namespace"], one["metadata"]["name"]): one
        | {"apiVersion": kind[0], "kind": kind[1]}
        for kind in KINDS
        for one in cluster.list(cluster.kinds[kind], labels=SELECTOR)
    }


def _key(manifest: Manifest) -> Key:
    return manifest["kind"], manifest["metadata"]["namespace"], manifest["metadata"]["name"]


def _unavailable(wanted: Sequence[Manifest], live: dict[Key, Manifest]) -> list[str]:
    """Deployments whose pods are not all there, as the controller has seen the last change of them."""
    deployments = [one for one in wanted if one["kind"] == "Deployment"]
    return ["/".join(_key(one)[1:]) for one in deployments if not _available(one, live.get(_key(one)))]


def _available(wanted: Manifest, live: Manifest | None) -> bool:
    status = (live or {}).get("status", {})
    seen = status.get("observedGeneration") == (live or {"metadata": {}})["metadata"].get("generation")
    return bool(seen and status.get("availableReplicas", 0) >= wanted["spec"]["replicas"])
