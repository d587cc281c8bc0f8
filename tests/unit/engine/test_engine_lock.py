"""One change of an estate at a time, whatever becomes of the one who makes it."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from govcloud.engine import lock
from govcloud.engine.lock import dead_holder, end_leftovers, estate_lock
from govcloud.errors import RefusedError

_HOLD = """
import sys
from pathlib import Path
from govcloud.engine.lock import estate_lock
with estate_lock(Path(sys.argv[1]), wait=False, tell=print):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until its input ends."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", _HOLD, root], stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def take(root: Path, *, wait: bool = False) -> list[str]:
    """Take and release the lock; what was said meanwhile."""
    said: list[str] = []
    with estate_lock(root, wait=wait, tell=said.append):
        return said


def test_a_second_change_is_refused_with_the_process_that_makes_the_first(tmp_path: Path) -> None:
    with holder(tmp_path) as other, pytest.raises(RefusedError, match=f"process {other.pid}") as caught:
        take(tmp_path)
    assert caught.value.where == str(tmp_path / "lock")
    assert caught.value.mend


def test_a_second_change_waits_and_says_once_for_whom(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with holder(tmp_path) as other:
        rounds = iter(range(3))

        def sleep(seconds: float) -> None:
            if next(rounds) == 2:
                other.communicate("")

        monkeypatch.setattr(lock.time, "sleep", sleep)
        said = take(tmp_path, wait=True)
    assert len(said) == 1
    assert str(other.pid) in said[0]


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert take(tmp_path) == []


def test_the_lock_is_free_after_a_change_that_failed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), estate_lock(tmp_path, wait=False, tell=print):
        raise ZeroDivisionError
    assert take(tmp_path) == []
    assert (tmp_path / "lock").read_text() == ""


def test_a_holder_that_has_not_written_its_name_yet_is_told_so(tmp_path: Path) -> None:
    with estate_lock(tmp_path, wait=False, tell=print):
        (tmp_path / "lock").write_text("")
        with pytest.raises(RefusedError, match="just starting"):
            take(tmp_path)


def locked_by(pid: int, host: str | None = None) -> str:
    """Pulumi's words where a stack of a file backend is locked."""
    return (
        "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete "
        "the lock file with `pulumi cancel`.\n  file:///state/.pulumi/locks/organization/govcloud/air/1.json: "
        f"created by root@{host or socket.gethostname()} (pid {pid}) at 2026-05-01T12:00:00Z\n"
    )


@pytest.fixture
def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_holder_that_has_ended_is_dead(dead_pid: int) -> None:
    assert dead_holder(locked_by(dead_pid))


def test_a_process_id_that_went_to_another_program_is_dead() -> None:
    assert dead_holder(locked_by(os.getpid()))


def test_a_living_pulumi_is_no_dead_holder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil.Process, "name", lambda process: "pulumi")
    assert not dead_holder(locked_by(os.getpid()))


def test_a_pulumi_that_has_ended_is_dead_even_if_nobody_took_notice(tmp_path: Path) -> None:
    with program("pulumi", tmp_path, str(tmp_path)) as ended:
        ended.kill()
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(ended.pid).name() == "pulumi"
        assert dead_holder(locked_by(ended.pid))


def test_of_another_machine_nobody_knows(dead_pid: int) -> None:
    assert not dead_holder(locked_by(dead_pid, "another-host"))


def test_one_living_holder_is_enough(dead_pid: int) -> None:
    assert not dead_holder(locked_by(dead_pid) + locked_by(dead_pid, "another-host"))


def test_a_message_that_names_nobody_proves_nothing() -> None:
    assert not dead_holder("[409] Conflict: Another update is currently in progress.")


@contextmanager
def program(name: str, folder: Path, mark: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of that name, with the mark of an estate's engine in its environment."""
    copy = folder / name
    copy.symlink_to("/bin/sleep")
    environment = {**os.environ, "GOVCLOUD_ENGINE_STATE": mark}
    with subprocess.Popen([copy, "60"], env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("name", ["pulumi", "pulumi-resource-kubernetes"])
def test_engines_that_a_killed_command_left_are_ended(tmp_path: Path, name: str) -> None:
    with program(name, tmp_path, str(tmp_path)) as left:
        assert end_leftovers(tmp_path) == [left.pid]
        assert not psutil.pid_exists(left.pid)


def test_engines_of_other_estates_and_other_programs_live_on(tmp_path: Path) -> None:
    with (
        program("pulumi", tmp_path, "/another/estate") as one,
        program("sleeper", tmp_path, str(tmp_path)) as two,
    ):
        assert end_leftovers(tmp_path) == []
        assert (one.poll(), two.poll()) == (None, None)


def test_the_lock_file_names_the_holder_and_the_time(tmp_path: Path) -> None:
    with estate_lock(tmp_path, wait=False, tell=print):
        text = (tmp_path / "lock").read_text()
    assert re.search(rf'"pid": {os.getpid()}, "since": "\d{{4}}-\d\d-\d\d ', text)
