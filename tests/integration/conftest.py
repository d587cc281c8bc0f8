"""Real programs for all integration tests: the pinned toolchain, and regions that live as long as the tests of a folder.

Regions stand in folders of the session's own; nothing of the person who runs the tests is touched.
"""

from __future__ import annotations

import gc
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from small_estates import estate_text
from xdist.scheduler import LoadScopeScheduling

from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain
from govcloud.model.loader import load_estate
from govcloud.planner import plan_nodes

_WITH_ENGINES = {"controller", "engine"}
# Their tests share a region that takes long to make ready.
_TOGETHER = ("policies", "hub", "access", "controller", "planner")
_ORDER = ("engine", *_TOGETHER)
_AT_THE_END: dict[Path, ExitStack] = {}
_RUNNING: list[Path] = []


class _Groups(LoadScopeScheduling):
    """Gives a worker all tests that share a region; else those of a file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        folder = file.rsplit("/", 2)[-2]
        return folder if folder in _TOGETHER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """How tests are distributed."""
    return _Groups(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: who begins it last is waited for by the others."""
    items.sort(key=lambda item: [item.path.parent.name != folder for folder in _ORDER])


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remember whose regions are started now."""
    _RUNNING[:] = [item.path.parent]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Take down what a folder started when its tests are over, and collect what Pulumi's library leaves open.

    A region that nobody needs any more would cost the others a tenth of a core up to the end. Event loops that are left
    open would fail a test that did not make them.
    """
    if item.path.parent.name in _WITH_ENGINES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()
    if nextitem is None or nextitem.path.parent != item.path.parent:
        _AT_THE_END.pop(item.path.parent, ExitStack()).close()


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
def start_region(
    toolchain: Toolchain, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., LocalRegion]:
    """Starts a region, below a folder or one of its own, that is gone when the tests of the folder are over."""

    def start(
        name: str, nodes: list[Any] | None = None, below: Path | None = None, **more: Any
    ) -> LocalRegion:
        made = LocalRegion(name, (below or tmp_path_factory.mktemp(name) / "regions") / name, toolchain)
        _AT_THE_END.setdefault(_RUNNING[0], ExitStack()).callback(made.down, purge=True)
        made.up(nodes or [], **more)
        return made

    return start


@pytest.fixture(scope="session")
def start_regions(
    start_region: Callable[..., LocalRegion], state: Path
) -> Callable[[], dict[str, LocalRegion]]:
    """Starts the regions of the small estates where their commands look for them."""
    estate = load_estate("regions.yaml", text=estate_text("regions", tenancies=1))
    return lambda: {
        name: start_region(name, plan_nodes(model), below=state / "regions")
        for name, model in estate.regions.items()
    }
