"""Plain words of YAML as values: the core schema of YAML 1.2, with dates and times added.

Version 1.1, which most loaders follow, reads ``no`` as false, ``010`` as eight and ``1:30`` as ninety.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

PREFIX = "tag:yaml.org,2002:"

_NULLS = {"", "~", "null", "Null", "NULL"}
_FLAGS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ][0-9:.]+ ?(?:Z|[-+][0-9:]+)?)?")


def plain_value(text: str) -> Any:
    """The value of a word without quotes or tag."""
    if text in _NULLS:
        return None
    if text in _FLAGS:
        return _FLAGS[text]
    if not ("0" <= text[0] <= "9" or text[0] in "+-"):
        return text
    if _INTEGER.fullmatch(text):
        return _parsed(int, text)
    if _NUMBER.fullmatch(text):
        return float(text)
    return _moment(text) if _MOMENT.fullmatch(text) else text


def _moment(text: str) -> date | str:
    day = _parsed(date.fromisoformat, text)
    return _parsed(datetime.fromisoformat, text) if isinstance(day, str) else day  # type: ignore[no-any-return]


def _parsed(parse: Callable[[str], Any], text: str) -> Any:
    """What a parser makes of a text, or the text where it makes nothing of it; the model then says what is wrong."""
    with suppress(ValueError):
        return parse(text)
    return text


TAGGED: dict[str, Callable[[str], Any]] = {
    f"{PREFIX}str": str,
    f"{PREFIX}null": plain_value,
    f"{PREFIX}bool": plain_value,
    f"{PREFIX}int": plain_value,
    f"{PREFIX}float": plain_value,
    f"{PREFIX}timestamp": plain_value,
}
"""Tags that may stand before a word; all others are refused."""
