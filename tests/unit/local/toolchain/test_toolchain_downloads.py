from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain_places import Site, fill_mirror

from govcloud.errors import ToolchainError
from govcloud.local.toolchain import Event, Toolchain
from govcloud.local.toolchain.fetch import Fetcher, Unavailable

Make = Callable[..., Toolchain]
ARCHIVE = "/linux-amd64/alpha-1.2.3.zst"
# Random bytes do not compress, so the archive is as long.
LONG = random.Random(7).randbytes(300_000)  # noqa: S311 - no secret


@pytest.fixture
def published(tmp_path: Path, site: Site) -> Site:
    fill_mirror(tmp_path / "long", {"alpha-1.2.3": LONG})
    site.publish(tmp_path / "long")
    return site


def test_one_that_breaks_off_goes_on_where_it_stopped(toolchain: Make, published: Site) -> None:
    published.breaks = [100_000, 50_000, 10_000, 10_000, 10_000]
    (program,) = toolchain(mirror=published.base).install(["alpha"])
    assert program.path.read_bytes() == LONG
    ranges = [wanted for path, wanted in published.asked if path == ARCHIVE]
    reached = (100_000, 150_000, 160_000, 170_000, 180_000)
    assert ranges == [None, *(f"bytes={start}-" for start in reached)]


def test_one_that_never_gets_through_is_reported_and_goes_on_next_time(
    toolchain: Make, published: Site
) -> None:
    published.breaks = [200_000, 0, 0, 0]
    with pytest.raises(ToolchainError, match="the download broke off and gets no further"):
        toolchain(mirror=published.base, sources=("mirror",)).install(["alpha"])
    (program,) = toolchain(mirror=published.base).install(["alpha"])
    assert program.path.read_bytes() == LONG
    assert published.asked[-1] == (ARCHIVE, "bytes=200000-")


def test_one_starts_anew_where_the_server_knows_no_ranges(toolchain: Make, published: Site) -> None:
    published.breaks, published.ranges = [100_000], False
    (program,) = toolchain(mirror=published.base).install(["alpha"])
    assert program.path.read_bytes() == LONG


def test_one_starts_anew_when_its_earlier_part_was_of_another_file(
    toolchain: Make, published: Site, cache: Path
) -> None:
    published.breaks = [200_000, 0, 0, 0]
    with pytest.raises(ToolchainError):
        toolchain(mirror=published.base, sources=("mirror",)).install(["alpha"])
    (part,) = (cache / "partial").iterdir()
    part.write_bytes(b"x" * 50_000)
    (program,) = toolchain(mirror=published.base).install(["alpha"])
    assert program.path.read_bytes() == LONG
    assert list((cache / "partial").iterdir()) == []


def test_one_tells_how_far_it_is(toolchain: Make, published: Site, events: list[Event]) -> None:
    toolchain(mirror=published.base).install(["alpha"], events.append)
    fractions = [event.fraction for event in events if event.phase == "downloading"]
    assert fractions and fractions[-1] == 1.0


def test_a_silent_host_is_waited_for_once_and_not_again(tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, timeout=0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        location = f"http://127.0.0.1:{silent.getsockname()[1]}/SHA256SUMS"
        waits = []
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(Unavailable, match="does not answer"):
                fetcher.text(location)
            waits.append(time.monotonic() - began)
    assert waits[0] >= 0.3 > 0.1 > waits[1]


def test_a_host_that_refuses_is_given_up_at_once(toolchain: Make) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as closed:
        port = closed.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(ToolchainError, match=f"127.0.0.1:{port} does not answer"):
        toolchain(mirror=f"http://127.0.0.1:{port}").install()
    assert time.monotonic() - began < 2
