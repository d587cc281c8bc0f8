"""Raw calls to an API server, as the platform or as somebody else, for tests of what it admits."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3
from kubernetes.client import Configuration
from kubernetes.config import load_kube_config

Manifest = dict[str, Any]
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class Verdict:
    """What the API server said: the status, the message of a refusal, and its warnings."""

    status: int
    message: str
    warnings: tuple[str, ...]
    body: dict[str, Any]


class Cluster:
    """An API server; an answer is (status, body)."""

    def __init__(self, kubeconfig: Path, connections: int = 16) -> None:
        found = Configuration()
        load_kube_config(config_file=str(kubeconfig), client_configuration=found)
        self._host = found.host
        self._pool = urllib3.PoolManager(
            ca_certs=found.ssl_ca_cert,
            cert_file=found.cert_file,
            key_file=found.key_file,
            maxsize=connections,
        )
        self._plurals: dict[str, dict[str, tuple[str, bool]]] = {}

    def close(self) -> None:
        self._pool.clear()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        user: str = "",
        kind: str = "json",
        groups: Iterable[str] = (),
    ) -> Verdict:
        """Calls as the platform, or as ``user`` in ``groups``; by default in the group of the same name."""
        headers = urllib3.HTTPHeaderDict({"Content-Type": f"application/{kind}"})
        if user:
            headers["Impersonate-User"] = user if groups else f"somebody of {user}"
            for group in groups or [user]:
                headers.add("Impersonate-Group", group)
        data = json.dumps(body) if body is not None else None
        answer = self._pool.request(method, f"{self._host}{path}", body=data, headers=headers)
        found = json.loads(answer.data)
        message = found.get("message", "") if answer.status >= 300 else ""
        return Verdict(answer.status, message, tuple(map(_words, answer.headers.getlist("Warning"))), found)

    def call(self, method: str, path: str, body: Any = None, user: str = "", kind: str = "json") -> Answer:
        verdict = self.ask(method, path, body, user, kind)
        return verdict.status, verdict.body

    def path(self, manifest: Manifest, name: bool = True) -> str:
        version, meta = manifest["apiVersion"], manifest["metadata"]
        base = "/api/v1" if version == "v1" else f"/apis/{version}"
        plural, namespaced = self._kind(base, manifest["kind"])
        space = f"/namespaces/{meta['namespace']}" if namespaced else ""
        return f"{base}{space}/{plural}" + (f"/{meta['name']}" if name else "")

    def is_namespaced(self, manifest: Manifest) -> bool:
        version = manifest["apiVersion"]
        return self._kind("/api/v1" if version == "v1" else f"/apis/{version}", manifest["kind"])[1]

    def _kind(self, base: str, kind: str) -> tuple[str, bool]:
        if base not in self._plurals:
            resources = self.call("GET", base)[1]["resources"]
            self._plurals[base] = {
                r["kind"]: (r["name"], r["namespaced"]) for r in resources if "/" not in r["name"]
            }
        return self._plurals[base][kind]

    def apply(self, manifest: Manifest, subresource: str = "") -> Answer:
        query = "?fieldManager=govcloud-test&force=true&fieldValidation=Strict"
        return self.call(
            "PATCH", self.path(manifest) + subresource + query, manifest, kind="apply-patch+yaml"
        )

    def apply_all(self, manifests: Iterable[Manifest]) -> None:
        answers = [(m["kind"], m["metadata"]["name"], *self.apply(m)) for m in manifests]
        refused = [(*name, body["message"]) for *name, status, body in answers if status >= 300]
        assert not refused, refused

    def create(self, manifest: Manifest, user: str = "", dry: bool = True) -> Answer:
        """Creates an object, by default only as far as the answer goes."""
        query = "?fieldValidation=Strict" + ("&dryRun=All" if dry else "")
        return self.call("POST", self.path(manifest, name=False) + query, manifest, user)

    def delete(self, manifest: Manifest, user: str = "") -> Answer:
        return self.call("DELETE", self.path(manifest), user=user)

    def get(self, manifest: Manifest) -> Answer:
        return self.call("GET", self.path(manifest))

    @staticmethod
    def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
        """What ``holds`` returns as soon as that is true, and at the latest after so many seconds."""
        deadline = time.monotonic() + seconds
        while not (value := holds()) and time.monotonic() < deadline:
            time.sleep(0.2)
        return value


def _words(header: str) -> str:
    """The words of a warning: a header is a line of bytes, which come as Latin-1 and are UTF-8."""
    text = header.encode("latin-1").decode()
    return text.removeprefix('299 - "').removesuffix('"').replace('\\"', '"').replace("\\\\", "\\")
