from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain_places import ALPHA, BETA, GAMMA, Site, sha256

from govcloud.errors import ToolchainError
from govcloud.local.toolchain import Event, Toolchain

Make = Callable[..., Toolchain]


def leftovers(cache: Path) -> list[Path]:
    """Files that are neither locks nor folders."""
    return [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"]


def test_a_folder_gives_every_program(toolchain: Make, mirror: Path) -> None:
    chain = toolchain(mirror=str(mirror))
    installed = chain.install()
    assert [(program.program, program.source) for program in installed] == [
        ("alpha", "mirror"),
        ("beta", "mirror"),
        ("gamma", "mirror"),
    ]
    assert [program.path.read_bytes() for program in installed] == [ALPHA, BETA, GAMMA]
    assert [program.sha256 for program in installed] == [sha256(ALPHA), sha256(BETA), sha256(GAMMA)]


def test_a_url_gives_every_program(toolchain: Make, mirror: Path, site: Site) -> None:
    site.publish(mirror)
    installed = toolchain(mirror=f"{site.base}/").install()
    assert [program.path.read_bytes() for program in installed] == [ALPHA, BETA, GAMMA]


def test_the_list_of_checksums_is_asked_for_once(toolchain: Make, mirror: Path, site: Site) -> None:
    site.publish(mirror)
    toolchain(mirror=site.base).install()
    assert [path for path, _ in site.asked].count("/linux-amd64/SHA256SUMS") == 1


def test_a_program_is_executable_and_protected_from_writing(toolchain: Make, mirror: Path) -> None:
    (program,) = toolchain(mirror=str(mirror)).install(["alpha"])
    assert program.path.stat().st_mode & 0o777 == 0o555
    answer = subprocess.run([program.path], capture_output=True, text=True, check=True)
    assert answer.stdout == "alpha v1.2.3\n"


def test_a_tampered_archive_is_refused_and_nothing_of_it_stays(
    toolchain: Make, mirror: Path, cache: Path, events: list[Event]
) -> None:
    archive = mirror / "linux-amd64" / "alpha-1.2.3.zst"
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(ToolchainError, match="altered or damaged"):
        toolchain(mirror=str(mirror)).install(["alpha"], events.append)
    assert leftovers(cache) == []
    assert events[-1].phase == "failed"


def test_a_tampered_download_is_refused_and_nothing_of_it_stays(
    toolchain: Make, mirror: Path, cache: Path, site: Site
) -> None:
    site.publish(mirror)
    site.files["/linux-amd64/alpha-1.2.3.zst"] += b"x"
    with pytest.raises(ToolchainError, match="altered or damaged"):
        toolchain(mirror=site.base).install(["alpha"])
    assert leftovers(cache) == []


def test_a_tampered_program_is_not_quietly_taken_from_the_next_source(
    toolchain: Make, mirror: Path, site: Site
) -> None:
    (mirror / "linux-amd64" / "alpha-1.2.3.zst").write_bytes(b"forged")
    with pytest.raises(ToolchainError, match="altered or damaged"):
        toolchain(mirror=str(mirror), releases=site.base).install(["alpha"])
    assert site.asked == []


def test_the_other_programs_are_installed_when_one_is_refused(toolchain: Make, mirror: Path) -> None:
    (mirror / "linux-amd64" / "alpha-1.2.3.zst").write_bytes(b"forged")
    chain = toolchain(mirror=str(mirror))
    with pytest.raises(ToolchainError, match="altered or damaged"):
        chain.install()
    assert [status.state for status in chain.status()] == ["absent", "installed", "installed"]


def test_a_program_without_a_checksum_is_refused(toolchain: Make, mirror: Path, cache: Path) -> None:
    (mirror / "linux-amd64" / "SHA256SUMS").write_text(f"{sha256(b'')}  beta-0.1.0.zst\n")
    with pytest.raises(ToolchainError, match=r"no checksum for alpha-1\.2\.3\.zst"):
        toolchain(mirror=str(mirror)).install(["alpha"])
    assert leftovers(cache) == []


@pytest.mark.parametrize(
    "line", ["<html>", f"{'0' * 63}  alpha-1.2.3.zst", f"{'0' * 40}  alpha-1.2.3.zst"], ids=repr
)
def test_a_list_with_a_line_that_is_no_checksum_is_refused(toolchain: Make, mirror: Path, line: str) -> None:
    sums = mirror / "linux-amd64" / "SHA256SUMS"
    sums.write_text(sums.read_text() + line + "\n")
    with pytest.raises(ToolchainError, match="not a line of a SHA-256 list"):
        toolchain(mirror=str(mirror)).install(["beta"])


def test_two_different_checksums_of_one_program_are_refused(toolchain: Make, mirror: Path) -> None:
    sums = mirror / "linux-amd64" / "SHA256SUMS"
    sums.write_text(sums.read_text() + f"{'0' * 64}  alpha-1.2.3.zst\n")
    with pytest.raises(ToolchainError, match="several checksums"):
        toolchain(mirror=str(mirror)).install(["alpha"])


def test_an_archive_that_is_no_zstd_is_refused(toolchain: Make, mirror: Path, cache: Path) -> None:
    (mirror / "linux-amd64" / "alpha-1.2.3.zst").write_bytes(b"no zstd")
    (mirror / "linux-amd64" / "SHA256SUMS").write_text(f"{sha256(b'no zstd')}  alpha-1.2.3.zst\n")
    with pytest.raises(ToolchainError, match="cannot be unpacked"):
        toolchain(mirror=str(mirror)).install(["alpha"])
    assert leftovers(cache) == []


def test_a_mirror_that_is_not_there_is_named_among_the_reasons(toolchain: Make, tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match=r"mirror: .*nowhere/linux-amd64/SHA256SUMS: No such file"):
        toolchain(mirror=str(tmp_path / "nowhere"), sources=("mirror",)).install(["alpha"])


def test_a_folder_that_cannot_be_written_is_an_error_that_names_it(
    toolchain: Make, mirror: Path, cache: Path
) -> None:
    cache.write_text("a file where the folder should be")
    with pytest.raises(ToolchainError, match="alpha cannot be installed") as caught:
        toolchain(mirror=str(mirror)).install(["alpha"])
    assert caught.value.where == os.fspath(cache)
