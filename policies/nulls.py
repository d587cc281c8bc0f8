"""Null is absent: the API server drops fields that are null, so what was written by hand is judged without them."""

from __future__ import annotations

from typing import Any


def without_nulls(value: Any) -> Any:
    """A copy of plain data in which no mapping has an entry that is None."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [without_nulls(one) for one in value]
    return value
