"""What a region holds from its first second: the rights of its own users, and its nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import yaml

from govcloud.errors import RegionError
from govcloud.local.region.api import Api, Manifest
from govcloud.local.region.credentials import packaged
from govcloud.local.region.waiting import Progress, wait_until_empty

_SIMULATED = ("kwok.x-k8s.io/node", "fake")
# One program answers for all nodes, each under a path of its own.
_USAGE_PATH = "metrics.k8s.io/resource-metrics-path"
_POLL = 0.1
_CALLERS = 8


def grant_rights(api: Api) -> None:
    """Apply the roles and bindings that the region's own users need."""
    for manifest in yaml.safe_load_all(packaged("bootstrap.yaml")):
        api.apply(manifest)


def settle_nodes(
    api: Api, planned: Sequence[Manifest], connect: Callable[[], AbstractContextManager[Api]]
) -> None:
    """Make the simulated nodes of a region exactly the planned ones; nodes that are not simulated stay.

    Args:
        api: a caller that may change nodes and their status.
        planned: v1 Node objects; their status (capacity, allocatable) is applied too.
        connect: opens further connections: the store writes to disk once for several callers that wait.
    """
    wanted = {node["metadata"]["name"] for node in planned}
    for node in api.nodes():
        if is_simulated(node) and node["metadata"]["name"] not in wanted:
            api.delete("Node", node["metadata"]["name"])
    shares = [planned[start::_CALLERS] for start in range(min(_CALLERS, len(planned)))]

    def apply_share(share: Sequence[Manifest]) -> None:
        with connect() as caller:
            for node in share:
                _apply_node(caller, node)

    with ThreadPoolExecutor(_CALLERS, "nodes") as pool:
        list(pool.map(apply_share, shares))


def _apply_node(api: Api, node: Manifest) -> None:
    metadata = node["metadata"]
    if is_simulated(node):
        path = {_USAGE_PATH: f"/metrics/nodes/{metadata['name']}/metrics/resource"}
        metadata = {**metadata, "annotations": {**metadata["annotations"], **path}}
    api.apply({**{key: value for key, value in node.items() if key != "status"}, "metadata": metadata})
    if node.get("status"):
        identity = {"name": node["metadata"]["name"]}
        status = {"apiVersion": "v1", "kind": "Node", "metadata": identity, "status": node["status"]}
        api.apply(status, "/status")


def wait_for_controllers(api: Api, seconds: float, say: Progress) -> None:
    """Return when the controllers have done their first work: the built-in `admin` role is filled.

    They answer their health check before that, and a role that is bound too early grants nothing.

    Raises:
        RegionError: it is not filled in time.
    """

    def look() -> list[str]:
        return [] if api.get("ClusterRole", "admin").get("rules") else ["the built-in roles"]

    if wait_until_empty(look, seconds=seconds, pause=_POLL, say=say):
        raise RegionError(
            "the controllers do not work: the built-in role admin is still empty",
            where=api.server,
            expected=f"a filled role within {seconds:.0f} s",
            mend="look into the log of kube-controller-manager",
        )


def wait_for_nodes(api: Api, seconds: float, say: Progress) -> None:
    """Return when every simulated node is ready.

    Raises:
        RegionError: some are not in time; it names them.
    """

    def look() -> list[str]:
        return [n["metadata"]["name"] for n in api.nodes() if is_simulated(n) and not is_ready(n)]

    if waiting := wait_until_empty(look, seconds=seconds, pause=_POLL, say=say):
        raise RegionError(
            f"{len(waiting)} nodes are not ready: {', '.join(sorted(waiting)[:5])}",
            where=api.server,
            expected=f"every node ready within {seconds:.0f} s",
            mend="look into the log of kwok",
        )


def is_simulated(node: Manifest) -> bool:
    """Whether kwok plays the kubelet of this node."""
    key, value = _SIMULATED
    return bool(node["metadata"].get("annotations", {}).get(key) == value)


def is_ready(node: Manifest) -> bool:
    """Whether a node says that it is ready."""
    conditions = node.get("status", {}).get("conditions", [])
    return any(c["type"] == "Ready" and c["status"] == "True" for c in conditions)
