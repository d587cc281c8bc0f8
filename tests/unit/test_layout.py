"""How the house is built: what an import costs, and where things are kept."""

import subprocess
import sys
from pathlib import Path

import pytest

from govcloud.paths import estate_state, local_kubeconfig, private_folder, regions_root, state_home

_IMPORTED = "import sys; before = set(sys.modules); import {}; print(*(set(sys.modules) - before))"


def imported_by(module: str) -> set[str]:
    """The packages that importing a module brings into a fresh process."""
    command = [sys.executable, "-c", _IMPORTED.format(module)]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return {name.split(".")[0] for name in words}


def test_the_package_alone_imports_nothing_else() -> None:
    assert imported_by("govcloud") == {"govcloud"}


def test_errors_are_light_so_that_everything_can_raise_them() -> None:
    assert not imported_by("govcloud.errors") - set(sys.stdlib_module_names) - {"govcloud"}


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("govcloud.cli.main", {"kubernetes", "pulumi", "numpy", "rich", "pydantic", "yaml"}),
        ("govcloud.cluster", {"kubernetes", "pulumi", "numpy"}),
        ("govcloud.planner", {"kubernetes", "pulumi", "click"}),
        ("stacks.components", {"kubernetes", "pulumi_kubernetes"}),
        ("govcloud.engine.engine", {"kubernetes", "pulumi", "grpc"}),
    ],
)
def test_heavy_packages_are_imported_where_they_are_used(module: str, heavy: set[str]) -> None:
    assert not imported_by(module) & heavy


def test_state_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVCLOUD_STATE", str(tmp_path))
    assert state_home() == tmp_path
    assert regions_root() == tmp_path / "regions"
    assert estate_state("national") == tmp_path / "estates" / "national"
    assert local_kubeconfig("north") == tmp_path / "regions" / "north" / "admin.kubeconfig"


def test_state_is_in_the_state_folder_of_the_person_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOVCLOUD_STATE")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_home() == tmp_path / "govcloud"


def test_a_private_folder_is_private_even_where_it_was_open(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True, mode=0o755)
    for _ in range(2):
        assert private_folder(folder).stat().st_mode & 0o777 == 0o700
