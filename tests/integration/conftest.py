"""Real programs for all integration tests: the pinned toolchain, and two regions that one session shares.

The regions stand in a state folder of the session's own; nothing of the person who runs the tests is touched.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_estates import estate_text

from govcloud.local.region import LocalRegion, regions_root
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.planner import plan_nodes

_WITH_ENGINES = {"controller", "engine"}


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Pulumi's library leaves event loops open; collect them here, lest a test that did not make them fails over them."""
    if item.path.parent.name in _WITH_ENGINES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    found = Toolchain.default()
    found.install()
    return found


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The session's state folder, in the environment of this process and all that it starts."""
    folder = tmp_path_factory.mktemp("state")
    before = os.environ.get("GOVCLOUD_STATE")
    os.environ["GOVCLOUD_STATE"] = str(folder)
    yield folder
    if before is None:
        del os.environ["GOVCLOUD_STATE"]
    else:
        os.environ["GOVCLOUD_STATE"] = before


@pytest.fixture(scope="session")
def regions(toolchain: Toolchain, state: Path) -> Iterator[dict[str, LocalRegion]]:
    """The regions north and south of the test estate, up."""
    estate = load_estate("regions.yaml", text=estate_text("regions", tenancies=1))
    found = {name: LocalRegion(name, regions_root() / name, toolchain) for name in estate.regions}
    try:
        for name, region in found.items():
            region.up(plan_nodes(estate.regions[name]))
        yield found
    finally:
        for region in found.values():
            region.down(purge=True)


@pytest.fixture(scope="session")
def region(regions: dict[str, LocalRegion]) -> LocalRegion:
    """One region, for tests that need no second."""
    return regions["north"]
