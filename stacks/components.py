"""The two components: a region's platform and a tenancy in a region, each the planner's manifests under one parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from stacks.resources import PROVIDER_VERSION, register
from stacks.target import Target

Manifest = dict[str, Any]
# Kinds that others of the same stack need before they can be created.
_FIRST = ("Namespace", "CustomResourceDefinition")


def provider(target: Target) -> pulumi.ProviderResource:
    """The Kubernetes provider of a region, with server-side apply: a repeated create adopts what is there."""
    inputs: dict[str, Any] = {
        "kubeconfig": target.kubeconfig,
        "clusterIdentifier": target.identity,
        "enableServerSideApply": "true",
    }
    if target.context:
        inputs["context"] = target.context
    return pulumi.ProviderResource(
        "kubernetes", "region", inputs, pulumi.ResourceOptions(version=PROVIDER_VERSION)
    )


class _Manifests(pulumi.ComponentResource):
    """Manifests under one parent; those that others stand on come first."""

    def __init__(
        self, kind: str, name: str, manifests: Sequence[Manifest], provider: pulumi.ProviderResource
    ) -> None:
        super().__init__(f"govcloud:stacks:{kind}", name, {}, pulumi.ResourceOptions(provider=provider))
        options = pulumi.ResourceOptions(parent=self, provider=provider)
        first = {m["metadata"]["name"]: register(m, options) for m in manifests if m["kind"] in _FIRST}
        after = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(depends_on=list(first.values())))
        for manifest in manifests:
            if manifest["kind"] not in _FIRST:
                register(manifest, _with_namespace(after, first.get(manifest["metadata"].get("namespace"))))
        self.register_outputs({})


def _with_namespace(
    options: pulumi.ResourceOptions, namespace: pulumi.Resource | None
) -> pulumi.ResourceOptions:
    """Leave the deletion of what is in a namespace to the namespace's own.

    One call instead of sixteen; and Kubernetes makes the service account ``default`` anew as soon as it is deleted, so that
    whoever waits for it to be gone may wait in vain.
    """
    if namespace is None:
        return options
    return pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(deleted_with=namespace))


class Platform(_Manifests):
    """What a region needs before any tenancy."""

    def __init__(self, region: str, manifests: Sequence[Manifest], provider: pulumi.ProviderResource) -> None:
        super().__init__("Platform", region, manifests, provider)


class Tenancy(_Manifests):
    """One tenancy in one region."""

    def __init__(self, name: str, manifests: Sequence[Manifest], provider: pulumi.ProviderResource) -> None:
        super().__init__("Tenancy", name, manifests, provider)


def platform_program(target: Target, manifests: Sequence[Manifest]) -> None:
    """The program of a ``platform`` stack."""
    Platform(target.region, manifests, provider(target))


def tenancies_program(target: Target, tenancies: Mapping[str, Sequence[Manifest]]) -> None:
    """The program of a ``tenancy`` stack, and of the one update that founds many of them at once."""
    region_provider = provider(target)
    for name, manifests in tenancies.items():
        Tenancy(name, manifests, region_provider)
