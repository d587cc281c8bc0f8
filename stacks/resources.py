"""One Kubernetes manifest as one Pulumi resource.

The resource takes the manifest as it is: the planner has typed and tested it, so the generated classes of
pulumi_kubernetes (one import of them costs up to a second, and is not thread-safe) would add nothing.
"""

from __future__ import annotations

from typing import Any

import pulumi

from stacks.objects import resource_name, type_token, with_field_manager

PROVIDER_VERSION = "4.25.0"
_SECRET_FIELDS = ("data", "stringData")


def register(manifest: dict[str, Any], options: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Register a manifest with the engine; what a Secret holds is encrypted in the state."""
    options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(version=PROVIDER_VERSION))
    properties = with_field_manager(manifest)
    for field in _SECRET_FIELDS if manifest["kind"] == "Secret" else ():
        if field in properties:
            properties[field] = pulumi.Output.secret(properties[field])
    return pulumi.CustomResource(type_token(manifest), resource_name(manifest), properties, options)
