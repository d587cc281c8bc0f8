"""Making a hub ready, once and again."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hub_people import RETENTION, document

from govcloud.cluster import Cluster
from govcloud.errors import RefusedError
from govcloud.hub.establish import establish
from govcloud.planner.register_estate import plan_register
from policies.admission import admission_policies
from policies.loading import shipped_rules
from policies.settings import Settings


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


def test_a_hub_with_rules_on_contents_holds_requests_to_them_as_soon_as_it_is_established(
    region, kubeconfigs, people, desk, estate
):
    cluster = Cluster(region.kubeconfig)
    rules = [rule for rule in shipped_rules().values() if rule.target == "tenancy"]
    made = [
        m for m in admission_policies(rules, Settings(), {}) if not m["metadata"]["name"].endswith("-warn")
    ]
    try:
        for manifest in made:
            cluster.apply(manifest)
        establish(cluster, estate, RETENTION)
        with pytest.raises(RefusedError, match="GC-TEN-15"):
            people["zhang"].create(document("mee-silent", contacts=[]), dry_run=True)
    finally:
        for manifest in reversed(made):
            cluster.delete(manifest)
    desk.until(lambda: _is_taken(people["zhang"]))  # other tests ask for what these rules would refuse


def _is_taken(person):
    with suppress(RefusedError):
        return person.create(document("mee-silent", contacts=[]), dry_run=True)
