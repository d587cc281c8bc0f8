from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain_places import ALPHA, BETA, Site, sha256, tar_of

from govcloud.errors import ToolchainError
from govcloud.local.toolchain import Toolchain

Make = Callable[..., Toolchain]
ARCHIVE = "/example.org/alpha/v1.2.3/alpha-linux-x64.tar.gz"
SUMS = "/example.org/alpha/v1.2.3/SHA256SUMS"
BARE = "/dl.example.org/v0.1.0/bin/linux/amd64/beta"


@pytest.fixture
def publisher(site: Site) -> Site:
    """Publishes alpha as an archive among others in one list, and beta bare with a list of its own."""
    archive = tar_of("./alpha-v1.2.3/alpha", ALPHA)
    site.files[ARCHIVE] = archive
    site.files[SUMS] = (
        f"{'1' * 64} *alpha-darwin-x64.tar.gz\n{sha256(archive)} *alpha-linux-x64.tar.gz\n".encode()
    )
    site.files[BARE] = BETA
    site.files[f"{BARE}.sha256"] = sha256(BETA).encode()
    return site


def test_a_program_is_taken_out_of_an_archive_with_the_published_checksum(
    toolchain: Make, publisher: Site
) -> None:
    (program,) = toolchain(releases=publisher.base).install(["alpha"])
    assert (program.source, program.path.read_bytes()) == ("release", ALPHA)


def test_a_bare_program_is_taken_with_a_list_that_holds_a_digest_alone(
    toolchain: Make, publisher: Site
) -> None:
    (program,) = toolchain(releases=publisher.base).install(["beta"])
    assert (program.source, program.path.read_bytes()) == ("release", BETA)


def test_a_wrong_checksum_is_refused(toolchain: Make, publisher: Site, cache: Path) -> None:
    publisher.files[SUMS] = f"{'2' * 64}  alpha-linux-x64.tar.gz\n".encode()
    with pytest.raises(ToolchainError, match="altered or damaged"):
        toolchain(releases=publisher.base).install(["alpha"])
    assert not (cache / "programs").exists()


def test_a_list_without_the_file_is_refused(toolchain: Make, publisher: Site) -> None:
    publisher.files[SUMS] = f"{'2' * 64}  alpha-darwin-x64.tar.gz\n".encode()
    with pytest.raises(ToolchainError, match=r"no checksum for alpha-linux-x64\.tar\.gz"):
        toolchain(releases=publisher.base).install(["alpha"])


def test_without_a_list_of_checksums_nothing_is_downloaded(toolchain: Make, publisher: Site) -> None:
    del publisher.files[SUMS]
    with pytest.raises(ToolchainError, match=r"release: .*SHA256SUMS: 404"):
        toolchain(releases=publisher.base).install(["alpha"])
    assert ARCHIVE not in [path for path, _ in publisher.asked]


def test_an_archive_without_the_program_is_refused(toolchain: Make, publisher: Site) -> None:
    archive = tar_of("alpha-v1.2.3/README", b"")
    publisher.files |= {ARCHIVE: archive, SUMS: f"{sha256(archive)}  alpha-linux-x64.tar.gz".encode()}
    with pytest.raises(ToolchainError, match=r"it has no file alpha-v1\.2\.3/alpha"):
        toolchain(releases=publisher.base).install(["alpha"])


def test_a_file_that_is_no_archive_is_refused(toolchain: Make, publisher: Site) -> None:
    publisher.files |= {ARCHIVE: b"<html>", SUMS: f"{sha256(b'<html>')}  alpha-linux-x64.tar.gz".encode()}
    with pytest.raises(ToolchainError, match="the archive cannot be unpacked"):
        toolchain(releases=publisher.base).install(["alpha"])


def test_a_program_whose_publisher_publishes_none_is_not_asked_for(toolchain: Make, publisher: Site) -> None:
    with pytest.raises(ToolchainError, match="release: its publisher publishes no file with a checksum"):
        toolchain(releases=publisher.base).install(["gamma"])
    assert publisher.asked == []
