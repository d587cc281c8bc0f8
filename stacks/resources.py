"""One Kubernetes manifest as one Pulumi resource.

The resource takes the manifest as it is: the planner has typed and tested it, so the generated classes of
pulumi_kubernetes (one import of them costs up to a second, and is not thread-safe) would add nothing.
"""

from __future__ import annotations

from typing import Any

import pulumi

PROVIDER_VERSION = "4.25.0"
FIELD_MANAGER = "govcloud"
_SECRET_FIELDS = ("data", "stringData")
_FIELD_MANAGER_ANNOTATION = "pulumi.com/patchFieldManager"


def type_token(manifest: dict[str, Any]) -> str:
    """The provider's type of a manifest, such as ``kubernetes:core/v1:Namespace``."""
    api_version = manifest["apiVersion"]
    group = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{group}:{manifest['kind']}"


def resource_name(manifest: dict[str, Any]) -> str:
    """A name unique within a region: the URN already carries the type, so namespace and name are enough."""
    metadata = manifest["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else str(metadata["name"])


def with_field_manager(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest, owned by one constant field manager.

    The provider makes up a manager a resource and keeps it in the state. Were that state lost, a later apply under
    another name could no longer remove a field. A constant name makes adoption exact.
    """
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), _FIELD_MANAGER_ANNOTATION: FIELD_MANAGER}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}


def register(manifest: dict[str, Any], options: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Register a manifest with the engine; what a Secret holds is encrypted in the state."""
    options = pulumi.ResourceOptions.merge(options, pulumi.ResourceOptions(version=PROVIDER_VERSION))
    properties = with_field_manager(manifest)
    for field in _SECRET_FIELDS if manifest["kind"] == "Secret" else ():
        if field in properties:
            properties[field] = pulumi.Output.secret(properties[field])
    return pulumi.CustomResource(type_token(manifest), resource_name(manifest), properties, options)
