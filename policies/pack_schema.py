"""The JSON schema of what a policy pack may be told; by itself, since the engine asks for it before any rule is read."""

from __future__ import annotations

from typing import Any

_TEXTS = {"type": "array", "items": {"type": "string"}}
SCHEMA: dict[str, dict[str, Any]] = {
    "registries": {**_TEXTS, "description": "Hosts that images may come from."},
    "ceiling": {"type": "integer", "minimum": 1, "maximum": 4, "description": "The region's highest grade."},
    "network": {"type": "string", "enum": ["extranet", "intranet"]},
    "encryptedClasses": {**_TEXTS, "description": "Storage classes whose volumes are encrypted."},
    "namespaces": {
        "type": "string",
        "description": "A file of Namespaces that the program's objects are in, as kubectl prints them.",
    },
    "grade": {
        "type": "integer",
        "minimum": 1,
        "maximum": 4,
        "description": "The grade of namespaces that are neither in the program nor in that file.",
    },
    "labels": {
        "type": "object",
        "additionalProperties": {"type": "string"},
        "description": "Further labels of such namespaces, such as govcloud.dev/zone.",
    },
}
"""JSON schema of each value; all may be left out."""
