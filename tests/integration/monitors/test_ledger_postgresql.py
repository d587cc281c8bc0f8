"""The ledger in a real PostgreSQL server: the same charges, one that writes, nothing twice."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_feeder import EPOCH, FastClock, add_now, facts_at, fed_and_killed

from govcloud.errors import OutsideError, RefusedError
from monitors.ledger import Ledger


class HandClock:
    """Both clocks, turned by the test."""

    now = EPOCH

    def wall(self) -> int:
        return self.now

    def steady(self) -> int:
        return self.now


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A server of its own on a free port; the URL of its database without a name."""
    # The server refuses to run as root, so its folder is where its own user may go.
    folder = Path(tempfile.mkdtemp(prefix="govcloud-postgresql-"))
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_owner:
        shutil.chown(folder, "postgres")
    (programs,) = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1:]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = folder / "data"
    options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories={folder}"
    run = [*as_owner, str(programs / "pg_ctl"), "-s", "-D", str(data)]
    try:
        initdb = [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "ledger", "--no-sync"]
        subprocess.run([*as_owner, *initdb], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        start = [*run, "-w", "-o", options, "-l", str(folder / "log"), "start"]
        subprocess.run(start, check=True, cwd=folder)
        yield f"postgresql+psycopg://ledger@127.0.0.1:{port}"
    finally:
        subprocess.run([*run, "-m", "immediate", "stop"], check=False, cwd=folder)
        shutil.rmtree(folder)


@pytest.fixture
def url(server: str, request: pytest.FixtureRequest) -> str:
    """An empty database for each test."""
    import psycopg

    name = request.node.name
    with psycopg.connect(server.replace("+psycopg", "") + "/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server}/{name}"


def test_charges_series_and_gaps_are_those_of_sqlite(url: str, tmp_path: Path) -> None:
    found = []
    for one in (url, f"sqlite:///{tmp_path / 'ledger.sqlite'}"):
        clock = HandClock()
        with Ledger.open(one, clock=clock) as ledger:
            assert ledger.lead()
            for pause in (0, 15, 15, 3600, 15, 300, 0.5):
                clock.now += round(pause * 1000)
                ledger.add(facts_at(clock.now / 1000))
            series = ledger.series("tenancy", "cpu", "allocated", EPOCH / 1000, clock.now / 1000)
            usage = ledger.usage([(0, 4e9)], ["mee"])
            assert ledger.usage([(0, 4e9)], ["other"]) == [[]]
            values = [[repr(value) for value in row] for row in series.values]
            found.append((ledger.totals(), ledger.gaps(0, 4e9), usage, values, ledger.pools()))
    assert found[0] == found[1]
    assert len(found[0][1]) == 2


def test_a_second_writer_waits_and_a_fenced_one_writes_nothing(url: str) -> None:
    clock = HandClock()
    with Ledger.open(url, clock=clock) as first, Ledger.open(url, clock=clock) as second:
        assert first.lead()
        assert not second.lead()
        first.add(facts_at(clock.now / 1000))
        assert not second.lead()
        clock.now += 60_000
        assert second.lead()
        second.add(facts_at(clock.now / 1000))
        total = dict(second.totals())
        with pytest.raises(RefusedError, match="another process"):
            first.add(facts_at(clock.now / 1000 + 1))
        assert dict(first.totals()) == total


def test_totals_outlive_processes_that_are_killed(url: str) -> None:
    totals = [total for _ in range(5) for _, total in fed_and_killed(url, 4)]
    assert totals == sorted(totals)
    with Ledger.open(url, clock=FastClock()) as ledger:
        while not ledger.lead():
            pass
        assert add_now(ledger)[1] > totals[-1]


def test_a_database_that_is_not_there_is_an_error_of_the_environment(server: str) -> None:
    with pytest.raises(OutsideError, match="does not exist"):
        Ledger.open(f"{server}/nowhere")
