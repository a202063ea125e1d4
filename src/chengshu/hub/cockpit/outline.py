"""The base layer of the map: approved lines and areas, checked before they are kept. No tiles, no outside server.

地图管理条例 (国务院令第664号): a map is published only after it was reviewed, and carries the number of its review.
So none comes with the software; without one the map shows a graticule and says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput, Words

LARGEST = 2_000_000
"""Characters of a base layer."""
MOST_POSITIONS = 50_000
WEST, EAST, SOUTH, NORTH = 73, 136, 3, 54
"""Degrees within which a map of a Chinese district lies."""
SHAPES = {"LineString": 1, "Polygon": 2, "MultiLineString": 2, "MultiPolygon": 3}
"""How deep the positions of each stand."""


def require_base_map(text: str) -> dict[str, Any]:
    """The features of a base layer: only their shapes and names, everything else is left out.

    :raises InvalidInput: if it is no GeoJSON of lines and areas within China in degrees
    """
    if len(text) > LARGEST:
        raise _wrong(_("The file is larger than two million characters."))
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(_("It is no JSON.")) from error
    features = given.get("features") if isinstance(given, dict) else None
    if not isinstance(features, list) or not features:
        raise _wrong(_("It is no GeoJSON collection of features."))
    kept = [_feature(one) for one in features]
    positions = sum(1 for one in kept for _position in _positions(one["geometry"]))
    if positions > MOST_POSITIONS:
        raise _wrong(_("It has more than fifty thousand positions; simplify it."))
    return {"type": "FeatureCollection", "features": kept}


def _feature(given: Any) -> dict[str, Any]:
    shape = given.get("geometry") if isinstance(given, dict) else None
    if not isinstance(shape, dict) or shape.get("type") not in SHAPES:
        raise _wrong(_("Only lines and areas make a base layer."))
    geometry = {"type": shape["type"], "coordinates": shape.get("coordinates")}
    for position in _positions(geometry):
        _require_position(position)
    properties = given.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return {"type": "Feature", "properties": {"name": str(name or "")[:60]}, "geometry": geometry}


def _positions(geometry: dict[str, Any]) -> Iterator[Any]:
    def within(value: Any, depth: int) -> Iterator[Any]:
        if not isinstance(value, list) or not value:
            raise _wrong(_("A shape has no positions."))
        for one in value:
            if depth == 1:
                yield one
            else:
                yield from within(one, depth - 1)

    yield from within(geometry["coordinates"], SHAPES[geometry["type"]])


def _require_position(given: Any) -> None:
    is_pair = isinstance(given, list) and 2 <= len(given) <= 3
    if not is_pair or not all(isinstance(one, int | float) and not isinstance(one, bool) for one in given):
        raise _wrong(_("A position is a pair of numbers."))
    if not (WEST <= given[0] <= EAST and SOUTH <= given[1] <= NORTH):
        raise _wrong(_("A position lies outside China: give degrees of CGCS2000, longitude first."))


def _wrong(message: Words) -> InvalidInput:
    return InvalidInput(
        message, field="content", code="cockpit.base_map", hint=_("Give GeoJSON of the approved map.")
    )
