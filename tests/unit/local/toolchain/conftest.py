"""A small toolchain of three programs, and the places that they come from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from toolchain_places import ALPHA, BETA, CATALOG, GAMMA, PLATFORM, Handler, Site, fill_mirror

from govcloud.local.toolchain import Catalog, Event, Toolchain, load_catalog


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    fill_mirror(folder, {"alpha-1.2.3": ALPHA, "beta-0.1.0": BETA, "gamma-2.0.0": GAMMA})
    return folder


@pytest.fixture
def catalog() -> Catalog:
    return load_catalog(PLATFORM, CATALOG)


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def toolchain(cache: Path, catalog: Catalog) -> Callable[..., Toolchain]:
    """Makes a toolchain of the small catalog that sees no PATH and builds nothing unless it is told to."""

    def make(**settings: Any) -> Toolchain:
        settings = {"sources": ("path", "mirror", "release"), "path": "", **settings}
        return Toolchain(cache, catalog=catalog, **settings)

    return make


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def site() -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    place = Site(f"http://127.0.0.1:{server.server_port}")
    server.site = place  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield place
    server.shutdown()
    thread.join()
    server.server_close()
