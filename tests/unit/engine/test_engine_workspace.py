"""A stack of the engine's own costs one process an operation: what Pulumi's library would ask afterwards is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi import automation as auto

from govcloud.engine.checkpoint import Checkpoints
from govcloud.engine.settings import EngineSettings
from govcloud.engine.workspace import PinnedPulumi, open_stack


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words of each process of Pulumi that would have been started."""
    found: list[str] = []

    def run(command: PinnedPulumi, args: list[str], *_: object, **__: object) -> auto.CommandResult:
        found.append(args[0])
        return auto.CommandResult(stdout="", stderr="", code=0)

    monkeypatch.setattr(auto.PulumiCommand, "run", run)
    return found


def settings(root: Path) -> EngineSettings:
    found = EngineSettings(root, f"file://{root}/state", root / "pulumi", root / "home")
    for folder in (found.work, root / "state"):
        folder.mkdir(parents=True)
    (found.work / "Pulumi.yaml").write_text("name: govcloud\nruntime: python\n")
    return found


def test_an_operation_on_a_file_backend_starts_one_process(tmp_path: Path, asked: list[str]) -> None:
    found = settings(tmp_path)
    stack = open_stack(found, Checkpoints(tmp_path / "state"), "platform.north", lambda: None)
    stack.up(show_secrets=False)
    assert asked == ["up"]


def test_on_another_backend_the_stack_is_selected_before(tmp_path: Path, asked: list[str]) -> None:
    stack = open_stack(settings(tmp_path), None, "platform.north", lambda: None)
    stack.up(show_secrets=False)
    assert asked == ["stack", "up"]
