"""How the program starts, suggests, fails and ends."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import Result

from govcloud.cli import main as module
from govcloud.cli.main import cli
from govcloud.errors import ClusterError, EngineError, GovCloudError, InputError, RefusedError

COMMANDS = list(cli.list_commands(click.Context(cli)))
NATIONAL = Path(__file__).parents[3] / "estates" / "national"
_HELP_OF_ALL = """
import json, sys
from click.testing import CliRunner
from govcloud.cli.main import cli
answers = {name: CliRunner().invoke(cli, [*name.split(), "--help"]) for name in ["", *sys.argv[1:]]}
heavy = [name for name in ("kubernetes", "pulumi", "pulumi_kubernetes", "numpy", "rich") if name in sys.modules]
print(json.dumps({"codes": {n: a.exit_code for n, a in answers.items()}, "heavy": heavy,
                  "help": {n: a.output for n, a in answers.items()}}))
"""


@pytest.fixture(scope="module")
def helped() -> Any:
    """What every command answers to --help in one fresh process, and what that process had to import."""
    command = [sys.executable, "-c", _HELP_OF_ALL, *COMMANDS]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def test_every_command_answers_to_help_with_what_it_is_for(helped: Any) -> None:
    assert set(helped["codes"].values()) == {0}
    for name in COMMANDS:
        usage, _, rest = helped["help"][name].partition("\n\n")
        assert usage.startswith(f"Usage: cli {name}")
        assert len(rest.strip().splitlines()[0]) > 20


def test_help_imports_neither_clients_nor_engines_nor_tables(helped: Any) -> None:
    assert helped["heavy"] == []


def test_the_first_help_names_every_command(helped: Any) -> None:
    for name in COMMANDS:
        assert f"\n  {name} " in helped["help"][""]


def test_the_version_is_that_of_the_package(govcloud: Any) -> None:
    assert govcloud("--version").output.startswith("cli, version ")


@pytest.mark.parametrize(("typed", "meant"), [("estat", "estate"), ("pln", "plan"), ("previw", "preview")])
def test_a_mistyped_command_is_answered_with_the_nearest(
    shell: Any, capsys: pytest.CaptureFixture[str], typed: str, meant: str
) -> None:
    assert shell(typed) == 2
    assert f"No such command '{typed}'. Did you mean '{meant}'?" in capsys.readouterr().err


def test_a_command_that_resembles_none_is_answered_without_a_guess(
    shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shell("xyzzy") == 2
    assert "Did you mean" not in capsys.readouterr().err


def test_a_wrong_option_is_wrong_usage(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert shell("plan", "--outptu", "json") == 2
    assert "--output" in capsys.readouterr().err


def raising(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def fail(**options: Any) -> None:
        raise error

    monkeypatch.setattr(module.cli, "main", fail)


@pytest.mark.parametrize(
    ("kind", "code"), [(InputError, 2), (RefusedError, 1), (ClusterError, 3), (EngineError, 3)]
)
def test_an_error_is_printed_once_with_all_that_helps_and_sets_the_exit_code(
    shell: Any,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kind: type[GovCloudError],
    code: int,
) -> None:
    raising(monkeypatch, kind("it is wrong", where="a.yaml:3", expected="the right", mend="write it right"))
    assert shell() == code
    out, err = capsys.readouterr()
    assert (out, err) == (
        "",
        "error: a.yaml:3: it is wrong\n  expected: the right\n  to mend it: write it right\n",
    )


def test_an_error_that_knows_nothing_more_says_nothing_more(
    shell: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    raising(monkeypatch, InputError("it is wrong"))
    shell()
    assert capsys.readouterr().err == "error: it is wrong\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interruption_is_told_and_has_the_exit_code_of_one(
    shell: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    raising(monkeypatch, error)
    assert shell() == 130
    assert "run the command again" in capsys.readouterr().err


def test_every_problem_of_an_estate_is_printed_and_then_their_number(
    shell: Any, capsys: pytest.CaptureFixture[str], small: Path
) -> None:
    small.write_text(small.read_text().replace("zone: extranet", "zone: extrnet"))
    assert shell("plan", small) == 2
    *problems, last = capsys.readouterr().err.splitlines()
    assert len(problems) >= 2
    assert all(line.startswith(str(small)) and "to mend it" in line for line in problems)
    assert last == f"error: {len(problems)} problems in the estate"


def test_an_estate_that_is_not_there_is_an_input_error(
    shell: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert shell("plan", tmp_path / "nowhere") == 2
    assert "nowhere" in capsys.readouterr().err


_HIGH_WATER = """
import sys
from govcloud.cli.main import main
try:
    main()
finally:
    sys.stdout.flush()
    peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print(peak.split()[1], file=sys.stderr)
"""


@pytest.mark.parametrize("command", [["plan", "-o", "yaml"], ["estate", "validate"]])
def test_offline_commands_stay_under_150_megabytes(command: list[str]) -> None:
    """The high-water mark of the process itself: the children's maximum would count the parent of a fork."""
    words = [sys.executable, "-c", _HIGH_WATER, *command, str(NATIONAL)]
    ended = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 0
    assert int(ended.stderr.splitlines()[-1]) < 150 * 1024


def test_a_command_leaves_other_commands_alone(govcloud: Any, small: Path) -> None:
    results: list[Result] = [govcloud("plan", small, "-o", "json") for _ in range(2)]
    assert results[0].stdout == results[1].stdout
