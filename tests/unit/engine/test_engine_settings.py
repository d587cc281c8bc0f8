"""Where the engine's state is, who can read it, and what Pulumi's processes are told."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govcloud.engine.settings import EngineSettings, settings_for
from govcloud.model import Estate


class FakeToolchain:
    pulumi_home = Path("/toolchain/pulumi-home")

    def path(self, name: str) -> Path:
        return Path("/toolchain") / name


@pytest.fixture
def make(estate: Estate) -> Any:
    toolchain: Any = FakeToolchain()

    def settings(of: Estate = estate) -> EngineSettings:
        return settings_for(of, toolchain)

    return settings


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_state_is_a_folder_of_the_estate_that_its_owner_alone_can_read(make: Any, tmp_path: Path) -> None:
    settings = make()
    assert settings.root == tmp_path / "state" / "estates" / "small"
    assert settings.backend_folder == settings.root / "state"
    for folder in (settings.root, settings.work, settings.receipts, settings.backend_folder):
        assert mode(folder) == 0o700
    assert mode(settings.passphrase_file) == 0o600


def test_the_passphrase_is_long_and_made_once(make: Any) -> None:
    passphrase = make().passphrase_file.read_text()
    assert len(passphrase) >= 32
    assert make().passphrase_file.read_text() == passphrase


def test_no_file_is_left_beside_those_that_are_meant(make: Any) -> None:
    settings = make()
    make()
    assert sorted(path.name for path in settings.root.iterdir()) == [
        "passphrase",
        "pulumi-home",
        "receipts",
        "state",
        "work",
    ]
    assert [path.name for path in settings.work.iterdir()] == ["Pulumi.yaml"]


def test_pulumi_is_told_the_path_of_the_passphrase_and_never_the_passphrase(make: Any) -> None:
    settings = make()
    environment = settings.environment()
    assert environment["PULUMI_CONFIG_PASSPHRASE_FILE"] == str(settings.passphrase_file)
    assert settings.passphrase_file.read_text() not in "".join(environment.values())
    assert environment["PULUMI_BACKEND_URL"] == settings.backend


@pytest.mark.parametrize("name", ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"])
def test_a_passphrase_of_the_caller_takes_precedence(
    make: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "")
    assert "PULUMI_CONFIG_PASSPHRASE_FILE" not in make().environment()


def test_another_backend_has_no_folder(make: Any, estate: Estate) -> None:
    spec = estate.head.spec.model_copy(update={"state": "s3://bucket?endpoint=s3.example"})
    settings = make(replace(estate, head=estate.head.model_copy(update={"spec": spec})))
    assert settings.backend == "s3://bucket?endpoint=s3.example"
    assert settings.backend_folder is None


def test_the_environment_names_the_backend_before_the_estate_does(
    make: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"file://{tmp_path}/shared")
    assert make().backend_folder == tmp_path / "shared"


def test_pulumi_has_the_plugins_of_the_toolchain_and_no_place_for_logs(make: Any) -> None:
    home = make().pulumi_home
    assert (home / "plugins").readlink() == FakeToolchain.pulumi_home / "plugins"
    assert (home / "logs").is_file()
    (home / "plugins").unlink()
    (home / "plugins").symlink_to("/elsewhere")
    make()
    assert (home / "plugins").readlink() == FakeToolchain.pulumi_home / "plugins"
    assert make().environment()["PULUMI_HOME"] == str(home)
