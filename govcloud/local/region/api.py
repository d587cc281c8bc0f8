"""The few calls that a region needs to start: probes, server-side apply, list and delete.

Over the standard library, because the official client takes longer to import than these calls take to run.
"""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from govcloud.errors import ClusterError

Manifest = dict[str, Any]

_MANAGER = "govcloud-region"
_PATHS = {
    "Node": "/api/v1/nodes",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}


def client_context(authority: Path, certificate: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 or newer that trusts one authority and shows one certificate.

    Raises:
        OSError: a file is missing or is no certificate.
    """
    context = ssl.create_default_context(cafile=str(authority))
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


def answers(url: str, context: ssl.SSLContext | None = None, timeout: float = 2.0) -> bool:
    """Whether a GET of ``url`` is answered with 200 in time; over TLS where there is a context for it."""
    parts = urlsplit(url)
    connection = (
        http.client.HTTPSConnection(parts.netloc, context=context, timeout=timeout)
        if context
        else http.client.HTTPConnection(parts.netloc, timeout=timeout)
    )
    try:
        connection.request("GET", parts.path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Api:
    """One kept connection to an API server.

    Args:
        server: URL of the API server.
        context: TLS with the caller's certificate.
        timeout: seconds an answer may take.
    """

    def __init__(self, server: str, context: ssl.SSLContext, timeout: float = 10.0) -> None:
        self.server = server
        self._connection = http.client.HTTPSConnection(
            urlsplit(server).netloc, context=context, timeout=timeout
        )

    def apply(self, manifest: Manifest, subresource: str = "") -> None:
        """Server-side apply a cluster-scoped object; what it says wins over other managers.

        Raises:
            ClusterError: the API server refused or did not answer.
        """
        name = manifest["metadata"]["name"]
        query = urlencode({"fieldManager": _MANAGER, "force": "true"})
        path = f"{_PATHS[manifest['kind']]}/{name}{subresource}?{query}"
        self.call("PATCH", path, manifest, "application/apply-patch+yaml")

    def get(self, kind: str, name: str) -> Manifest:
        """One cluster-scoped object.

        Raises:
            ClusterError: the API server refused, has no such object or did not answer.
        """
        found: Manifest = self.call("GET", f"{_PATHS[kind]}/{name}")
        return found

    def nodes(self) -> list[Manifest]:
        """Every node, as the API server holds it."""
        items: list[Manifest] = self.call("GET", f"{_PATHS['Node']}?resourceVersion=0")["items"]
        return items

    def delete(self, kind: str, name: str) -> None:
        """Delete a cluster-scoped object.

        Raises:
            ClusterError: the API server refused or did not answer.
        """
        self.call("DELETE", f"{_PATHS[kind]}/{name}")

    def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, kind: str = "application/json"
    ) -> Any:
        """Make one call and decode its JSON answer.

        Raises:
            ClusterError: the API server refused or did not answer.
        """
        return json.loads(self._answer(method, path, body, kind))

    def text(self, path: str) -> str:
        """What the API server answers to a GET in plain text.

        Raises:
            ClusterError: the API server refused or did not answer.
        """
        return self._answer("GET", path, accept="text/plain").decode()

    def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        kind: str = "application/json",
        accept: str = "application/json",
    ) -> bytes:
        where = f"{method} {self.server}{path.partition('?')[0]}"
        data = None if body is None else json.dumps(body).encode()
        try:
            self._connection.request(method, path, data, {"Content-Type": kind, "Accept": accept})
            response = self._connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException) as cause:
            self._connection.close()
            raise ClusterError(
                "the API server did not answer",
                where=where,
                expected="an answer",
                mend="look whether the region is up: govcloud region list",
            ) from cause
        if response.status >= 300:
            raise ClusterError(
                f"the API server refused: {response.status} {_message(answer)}",
                where=where,
                expected="a call that the API server accepts",
                mend="see what it says",
            )
        return answer

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


@contextmanager
def connected(server: str, context: ssl.SSLContext) -> Iterator[Api]:
    """An `Api` that is closed at the end."""
    api = Api(server, context)
    try:
        yield api
    finally:
        api.close()


def _message(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, KeyError, TypeError):
        return answer[:200].decode(errors="replace")
