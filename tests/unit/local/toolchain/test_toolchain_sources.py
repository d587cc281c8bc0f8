from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain_places import script

from govcloud.errors import InputError, ToolchainError
from govcloud.local.toolchain import Event, Toolchain

Make = Callable[..., Toolchain]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "usr-bin"
    place.mkdir()
    return place


def put(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    file.chmod(0o755)
    return file


def test_a_program_on_path_of_the_pinned_version_is_used_where_it_lies(
    toolchain: Make, mirror: Path, folder: Path
) -> None:
    file = put(folder, "alpha", script("alpha", "1.2.3"))
    chain = toolchain(mirror=str(mirror), path=str(folder))
    (program,) = chain.install(["alpha"])
    assert (program.source, program.path) == ("path", file)
    assert chain.path("alpha") == file
    assert (chain.bin / "alpha").readlink() == file


@pytest.mark.parametrize("version", ["1.2.4", "1.2.30", "1.2.3-rc1", "1.2.3.1", "11.2.3"])
def test_a_program_on_path_of_another_version_is_passed_over(
    toolchain: Make, mirror: Path, folder: Path, version: str
) -> None:
    put(folder, "alpha", script("alpha", version))
    (program,) = toolchain(mirror=str(mirror), path=str(folder)).install(["alpha"])
    assert program.source == "mirror"


def test_a_later_folder_of_path_is_searched_too(toolchain: Make, folder: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    put(folder, "alpha", script("alpha", "9.9.9"))
    file = put(later, "alpha", script("alpha", "1.2.3"))
    (program,) = toolchain(path=f"{folder}:{later}").install(["alpha"])
    assert program.path == file


def test_a_program_that_cannot_tell_its_version_is_never_taken_from_path(
    toolchain: Make, mirror: Path, folder: Path
) -> None:
    put(folder, "beta", script("beta", "0.1.0"))
    (program,) = toolchain(mirror=str(mirror), path=str(folder)).install(["beta"])
    assert program.source == "mirror"


def test_a_program_on_path_that_does_not_start_is_passed_over(
    toolchain: Make, mirror: Path, folder: Path
) -> None:
    put(folder, "alpha", b"\x7fELF of another machine")
    (program,) = toolchain(mirror=str(mirror), path=str(folder)).install(["alpha"])
    assert program.source == "mirror"


def test_the_links_of_the_toolchain_itself_are_not_taken_for_a_program_on_path(
    toolchain: Make, mirror: Path
) -> None:
    first = toolchain(mirror=str(mirror))
    (program,) = first.install(["alpha"])
    (program.path.parent / "receipt.json").unlink()
    (again,) = toolchain(mirror=str(mirror), path=str(first.bin)).install(["alpha"])
    assert again.source == "mirror"


def test_sources_are_asked_in_their_order_and_each_reason_is_told(
    toolchain: Make, events: list[Event]
) -> None:
    with pytest.raises(ToolchainError, match=r"path: not on PATH; mirror: no mirror is set.*; release: "):
        toolchain(releases="http://127.0.0.1:9").install(["alpha"], events.append)
    asked = [event.detail.split(":")[0] for event in events if event.phase == "passed over"]
    assert asked == ["path", "mirror", "release"]


def test_only_the_chosen_sources_are_asked(toolchain: Make, mirror: Path, folder: Path) -> None:
    put(folder, "alpha", script("alpha", "1.2.3"))
    (program,) = toolchain(mirror=str(mirror), path=str(folder), sources=("mirror",)).install(["alpha"])
    assert program.source == "mirror"


def test_an_unknown_source_is_an_input_error(toolchain: Make) -> None:
    with pytest.raises(InputError, match="'disk' is no source of programs"):
        toolchain(sources=("disk",))


def test_the_environment_names_mirror_and_cache(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVCLOUD_TOOLCHAIN_MIRROR", str(mirror))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    chain = Toolchain.default()
    assert chain.bin.is_relative_to(tmp_path / "xdg" / "govcloud" / "toolchain")
    with pytest.raises(ToolchainError, match=r"no checksum for etcd-.*\.zst"):
        Toolchain.default(sources=("mirror",)).install(["etcd"])
