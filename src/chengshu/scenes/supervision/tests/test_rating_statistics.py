"""The rates of ratings: nothing to divide by is unknown, and every rate has its interval."""

from __future__ import annotations

from decimal import Decimal

from chengshu.scenes.supervision.rating_codes import detail_title, level_of, levels
from chengshu.scenes.supervision.rating_statistics import RatingFact, figures


def test_no_rating_gives_no_rate_and_certainly_not_100_percent() -> None:
    told = figures([], closed=0)
    rates = (
        told.satisfaction,
        told.bad,
        told.active,
        told.rectified,
        told.rectified_in_time,
        told.named_called_back,
    )
    assert [one.share for one in rates] == [None] * 6
    assert [one.interval for one in rates] == [None] * 6


def test_closed_cases_without_any_rating_make_zero_and_not_unknown() -> None:
    assert figures([], closed=40).active.share == Decimal(0)


def test_the_rates_are_those_of_the_standard() -> None:
    facts = [RatingFact(level) for level in (5, 5, 4, 3, 2, 1)]
    told = figures(facts, closed=12)
    assert told.satisfaction.share == Decimal("0.666667")
    assert told.bad.share == Decimal("0.333333")
    assert told.active.share == Decimal("0.500000")
    assert told.by_level == {5: 2, 4: 1, 3: 1, 2: 1, 1: 1}
    assert told.satisfaction.interval is not None
    assert told.satisfaction.interval.low < Decimal("0.666667") < told.satisfaction.interval.high


def test_rectification_is_measured_on_confirmed_ratings_only() -> None:
    facts = [
        RatingFact(1, followed="rectified", in_time=True),
        RatingFact(2, followed="rectified", in_time=False),
        RatingFact(1, followed="confirmed"),
        RatingFact(1, followed="not_confirmed"),
        RatingFact(2),
    ]
    told = figures(facts, closed=5)
    assert (told.rectified.count, told.rectified.of) == (2, 3)
    assert (told.rectified_in_time.count, told.rectified_in_time.of) == (1, 2)
    assert told.not_confirmed == 1
    assert told.bad.count == 5


def test_calling_back_is_measured_on_named_bad_ratings() -> None:
    facts = [RatingFact(1, is_named=True, called_back=True), RatingFact(2, is_named=True), RatingFact(1)]
    assert (
        figures(facts, closed=3).named_called_back.count,
        figures(facts, closed=3).named_called_back.of,
    ) == (1, 2)


def test_the_national_codes_are_complete() -> None:
    assert [level.value for level in levels()] == [5, 4, 3, 2, 1]
    for level in levels():
        assert len(level.details) == 8
        assert all(detail.code.startswith(str(level.value)) for detail in level.details)
    assert [level.value for level in levels() if level.is_bad] == [2, 1]


def test_a_code_has_its_printed_name() -> None:
    assert detail_title("209") == "未在承诺时间内办结"
    assert detail_title("999") == "999"
    assert level_of(6) is None
