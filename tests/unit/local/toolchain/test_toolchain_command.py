from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from toolchain_places import fill_mirror, script

from govcloud.cli.toolchain import toolchain
from govcloud.local.toolchain import load_catalog
from govcloud.local.toolchain.host import this_platform


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mirror with every program of the real catalog, each a script."""
    programs = {f"{p.name}-{p.version}": script(p.name, p.version) for p in load_catalog()}
    fill_mirror(tmp_path / "mirror", programs, this_platform())
    monkeypatch.setenv("GOVCLOUD_TOOLCHAIN_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


def test_install_installs_everything_and_tells_each_step_as_a_line() -> None:
    done = CliRunner().invoke(toolchain, ["install", "--from", "mirror", "--output", "json"])
    assert done.exit_code == 0
    installed = json.loads(done.stdout)
    assert [row["program"] for row in installed] == [program.name for program in load_catalog()]
    assert {row["source"] for row in installed} == {"mirror"}
    assert "etcd: done: 3.6.8 from mirror" in done.stderr
    assert "\x1b" not in done.output


def test_install_takes_names() -> None:
    done = CliRunner().invoke(toolchain, ["install", "kwok", "etcd", "--from", "mirror", "-o", "json"])
    assert [row["program"] for row in json.loads(done.stdout)] == ["etcd", "kwok"]


def test_install_asks_only_the_sources_it_is_given() -> None:
    done = CliRunner().invoke(toolchain, ["install", "kwok", "--from", "release"])
    assert "kwok 0.7.0 cannot be had from any source (release: " in str(done.exception)


def test_status_ends_with_one_until_everything_is_installed() -> None:
    assert CliRunner().invoke(toolchain, ["status"]).exit_code == 1
    CliRunner().invoke(toolchain, ["install", "--from", "mirror"])
    done = CliRunner().invoke(toolchain, ["status", "--verify"])
    assert done.exit_code == 0
    assert "kube-apiserver" in done.stdout


def test_status_names_an_altered_program() -> None:
    installed = CliRunner().invoke(toolchain, ["install", "etcd", "--from", "mirror", "-o", "json"])
    path = Path(json.loads(installed.stdout)[0]["path"])
    path.chmod(0o755)
    path.write_bytes(b"something else")
    rows = json.loads(CliRunner().invoke(toolchain, ["status", "-o", "json"]).stdout)
    assert {row["program"]: row["state"] for row in rows}["etcd"] == "altered"
