"""A server in the background, played by a small one: started once, known again, waited for, told of when it fails."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from govcloud.errors import OutsideError
from govcloud.local.background import Background, Order, Place, listener
from govcloud.local.region.ports import HOST, choose_port
from govcloud.local.region.process import is_gone

SERVER = """\
import http.server, sys
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""
FAILS = "import sys; sys.exit('the ledger is of another version')"


def order(port: int, program: str = SERVER, **told: str) -> Order:
    place = Place(HOST, port, f"http://{HOST}:{port}")
    environment = {"PATH": "/usr/bin:/bin", **told}
    return Order((sys.executable, "-c", program, str(port)), environment, told, "1.0", place)


def silent(_: str) -> None:
    """Nobody listens."""


@pytest.fixture
def port() -> int:
    return choose_port(set())


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Background]:
    one = Background("monitor", tmp_path / "monitor", "govcloud monitor")
    yield one
    one.stop(silent)


def begin(server: Background, wanted: Order, patience: float = 20.0) -> bool:
    return server.start(wanted, patience=patience, say=silent)


def running(server: Background) -> psutil.Process:
    process = server.process()
    assert process is not None
    return process


def test_a_second_start_with_the_same_order_does_nothing(server: Background, port: int) -> None:
    assert begin(server, order(port))
    first = running(server)
    assert not begin(server, order(port))
    assert running(server) == first
    assert first.terminal() is None


def test_its_files_are_private(server: Background, port: int) -> None:
    begin(server, order(port))
    assert server.log.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in server.log.parent.iterdir()} == {0o600}


@pytest.mark.parametrize("change", [{"told": {"GOVCLOUD_LEDGER": "sqlite:///new"}}, {"version": "1.1"}])
def test_another_order_takes_the_place_of_the_one_that_runs(
    server: Background, port: int, change: dict[str, object]
) -> None:
    begin(server, order(port))
    first, said = running(server), []
    assert server.start(replace(order(port), **change), patience=20.0, say=said.append)  # type: ignore[arg-type]
    assert is_gone(first)
    assert running(server) != first
    assert any("restarting the monitor" in line for line in said)


def test_one_that_died_is_started_anew(server: Background, port: int) -> None:
    begin(server, order(port))
    first = running(server)
    first.kill()
    first.wait(10)
    assert server.process() is None
    assert server.ticket is not None
    assert begin(server, order(port))
    assert running(server) != first


def test_stopping_leaves_no_process_and_remembers_the_place(server: Background, port: int) -> None:
    begin(server, order(port))
    process = running(server)
    assert server.stop(silent)
    assert is_gone(process)
    assert server.ticket is None
    assert server.place == order(port).place
    assert not server.stop(silent)


def test_stopping_what_never_ran_makes_no_folder(tmp_path: Path) -> None:
    assert not Background("monitor", tmp_path / "none", "govcloud monitor").stop(silent)
    assert not (tmp_path / "none").exists()


def test_one_that_ends_at_once_is_told_with_the_end_of_its_log(server: Background, port: int) -> None:
    with pytest.raises(OutsideError, match="the ledger is of another version") as failed:
        begin(server, order(port, FAILS))
    assert "ended before it was ready" in failed.value.what
    assert failed.value.where == str(server.log)
    assert server.ticket is None


def test_one_that_does_not_become_ready_is_told_and_goes_on(server: Background, port: int) -> None:
    with pytest.raises(OutsideError, match="is not ready after 0 s and goes on trying"):
        begin(server, order(port, SERVER.replace("/readyz", "/never")), patience=0.3)
    assert server.process() is not None


def test_a_port_of_somebody_else_is_refused_by_name_and_left_alone(server: Background, port: int) -> None:
    with subprocess.Popen([sys.executable, "-c", SERVER, str(port)]) as other:
        try:
            while listener(port) is None:
                assert other.poll() is None
            with pytest.raises(
                OutsideError, match=rf"taken by another process, .*pid {other.pid}"
            ) as refused:
                begin(server, order(port))
            assert "--address" in (refused.value.mend or "")
            assert other.poll() is None
        finally:
            other.kill()
    assert server.process() is None


def test_a_server_that_asks_for_certificates_is_ready_when_it_takes_connections() -> None:
    with socket.create_server((HOST, 0)) as place:
        port = place.getsockname()[1]
        assert Place(HOST, port, f"https://{HOST}:{port}", asks=True).ready()
    assert not Place(HOST, port, f"https://{HOST}:{port}", asks=True).ready()


def test_a_place_is_remembered_whole_and_nonsense_is_not_taken_for_one(tmp_path: Path) -> None:
    file = tmp_path / "place"
    file.write_text('{"host": "::1", "port": 9464, "url": "https://[::1]:9464", "asks": true}')
    place = Place.load(file)
    assert place == Place("::1", 9464, "https://[::1]:9464", True)
    assert place.address == "[::1]:9464"
    file.write_text('{"host": "::1"}')
    assert Place.load(file) is None
