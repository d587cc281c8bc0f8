"""A hub with two departments, and the people who meet there, each with a client certificate of their own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hub_people import PEOPLE, RETENTION, Desk, Person, estate_text

from govcloud.cluster import Cluster
from govcloud.hub.establish import establish
from govcloud.local.region import LocalRegion
from govcloud.model import Estate
from govcloud.model.loader import load_estate
from govcloud.planner.clusterroles import cluster_roles
from govcloud.planner.protection import protection_policies
from govcloud.planner.register import register_platform


@pytest.fixture(scope="session")
def estate() -> Estate:
    return load_estate("hub.yaml", text=estate_text())


@pytest.fixture(scope="session")
def region(start_region: Callable[..., LocalRegion]) -> LocalRegion:
    """A region of these tests' own, since they fill its register with what nobody may delete."""
    return start_region("hub")


@pytest.fixture(scope="session")
def kubeconfigs(
    region: LocalRegion, estate: Estate, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """The hub, ready, and everybody's kubeconfig; of the platform, what the register needs and no rules on contents."""
    folder = tmp_path_factory.mktemp("people")
    cluster = Cluster(region.kubeconfig)
    for plan in (register_platform, cluster_roles, protection_policies):
        for manifest in plan(estate.regions["north"]):
            cluster.apply(manifest)
    establish(Cluster(region.kubeconfig), estate, RETENTION)
    return {key: region.issue(user, groups, folder / key) for key, (user, groups) in PEOPLE.items()}


@pytest.fixture(scope="session")
def people(kubeconfigs: dict[str, Path]) -> dict[str, Person]:
    return {key: Person(Cluster(path)) for key, path in kubeconfigs.items()}


@pytest.fixture(scope="session")
def desk(people: dict[str, Person]) -> Desk:
    return Desk(people)
