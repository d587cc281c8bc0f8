"""Two regions of these tests' own, since a register keeps what was decided in it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from controller_desk import ESTATE, PEOPLE, REGIONS, Desk

from govcloud.cluster import Cluster
from govcloud.local.region import LocalRegion, regions_root
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate


@pytest.fixture(scope="session")
def desk(toolchain: Toolchain, state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The estate with its hub ready, brought about by the command itself."""
    folder = tmp_path_factory.mktemp("registered")
    file = folder / "registered.yaml"
    file.write_text(ESTATE, encoding="utf-8")
    made = {name: LocalRegion(name, regions_root() / name, toolchain) for name in REGIONS}
    try:
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda region: region.up([]), made.values()))
        kubeconfigs = {
            (key, name): region.issue(user, groups, folder / f"{key}.{name}")
            for key, (user, groups) in PEOPLE.items()
            for name, region in made.items()
        }
        clusters = {name: Cluster(region.kubeconfig) for name, region in made.items()}
        desk = Desk(file, load_estate(file), clusters, kubeconfigs)
        first = desk.once()
        assert first.process.returncode == 0, first.said
        yield desk
        for running in desk.started:
            if running.process.poll() is None:
                running.kill()
    finally:
        for region in made.values():
            region.down(purge=True)


@pytest.fixture
def ended(desk: Desk) -> Iterator[None]:
    """No controller of a test outlives it."""
    yield
    for running in desk.started:
        if running.process.poll() is None:
            running.kill()
    desk.started.clear()
