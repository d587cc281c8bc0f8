from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from toolchain_places import ALPHA

from govcloud.errors import InputError, ToolchainError
from govcloud.local.toolchain import Event, Toolchain

Make = Callable[..., Toolchain]


@pytest.fixture
def chain(toolchain: Make, mirror: Path) -> Toolchain:
    made = toolchain(mirror=str(mirror))
    made.install()
    return made


def alter(path: Path, content: bytes) -> None:
    path.chmod(0o755)
    path.write_bytes(content)


def test_a_program_that_is_absent_is_an_error_that_names_the_command(toolchain: Make) -> None:
    with pytest.raises(ToolchainError, match="alpha is not installed") as caught:
        toolchain().path("alpha")
    assert "govcloud toolchain install" in str(caught.value)


def test_a_program_that_is_not_in_the_catalog_is_an_input_error(toolchain: Make) -> None:
    with pytest.raises(InputError, match="'delta' is no program of the toolchain"):
        toolchain().path("delta")


def test_what_is_there_is_found_again_without_any_source(
    toolchain: Make, chain: Toolchain, events: list[Event]
) -> None:
    again = toolchain().install(progress=events.append)
    assert [program.source for program in again] == ["mirror"] * 3
    assert [event.phase for event in events] == ["found"] * 3


def test_finding_what_is_there_takes_no_time(chain: Toolchain) -> None:
    began = time.perf_counter()
    chain.install()
    assert time.perf_counter() - began < 0.1


def test_bin_has_every_program_but_the_language_host(chain: Toolchain) -> None:
    assert sorted(file.name for file in chain.bin.iterdir()) == ["alpha", "beta"]
    assert [file.name for file in chain.language_host.iterdir()] == ["gamma"]


def test_the_script_of_the_language_host_is_found_beside_it_behind_any_link(chain: Toolchain) -> None:
    assert (chain.language_host / "gamma").resolve().parent == chain.language_host.resolve()


def test_the_pulumi_home_has_the_plugin(chain: Toolchain) -> None:
    plugin = chain.pulumi_home / "plugins" / "beta-v0.1.0" / "beta"
    assert plugin.samefile(chain.path("beta"))


def test_a_lost_link_is_made_again(chain: Toolchain) -> None:
    (chain.bin / "alpha").unlink()
    (chain.language_host / "gamma").unlink()
    chain.install()
    assert (chain.bin / "alpha").samefile(chain.path("alpha"))
    assert (chain.language_host / "gamma").samefile(chain.path("gamma"))


def test_status_tells_version_source_hash_and_size(chain: Toolchain) -> None:
    alpha = chain.status()[0]
    assert (alpha.program, alpha.version, alpha.source, alpha.state) == (
        "alpha",
        "1.2.3",
        "mirror",
        "installed",
    )
    assert alpha.size == len(ALPHA)


def test_status_of_what_was_never_installed_is_absent(toolchain: Make) -> None:
    assert {status.state for status in toolchain().status(verify=True)} == {"absent"}


def test_an_altered_program_is_reported_refused_and_installed_anew(
    chain: Toolchain, events: list[Event]
) -> None:
    alter(chain.path("alpha"), b"something longer than what was installed, and not to be trusted")
    assert chain.status()[0].state == "altered"
    with pytest.raises(ToolchainError, match="alpha was altered after it was installed"):
        chain.path("alpha")
    (program,) = chain.install(["alpha"], events.append)
    assert "altered" in [event.phase for event in events]
    assert program.path.read_bytes() == ALPHA


def test_an_alteration_that_hides_its_time_and_size_is_found_by_its_hash(chain: Toolchain) -> None:
    path = chain.path("alpha")
    before = path.stat()
    alter(path, ALPHA.replace(b"1.2.3", b"6.6.6"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert chain.status()[0].state == "installed"
    assert chain.status(verify=True)[0].state == "altered"


def test_a_program_whose_file_is_gone_is_installed_anew(chain: Toolchain) -> None:
    chain.path("alpha").unlink()
    assert chain.status()[0].state == "absent"
    (program,) = chain.install(["alpha"])
    assert program.path.read_bytes() == ALPHA


@pytest.mark.parametrize("content", ["", "{", "[]", '{"program": "alpha"}'])
def test_a_damaged_receipt_counts_as_none(chain: Toolchain, content: str) -> None:
    path = chain.path("alpha")
    (path.parent / "receipt.json").write_text(content)
    assert chain.status()[0].state == "absent"
    assert chain.install(["alpha"])[0].path.read_bytes() == ALPHA
