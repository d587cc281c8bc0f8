"""How far regions are apart, so that one disaster does not reach both."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from govcloud.model import Region

_EARTH_RADIUS_KM = 6371.0


def distance_km(one: Region, other: Region) -> float | None:
    """The great-circle distance in kilometres (haversine); None where a location is not known."""
    a, b = one.spec.location, other.spec.location
    if a is None or b is None:
        return None
    across = radians(b.latitude - a.latitude)
    along = radians(b.longitude - a.longitude)
    chord = sin(across / 2) ** 2 + cos(radians(a.latitude)) * cos(radians(b.latitude)) * sin(along / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(1.0, chord)))
