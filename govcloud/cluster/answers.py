"""What an API server answers, as plain JSON or as an error that names the call."""

from __future__ import annotations

from typing import Any

import msgspec

from govcloud.errors import ClusterError

Manifest = dict[str, Any]


class StatusError(ClusterError):
    """The API server answered with a refusal; ``status`` is the HTTP status."""

    def __init__(self, what: str, *, where: str, status: int) -> None:
        super().__init__(what, where=where)
        self.status = status


def refusal(method: str, path: str, status: int, data: bytes) -> StatusError:
    """The error that an answer with an HTTP status of 400 and above is, in the server's words."""
    try:
        words = str(plain_object(method, path, data).get("message", ""))
    except ClusterError:
        words = data.decode(errors="replace")[:500]
    return StatusError(words or f"HTTP {status}", where=f"{method} {path}", status=status)


def plain_object(method: str, path: str, data: bytes) -> Manifest:
    """The JSON object of an answer.

    Raises:
        ClusterError: it is none.
    """
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ClusterError(
            f"the answer is no JSON object: {data[:80].decode(errors='replace')!r}",
            where=f"{method} {path}",
            expected="an API server",
            mend="see whether a proxy stands between, and what the kubeconfig's server is",
        ) from error


def silent(server: str, error: Exception) -> ClusterError:
    """That a server does not answer, and why."""
    inner = getattr(error, "reason", None) or error
    return ClusterError(
        f"the API server does not answer ({str(inner).split(': ', maxsplit=1)[-1]})",
        where=server,
        mend="for a local region, `govcloud region up`; else see that the cluster is reachable",
    )
