"""Kubernetes quantities ("250m", "128Gi") as exact decimals, so that sums and comparisons never round."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator

from govcloud.base import Meaning

_FACTORS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    "": Decimal(1),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", start=1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", start=1)},
}
_PATTERN = re.compile(r"(?P<number>[0-9]{1,18}(?:\.[0-9]{1,9})?)(?P<suffix>[numkMGTPE]|[KMGTPE]i)?")


def parse_quantity(text: str) -> Decimal:
    """The value of a Kubernetes quantity, in its base unit (cores, bytes, pieces).

    Raises:
        ValueError: the text is not a non-negative Kubernetes quantity.
    """
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a Kubernetes quantity such as 500m, 4 or 128Gi")
    return Decimal(match["number"]) * _FACTORS[match["suffix"] or ""]


def format_quantity(value: Decimal) -> str:
    """The shortest exact quantity of a value: binary suffixes from 1Ki, milli for fractions, else plain."""
    if value != value.to_integral_value():
        return f"{(value * 1000).to_integral_value(rounding='ROUND_CEILING')}m"
    whole = int(value)
    for power, suffix in reversed(list(enumerate("KMGTPE", start=1))):
        if whole and whole % 1024**power == 0:
            return f"{whole // 1024**power}{suffix}i"
    return str(whole)


def _check(value: Any) -> str:
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str):
        raise ValueError(f"{value!r} is not a Kubernetes quantity such as 500m, 4 or 128Gi")
    parse_quantity(text)
    return text


Quantity = Annotated[
    str, BeforeValidator(_check), Meaning("a Kubernetes quantity such as 500m, 4 or 128Gi, not negative")
]
