"""What happens to objects, as it happens: one call whose answer does not end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

from govcloud.cluster.answers import Manifest, StatusError, plain_object, refusal, silent


class Watch:
    """The events of a watch, which another thread may end.

    Args:
        opened: begins the call; its answer is read here, and closed.
        server: the server's address, for people.
        path: what is watched.
    """

    def __init__(self, opened: Callable[[], Any], server: str, path: str) -> None:
        self._opened = opened
        self._server = server
        self._path = path
        self._response: Any = None
        self._ended = False

    def __iter__(self) -> Generator[tuple[str, Manifest], None, None]:
        """``ADDED``, ``MODIFIED`` or ``DELETED`` with the object, and ``BOOKMARK`` with nothing but a later version.

        Closed, it lets the call go.

        Raises:
            StatusError: with status 410 where the version is too old, so that only a new list helps.
            ClusterError: the server went away.
        """
        from urllib3.exceptions import HTTPError

        try:
            response = self._response = self._opened()
            try:
                if not self._ended:
                    yield from self._events(response)
            finally:
                self._response = None
                response.close()
        except HTTPError as error:
            if not self._ended:
                raise silent(self._server, error) from error

    def end(self) -> None:
        """Have it end at once, without an error."""
        self._ended = True
        if response := self._response:
            with suppress(ValueError, RuntimeError, OSError):  # it was just closed
                response.shutdown()

    def _events(self, response: Any) -> Iterator[tuple[str, Manifest]]:
        """One JSON object a line, which may come in pieces."""
        if response.status >= 400:
            raise refusal("GET", self._path, response.status, response.read())
        rest = b""
        for piece in response.stream():
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                event = plain_object("WATCH", self._path, line)
                if event["type"] == "ERROR":
                    raise self._told(event["object"])
                yield str(event["type"]), event["object"]

    def _told(self, status: Manifest) -> StatusError:
        words, code = str(status.get("message", "")), int(status.get("code", 500))
        return StatusError(words, where=f"WATCH {self._path}", status=code)
