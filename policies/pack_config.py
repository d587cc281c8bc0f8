"""What a policy pack may be told in the file of ``--policy-pack-config``: where the objects of a program will be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from govcloud.base import LABEL_PREFIX
from govcloud.errors import InputError
from policies.settings import Settings

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_GRADES = ("grade", "information-grade", "service-grade")


@dataclass(frozen=True)
class PackConfig:
    """The values of a configuration.

    Attributes:
        settings: what rules compare with.
        namespaces: those that the program's objects are in.
        assumed: labels of namespaces that are known from nowhere.
    """

    settings: Settings
    namespaces: tuple[dict[str, Any], ...] = ()
    assumed: Mapping[str, str] | None = None


def read_config(raw: Mapping[str, Any]) -> PackConfig:
    """The values of a configuration that has passed the schema; what is not said has the defaults of `Settings`.

    Raises:
        InputError: the file of namespaces cannot be read, or holds none.
    """
    known = {
        "registries": tuple(raw.get("registries", ())),
        "ceiling": int(raw.get("ceiling", Settings().ceiling)),
        "network": raw.get("network", Settings().network),
        "encrypted_classes": tuple(raw.get("encryptedClasses", ())),
    }
    grade = int(raw["grade"]) if "grade" in raw else None
    grades = {f"{LABEL_PREFIX}{axis}": str(grade) for axis in _GRADES} if grade else {}
    path = raw.get("namespaces")
    labels = {**grades, **raw.get("labels", {})}
    return PackConfig(Settings(**known), _namespaces(Path(path)) if path else (), labels or None)


def _namespaces(path: Path) -> tuple[dict[str, Any], ...]:
    try:
        documents = list(yaml.load_all(path.read_text(encoding="utf-8"), Loader=_LOADER))
    except (OSError, yaml.YAMLError) as error:
        raise _unreadable(path, f"it cannot be read: {error}") from error
    found = [one for document in documents if isinstance(document, dict) for one in _items(document)]
    chosen = tuple(
        one for one in found if one.get("kind") == "Namespace" and "name" in one.get("metadata", {})
    )
    if not chosen:
        raise _unreadable(path, "it holds no Namespace")
    return chosen


def _items(document: dict[str, Any]) -> list[dict[str, Any]]:
    """A list, as ``kubectl get namespaces`` prints it, or one object."""
    return list(document["items"]) if isinstance(document.get("items"), list) else [document]


def _unreadable(path: Path, what: str) -> InputError:
    return InputError(
        f"namespaces: {what}",
        where=str(path),
        expected="a file of Namespaces, named by its whole path",
        mend="write it with `kubectl get namespace NAME --output yaml`",
    )
