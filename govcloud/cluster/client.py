"""An API server, spoken to with plain manifests.

The official client brings kubeconfigs, certificates and tokens; its typed models are left out, since decoding into them
costs some forty times what JSON into plain dicts does, and the planner's manifests are plain dicts already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec

from govcloud.errors import ClusterError

Manifest = dict[str, Any]
_PAGE = 500
_DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind as the API server serves it."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The URL path of a collection or an object."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        scope = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{root}{scope}/{self.plural}" + (f"/{name}" if name else "")


class StatusError(ClusterError):
    """The API server answered with a refusal; ``status`` is the HTTP status."""

    def __init__(self, what: str, *, where: str, status: int) -> None:
        super().__init__(what, where=where)
        self.status = status


class Cluster:
    """One API server, through a context of a kubeconfig.

    Args:
        kubeconfig: path of the kubeconfig.
        context: a context of it; the current one where none is named.
        connections: how many calls may be under way at once.

    Raises:
        ClusterError: the kubeconfig cannot be read.
    """

    def __init__(self, kubeconfig: Path | str, context: str | None = None, *, connections: int = 16) -> None:
        from kubernetes import client, config
        from yaml import YAMLError

        self._where = str(kubeconfig)
        configuration = client.Configuration()
        configuration.connection_pool_maxsize = connections
        configuration.retries = 2
        try:
            config.load_kube_config(  # type: ignore[no-untyped-call]  # the client has no types
                config_file=str(Path(kubeconfig).expanduser()),
                context=context,
                client_configuration=configuration,
            )
        except (config.ConfigException, OSError, ValueError, TypeError, AttributeError, YAMLError) as error:
            raise ClusterError(
                f"the kubeconfig cannot be used: {error}",
                where=self._where,
                expected="a kubeconfig with the region's context",
                mend="for a local region, `govcloud region up`; else name the path in spec.cluster of the region",
            ) from error
        self._api = client.ApiClient(configuration)

    @cached_property
    def kinds(self) -> dict[tuple[str, str], Kind]:
        """Every kind that the server serves, by (apiVersion, kind). Two calls, kept for the client's life."""
        found: dict[tuple[str, str], Kind] = {}
        for root in ("/api", "/apis"):
            for group in self.request("GET", root, accept=_DISCOVERY)["items"]:
                found.update(_kinds_of(group))
        return found

    def kind(self, manifest: Manifest) -> Kind:
        """The kind of a manifest.

        Raises:
            ClusterError: the server does not serve it.
        """
        key = (manifest["apiVersion"], manifest["kind"])
        if key not in self.kinds:
            raise ClusterError(f"the API server serves no {key[1]} of {key[0]}", where=self._where)
        return self.kinds[key]

    def list(self, kind: Kind, *, namespace: str | None = None, labels: str = "") -> Iterator[Manifest]:
        """The objects of a kind, in pages, in the server's order (namespace, name)."""
        token = ""
        while True:
            query = {"limit": str(_PAGE), "labelSelector": labels, "continue": token}
            body = self.request("GET", kind.path(namespace), {k: v for k, v in query.items() if v})
            yield from body["items"]
            token = body["metadata"].get("continue", "")
            if not token:
                return

    def get(self, kind: Kind, name: str, namespace: str | None = None) -> Manifest | None:
        """One object, None where it is not."""
        try:
            return self.request("GET", kind.path(namespace, name))
        except StatusError as error:
            if error.status == 404:
                return None
            raise

    def apply(self, manifest: Manifest, *, manager: str = "govcloud", dry_run: bool = False) -> Manifest:
        """Server-side apply, taking over fields that others own."""
        query = {"fieldManager": manager, "force": "true", "fieldValidation": "Strict"}
        if dry_run:
            query["dryRun"] = "All"
        path = self._path_of(manifest)
        return self.request("PATCH", path, query, manifest, content="application/apply-patch+yaml")

    def merge(self, manifest: Manifest, patch: Manifest) -> Manifest:
        """JSON merge patch of one object (RFC 7386): null removes a field."""
        path = self._path_of(manifest)
        return self.request(
            "PATCH", path, {"fieldManager": "govcloud"}, patch, content="application/merge-patch+json"
        )

    def delete(self, manifest: Manifest) -> None:
        """Delete one object; fine where it is already gone."""
        try:
            self.request("DELETE", self._path_of(manifest))
        except StatusError as error:
            if error.status != 404:
                raise

    def _path_of(self, manifest: Manifest) -> str:
        metadata = manifest["metadata"]
        return self.kind(manifest).path(metadata.get("namespace"), metadata["name"])

    def request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        *,
        accept: str = "application/json",
        content: str = "application/json",
    ) -> Manifest:
        """One call, as plain JSON.

        Raises:
            ClusterError: with attribute ``status`` (HTTP) where the server answered, in its words.
        """
        from urllib3.exceptions import HTTPError

        url = self._api.configuration.host + path + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": accept, "Content-Type": content}
        self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        try:
            response = self._api.rest_client.pool_manager.request(
                method, url, body=None if body is None else json.dumps(body), headers=headers, timeout=60
            )
        except HTTPError as error:
            raise self._silent(error) from error
        if response.status >= 400:
            raise _refusal(method, path, response.status, response.data)
        return _object(method, path, response.data)

    def watch(self, kind: Kind, version: str, *, seconds: int = 300) -> Iterator[tuple[str, Manifest]]:
        """What happens to the objects of a kind after a version, as it happens, until the server ends it.

        Args:
            kind: the kind.
            version: the resource version of the list, or of the last event, that is known.
            seconds: when the server ends the watch; the caller begins another from the last version.

        Yields:
            ``ADDED``, ``MODIFIED`` or ``DELETED`` with the object, and ``BOOKMARK`` with nothing but a later version.

        Raises:
            StatusError: with status 410 where the version is too old, so that only a new list helps.
            ClusterError: the server went away.
        """
        from urllib3.exceptions import HTTPError

        path = kind.path()
        query = {"watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true"}
        query["timeoutSeconds"] = str(seconds)
        headers = {"Accept": "application/json"}
        self._api.update_params_for_auth(headers, [], ["BearerToken"], path, "GET", None)
        try:
            response = self._api.rest_client.pool_manager.request(
                "GET",
                f"{self._api.configuration.host}{path}?{urlencode(query)}",
                headers=headers,
                timeout=seconds + 30,
                preload_content=False,
                retries=False,
            )
            try:
                yield from _events(path, response)
            finally:
                response.close()
        except HTTPError as error:
            raise self._silent(error) from error

    def _silent(self, error: Exception) -> ClusterError:
        return ClusterError(
            f"the API server does not answer ({_reason(error)})",
            where=self._api.configuration.host,
            mend="for a local region, `govcloud region up`; else see that the cluster is reachable",
        )


