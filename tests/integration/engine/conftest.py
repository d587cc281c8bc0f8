"""Estates on two real regions; whatever one brought about is taken away afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_estate import REGIONS, EstateUnderTest
from small_estates import estate_text

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.model.loader import load_estate
from govcloud.paths import local_kubeconfig
from govcloud.planner import plan_nodes


@pytest.fixture(scope="session")
def regions(start_region: Callable[..., LocalRegion], state: Path) -> dict[str, LocalRegion]:
    """The regions north and south of the test estates, up."""
    estate = load_estate("regions.yaml", text=estate_text("regions", tenancies=1))
    return {
        name: start_region(name, plan_nodes(model), below=state / "regions")
        for name, model in estate.regions.items()
    }


@pytest.fixture(scope="module")
def clusters(regions: dict[str, LocalRegion]) -> dict[str, Cluster]:
    return {name: Cluster(local_kubeconfig(name)) for name in regions}


@pytest.fixture
def make_estate(
    tmp_path: Path, clusters: dict[str, Cluster]
) -> Iterator[Callable[[str, int], EstateUnderTest]]:
    """Makes an estate of some tenancies."""
    made: list[EstateUnderTest] = []

    def make(name: str, tenancies: int) -> EstateUnderTest:
        estate = EstateUnderTest(name, tmp_path / f"{name}.yaml", tenancies, clusters)
        estate.write()
        made.append(estate)
        return estate

    yield make
    for estate in made:
        for process in estate.processes():
            process.kill()
        for region in REGIONS:
            for number in range(1, estate.tenancies + 1):
                name = f"t-{estate.tenancy(number)}"
                clusters[region].delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
