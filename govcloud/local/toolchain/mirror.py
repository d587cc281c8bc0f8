"""A mirror: a folder or web server with the programs, as an air-gapped site keeps one.

SHA256SUMS                                  in the folder of the platform, over the files below
<platform>/<name>-<version>.zst             the bare program, compressed with zstd
"""

from __future__ import annotations

import threading
from pathlib import Path

from govcloud.local.toolchain.catalog import Program
from govcloud.local.toolchain.checksums import published_sha256
from govcloud.local.toolchain.events import Job
from govcloud.local.toolchain.fetch import Fetcher, Unavailable
from govcloud.local.toolchain.host import Platform
from govcloud.local.toolchain.sources import Obtained
from govcloud.local.toolchain.unpack import unpack_zstd


class MirrorSource:
    """Programs of a mirror.

    Args:
        location: folder or http(s) URL; None when no mirror is set.
        platform: whose programs.
        fetcher: gets the files.
    """

    name = "mirror"

    def __init__(self, location: str | None, platform: Platform, fetcher: Fetcher) -> None:
        self._base = f"{location.rstrip('/')}/{platform}" if location else None
        self._fetcher = fetcher
        self._sums: str | None = None
        self._lock = threading.Lock()

    def obtain(self, program: Program, staging: Path, job: Job) -> Obtained:
        """See :meth:`govcloud.local.toolchain.sources.Source.obtain`."""
        if self._base is None:
            raise Unavailable("no mirror is set (GOVCLOUD_TOOLCHAIN_MIRROR)")
        file = f"{program.name}-{program.version}.zst"
        sha256 = published_sha256(self._list(self._base), file, f"{self._base}/SHA256SUMS")
        packed, bare = staging / file, staging / program.name
        self._fetcher.file(f"{self._base}/{file}", packed, sha256, job)
        job.report("unpacking", file)
        unpack_zstd(packed, bare)
        return Obtained(bare)

    def _list(self, base: str) -> str:
        with self._lock:
            if self._sums is None:
                self._sums = self._fetcher.text(f"{base}/SHA256SUMS")
            return self._sums
