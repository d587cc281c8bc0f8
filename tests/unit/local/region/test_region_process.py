import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from govcloud.local.region import process
from govcloud.local.region.process import Ticket

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[list[psutil.Process]]:
    every: list[psutil.Process] = []
    yield every
    process.stop([one for one in every if not process.is_gone(one)], patience=5)


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["/bin/sleep", "600"]) as other:
        yield other
        other.kill()


def launch(folder: Path, command: list[str] = SLEEPER) -> psutil.Process:
    return process.start(
        command,
        environment={"PATH": "/usr/bin:/bin"},
        folder=folder,
        log=folder / "log",
        ticket=folder / "ticket",
        fingerprint="f",
    )


def load(folder: Path) -> Ticket:
    ticket = Ticket.load(folder / "ticket")
    assert ticket is not None
    return ticket


def test_a_started_process_is_known_again_by_its_ticket(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    started.append(launch(tmp_path))
    assert load(tmp_path).process() == started[0]


def test_a_started_process_is_detached_from_the_terminal(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    started.append(launch(tmp_path))
    assert started[0].terminal() is None
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


# Its first thread ends, as the kernel may have it when all are killed; the other holds a port for a second more.
DYING = """
import ctypes, platform, socket, threading, time
held = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=time.sleep, args=(1,)).start()
print(held.getsockname()[1], flush=True)
ctypes.CDLL(None).syscall({"x86_64": 60, "aarch64": 93}[platform.machine()], 0)
"""


def test_what_is_just_dying_lives_no_more_and_is_waited_for_since_it_holds_its_ports(tmp_path: Path) -> None:
    child = launch(tmp_path, [sys.executable, "-c", DYING])
    deadline = time.monotonic() + 10
    while child.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert load(tmp_path).process() is None
    assert not process.is_gone(child)
    load(tmp_path).await_end()
    assert process.is_gone(child)
    with socket.create_server(("127.0.0.1", int((tmp_path / "log").read_text()))):
        pass  # nobody holds it


def test_a_process_that_ended_is_not_known_any_more(tmp_path: Path) -> None:
    child = launch(tmp_path, [sys.executable, "-c", ""])
    deadline = time.monotonic() + 10
    while not process.is_gone(child):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert load(tmp_path).process() is None


def test_a_pid_that_somebody_else_got_is_not_ours(
    tmp_path: Path, started: list[psutil.Process], stranger: subprocess.Popen[bytes]
) -> None:
    started.append(launch(tmp_path))
    ours = load(tmp_path)
    reused = Ticket(stranger.pid, ours.started, ours.executable, ours.command, ours.fingerprint)
    assert reused.process() is None


def test_even_the_same_program_with_other_arguments_is_not_ours(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    other = psutil.Process(stranger.pid)
    since_boot = other.create_time() - psutil.boot_time()
    same = Ticket(stranger.pid, since_boot, other.exe(), other.cmdline(), "f")
    assert same.process() == other
    assert Ticket(same.pid, same.started, same.executable, ["/bin/sleep", "601"], "f").process() is None
    assert Ticket(same.pid, same.started - 60, same.executable, same.command, "f").process() is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "1234"])
def test_a_pid_file_that_is_damaged_names_no_process(tmp_path: Path, content: str) -> None:
    (tmp_path / "ticket").write_text(content)
    assert Ticket.load(tmp_path / "ticket") is None


def test_strays_are_processes_of_that_program_with_an_option_in_the_folder(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    started.append(launch(tmp_path, [*SLEEPER, f"--data={tmp_path}/data"]))
    program = Path(sys.executable).resolve().name
    assert process.strays(["etcd", program], tmp_path) == started
    assert process.strays(["etcd"], tmp_path) == []
    assert process.strays([program], tmp_path / "dat") == []


def test_a_process_that_ignores_the_request_to_end_is_killed(
    tmp_path: Path, started: list[psutil.Process]
) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    started.append(launch(tmp_path, [sys.executable, "-c", deaf]))
    deadline = time.monotonic() + 10
    while not (tmp_path / "log").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.stop(started, patience=0.2)
    assert process.is_gone(started[0])


def test_a_log_over_its_limit_is_moved_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("a") as writer:
        writer.write("old" * 100)
        writer.flush()
        process.rotate(log, limit=100)
        writer.write("new")
    assert (tmp_path / "log.1").read_text() == "old" * 100
    assert log.read_text() == "new"
    assert (tmp_path / "log.1").stat().st_mode & 0o077 == 0


def test_a_small_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("little")
    process.rotate(log, limit=100)
    assert log.read_text() == "little"


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert process.tail(log) == ""
    log.write_text("\n".join(map(str, range(10000))))
    assert process.tail(log, 2) == "9998\n9999"
