"""Taking one program out of what it was delivered in.

Only the one member that the catalog names is read, and only as bytes: an archive can neither choose where it
writes nor set permissions.
"""

from __future__ import annotations

import shutil
import tarfile
from pathlib import Path

import zstandard

from govcloud.errors import ToolchainError
from govcloud.local.toolchain.checksums import CHUNK


def unpack_zstd(archive: Path, target: Path) -> None:
    """Decompress a zstd file.

    Raises:
        ToolchainError: it is no zstd file.
    """
    try:
        with archive.open("rb") as packed, target.open("wb") as bare:
            zstandard.ZstdDecompressor().copy_stream(packed, bare, CHUNK, CHUNK)
    except zstandard.ZstdError as error:
        raise _damaged(archive, str(error)) from error


def unpack_tar(archive: Path, member: str, target: Path) -> None:
    """Take one file out of a tar archive, compressed or not.

    Raises:
        ToolchainError: it is no such archive, or has no such file.
    """
    try:
        with tarfile.open(archive) as tar:
            # Some publishers write './name', some 'name'.
            found = next((m for m in tar if m.isfile() and m.name.removeprefix("./") == member), None)
            packed = tar.extractfile(found) if found else None
            if packed is None:
                raise _damaged(archive, f"it has no file {member}")
            with packed, target.open("wb") as bare:
                shutil.copyfileobj(packed, bare, CHUNK)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise _damaged(archive, str(error)) from error


def _damaged(archive: Path, why: str) -> ToolchainError:
    return ToolchainError(
        f"the archive cannot be unpacked: {why}",
        where=archive.name,
        expected="the archive that its publisher describes",
        mend="choose another source with --from",
    )