def _events(path: str, response: Any) -> Iterator[tuple[str, Manifest]]:
    """The events of a watch: one JSON object a line, which may come in pieces."""
    if response.status >= 400:
        raise _refusal("GET", path, response.status, response.read())
    rest = b""
    for piece in response.stream():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            event = _object("WATCH", path, line)
            if event["type"] == "ERROR":
                told = event["object"]
                raise StatusError(
                    str(told.get("message", "")), where=f"WATCH {path}", status=int(told.get("code", 500))
                )
            yield str(event["type"]), event["object"]


def _refusal(method: str, path: str, status: int, data: bytes) -> StatusError:
    try:
        words = str(_object(method, path, data).get("message", ""))
    except ClusterError:
        words = data.decode(errors="replace")[:500]
    return StatusError(words or f"HTTP {status}", where=f"{method} {path}", status=status)


def _object(method: str, path: str, data: bytes) -> Manifest:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ClusterError(
            f"the answer is no JSON object: {data[:80].decode(errors='replace')!r}",
            where=f"{method} {path}",
            expected="an API server",
            mend="see whether a proxy stands between, and what the kubeconfig's server is",
        ) from error


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return str(inner).split(": ", maxsplit=1)[-1]


def _kinds_of(group: Manifest) -> dict[tuple[str, str], Kind]:
    name = group["metadata"].get("name", "")
    kinds: dict[tuple[str, str], Kind] = {}
    for version in group["versions"]:
        api_version = f"{name}/{version['version']}" if name else version["version"]
        for resource in version.get("resources", ()):
            kind = resource["responseKind"]["kind"]
            kinds[api_version, kind] = Kind(
                api_version, kind, resource["resource"], resource["scope"] == "Namespaced"
            )
    return kinds
