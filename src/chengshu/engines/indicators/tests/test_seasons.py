"""What a course lets expect: robust against wild values, aware of weekdays and months, silent below a least number."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as some

from chengshu.engines.indicators.seasons import Point, expect

MONDAY = date(2025, 1, 6)


def days(count: int, weekday: int = 100, weekend: int = 20) -> list[Point]:
    """Alternately one above and below what the weekday makes."""
    return [
        (day, Decimal((weekend if day.weekday() > 4 else weekday) + (1 if number % 2 else -1)))
        for number in range(count)
        for day in [MONDAY + timedelta(days=number)]
    ]


def test_below_the_least_number_of_periods_nothing_is_said() -> None:
    assert expect(days(13), MONDAY + timedelta(days=13), "day") is None
    assert expect([], MONDAY, "month") is None
    assert expect(days(60), MONDAY + timedelta(days=60), "span") is None


def test_a_quiet_sunday_is_expected_and_a_quiet_wednesday_is_not() -> None:
    points = days(56)
    sunday = expect(points, MONDAY + timedelta(days=62), "day")
    wednesday = expect(points, MONDAY + timedelta(days=58), "day")
    assert sunday is not None
    assert wednesday is not None
    assert not sunday.is_unusual(Decimal(21))
    assert wednesday.is_unusual(Decimal(21))
    assert sunday.of_season == 8
    assert sunday.season < -70


def test_a_few_wild_values_move_nothing() -> None:
    calm, wild = days(56), days(56)
    for at in (3, 17, 40):
        wild[at] = (wild[at][0], Decimal(100000))
    at = MONDAY + timedelta(days=56)
    one, other = expect(calm, at, "day"), expect(wild, at, "day")
    assert one is not None
    assert other is not None
    assert abs(one.middle - other.middle) <= 2
    assert other.is_unusual(Decimal(100000))


def test_what_comes_later_is_not_used_for_what_was_before() -> None:
    at = MONDAY + timedelta(days=20)
    assert expect(days(21), at, "day") == expect(days(56), at, "day")


def test_one_after_a_row_of_zeros_is_nothing_unusual_where_things_are_counted() -> None:
    zeros = [(date(2024, month, 1), Decimal(0)) for month in range(1, 13)]
    counted = expect(zeros, date(2025, 1, 1), "month", counts=True)
    measured = expect(zeros, date(2025, 1, 1), "month")
    assert counted is not None
    assert measured is not None
    assert not counted.is_unusual(Decimal(1))
    assert counted.is_unusual(Decimal(9))
    assert measured.is_unusual(Decimal(1))


def test_no_rate_is_expected_above_a_hundred_and_no_count_below_zero() -> None:
    rates = [(date(2024, month, 1), Decimal(99 if month % 2 else 90)) for month in range(1, 13)]
    found = expect(rates, date(2025, 1, 1), "month", most=Decimal(100))
    assert found is not None
    assert found.high == 100
    small = [(date(2024, month, 1), Decimal(month % 3)) for month in range(1, 13)]
    low = expect(small, date(2025, 1, 1), "month", counts=True)
    assert low is not None
    assert low.low == 0


def test_a_month_has_a_season_only_once_there_are_two_of_it() -> None:
    one_year = [(date(2024, month, 1), Decimal(month)) for month in range(1, 13)]
    two_years = [*one_year, *((date(2025, month, 1), Decimal(month)) for month in range(1, 13))]
    first, second = (
        expect(one_year, date(2025, 12, 1), "month"),
        expect(two_years, date(2026, 12, 1), "month"),
    )
    assert first is not None
    assert second is not None
    assert (first.of_season, second.of_season) == (0, 2)
    assert second.middle == 12


@given(some.lists(some.decimals(-1000, 1000, places=3), min_size=14, max_size=80), some.integers(0, 6))
def test_the_interval_holds_the_middle_and_the_order_of_the_points_is_nothing(
    values: list[Decimal], shift: int
) -> None:
    points = [(MONDAY + timedelta(days=number), value) for number, value in enumerate(values)]
    at = MONDAY + timedelta(days=len(values) + shift)
    found = expect(points, at, "day")
    assert found is not None
    assert found == expect(points[::-1], at, "day")
    assert found.low <= found.high
    if min(values) < 0:
        assert found.low <= found.middle <= found.high
