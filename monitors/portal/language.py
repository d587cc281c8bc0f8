"""Which of the portal's languages a browser wants."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TAGS: dict[Language, str] = {"en": "en", "zh": "zh-CN"}
"""BCP 47 tags, as HTML and the browser's number formats take them."""


def wanted(request: Request) -> Language:
    """The one that the address asks for (``?lang=zh``), else the one that the browser likes best, else English."""
    asked = request.query_params.get("lang", "").lower()
    for language in LANGUAGES:
        if asked.partition("-")[0] == language:
            return language
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Language:
    """The language that an Accept-Language header weighs highest (RFC 9110, 12.5.4); the first of equals."""
    best: Language = "en"
    highest = 0.0
    for one in header.split(","):
        tag, _, weight = one.partition(";")
        short = tag.strip().lower().partition("-")[0]
        quality = _quality(weight)
        for language in LANGUAGES:
            if short == language and quality > highest:
                best, highest = language, quality
    return best


def _quality(weight: str) -> float:
    name, _, value = weight.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
