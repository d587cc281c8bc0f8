"""How stacks name objects and own them; known without Pulumi's library, since who only looks at a region needs it too."""

from __future__ import annotations

from typing import Any

FIELD_MANAGER = "govcloud"
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
