"""Lines of the two text formats: text 0.0.4 and OpenMetrics 1.0, which differ in their headers alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitors.families import Family

_SUFFIX = "_total"


def header(family: Family[Any], *, open_metrics: bool) -> bytes:
    """What stands before the samples of a family; OpenMetrics names a counter without its suffix, and units."""
    name, lines = family.name, []
    if open_metrics and family.kind == "counter":
        name = name.removesuffix(_SUFFIX)
    lines.append(f"# HELP {name} {_escaped(family.help, quotes=open_metrics)}")
    lines.append(f"# TYPE {name} {family.kind}")
    if open_metrics and family.unit and name.endswith(f"_{family.unit}"):
        lines.append(f"# UNIT {name} {family.unit}")
    return ("\n".join(lines) + "\n").encode()


def prefix(name: str, labels: Sequence[str], values: Sequence[str]) -> bytes:
    """A sample up to its value."""
    if not labels:
        return f"{name} ".encode()
    pairs = ",".join(f'{label}="{_escaped(value)}"' for label, value in zip(labels, values, strict=True))
    return f"{name}{{{pairs}}} ".encode()


def number(value: float) -> bytes:
    """A value, exactly; whole numbers without a point."""
    if value != value:
        return b"NaN"
    if value in (float("inf"), float("-inf")):
        return b"+Inf" if value > 0 else b"-Inf"
    if value == int(value) and abs(value) < 2**53:
        return str(int(value)).encode()
    return repr(float(value)).encode()


def _escaped(text: str, *, quotes: bool = True) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quotes else escaped
