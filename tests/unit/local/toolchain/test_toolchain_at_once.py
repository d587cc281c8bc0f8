"""Two installations at once, and installations that are interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from toolchain_places import ALPHA, CATALOG, Site

from govcloud.local.toolchain import Catalog, Event, Toolchain
from govcloud.local.toolchain.events import Job, Stopped
from govcloud.local.toolchain.process import run

Make = Callable[..., Toolchain]
ARCHIVE = "/linux-amd64/alpha-1.2.3.zst"


def test_two_in_one_process_download_once_and_agree(toolchain: Make, mirror: Path, site: Site) -> None:
    site.publish(mirror)
    chains = [toolchain(mirror=site.base) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda chain: chain.install(["alpha"]), chains))
    assert {program.sha256 for (program,) in results} == {results[0][0].sha256}
    assert [path for path, _ in site.asked].count(ARCHIVE) == 1


def test_two_processes_download_once_and_agree(cache: Path, mirror: Path, site: Site) -> None:
    site.publish(mirror)
    code = (
        "import sys; from pathlib import Path\n"
        "from govcloud.local.toolchain import Toolchain, load_catalog\n"
        "from govcloud.local.toolchain.host import Platform\n"
        "catalog = load_catalog(Platform('linux', 'amd64'), sys.argv[3])\n"
        "chain = Toolchain(Path(sys.argv[1]), sys.argv[2], catalog=catalog, sources=('mirror',))\n"
        "print(chain.install(['alpha'])[0].path.read_bytes())\n"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code, cache, site.base, CATALOG], stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=30)[0] for process in started]
    assert answers == [f"{ALPHA!r}\n".encode()] * 2
    assert [path for path, _ in site.asked].count(ARCHIVE) == 1


def test_events_arrive_one_at_a_time(toolchain: Make, mirror: Path) -> None:
    inside = threading.Lock()
    clashes: list[Event] = []

    def progress(event: Event) -> None:
        if not inside.acquire(blocking=False):
            clashes.append(event)
            return
        time.sleep(0.002)
        inside.release()

    toolchain(mirror=str(mirror)).install(progress=progress)
    assert clashes == []


def test_an_interrupted_one_leaves_no_half_program_and_can_be_repeated(
    toolchain: Make, mirror: Path, cache: Path
) -> None:
    def interrupt(event: Event) -> None:
        if (event.program, event.phase) == ("alpha", "unpacking"):
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        toolchain(mirror=str(mirror)).install(progress=interrupt)
        time.sleep(5)
    assert list((cache / "staging").iterdir()) == []
    assert len(toolchain(mirror=str(mirror)).install()) == 3


def test_what_a_killed_one_left_behind_is_put_away(toolchain: Make, mirror: Path, cache: Path) -> None:
    left = cache / "staging" / "alpha" / "tmp-of-another" / "alpha"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half a program")
    toolchain(mirror=str(mirror)).install(["alpha"])
    assert not left.parent.exists()


def test_one_killed_between_program_and_receipt_is_repeated(
    toolchain: Make, mirror: Path, catalog: Catalog
) -> None:
    chain = toolchain(mirror=str(mirror))
    (program,) = chain.install(["alpha"])
    (program.path.parent / "receipt.json").unlink()
    assert chain.install(["alpha"])[0].source == "mirror"


def test_a_program_that_is_stopped_ends_with_all_that_it_started(tmp_path: Path) -> None:
    job = Job("alpha", lambda event: None)
    children = tmp_path / "children"
    command = f"sleep 60 & echo $! > {children}; wait"

    def tick(seconds: float) -> None:
        if children.exists() and children.read_text().endswith("\n"):
            job.stop.set()

    with pytest.raises(Stopped):
        run(["/bin/sh", "-c", command], folder=tmp_path, env={}, log=tmp_path / "log", job=job, tick=tick)
    child = Path("/proc") / children.read_text().strip()
    deadline = time.monotonic() + 5
    while child.exists() and "Z" not in (child / "stat").read_text().split()[2]:
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)
