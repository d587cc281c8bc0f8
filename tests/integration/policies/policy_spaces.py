"""The namespace of a tenancy under the rules, in which waivers come and go."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from api_servers import Manifest, Verdict
from policy_server import Ruled, refusal

IMAGES = "GC-POD-02"
WAIVED = f"waiver.govcloud.dev/{IMAGES}"
FAR = "2099-01-01T00:00:00Z"


class Space:
    """The namespace of a tenancy.

    Args:
        ruled: the server that it is in.
        name: the name of the tenancy.
        waivers: annotations.
    """

    def __init__(self, ruled: Ruled, name: str, waivers: Mapping[str, str] | None = None) -> None:
        self.ruled, self.cluster, self.name = ruled, ruled.cluster, f"t-{name}"
        self._namespace = copy.deepcopy(ruled.bases.namespace)
        self._namespace["metadata"]["name"] = self.name
        self._namespace["metadata"]["labels"]["govcloud.dev/tenancy"] = name
        self.waive(waivers or {})

    def waive(self, waivers: Mapping[str, str]) -> None:
        """Sets the waivers, as the platform does; those that are not named go."""
        metadata = self._namespace["metadata"]
        kept = {key: text for key, text in metadata["annotations"].items() if not key.startswith("waiver.")}
        metadata["annotations"] = {**kept, **waivers}
        self.ruled.found(self._namespace)

    def object(self, kind: str) -> Manifest:
        """A base object in this namespace."""
        manifest = self.ruled.bases.of(kind)
        manifest["metadata"]["namespace"] = self.name
        return manifest

    def deployment(self, image: str = "", name: str = "web") -> Manifest:
        manifest = self.object("Deployment")
        manifest["metadata"]["name"] = name
        if image:
            app_of(manifest)["image"] = image
        return manifest

    def made(self, manifest: Manifest) -> Manifest:
        """Makes an object, and returns it as the server has it."""
        status, answer = self.cluster.create(manifest, dry=False)
        assert status == 201, answer["message"]
        return answer

    def now(self) -> str:
        """The server's own time: that of an object that it would make."""
        probe = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "now", "namespace": "default"}}
        found: str = self.cluster.create(probe)[1]["metadata"]["creationTimestamp"]
        return found

    def until(self, verdict: Callable[[], Verdict], holds: Callable[[str | None], Any] = bool) -> None:
        """Asks until the refusal is as wanted: a change of the namespace gets to the policies a moment later."""
        assert self.cluster.until(lambda: holds(refusal(verdict()))), verdict()

    def admits(self, verdict: Callable[[], Verdict]) -> None:
        """Asks until the object is taken."""
        assert self.cluster.until(lambda: verdict().status in (200, 201)), verdict()


def app_of(manifest: Manifest) -> dict[str, Any]:
    """The first container of a workload."""
    found: dict[str, Any] = manifest["spec"]["template"]["spec"]["containers"][0]
    return found
