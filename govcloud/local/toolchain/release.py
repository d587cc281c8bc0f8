"""The publisher's own release, verified against the checksums that the publisher publishes with it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from govcloud.local.toolchain.catalog import Program
from govcloud.local.toolchain.checksums import published_sha256
from govcloud.local.toolchain.events import Job
from govcloud.local.toolchain.fetch import Fetcher, Unavailable
from govcloud.local.toolchain.sources import Obtained
from govcloud.local.toolchain.unpack import unpack_tar


class ReleaseSource:
    """Programs of their publishers' releases.

    Args:
        fetcher: gets the files.
        base: URL under which the publishers' hosts are folders, as a caching proxy lays them out; None to ask
            the publishers themselves.
    """

    name = "release"

    def __init__(self, fetcher: Fetcher, base: str | None = None) -> None:
        self._fetcher = fetcher
        self._base = base

    def obtain(self, program: Program, staging: Path, job: Job) -> Obtained:
        """See :meth:`govcloud.local.toolchain.sources.Source.obtain`."""
        if program.release is None:
            raise Unavailable("its publisher publishes no file with a checksum")
        url, list_url = self._url(program.release.file), self._url(program.release.checksums)
        file = url.rsplit("/", 1)[-1]
        sha256 = published_sha256(self._fetcher.text(list_url), file, list_url)
        target, bare = staging / file, staging / "program"
        self._fetcher.file(url, target, sha256, job)
        if program.release.member is None:
            return Obtained(target)
        job.report("unpacking", file)
        unpack_tar(target, program.release.member, bare)
        return Obtained(bare)

    def _url(self, published: str) -> str:
        if self._base is None:
            return published
        parts = urlsplit(published)
        return f"{self._base.rstrip('/')}/{parts.netloc}{parts.path}"
