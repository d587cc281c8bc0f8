"""The hub of an estate, ready: its platform brought about, and the register established on it."""

from __future__ import annotations

from govcloud.cluster import Cluster
from govcloud.cluster.client import PATIENT, Patience
from govcloud.controller.land import Land
from govcloud.controller.reconcile import Runs
from govcloud.errors import EngineError
from govcloud.hub.establish import establish
from govcloud.model import Estate
from stacks.desired import target_of


def hub_cluster(estate: Estate, patience: Patience = PATIENT) -> Cluster:
    """The API server of the hub, with the platform's rights; made anew, since it has to see kinds that are new."""
    target = target_of(estate, estate.head.spec.hub)
    return Cluster(target.kubeconfig, target.context, patience=patience)


def make_ready(estate: Estate, engine: Runs, cluster: Cluster | None = None) -> None:
    """Bring the hub's platform about and establish the register; quick where nothing changed.

    Args:
        estate: the estate.
        engine: brings about.
        cluster: the hub, not used before, through which the register is written; one of its own where none is given.

    Raises:
        EngineError: the platform cannot be brought about.
        ClusterError: the hub does not answer, or refuses.
    """
    report = engine.up(Land(estate).hub())
    for result in report.results:
        if result.state in ("failed", "skipped", "refused"):
            raise EngineError(
                f"the platform of the hub is not there: {result.why}",
                where=str(result.stack),
                mend=f"bring it about: govcloud up --region {result.stack.region}",
            )
    establish(cluster or hub_cluster(estate), estate)
