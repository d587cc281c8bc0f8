"""The small estate as a file, and the command line as a person runs it."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from govcloud.cli.main import cli, main

Govcloud = Callable[..., Result]
Shell = Callable[..., int]


@pytest.fixture
def small(tmp_path: Path, estate_text: str) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(estate_text, encoding="utf-8")
    return path


@pytest.fixture
def govcloud() -> Govcloud:
    """Runs a command and returns what it printed; errors are left as they were raised."""

    def run(*arguments: object, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, [str(argument) for argument in arguments], input=input)

    return run


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Shell:
    """Runs the whole program and returns its exit code."""

    def run(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["govcloud", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return ended.value.code

    return run
