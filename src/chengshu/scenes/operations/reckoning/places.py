"""How far apart two points are. Coordinates are degrees of CGCS2000, which a phone's WGS 84 meets within a metre."""

from __future__ import annotations

from decimal import Decimal
from math import asin, cos, radians, sin, sqrt

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""


def distance_m(lat: Decimal, lng: Decimal, other_lat: Decimal, other_lng: Decimal) -> int:
    """Metres along the great circle (haversine), rounded."""
    first, second = radians(float(lat)), radians(float(other_lat))
    across, along = second - first, radians(float(other_lng) - float(lng))
    half = sin(across / 2) ** 2 + cos(first) * cos(second) * sin(along / 2) ** 2
    return round(2 * EARTH_M * asin(sqrt(half)))
