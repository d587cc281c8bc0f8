"""Estates on two real regions; whatever one brought about is taken away afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engine_estate import REGIONS, EstateUnderTest

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion
from govcloud.paths import local_kubeconfig


@pytest.fixture(scope="session")
def regions(start_regions: Callable[[], dict[str, LocalRegion]]) -> dict[str, LocalRegion]:
    """The regions north and south of the test estates, up."""
    return start_regions()


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
