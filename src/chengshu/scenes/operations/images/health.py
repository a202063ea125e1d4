"""Health of a snapshot: black, covered, blurred; and, beside an earlier one, frozen or shifted.

All measures are taken on the picture in grey, scaled to a fixed size, so that they do not depend on the camera's
resolution. A limit is a row of ``facts/images.toml``; a measure is given even when it is within its limits.
"""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageChops, ImageFilter, ImageStat, UnidentifiedImageError

from chengshu.foundation.errors import InvalidInput

SIZE = (160, 90)
SHIFT_REACH = 12
"""Pixels of the scaled picture by which a shift is looked for, each way."""
_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a picture stops being healthy; see ``facts/images.toml`` for units."""

    black_mean: Decimal
    covered_spread: Decimal
    blurred_sharpness: Decimal
    frozen_difference: Decimal
    shifted_gain: Decimal
    shifted_pixels: int


@dataclass(frozen=True, slots=True)
class Health:
    """Faults by name, and the measures that they were told from."""

    faults: tuple[str, ...]
    measures: dict[str, str]


@cache
def limits() -> Limits:
    """The limits as shipped."""
    rows = tomllib.loads((Path(__file__).parents[1] / "facts" / "images.toml").read_text(encoding="utf-8"))
    values = {row["name"]: Decimal(str(row["value"])) for row in rows["limit"]}
    return Limits(**{**values, "shifted_pixels": int(values["shifted_pixels"])})  # type: ignore[arg-type]


def examined(content: bytes, before: bytes | None = None) -> Health:
    """Look at a snapshot, and at what changed since an earlier one of the same camera.

    :param before: the earlier snapshot, taken at another moment
    :raises InvalidInput: ``snapshot`` if it is no picture
    """
    picture, known = read(content), limits()
    mean, spread = _mean(picture), _spread(picture)
    sharpness = _spread(_edges(picture)) ** 2
    measures = {"mean": mean, "spread": spread, "sharpness": sharpness}
    faults = []
    if mean < known.black_mean:
        faults.append("black")
    elif spread < known.covered_spread:
        faults.append("covered")
    elif sharpness < known.blurred_sharpness:
        faults.append("blurred")
    if before is not None:
        faults += _compared(picture, read(before), measures, is_readable=not faults)
    return Health(tuple(faults), {name: f"{value:.2f}" for name, value in measures.items()})


def _compared(picture: Any, earlier: Any, measures: dict[str, Decimal], *, is_readable: bool) -> list[str]:
    known = limits()
    difference = _mean(ImageChops.difference(picture, earlier))
    measures["difference"] = difference
    if difference <= known.frozen_difference:
        return ["frozen"]
    if not is_readable or _spread(earlier) < known.covered_spread:
        return []
    across, down, rest = _shift(picture, earlier)
    measures["shift"] = Decimal(max(abs(across), abs(down)))
    has_moved = measures["shift"] >= known.shifted_pixels and difference >= rest * known.shifted_gain
    return ["shifted"] if has_moved else []


def read(content: bytes) -> Any:
    """The picture in grey at the fixed size.

    :raises InvalidInput: ``snapshot``
    """
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.draft("L", SIZE)
            return picture.convert("L").resize(SIZE, Image.Resampling.BILINEAR)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise InvalidInput(
            _("This is not a picture that can be read."),
            field="snapshot",
            code="operations.snapshot",
            hint=_("Send the snapshot as JPEG or PNG."),
        ) from error


def _shift(picture: Any, earlier: Any) -> tuple[int, int, Decimal]:
    """The move that lets the earlier picture fit best, and what still differs then."""
    width, height, reach = *SIZE, SHIFT_REACH
    frame = (reach, reach, width - reach, height - reach)
    wanted = picture.crop(frame)
    found = [
        (_mean(ImageChops.difference(wanted, earlier.crop(_moved(frame, across, down)))), across, down)
        for across in range(-reach, reach + 1, 2)
        for down in range(-reach, reach + 1, 2)
    ]
    rest, across, down = min(found, key=lambda one: (one[0], abs(one[1]) + abs(one[2])))
    return across, down, max(rest, Decimal("0.01"))


def _moved(frame: tuple[int, int, int, int], across: int, down: int) -> tuple[int, int, int, int]:
    return frame[0] + across, frame[1] + down, frame[2] + across, frame[3] + down


def _edges(picture: Any) -> Any:
    """The Laplacian, without the outermost pixels, which the filter leaves as they were."""
    width, height = SIZE
    return picture.filter(_LAPLACE).crop((1, 1, width - 1, height - 1))


def _mean(picture: Any) -> Decimal:
    return Decimal(str(ImageStat.Stat(picture).mean[0]))


def _spread(picture: Any) -> Decimal:
    return Decimal(str(ImageStat.Stat(picture).stddev[0]))
