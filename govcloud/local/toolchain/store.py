"""Where installed programs lie, and how it is known that they are still what was installed.

A program gets its place by one rename, after it was verified; beside it lies a receipt with its hash, size
and time of change. Size and time are compared on each use, which costs nothing; the hash is on demand.

    <root>/programs/<name>-<version>/<name>, receipt.json
    <root>/bin/<name>                            links, one per program that belongs on PATH
    <root>/language-host/<name>                  the Python language host and its script, apart from bin
    <root>/pulumi-home/plugins/<plugin>/<name>   link, for PULUMI_HOME
    <root>/locks, staging, partial, build, go    working folders
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from govcloud.local.toolchain.catalog import Program
from govcloud.local.toolchain.checksums import sha256_of
from govcloud.local.toolchain.events import State


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was installed: ``path`` is outside of the store when the program was found on PATH."""

    program: str
    version: str
    source: str
    path: str
    sha256: str
    size: int
    mtime_ns: int


class Store:
    """The folder of the toolchain.

    Args:
        root: made when first needed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.bin = root / "bin"
        self.language_host = root / "language-host"
        self.pulumi_home = root / "pulumi-home"
        self.partial = root / "partial"

    def lock(self, name: str) -> Path:
        """The file whose lock protects a name."""
        return self.root / "locks" / f"{name}.lock"

    @contextmanager
    def staging(self, name: str) -> Iterator[Path]:
        """A folder for work on what a name stands for, gone afterwards.

        Whoever asks holds the lock of the name; so what lies there was left by somebody who was killed. A build
        of theirs may still run, which is why the folder is another one each time.
        """
        parent = self.root / "staging" / name
        shutil.rmtree(parent, ignore_errors=True)
        parent.mkdir(parents=True)
        try:
            yield Path(tempfile.mkdtemp(dir=parent))
        finally:
            shutil.rmtree(parent, ignore_errors=True)

    def receipt(self, program: Program) -> Receipt | None:
        """What was installed of a program in its pinned version; None when nothing was."""
        try:
            data = json.loads((self._folder(program) / "receipt.json").read_text("utf-8"))
            return Receipt(**data)
        except (OSError, ValueError, TypeError):
            # An unreadable receipt proves nothing: the program counts as absent and is installed anew.
            return None

    def state(self, program: Program, *, verify: bool = False) -> tuple[State, Receipt | None]:
        """Whether a program is in place and unaltered; with ``verify``, by its full hash."""
        receipt = self.receipt(program)
        if receipt is None:
            return "absent", None
        try:
            found = os.stat(receipt.path)
        except OSError:
            return "absent", None
        same = (found.st_size, found.st_mtime_ns) == (receipt.size, receipt.mtime_ns)
        if same and verify:
            same = sha256_of(Path(receipt.path)) == receipt.sha256
        return ("installed" if same else "altered"), receipt

    def place(self, program: Program, staged: Path, source: str) -> Receipt:
        """Put a verified program in its place, in one step, and write its receipt.

        Args:
            program: what it is.
            staged: the verified file, in a folder of :meth:`staging`.
            source: where it came from.
        """
        target = self._folder(program) / program.name
        target.parent.mkdir(parents=True, exist_ok=True)
        staged.chmod(0o555)
        _flush(staged)
        staged.replace(target)
        _flush(target.parent)
        return self.record(program, target, source)

    def record(self, program: Program, path: Path, source: str) -> Receipt:
        """Write the receipt of a program where it lies, and link it."""
        stat = path.stat()
        receipt = Receipt(
            program.name, program.version, source, str(path), sha256_of(path), stat.st_size, stat.st_mtime_ns
        )
        folder = self._folder(program)
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / "receipt.json.new"
        draft.write_text(json.dumps(asdict(receipt), indent=2) + "\n", "utf-8")
        _flush(draft)
        draft.replace(folder / "receipt.json")
        self.link(program, receipt)
        return receipt

    def link(self, program: Program, receipt: Receipt) -> None:
        """Make the links of an installed program, where they are missing or lead elsewhere."""
        path = Path(receipt.path)
        if program.language_host:
            # The host looks for its script beside its own file, behind any symbolic link: so hard links.
            _hard_link(self.language_host / program.name, path)
            return
        _symbolic_link(self.bin / program.name, path)
        if program.plugin:
            _symbolic_link(self.pulumi_home / "plugins" / program.plugin / program.name, path)

    def _folder(self, program: Program) -> Path:
        return self.root / "programs" / f"{program.name}-{program.version}"


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _symbolic_link(link: Path, target: Path) -> None:
    if link.is_symlink() and os.readlink(link) == str(target):
        return
    _swap(link, lambda draft: draft.symlink_to(target))


def _hard_link(link: Path, target: Path) -> None:
    if link.exists() and link.samefile(target):
        return
    _swap(link, lambda draft: draft.hardlink_to(target))


def _swap(link: Path, make: Callable[[Path], None]) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{link.name}-", dir=link.parent)) / link.name
    try:
        make(draft)
        draft.replace(link)
    finally:
        draft.unlink(missing_ok=True)
        draft.parent.rmdir()
