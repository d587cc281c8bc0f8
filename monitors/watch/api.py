"""An API server as the watches ask it: raw bytes, a page at a time or event by event as they come."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlencode

import msgspec

from govcloud.cluster import Cluster
from govcloud.cluster.client import StatusError
from govcloud.errors import ClusterError
from monitors.watch.objects import Status

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager

_CHUNK = 65_536
_CONNECT = 5.0
_NODES = 6000
_AT_ONCE = 8
_WATCH_SILENCE = 100.0
"""Seconds; an API server sends a bookmark every minute or so, but none of a kind of which nothing changes at all."""


class Feed(Protocol):
    """Where objects and usage come from. `ApiServer` is one; a replay of many objects is another."""

    def read(self, path: str, query: dict[str, str] | None = None, *, patience: float = 60.0) -> bytes:
        """The answer to one call."""

    def follow(self, path: str, query: dict[str, str], begun: Callable[[Closer], None]) -> Iterator[bytes]:
        """The lines of a watch, some at a time."""

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        """What a kubelet answers."""


Closer = Callable[[], None]


class ApiServer(Cluster):
    """An API server and the kubelets of its nodes, with the credentials of one context of a kubeconfig."""

    def read(self, path: str, query: dict[str, str] | None = None, *, patience: float = 60.0) -> bytes:
        """The body of one answer.

        Raises:
            StatusError: the API server refuses; its ``status`` is that of HTTP.
            ClusterError: it does not answer.
        """
        response = self._ask(self._at(path, query), patience, stream=False)
        return response.data

    def follow(self, path: str, query: dict[str, str], begun: Callable[[Closer], None]) -> Iterator[bytes]:
        """The lines of a watch as they come: each value is one or more whole lines.

        It ends where the API server ends it, or where nothing comes for `_WATCH_SILENCE`: whether nothing happened or nobody
        is there any more, the next call tells.

        Args:
            path: the collection.
            query: parameters of the watch.
            begun: is told, when the API server has answered, how to end the watch from another thread.

        Raises:
            StatusError: the API server refuses.
            ClusterError: it does not answer, or the connection breaks off.
        """
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        url = self._at(path, query)
        response = self._ask(url, _WATCH_SILENCE, stream=True)

        def close() -> None:
            with suppress(ValueError, OSError):  # it ended by itself
                response.shutdown()

        begun(close)
        rest = b""
        try:
            for chunk in response.stream(_CHUNK, decode_content=False):
                lines, end, rest = (rest + chunk).rpartition(b"\n")
                if end:
                    yield lines
        except ReadTimeoutError:
            return
        except (HTTPError, OSError) as error:
            raise ClusterError(f"the watch broke off ({error})", where=url) from error
        finally:
            response.close()

    def read_kubelet(self, url: str, *, patience: float) -> bytes:
        """What a kubelet answers at its own port, asked with the same credentials; its certificate is verified.

        The API server's proxy to nodes is not used, since the right to it is the right to run commands there.

        Raises:
            StatusError: the kubelet refuses.
            ClusterError: it does not answer in time.
        """
        return self._ask(url, patience, stream=False, pool=self._kubelets).data

    @cached_property
    def _kubelets(self) -> PoolManager:
        """Connections to kubelets, kept open: a handshake a node and sample would cost more than all else."""
        from urllib3 import PoolManager

        settings = self._api.configuration
        context = ssl.create_default_context(cafile=settings.ssl_ca_cert)
        if not settings.verify_ssl:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        if settings.cert_file:
            context.load_cert_chain(settings.cert_file, settings.key_file)
        return PoolManager(num_pools=_NODES, maxsize=_AT_ONCE, ssl_context=context)

    def _at(self, path: str, query: dict[str, str] | None) -> str:
        return str(self._api.configuration.host) + path + (f"?{urlencode(query)}" if query else "")

    def _ask(
        self, url: str, patience: float, *, stream: bool, pool: PoolManager | None = None
    ) -> BaseHTTPResponse:
        from urllib3 import Retry, Timeout
        from urllib3.exceptions import HTTPError

        headers = {"Accept": "*/*" if pool else "application/json"}
        self._api.update_params_for_auth(headers, [], ["BearerToken"], url, "GET", None)
        caller: PoolManager = pool or self._api.rest_client.pool_manager
        limits = Timeout(connect=_CONNECT, read=patience)
        try:
            response = caller.request(
                "GET", url, headers=headers, timeout=limits, preload_content=not stream, retries=Retry(0)
            )
        except (HTTPError, OSError) as error:
            raise ClusterError(f"no answer ({error})", where=url) from error
        if response.status >= 400:
            words = _words(response.data) or f"HTTP {response.status}"
            raise StatusError(words, where=url, status=response.status)
        return response


def _words(answer: bytes) -> str:
    """What a refusal says: the message of a Status, or the beginning of whatever else it is."""
    try:
        return msgspec.json.decode(answer, type=Status).message
    except msgspec.MsgspecError:
        return answer[:200].decode(errors="replace")
