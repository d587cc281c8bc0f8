"""How values, choices and near misses are put into words, the same in every message about an estate."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches
from typing import Any

_LONGEST = 80


def value_text(value: Any) -> str:
    """A value as it would be written in YAML, cut where it is long."""
    if value is None:
        return "nothing"
    if isinstance(value, date):
        return value.isoformat()
    text = f"'{value}'" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if not text.isprintable():
        text = json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def near(value: Any, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant, if any is near enough."""
    matches = get_close_matches(str(value).lower(), list(choices), n=1)
    return matches[0] if matches else None


def meant(value: Any, choices: Iterable[str], otherwise: str) -> str:
    """A question that names the near miss, or advice where nothing is near."""
    match = near(value, choices)
    return f"did you mean '{match}'?" if match else otherwise


def one_of(choices: Iterable[str]) -> str:
    """An enumeration of choices, all of them."""
    names = list(choices)
    return f"one of {', '.join(names)}" if len(names) > 1 else f"'{names[0]}'" if names else "nothing"
