"""History on the drawing: which measure, how warm each step is, what is written on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.engines.cases.data import NodeFigures
from chengshu.foundation.errors import Words

DEGREES: Final = 5


@dataclass(frozen=True)
class Measure:
    """What the warmth shows."""

    key: str
    title: Words
    value: Callable[[NodeFigures], float]
    text: Callable[[NodeFigures], str]


def returned_share(figures: NodeFigures) -> float:
    return figures.returned / figures.entered if figures.entered else 0.0


def hours(value: float | None) -> str:
    """Hours below two days, days above; a dash for none."""
    if value is None:
        return "—"
    if value < 1:
        return _("%(minutes)d min") % {"minutes": round(value * 60)}
    return _("%(hours).1f h") % {"hours": value} if value < 48 else _("%(days).1f d") % {"days": value / 24}


MEASURES: Final = (
    Measure(
        "median",
        gettext_lazy("Usual time (median)"),
        lambda f: f.median_h or 0.0,
        lambda f: hours(f.median_h),
    ),
    Measure(
        "p90",
        gettext_lazy("Slow cases (9 of 10 are faster)"),
        lambda f: f.p90_h or 0.0,
        lambda f: hours(f.p90_h),
    ),
    Measure("open", gettext_lazy("Waiting there now"), lambda f: float(f.open), lambda f: str(f.open)),
    Measure("returned", gettext_lazy("Returned share"), returned_share, lambda f: f"{returned_share(f):.0%}"),
    Measure("entered", gettext_lazy("Cases through"), lambda f: float(f.entered), lambda f: str(f.entered)),
)


def measure(key: str) -> Measure:
    return next((one for one in MEASURES if one.key == key), MEASURES[0])


def ranked(figures: Iterable[NodeFigures], by: Measure) -> list[NodeFigures]:
    """Warmest first."""
    return sorted(figures, key=by.value, reverse=True)


def painted(figures: Iterable[NodeFigures], by: Measure) -> list[dict[str, Any]]:
    known = list(figures)
    most = max((by.value(one) for one in known), default=0.0)
    return [
        {
            "node": one.node,
            "heat": degree(by.value(one), most),
            "text": by.text(one),
            "title": f"{one.name}: {by.title}",
        }
        for one in known
    ]


def degree(value: float, most: float) -> int:
    """From 1 to 5 by the part of the greatest value; 0 for none."""
    if most <= 0 or value <= 0:
        return 0
    return min(DEGREES, 1 + int(DEGREES * value / most * 0.999))
