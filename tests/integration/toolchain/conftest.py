"""The real toolchain of this machine: from the mirror, where one is set, else from whatever source gives it."""

from __future__ import annotations

import pytest

from govcloud.local.toolchain import Toolchain


@pytest.fixture(scope="session")
def toolchain() -> Toolchain:
    chain = Toolchain.default()
    chain.install()
    return chain
