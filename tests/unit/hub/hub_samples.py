"""Moments and answers that tests of the register have in common."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from govcloud.cluster.client import StatusError

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Hub:
    """Plays the API server of a hub: one tenancy, and refusals of writes that are based on an older version.

    Args:
        manifest: the tenancy.
        meanwhile: what somebody else does to it before each write, as long as there is any.
    """

    def __init__(self, manifest: dict[str, Any], *meanwhile: dict[str, Any]) -> None:
        self.manifest = manifest
        self.written: list[dict[str, Any]] = []
        self._meanwhile = list(meanwhile)
        self._version = 7

    def request(
        self, method: str, path: str, query: dict[str, str] | None = None, body: Any = None
    ) -> dict[str, Any]:
        if path.endswith("selfsubjectreviews"):
            return {
                "status": {"userInfo": {"username": "sun.li@cac", "groups": ["govcloud:reviewers:security"]}}
            }
        if method == "PUT":
            self._take(path, body)
        return self.manifest

    def _take(self, path: str, body: dict[str, Any]) -> None:
        if self._meanwhile:
            self._store(self._meanwhile.pop(0))
        if body["metadata"]["resourceVersion"] != self.manifest["metadata"]["resourceVersion"]:
            raise StatusError("the object has been modified", where=path, status=409)
        self._store({"status": body["status"]})
        self.written.append(self.manifest)

    def _store(self, changes: dict[str, Any]) -> None:
        self._version += 1
        metadata = self.manifest["metadata"] | changes.get("metadata", {})
        metadata["resourceVersion"] = str(self._version)
        self.manifest = self.manifest | changes | {"metadata": metadata}
