"""What the server answers with: bytes that are made and compressed once, and sent only to whom has not got them yet."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

FRESH_ONLY = "no-cache"
"""A browser may keep the answer and has to ask whether it still holds."""

_SECURE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LEVEL = 6
_WORTH = 400
"""Bytes below which compression saves nothing on the line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, its compressed form if that is smaller, and the tag that names it."""

    body: bytes
    packed: bytes | None
    tag: str
    kind: str

    @classmethod
    def of(cls, body: bytes, kind: str) -> Answer:
        """Compresses and tags a body of a content type."""
        packed = gzip.compress(body, _LEVEL, mtime=0) if len(body) >= _WORTH else None
        return cls(body, packed, f'W/"{sha256(body).hexdigest()[:20]}"', kind)

    def send(self, request: Request, cache: str = FRESH_ONLY, **headers: str) -> Response:
        """The response to a request: 304 without a body where the browser has it already."""
        told = {**_SECURE, "ETag": self.tag, "Cache-Control": cache, "Vary": "Accept-Encoding", **headers}
        if _has(request.headers.get("if-none-match", ""), self.tag):
            return Response(status_code=304, headers=told)
        if self.packed is not None and _takes_gzip(request.headers.get("accept-encoding", "")):
            return Response(self.packed, headers={**told, "Content-Encoding": "gzip"}, media_type=self.kind)
        return Response(self.body, headers=told, media_type=self.kind)


def json_answer(value: Any) -> Answer:
    """A value as compact JSON; numbers that JSON has not (NaN) become null."""
    return Answer.of(msgspec.json.encode(value), "application/json")


def _has(told: str, tag: str) -> bool:
    """Whether a tag is among those told; weak ones count (RFC 9110, 13.1.2)."""
    tags = {one.strip().removeprefix("W/") for one in told.split(",")}
    return tag.removeprefix("W/") in tags or "*" in tags


def _takes_gzip(told: str) -> bool:
    for one in told.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() in {"gzip", "*"}:
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


class Kept:
    """Answers by name, each kept as long as what it was made of is the same."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[str, tuple[object, Answer]] = {}

    def get(self, name: str, basis: object, make: Callable[[], Any]) -> Answer:
        """The answer of a name; ``make`` gives its value where the basis is another one than last time.

        Two that ask at once may both make it; the one that ends later stays, and both are right.
        """
        with self._lock:
            found = self._kept.get(name)
        if found is not None and (found[0] is basis or found[0] == basis):
            return found[1]
        answer = json_answer(make())
        with self._lock:
            self._kept[name] = (basis, answer)
        return answer
