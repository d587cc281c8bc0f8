"""Programs built from pinned Go modules: the way that needs nobody but the module proxy.

``modules/<module>`` holds go.mod and go.sum, which pin every dependency by hash. A module holds several
programs where their versions allow it, since what they share is then compiled once. Everything is copied into
the cache before it is built, so the package itself may lie in a read-only folder.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from govcloud.errors import ToolchainError
from govcloud.local.toolchain.catalog import Build, ModuleFile, Program
from govcloud.local.toolchain.events import Job
from govcloud.local.toolchain.fetch import Unavailable
from govcloud.local.toolchain.golang import Go, GoProvider
from govcloud.local.toolchain.locks import hold
from govcloud.local.toolchain.process import run, tail
from govcloud.local.toolchain.sources import Obtained
from govcloud.local.toolchain.store import Store

_SIDE_BY_SIDE = 2
_POLL_SECONDS = 0.2
_DOWNLOAD_SECONDS = 600


class BuildSource:
    """Programs made on this machine.

    Args:
        store: folder of the toolchain.
        go: what builds.
        modules: folder of the modules, by default the one that govcloud ships.
    """

    name = "build"

    def __init__(self, store: Store, go: GoProvider, modules: Traversable | None = None) -> None:
        self._store = store
        self._go = go
        self._modules = modules or resources.files(__package__).joinpath("modules")
        self._slots = threading.Semaphore(_SIDE_BY_SIDE)

    def obtain(self, program: Program, staging: Path, job: Job) -> Obtained:
        """See :meth:`govcloud.local.toolchain.sources.Source.obtain`."""
        go = self._go.ready(job)
        module = program.build.module
        target = staging / program.name
        # Another process may build a program of the same module: side by side both would compile the same.
        lock = self._store.lock(f"module-{module}")
        with hold(lock, job, f"Go module {module} is in work"), self._slot(job):
            folder = self._lay_out(module)
            if program.build.copy:
                source = program.build.copy
                job.report("building", f"copying {program.name} from Go module {source.module}")
                target.write_bytes(self._read(go, source, folder))
            else:
                self._compile(go, program, folder, target, job)
        return Obtained(target)

    @contextmanager
    def _slot(self, job: Job) -> Iterator[None]:
        if not self._slots.acquire(blocking=False):
            job.report("waiting", f"{_SIDE_BY_SIDE} builds are running")
            while not self._slots.acquire(timeout=_POLL_SECONDS):
                job.check()
        try:
            yield
        finally:
            self._slots.release()

    def _lay_out(self, module: str) -> Path:
        folder = self._store.root / "build" / module
        # Laid out anew, lest a file of an earlier govcloud be built into this one.
        shutil.rmtree(folder, ignore_errors=True)
        _copy_tree(self._modules.joinpath(module), folder)
        return folder

    def _compile(self, go: Go, program: Program, folder: Path, target: Path, job: Job) -> None:
        for file in program.build.embed:
            place = folder / str(program.build.package) / Path(file.file).name
            place.write_bytes(_compact(self._read(go, file, folder), file))
        log = self._store.root / "build" / f"{program.name}.log"
        about = f"building {program.name} from Go modules ({_about(program.build.seconds)})"
        job.report("building", about, 0.0)

        def tick(seconds: float) -> None:
            job.report("building", about, min(seconds / program.build.seconds, 0.99))

        args: list[str | Path] = [
            go.program,
            "build",
            "-o",
            target,
            "-ldflags",
            _ldflags(program.build),
            str(program.build.package),
        ]
        if run(args, folder=folder, env=go.env, log=log, job=job, tick=tick) != 0:
            raise _failure(f"building {program.name} failed", tail(log), str(log))

    def _read(self, go: Go, file: ModuleFile, folder: Path) -> bytes:
        """A file of a module, whose hash the go command checked against go.sum."""
        done = subprocess.run(
            [go.program, "mod", "download", "-json", file.module],
            cwd=folder,
            env=go.env,
            capture_output=True,
            text=True,
            timeout=_DOWNLOAD_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise _failure(f"Go module {file.module} cannot be had", done.stdout + done.stderr, str(folder))
        return (Path(json.loads(done.stdout)["Dir"]) / file.file).read_bytes()


def _failure(what: str, output: str, where: str) -> Exception:
    if "checksum mismatch" in output:
        return ToolchainError(
            f"{what}: a Go module is not what go.sum pins: {output}",
            where=where,
            expected="the module that was pinned",
            mend="find out who altered it, on the way or in the module cache ('go clean -modcache')",
        )
    return Unavailable(f"{what}: {output} (all of it: {where})")


def _copy_tree(source: Traversable, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for entry in source.iterdir():
        place = target / entry.name
        if entry.is_dir():
            _copy_tree(entry, place)
        else:
            place.write_bytes(entry.read_bytes())


def _compact(text: bytes, file: ModuleFile) -> bytes:
    """JSON without blanks: the schema of the provider is many megabytes, and lands in its program."""
    data = {**json.loads(text), **file.overrides}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def _ldflags(build: Build) -> str:
    variables = [f"-X {name}={value}" for name, value in build.variables.items()]
    return " ".join(["-s", "-w", *variables])


def _about(seconds: int) -> str:
    return f"about {seconds} s" if seconds < 90 else f"about {round(seconds / 60)} min"
