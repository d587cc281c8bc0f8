"""``govcloud env``: settings for the plain pulumi program, for a shell to read."""

import shlex
import sys
from pathlib import Path
from typing import Any

import pytest

from govcloud.local.toolchain import Toolchain


class FakeToolchain:
    bin = Path("/tool chain/bin")
    language_host = Path("/tool chain/host")
    pulumi_home = Path("/tool chain/home")

    def path(self, name: str) -> Path:
        return self.bin / name


@pytest.fixture
def exported(govcloud: Any, small: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables that a shell would have after ``eval "$(govcloud env PATH)"``."""
    monkeypatch.setattr(Toolchain, "default", classmethod(lambda cls: FakeToolchain()))
    monkeypatch.setenv("PATH", "/usr/bin")
    result = govcloud("env", small)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = [shlex.split(line) for line in result.stdout.splitlines()]
    assert all(len(words) == 2 and words[0] == "export" for words in lines)
    return dict(words[1].split("=", 1) for words in lines)


def test_pulumi_finds_programs_state_and_estate(
    exported: dict[str, str], small: Path, tmp_path: Path
) -> None:
    own = Path(sys.executable).parent  # it has the program that starts the policy pack
    assert exported["PATH"] == f"/tool chain/bin:/tool chain/host:{own}:/usr/bin"
    assert exported["PULUMI_HOME"] == "/tool chain/home"
    assert exported["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/state/estates/small/state"
    assert exported["GOVCLOUD_ESTATE"] == str(small)
    assert exported["PULUMI_PYTHON_CMD"] == sys.executable


def test_no_secret_is_printed_only_where_it_is(exported: dict[str, str]) -> None:
    path = Path(exported["PULUMI_CONFIG_PASSPHRASE_FILE"])
    assert path.read_text() not in "".join(exported.values())
