"""Which format and encoding a client wants (RFC 9110, sections 12.4.2, 12.5.1 and 12.5.3), between the two that there are."""

from __future__ import annotations

from monitors.text import Format


def format_of(accept: str) -> Format:
    """OpenMetrics where it is named and not liked less than plain text."""
    liked = _weights(accept)
    open_metrics = liked.get("application/openmetrics-text", 0.0)
    text = max(liked.get("text/plain", 0.0), liked.get("text/*", 0.0))
    return "openmetrics" if open_metrics > 0 and open_metrics >= text else "text"


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether the answer may be compressed."""
    liked = _weights(accept_encoding)
    return liked.get("gzip", liked.get("*", 0.0)) > 0


def _weights(header: str) -> dict[str, float]:
    """What a header names, with its weight; the highest where it is named several times."""
    found: dict[str, float] = {}
    for part in header.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = next((_weight(one[2:]) for one in parameters if one.startswith("q=")), 1.0)
        found[name] = max(weight, found.get(name, 0.0))
    return found


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
