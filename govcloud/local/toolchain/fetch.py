"""Getting a file from a folder or over HTTP: resumable, interruptible, quick to give up.

A machine without a way to the internet must learn so in seconds, not minutes, since the next source may be
nearer. A long download that breaks must go on where it broke.
"""

from __future__ import annotations

import hashlib
import http.client
import shutil
import threading
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from govcloud.local.toolchain.checksums import CHUNK, require_sha256, sha256_of
from govcloud.local.toolchain.events import Job

CONNECT_SECONDS = 5.0
_VAIN_ATTEMPTS = 3
_SMALL = 4 * CHUNK
_BROKEN = (OSError, http.client.HTTPException)


class Unavailable(Exception):  # noqa: N818 - not an error: the next source is asked
    """A source cannot give a program; the message says why."""


def is_url(location: str) -> bool:
    """Whether a location is an http or https URL rather than a folder."""
    return urlsplit(location).scheme in ("http", "https")


class Fetcher:
    """Gets files; remembers for its lifetime which hosts do not answer.

    Args:
        partial: folder where unfinished downloads wait to be resumed.
        timeout: seconds without an answer after which a host counts as absent.
    """

    def __init__(self, partial: Path, timeout: float = CONNECT_SECONDS) -> None:
        self._partial = partial
        self._timeout = timeout
        self._absent: dict[str, str] = {}
        self._lock = threading.Lock()

    def text(self, location: str) -> str:
        """A small text file, such as a list of checksums.

        Raises:
            Unavailable: the file is not there, or its host does not answer.
        """
        if not is_url(location):
            try:
                return Path(location).read_text("utf-8")
            except OSError as error:
                raise Unavailable(f"{location}: {error.strerror}") from error
        try:
            with self._open(location, 0) as response:
                return bytes(response.read(_SMALL)).decode("utf-8", "replace")
        except _BROKEN as error:
            raise Unavailable(f"{location}: {error}") from error

    def file(self, location: str, target: Path, sha256: str, job: Job) -> None:
        """A file, complete and verified, or nothing at all.

        Args:
            location: path or URL.
            target: where it goes; not executable.
            sha256: what its digest must be.
            job: told how far it is, and asked whether to stop.

        Raises:
            Unavailable: the file is not there, or its host does not answer.
            ToolchainError: the file is not what was published.
            Stopped: the person interrupted; a download goes on from here next time.
        """
        try:
            if is_url(location):
                self._download(location, target, sha256, job)
            else:
                _copy(Path(location), target, job)
            require_sha256(sha256_of(target), sha256, location)
        except BaseException:
            target.unlink(missing_ok=True)
            raise

    def _download(self, url: str, target: Path, sha256: str, job: Job) -> None:
        self._partial.mkdir(parents=True, exist_ok=True)
        key = hashlib.sha256(f"{job.program}\n{url}\n{sha256}".encode()).hexdigest()[:24]
        part = self._partial / f"{key}.part"
        resumed = part.exists()
        self._receive(url, part, job)
        if resumed and sha256_of(part) != sha256:
            # The earlier part may stem from another file of the same name: one clean attempt decides.
            part.unlink()
            self._receive(url, part, job)
        part.replace(target)

    def _receive(self, url: str, part: Path, job: Job) -> None:
        reached, vain = _size(part), 0
        while True:
            try:
                return self._append(url, part, job)
            except _BROKEN as error:
                # A poor line may break as often as it likes, as long as each attempt gets further.
                vain = 0 if _size(part) > reached else vain + 1
                reached = max(reached, _size(part))
                if vain == _VAIN_ATTEMPTS:
                    raise Unavailable(
                        f"{url}: the download broke off and gets no further: {error}"
                    ) from error
                job.report("downloading", f"{url}: broke off ({error}), going on where it stopped")

    def _append(self, url: str, part: Path, job: Job) -> None:
        have = _size(part)
        with self._open(url, have) as response:
            if response.status != http.HTTPStatus.PARTIAL_CONTENT:
                have = 0
            length = response.headers.get("Content-Length")
            total = have + int(length) if length else None
            with part.open("ab" if have else "wb") as file:
                while chunk := response.read(CHUNK):
                    job.check()
                    file.write(chunk)
                    have += len(chunk)
                    job.report("downloading", url, have / total if total else None)
        if total is not None and have < total:
            raise http.client.IncompleteRead(b"", total - have)

    def _open(self, url: str, start: int) -> http.client.HTTPResponse:
        host = urlsplit(url).netloc
        if reason := self._absent.get(host):
            raise Unavailable(reason)
        headers = {"User-Agent": "govcloud", **({"Range": f"bytes={start}-"} if start else {})}
        # Only http and https come here (is_url), never a local scheme.
        request = urllib.request.Request(url, headers=headers)  # noqa: S310
        try:
            answer = urllib.request.urlopen(request, timeout=self._timeout)  # noqa: S310
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return self._open(url, 0)
            raise Unavailable(f"{url}: {error.code} {error.reason}") from error
        except OSError as error:
            reason = f"{host} does not answer: {getattr(error, 'reason', error)}"
            with self._lock:
                self._absent[host] = reason
            raise Unavailable(reason) from error
        response: http.client.HTTPResponse = answer
        return response


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _copy(source: Path, target: Path, job: Job) -> None:
    job.report("downloading", f"copying {source}")
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise Unavailable(f"{source}: {error.strerror}") from error
