"""In which language a person reads titles and remedies of rules: Chinese where the locale says so, else English."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policies.rule import Both


def chinese() -> bool:
    """Whether the locale of the person is Chinese."""
    named = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return named.startswith("zh")


def text(both: Both) -> str:
    """A display text in the language of the person."""
    return both.zh if chinese() else both.en
