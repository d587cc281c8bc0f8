"""The rules as they are shipped, read from the files of this folder.

``${name}`` in them is a threshold, the job of the scrape, or a word of a recording that stands for several. What is left
over is an error: Prometheus would take it for a part of an expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from govcloud.errors import InputError
from monitors.rules.model import Alert, Group
from monitors.rules.thresholds import Thresholds

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WORD = re.compile(r"\$\{(\w+)\}")

RECORDINGS = "recordings.yaml"
ALERTS = ("capacity.yaml", "tenancies.yaml", "recovery.yaml", "compliance.yaml", "health.yaml")

RUNBOOKS = "docs/runbooks.md"
"""Where the runbooks are by default: in the repository."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a province decides.

    Attributes:
        job: the name of the scrape of the exporter.
        runbooks: address of the page of runbooks; each alert links to its heading there.
        thresholds: the numbers in the alerts.
    """

    job: str = "govcloud"
    runbooks: str = RUNBOOKS
    thresholds: Thresholds = field(default_factory=Thresholds)

    def words(self) -> dict[str, str]:
        """What ``${name}`` stands for."""
        return {"job": self.job, **self.thresholds.words()}

    def runbook(self, alert: str) -> str:
        """Where to read what to do about an alert."""
        return f"{self.runbooks}#{alert.lower()}"


@cache
def groups() -> tuple[Group, ...]:
    """The groups of recordings, in the order in which they stand on each other."""
    return tuple(Group.model_validate(raw) for raw in _documents(RECORDINGS))


@cache
def alerts() -> tuple[Alert, ...]:
    """The alerts, by subject."""
    return tuple(Alert.model_validate(raw) for name in ALERTS for raw in _documents(name))


def filled(value: Any, words: Mapping[str, str]) -> Any:
    """Plain data with ``${name}`` replaced in every text, keys included.

    Raises:
        InputError: a name stands for nothing.
    """
    if isinstance(value, str):
        return _WORD.sub(lambda found: _word(found[1], words), value)
    if isinstance(value, dict):
        return {filled(key, words): filled(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, words) for one in value]
    return value


def _word(name: str, words: Mapping[str, str]) -> str:
    if name not in words:
        raise InputError(
            f"${{{name}}} stands for nothing", where="monitors/rules", expected=", ".join(sorted(words))
        )
    return words[name]


def _documents(name: str) -> Iterator[Any]:
    text = files("monitors.rules").joinpath(name).read_text(encoding="utf-8")
    yield from yaml.load_all(text, Loader=_LOADER)
