"""What an estate fixes for its rules: values that a rule may use as ``variables.<name>``."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from govcloud.base import Network

if TYPE_CHECKING:
    from govcloud.model import Region


@dataclass(frozen=True, slots=True)
class Settings:
    """Values of a region that rules compare with.

    ``registries`` are host names (with port, if any) that images may come from; ``ceiling`` is the highest
    grade the region may carry. ``network`` is the one that the estate is on: only the intranet may hold what is
    classified. ``encrypted_classes`` are the storage classes whose volumes are encrypted.
    """

    registries: tuple[str, ...] = ()
    ceiling: int = 4
    network: Network = "extranet"
    encrypted_classes: tuple[str, ...] = ()

    @classmethod
    def of(cls, region: Region) -> Settings:
        """The settings of a region."""
        spec = region.spec
        encrypted = tuple(f"govcloud-{tier.name}" for tier in spec.storage if tier.encrypted)
        return cls(spec.registries, spec.grade_ceiling, spec.network, encrypted)

    def variables(self) -> dict[str, str]:
        """CEL variables: each value as a CEL literal, which JSON is."""
        return {one.name: json.dumps(_plain(getattr(self, one.name))) for one in fields(self)}


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
