"""Where a stack goes; known without Pulumi's library, which costs half a second to import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The API server that a stack works on.

    A path, not the kubeconfig's text, goes into the state: credentials stay out of it, and a renewed certificate is no
    change. ``identity`` keeps the provider (and all that it made) from being replaced when the path changes.
    """

    region: str
    kubeconfig: str
    context: str | None = None

    @property
    def identity(self) -> str:
        """What the provider takes for "the same cluster"."""
        return f"govcloud/{self.region}"
