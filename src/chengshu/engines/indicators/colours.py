"""Thresholds in four colours, dated: which of them hold on a day, and which colour a number has by them.

Blue, yellow, orange and red are the four grades of warnings, the last the gravest (突发事件应对法, 2024, Article 63); a
number that reaches none of its limits is green, and one without thresholds has no colour. What the owner sets on the
page comes before what the definition declares; the latest that began counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from chengshu.engines.indicators.definitions import Direction, IndicatorDefinition, Thresholds
from chengshu.engines.indicators.models import IndicatorThresholds
from chengshu.foundation.errors import InvalidInput


class Colour(StrEnum):
    """In the order of gravity."""

    GREEN = "green"
    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


WARNINGS = (Colour.BLUE, Colour.YELLOW, Colour.ORANGE, Colour.RED)


def is_lower_worse(definition: IndicatorDefinition) -> bool:
    """Whether a colour begins below its limit; it begins above where higher is not better."""
    return Direction(definition.direction) is Direction.HIGHER


def colour_of(
    definition: IndicatorDefinition, limits: Thresholds | None, value: Decimal | None
) -> Colour | None:
    """The gravest colour whose limit the number reaches; None without a number or without thresholds."""
    if limits is None or value is None:
        return None
    for colour in reversed(WARNINGS):
        limit = limit_of(limits, colour)
        if limit is not None and (value <= limit if is_lower_worse(definition) else value >= limit):
            return colour
    return Colour.GREEN


def limit_of(limits: Thresholds, colour: Colour) -> Decimal | None:
    found: Decimal | None = getattr(limits, colour.value)
    return found


def require_order(definition: IndicatorDefinition, limits: Thresholds) -> None:
    """:raises InvalidInput: if there is no limit at all, or a graver colour begins before a milder one"""
    given = [limit for colour in WARNINGS if (limit := limit_of(limits, colour)) is not None]
    if not given:
        raise InvalidInput(
            _("No threshold is given."),
            field="red",
            code="indicators.thresholds_empty",
            hint=_("Give at least one of the four."),
        )
    if given != sorted(given, reverse=is_lower_worse(definition)) or len(set(given)) != len(given):
        raise InvalidInput(
            _("The thresholds are not in the order of their gravity."),
            field="red",
            code="indicators.thresholds_order",
            hint=_("Higher is better here: blue is the highest limit, red the lowest.")
            if is_lower_worse(definition)
            else _("Blue is the lowest limit here, red the highest."),
        )


def thresholds_on(
    definition: IndicatorDefinition, rows: Iterable[IndicatorThresholds], on: date, subject: str = ""
) -> Thresholds | None:
    """The thresholds in force on a day: the subject's own, the owner's for all, the definition's."""
    known = [row for row in rows if row.name == definition.name and row.valid_from <= on]
    for of in dict.fromkeys((subject, "")):
        own = [row for row in known if row.subject == of]
        if own:
            return read(max(own, key=lambda row: (row.valid_from, row.pk)))
    declared = [each for each in definition.thresholds if each.valid_from <= on]
    return max(declared, key=lambda each: each.valid_from, default=None)


def read(row: IndicatorThresholds) -> Thresholds:
    """A row as the value it keeps."""
    return Thresholds(row.valid_from, row.source, row.blue, row.yellow, row.orange, row.red)
