"""What a rule can be about: kinds, and the variables that say where in them the interesting parts are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import Field

from govcloud.base import Strict
from policies.rule import Both, Expression

Scope = Literal["tenancy", "cluster", "register"]
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class TargetKind(Strict):
    """A kind, and the subresources through which the same object can be changed."""

    group: str
    version: str
    kind: str
    plural: str
    also: tuple[str, ...] = ()

    @property
    def api_version(self) -> str:
        """``group/version``, or the version alone in the core group."""
        return f"{self.group}/{self.version}" if self.group else self.version


class Target(Strict):
    """Kinds that rules treat alike.

    ``scope``: objects in a tenancy's namespace, objects of the cluster, or documents of the register.
    ``ratchet`` names the variable whose change makes the API server ask again on an update; without it any
    change of the object does.
    """

    name: str
    title: Both
    scope: Scope
    kinds: tuple[TargetKind, ...]
    ratchet: str | None = None
    variables: dict[str, Expression] = Field(default_factory=dict)


COMMON = {
    "tenancy": {
        "labels": "namespaceObject.metadata.labels",
        "annotations": "has(namespaceObject.metadata.annotations) ? namespaceObject.metadata.annotations : {}",
    },
    "cluster": {},
    "register": {},
}
"""CEL variables that targets of a scope begin with."""

GRADES = {
    "grade": "int(variables.labels['govcloud.dev/grade'])",
    "information": "int(variables.labels['govcloud.dev/information-grade'])",
    "service": "int(variables.labels['govcloud.dev/service-grade'])",
}
"""CEL variables of the grades, after ``labels``."""


def variables_of(target: Target) -> dict[str, str]:
    """All CEL variables of a target but the settings, in the order in which each may use those before it."""
    own = dict(target.variables)
    labels = {key: own.pop(key) for key in ("labels",) if key in own}
    return {**COMMON[target.scope], **labels, **GRADES, **own}


@cache
def targets() -> Mapping[str, Target]:
    """The targets by name."""
    text = files("policies").joinpath("targets.yaml").read_text(encoding="utf-8")
    raw: dict[str, Any] = yaml.load(text, Loader=_LOADER)  # noqa: S506  # it is a safe loader
    found = [Target.model_validate(one) for one in raw["targets"]]
    return {target.name: target for target in found}
