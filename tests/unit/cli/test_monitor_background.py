"""``govcloud monitor start|stop|status``: what is handed on to the server, and what is told."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from govcloud.cli.monitor.background import edition, handed_on, order_of, start
from govcloud.cli.monitor.serving import serve


def values(*words: str) -> dict[str, object]:
    """The options of `start` as click reads them."""
    given = start.make_context("start", ["estate.yaml", *words]).params
    return {name: value for name, value in given.items() if name != "path"}


def options(command: click.Command) -> dict[str, tuple[object, ...]]:
    found = [one for one in command.params if isinstance(one, click.Option)]
    return {one.opts[0]: (one.name, one.default, one.help, one.envvar) for one in found}


def test_start_takes_the_options_of_serve() -> None:
    assert options(start) == options(serve)


def test_serve_reads_what_start_hands_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = values("--address", ":9000", "--sampling", "2.5", "--tls-cert", "a.pem", "--tls-key", "a.key")
    words, told = handed_on(given)
    assert told == {}
    read = serve.make_context("serve", [*words, "estate.yaml"]).params
    read.pop("path")
    assert read == given | {"tls_cert": tmp_path / "a.pem", "tls_key": tmp_path / "a.key"}


def test_a_ledger_with_a_password_stands_in_no_command_line() -> None:
    order = order_of("estate.yaml", values("--ledger", "postgresql+psycopg://meter:secret@db/ledger"))
    assert not [word for word in order.command if "secret" in word]
    assert order.environment["GOVCLOUD_LEDGER"] == "postgresql+psycopg://meter:secret@db/ledger"


def test_the_same_options_are_the_same_order_and_others_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    before = order_of("estate.yaml", values()).fingerprint
    monkeypatch.setenv("EDITOR", "vi")
    assert order_of("estate.yaml", values()).fingerprint == before
    others = (values("--sampling", "5"), values("--ledger", "sqlite:///other"), values("--address", ":9000"))
    assert len({order_of("estate.yaml", one).fingerprint for one in others} | {before}) == 4
    assert order_of("other.yaml", values()).fingerprint != before


def test_changed_code_is_another_edition_and_compiled_code_is_not(tmp_path: Path) -> None:
    code, compiled = tmp_path / "serving.py", tmp_path / "serving.pyc"
    code.touch()
    before = edition([tmp_path])
    compiled.touch()
    os.utime(compiled, ns=(2**62, 2**62))
    assert edition([tmp_path]) == before
    os.utime(code, ns=(2**60, 2**60))
    assert edition([tmp_path]) != before


@pytest.mark.parametrize(
    ("address", "tls", "url"),
    [
        ("127.0.0.1:9464", False, "http://127.0.0.1:9464"),
        ("[::1]:9000", False, "http://[::1]:9000"),
        (":9464", True, "https://127.0.0.1:9464"),
        ("10.1.2.3:9464", True, "https://10.1.2.3:9464"),
    ],
)
def test_the_url_is_one_that_opens_on_this_machine(address: str, tls: bool, url: str) -> None:
    words = ("--tls-cert", "a.pem", "--tls-key", "a.key") if tls else ()
    assert order_of("estate.yaml", values("--address", address, *words)).place.url == url


def test_certificates_of_clients_leave_nobody_to_ask_whether_it_is_ready() -> None:
    words = ("--tls-cert", "a.pem", "--tls-key", "a.key", "--client-ca", "ca.pem")
    assert order_of("estate.yaml", values(*words)).place.asks
    assert not order_of("estate.yaml", values()).place.asks


def test_the_command_is_that_of_the_same_govcloud_and_its_paths_are_whole() -> None:
    command = order_of("estates/national", values()).command
    assert command[:5] == (sys.executable, "-m", "govcloud.cli.main", "monitor", "serve")
    assert Path(command[-1]) == Path("estates/national").absolute()


@pytest.mark.parametrize(
    ("words", "why"),
    [(("-",), "standard input"), (("estate.yaml", "--address", "127.0.0.1:0"), "port 0")],
)
def test_what_no_server_in_the_background_can_do_is_wrong_usage(
    govcloud: Callable[..., Result], words: tuple[str, ...], why: str
) -> None:
    ran: Result = govcloud("monitor", "start", *words)
    assert ran.exit_code == 2
    assert why in ran.stderr


def test_status_and_stop_say_that_nothing_runs(govcloud: Callable[..., Result]) -> None:
    status = json.loads(govcloud("monitor", "status", "--output", "json").stdout)
    assert (status["state"], status["pid"], status["url"], status["memory_bytes"]) == ("down", None, None, 0)
    assert "no monitor runs" in govcloud("monitor", "stop").stderr
