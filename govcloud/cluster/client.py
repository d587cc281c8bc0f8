"""An API server, spoken to with plain manifests.

The official client brings kubeconfigs, certificates and tokens; its typed models are left out, since decoding into them
costs some forty times what JSON into plain dicts does, and the planner's manifests are plain dicts already.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from govcloud.cluster.answers import Manifest, plain_object, refusal, silent
from govcloud.cluster.answers import StatusError as StatusError
from govcloud.cluster.watching import Watch
from govcloud.errors import ClusterError

_PAGE = 500
_SILENCE = 90.0
"""Seconds after which a watch is taken for dead that says nothing; a bookmark comes every minute."""
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


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an API server may take for an answer, and how often a call without one is tried again.

    Attributes:
        read: seconds.
        again: further tries.
        write: seconds for a write, which is then sent once; None for what holds of reads.
    """

    read: float = 60.0
    again: int = 2
    write: float | None = None


PATIENT = Patience()


class Cluster:
    """One API server, through a context of a kubeconfig.

    Args:
        kubeconfig: path of the kubeconfig.
        context: a context of it; the current one where none is named.
        connections: how many calls may be under way at once.
        patience: how long the server may take.

    Raises:
        ClusterError: the kubeconfig cannot be read.
    """

    def __init__(
        self,
        kubeconfig: Path | str,
        context: str | None = None,
        *,
        connections: int = 16,
        patience: Patience = PATIENT,
    ) -> None:
        from kubernetes import client, config
        from yaml import YAMLError

        self._where = str(kubeconfig)
        self._patience = patience
        configuration = client.Configuration()
        configuration.connection_pool_maxsize = connections
        try:
            config.load_kube_config(  # type: ignore[no-untyped-call]  # the client has no types
                config_file=str(Path(kubeconfig).expanduser()),
                context=context,
                client_configuration=configuration,
            )
        except (config.ConfigException, OSError, ValueError, TypeError, AttributeError, YAMLError) as error:
            raise ClusterError(
                f"the kubeconfig cannot be used: {str(error).partition(chr(10))[0]}",
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
        acting: Mapping[str, str] | None = None,
    ) -> Manifest:
        """One call, as plain JSON.

        Args:
            method: of HTTP.
            path: with its leading slash.
            query: what goes after the path.
            body: plain data.
            accept: the form of the answer.
            content: the form of the body.
            acting: headers by which whoever may do so acts as somebody else (``Impersonate-User``).

        Raises:
            ClusterError: with attribute ``status`` (HTTP) where the server answered, in its words.
        """
        from urllib3.exceptions import HTTPError

        data = None if body is None else json.dumps(body)
        headers = {"Accept": accept, "Content-Type": content, **(acting or {})}
        try:
            response = self._send(method, path, query, headers=headers, body=data, **self._tempo(method))
        except HTTPError as error:
            raise silent(self._api.configuration.host, error) from error
        if response.status >= 400:
            raise refusal(method, path, response.status, response.data)
        return plain_object(method, path, response.data)

    def _tempo(self, method: str) -> dict[str, Any]:
        patience = self._patience
        if method == "GET" or patience.write is None:
            return {"timeout": patience.read, "retries": patience.again}
        return {"timeout": patience.write, "retries": False}

    def _send(
        self, method: str, path: str, query: dict[str, str] | None, *, headers: dict[str, str], **how: Any
    ) -> Any:
        self._api.update_params_for_auth(headers, [], ["BearerToken"], path, method, how.get("body"))
        url = self._api.configuration.host + path + (f"?{urlencode(query)}" if query else "")
        return self._api.rest_client.pool_manager.request(method, url, headers=headers, **how)

    def watch(self, kind: Kind, version: str, *, namespace: str | None = None, seconds: int = 300) -> Watch:
        """What happens to the objects of a kind after a version, as it happens, until the server ends it.

        Args:
            kind: the kind.
            version: the resource version of the list, or of the last event, that is known.
            namespace: only the objects in it.
            seconds: when the server ends the watch; the caller begins another from the last version.
        """
        path = kind.path(namespace)
        query = {"watch": "true", "resourceVersion": version, "allowWatchBookmarks": "true"}
        query["timeoutSeconds"] = str(seconds)
        how = {"timeout": min(seconds + 30, _SILENCE), "preload_content": False, "retries": False}
        return Watch(
            lambda: self._send("GET", path, query, headers={"Accept": "application/json"}, **how),
            self._api.configuration.host,
            path,
        )


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
