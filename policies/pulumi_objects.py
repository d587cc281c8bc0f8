"""Resources of Pulumi's Kubernetes provider as the manifests that they stand for, on plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Manifest = dict[str, Any]

# Texts that the engine puts in the place of values that it does not know before an update (constants of its protocol).
UNKNOWNS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # a text
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # a list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)
_UNKNOWN_WORDS = "(not known yet)"
_PROVIDER = "kubernetes"
# Components, and what the provider unfolds by itself: their objects are registered one by one, or never seen here.
_NO_OBJECTS = ("yaml", "helm.sh", "kustomize")
_PATCH = "Patch"


def kind_of(token: str, given: Mapping[str, Any]) -> dict[str, str] | None:
    """The apiVersion and kind of what a resource stands for, None where it stands for no object of a cluster.

    What goes to the API server is in the properties, apiVersion and kind too; the type is asked only where they are missing.

    Args:
        token: the resource's type, such as ``kubernetes:apps/v1:Deployment``.
        given: its properties.
    """
    provider, _, rest = token.partition(":")
    api_version, _, kind = rest.rpartition(":")
    if provider != _PROVIDER or not api_version or api_version.startswith(_NO_OBJECTS):
        return None
    named = {"apiVersion": api_version.removeprefix("core/"), "kind": kind.removesuffix(_PATCH)}
    return {key: str(given.get(key) or value) for key, value in named.items()}


def manifest_of(token: str, given: Mapping[str, Any]) -> Manifest | None:
    """The manifest that a resource stands for, None where it stands for none; arguments as of `kind_of`."""
    kind = kind_of(token, given)
    return None if kind is None else {**given, **kind}


def unknown_places(value: Any, place: str = "") -> Iterator[str]:
    """The places of values that are not known yet, as paths: ``spec.replicas``, ``spec.ports[0]``."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from unknown_places(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from unknown_places(inner, f"{place}[{number}]")
    elif isinstance(value, str) and value in UNKNOWNS:
        yield place


def with_words(value: Any) -> Any:
    """Plain data with words in the place of values that are not known yet."""
    if isinstance(value, Mapping):
        return {key: with_words(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_words(inner) for inner in value]
    return _UNKNOWN_WORDS if isinstance(value, str) and value in UNKNOWNS else value
