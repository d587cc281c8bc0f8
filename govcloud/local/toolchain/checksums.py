"""Checksums, read strictly, because everything that is run later rests on them.

A line that cannot be understood is never skipped, and a file without an entry is never trusted: either would
let a program through unverified.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from govcloud.errors import ToolchainError

CHUNK = 1 << 20
_ENTRY = re.compile(r"(?P<digest>[0-9a-fA-F]{64})(?:[ \t]+\*?(?P<file>\S.*?))?")


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, 64 lower-case hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def published_sha256(sums: str, file: str, where: str) -> str:
    """The digest that a publisher's list gives for a file.

    Args:
        sums: text of the list: lines ``<digest>  <file>`` as sha256sum writes them, or one digest alone,
            which
            is how publishers write a list of one file.
        file: name of the file, without folders.
        where: place of the list, for messages.

    Raises:
        ToolchainError: the list has no entry, or two different ones, for the file, or is no such list.
    """
    entries = [_parse(line, where) for line in sums.splitlines() if line.strip()]
    if len(entries) == 1 and entries[0][1] is None:
        return entries[0][0]
    digests = {digest for digest, name in entries if name is not None and name.rsplit("/", 1)[-1] == file}
    if len(digests) != 1:
        raise ToolchainError(
            f"{'no checksum' if not digests else 'several checksums'} for {file}",
            where=where,
            expected=f"one line '<sha256>  {file}'",
            mend="complete the list at its source; a program without a checksum is not installed",
        )
    return digests.pop()


def require_sha256(actual: str, expected: str, where: str) -> None:
    """Refuse a file whose digest is not the expected one.

    Raises:
        ToolchainError: the digests differ.
    """
    if actual != expected:
        raise ToolchainError(
            f"the SHA-256 is {actual}: the file was altered or damaged on its way",
            where=where,
            expected=f"SHA-256 {expected}",
            mend="nothing of it was kept; find out who altered it, or choose another source with --from",
        )


def _parse(line: str, where: str) -> tuple[str, str | None]:
    match = _ENTRY.fullmatch(line.strip())
    if match is None:
        raise ToolchainError(
            f"not a line of a SHA-256 list: {line.strip()[:80]!r}",
            where=where,
            expected="'<64 hexadecimal digits>  <file>'",
            mend="correct the list at its source",
        )
    return match["digest"].lower(), match["file"]
