"""A region's API server in memory, as far as an audit asks it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from policy_samples import RULES

from govcloud.audit import Audit, audit
from govcloud.cluster import Cluster, Kind
from govcloud.cluster.client import StatusError
from policies.evaluation import Evaluator
from policies.settings import Settings

Manifest = dict[str, Any]
NOW = datetime(2027, 1, 1, tzinfo=UTC)
KINDS = (
    Kind("v1", "Namespace", "namespaces", namespaced=False),
    Kind("v1", "Pod", "pods", namespaced=True),
    Kind("apps/v1", "Deployment", "deployments", namespaced=True),
    Kind("apps/v1", "DaemonSet", "daemonsets", namespaced=True),
    Kind("apps/v1", "StatefulSet", "statefulsets", namespaced=True),
    Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", namespaced=True),
    Kind("govcloud.dev/v1", "Tenancy", "tenancies", namespaced=True),
)


class PlayedCluster(Cluster):
    """Holds objects and answers lists the way the API server does: without apiVersion and kind."""

    def __init__(self, *objects: Manifest) -> None:
        self.objects = list(copy.deepcopy(objects))
        self.lists: list[tuple[str, str | None]] = []
        self.late: list[Manifest] = []
        self.gone = 0
        self.refused: set[str] = set()

    @property
    def kinds(self) -> dict[tuple[str, str], Kind]:  # type: ignore[override]
        return {(kind.api_version, kind.kind): kind for kind in KINDS}

    def list(self, kind: Kind, *, namespace: str | None = None, labels: str = "") -> Iterator[Manifest]:
        self.lists.append((kind.kind, namespace))
        if kind.kind in self.refused:
            raise StatusError("forbidden", where=kind.kind, status=403)
        for item in self.objects:
            same = (item["apiVersion"], item["kind"]) == (kind.api_version, kind.kind)
            if same and namespace in (None, item["metadata"].get("namespace")):
                own = {key: value for key, value in item.items() if key not in ("apiVersion", "kind")}
                yield copy.deepcopy(own)
        if kind.kind == "Deployment" and self.gone:
            self.gone -= 1
            raise StatusError("too old", where=kind.kind, status=410)

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Manifest | None:
        return next((item for item in self.late if item["metadata"]["name"] == name), None)


def audited(cluster: Cluster, **options: Any) -> Audit:
    evaluator = Evaluator(RULES, Settings(registries=("reg.gov",), ceiling=3))
    return audit(cluster, evaluator, **{"now": NOW, "region": "north", **options})
