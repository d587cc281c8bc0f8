"""Making a hub ready, once and again."""

from dataclasses import replace

from hub_people import RETENTION

from govcloud.cluster import Cluster
from govcloud.hub.establish import establish
from govcloud.planner.register_estate import plan_register


def _versions(cluster, manifests):
    found = {}
    for manifest in manifests:
        metadata = manifest["metadata"]
        live = cluster.get(cluster.kind(manifest), metadata["name"], metadata.get("namespace"))
        found[manifest["kind"], metadata["name"]] = live["metadata"]["resourceVersion"]
    return found


def test_establishing_again_changes_nothing(region, kubeconfigs, estate):
    cluster = Cluster(region.kubeconfig)
    planned = plan_register(estate, RETENTION)
    before = _versions(cluster, planned)
    assert establish(cluster, estate, RETENTION) == len(planned)
    assert _versions(cluster, planned) == before


def test_a_department_that_leaves_the_estate_keeps_what_it_decided(region, kubeconfigs, people, estate):
    cluster = Cluster(region.kubeconfig)
    establish(cluster, replace(estate, departments={"mee": estate.departments["mee"]}), RETENTION)
    assert people["zhao"].records("mem") is not None
    assert cluster.get(cluster.kinds["v1", "Namespace"], "d-mem")["status"]["phase"] == "Active"
