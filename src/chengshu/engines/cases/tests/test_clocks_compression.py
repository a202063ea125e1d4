"""Compression: working days by working days, natural days by the calendar, both aggregates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chengshu.engines.cases.clocks.compression import Line, aggregate, compression, compression_over, exceeds
from chengshu.engines.cases.clocks.limits import read_limit
from chengshu.engines.cases.clocks.settled import SHIPPED_OFFICE, read_office
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import NoticeMissing, published_calendar
from chengshu.foundation.errors import InvalidInput

CALENDAR = published_calendar()
KEEPING = Timekeeping(CALENDAR, read_office(SHIPPED_OFFICE))
START = date(2026, 3, 2)


def share(promised: str, legal: str, start: date = START) -> Decimal:
    return compression(read_limit(promised), read_limit(legal), start=start, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("promised", "legal"), [("4h", "20wd"), ("4wd", "20h"), ("1wd", "0wd"), ("1wd", "1d")]
)
def test_what_cannot_be_compared_in_working_days_is_refused(promised: str, legal: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        share(promised, legal, date(2026, 3, 6))
    assert refusal.value.code == "clocks.not_comparable"


@pytest.mark.parametrize(
    ("promised", "legal", "expected"),
    [("4wd", "20wd", "0.8"), ("1wd", "20wd", "0.95"), ("10wd", "20wd", "0.5"), ("20wd", "20wd", "0")],
)
def test_working_days_are_divided_by_working_days(promised: str, legal: str, expected: str) -> None:
    assert share(promised, legal) == Decimal(expected)


def test_a_promise_longer_than_the_law_shows_below_nothing() -> None:
    assert share("25wd", "20wd") == Decimal("-0.25")
    assert exceeds(read_limit("25wd"), read_limit("20wd"), start=START, timekeeping=KEEPING)
    assert not exceeds(read_limit("3wd"), read_limit("60d"), start=START, timekeeping=KEEPING)
    assert exceeds(read_limit("7wd"), read_limit("7d"), start=START, timekeeping=KEEPING)


def test_natural_days_are_counted_out_on_the_calendar_and_not_by_five_sevenths() -> None:
    in_spring, over_new_year = share("3wd", "30d", date(2026, 3, 2)), share("3wd", "30d", date(2026, 2, 1))
    assert in_spring == Decimal("0.8636")  # 22 working days up to 2026-04-01
    assert over_new_year == Decimal("0.8333")  # 18 working days up to 2026-03-03
    assert in_spring != Decimal("0.86")  # 1 − 3 / (30 × 5/7)


def test_a_year_is_the_mean_over_its_working_days() -> None:
    whole = compression_over(read_limit("3wd"), read_limit("30d"), year=2025, calendar=CALENDAR)
    assert Decimal("0.8") < whole < Decimal("0.9")
    assert compression_over(read_limit("4wd"), read_limit("20wd"), year=2027, calendar=CALENDAR) == Decimal(
        "0.8"
    )
    with pytest.raises(NoticeMissing):
        compression_over(read_limit("3wd"), read_limit("30d"), year=2026, calendar=CALENDAR)


def test_both_aggregates_are_told() -> None:
    found = aggregate([Line(Decimal("0.8"), 10), Line(Decimal("0.5"), 90)])
    assert (found.items, found.cases, found.mean, found.weighted) == (
        2,
        100,
        Decimal("0.65"),
        Decimal("0.53"),
    )


def test_nothing_is_divided_by_nothing() -> None:
    assert aggregate([]) == aggregate(())
    assert aggregate([]).mean is None
    assert aggregate([Line(Decimal("0.8"))]).weighted is None
    assert aggregate([Line(Decimal("0.8"))]).mean == Decimal("0.8")
