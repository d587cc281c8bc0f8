"""What no rule sees, in words: why a control is no rule, and which part of a control rules leave open.

The sentences are data (``uncovered.yaml``), so that who knows the standards can check them without reading code.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in both languages."""

    en: str
    zh: str

    def __add__(self, other: Words) -> Words:
        return Words(f"{self.en}; {other.en}", f"{self.zh}；{other.zh}")


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why no rule can serve a control, and what rules do not see of those that they do serve, by control."""

    uncovered: Mapping[str, Words]
    partial: Mapping[str, Words]


@cache
def reasons() -> Reasons:
    """The reasons of ``uncovered.yaml``."""
    text = files("policies").joinpath("uncovered.yaml").read_text(encoding="utf-8")
    raw: dict[str, dict[str, dict[str, str]]] = yaml.load(text, Loader=_LOADER)  # noqa: S506  # it is a safe loader
    parts = {part: {key: Words(**words) for key, words in raw[part].items()} for part in raw}
    return Reasons(parts["uncovered"], parts["partial"])
