"""Makes the hub of an estate ready to take requests: its departments, their namespaces and rights, and its limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from typing import Any

from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from govcloud.hub.lifecycle import RETENTION_DAYS
from govcloud.hub.names import department_namespace
from govcloud.model import API_VERSION, Department, Estate
from govcloud.planner.access import members_of
from govcloud.planner.crds import KINDS
from govcloud.planner.labels import Manifest
from govcloud.planner.register_estate import plan_register
from policies.admission import PREFIX

MANAGER = "govcloud-register"
"""The field manager of what the register stands on; the engine, which has another one, never prunes it."""

_CONTENTS = f"{PREFIX}tenancy"
"""The policy of the rules on what a request says."""

_BINDINGS = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"
_POLL = 0.2
_AT_ONCE = 12
_NOBODY = f"sha256:{'0' * 64}"


def establish(
    cluster: Cluster,
    estate: Estate,
    retention: Mapping[int, int] = RETENTION_DAYS,
    *,
    patience: float = 60.0,
) -> int:
    """Apply what the register of an estate stands on; deletes nothing, and may be repeated.

    An API server takes up new definitions and policies a moment after they are written. This returns when it holds
    whoever calls to the rules of the register, and, where the platform has them, owners to those on contents; not before.

    Args:
        cluster: the API server of the hub, with the platform's rights, not used before its platform was there.
        estate: the estate.
        retention: days from asking for retirement to destruction, by recovery tier.
        patience: seconds that the API server may take.

    Returns:
        How many objects were applied.

    Raises:
        ClusterError: the API server refused, or the platform of the hub is not there yet.
        InputError: departments of the estate cannot be told apart.
    """
    manifests = plan_register(estate, retention)
    end = time.monotonic() + patience
    _wait(lambda: _is_served(cluster), end, "the hub does not serve the kinds of the register")
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        for stage in _stages(manifests):
            list(threads.map(partial(cluster.apply, manager=MANAGER), stage))
        list(threads.map(partial(_wait_for_rules, cluster, end), estate.departments))
    if estate.departments and _has_contents(cluster):
        probe = partial(_is_judged, cluster, next(iter(estate.departments.values())))
        _wait(probe, end, "the hub does not hold requests to the rules on their contents")
    return len(manifests)


def _stages(manifests: Iterable[Manifest]) -> tuple[list[Manifest], list[Manifest]]:
    """Namespaces and what is in none, then what is in them."""
    stages: tuple[list[Manifest], list[Manifest]] = ([], [])
    for manifest in manifests:
        stages["namespace" in manifest["metadata"]].append(manifest)
    return stages


def _wait_for_rules(cluster: Cluster, end: float, department: str) -> None:
    _wait(
        partial(_is_governed, cluster, department),
        end,
        f"the hub does not hold department {department} and the platform to the rules of the register",
    )


def _wait(holds: Callable[[], bool], end: float, otherwise: str) -> None:
    while not holds():
        if time.monotonic() > end:
            raise ClusterError(
                otherwise,
                expected="the definitions and admission policies of the platform stack",
                mend="bring about the platform of the hub first, then establish the register again",
            )
        time.sleep(_POLL)


def _is_served(cluster: Cluster) -> bool:
    try:
        resources = cluster.request("GET", f"/apis/{API_VERSION}")["resources"]
    except StatusError:
        return False
    return {kind.plural for kind in KINDS} <= {resource["name"] for resource in resources}


def _is_governed(cluster: Cluster, department: str) -> bool:
    """Whether what the platform may not do is refused by a rule: ask in a department's name, and invent a number."""
    namespace = department_namespace(department)
    return all(
        _is_refused(cluster, f"/apis/{API_VERSION}/namespaces/{namespace}/{plural}", body)
        for plural, body in (("tenancies", _request(department)), ("decisions", _decision(department)))
    )


def _has_contents(cluster: Cluster) -> bool:
    try:
        cluster.request("GET", f"{_BINDINGS}/{_CONTENTS}")
    except StatusError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return False
        raise
    return True


def _is_judged(cluster: Cluster, department: Department) -> bool:
    """Whether a request that names nobody to call is refused to an owner, of whom no other rule wants anything.

    The server tells of one refusal alone, and to the platform that is one of the register. So it asks as an owner, without
    writing anything.
    """
    path = f"/apis/{API_VERSION}/namespaces/{department_namespace(department.name)}/tenancies"
    return _is_refused(cluster, path, _request(department.name), "[GC-TEN-", acting=_owner(department))


def _owner(department: Department) -> dict[str, str]:
    """The headers by which the platform asks as an owner; names are sent as UTF-8."""
    owner = members_of(department)["owner"][0]
    name = owner["name"].encode().decode("latin-1")
    if owner["kind"] == "User":
        return {"Impersonate-User": name}
    return {"Impersonate-User": "govcloud:probe", "Impersonate-Group": name}


def _is_refused(cluster: Cluster, path: str, body: dict[str, Any], words: str = "[GC-", **how: Any) -> bool:
    try:
        cluster.request("POST", path, {"dryRun": "All"}, body, **how)
    except StatusError as error:
        return error.status == HTTPStatus.FORBIDDEN and words in error.what
    return False


def _request(department: str) -> dict[str, Any]:
    spec = {
        "title": "probe",
        "department": department,
        "zone": "extranet",
        "grading": {"information": 1, "service": 1},
        "data": {"class": "general", "level": "L1"},
        "recovery": {"tier": 1},
        "resources": {"cpu": "1", "memory": "1Gi", "storage": "1Gi", "pods": 1},
    }
    metadata = {"name": f"{department}-probe"}
    return {"apiVersion": API_VERSION, "kind": "Tenancy", "metadata": metadata, "spec": spec}


def _decision(department: str) -> dict[str, Any]:
    now = "2000-01-01T00:00:00Z"
    entry = {
        "seq": 1,
        "from": "draft",
        "to": "draft",
        "by": "probe",
        "at": now,
        "generation": 1,
        "hash": _NOBODY,
        "reason": "probe",
    }
    spec = {
        "number": 1,
        "tenancy": f"{department}-probe",
        "uid": "probe",
        "entry": entry,
        "recorded": now,
        "digest": _NOBODY,
    }
    return {"apiVersion": API_VERSION, "kind": "Decision", "metadata": {"name": "probe"}, "spec": spec}
