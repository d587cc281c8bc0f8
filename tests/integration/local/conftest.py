from collections.abc import Iterator

import pytest

from govcloud.local.region import LocalRegion
from govcloud.local.toolchain import Toolchain

PROGRAMS = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"]


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    tools = Toolchain.default()
    tools.install(PROGRAMS)
    return tools


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Iterator[LocalRegion]:
    made = LocalRegion("beijing", tmp_path_factory.mktemp("regions") / "beijing", toolchain)
    try:
        yield made
    finally:
        made.down(purge=True)
