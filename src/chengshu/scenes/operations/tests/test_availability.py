"""Availability by situation: what counts, what is excluded, and what is no number."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from chengshu.foundation.calendar import SHANGHAI
from chengshu.scenes.operations.hours import agreed_spans, due_after, hours_of
from chengshu.scenes.operations.reckoning.availability import Announced, Down, mean_of_devices, reckon
from chengshu.scenes.operations.reckoning.spans import Span, common, merged, without

DAY = 86_400


def at(day: int, hour: int = 0, minute: int = 0, month: int = 3, year: int = 2025) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


MARCH = (Span(at(1), at(1, month=4)),)
LATER = at(1, month=5)


def test_a_month_without_outages_is_whole() -> None:
    found = reckon(MARCH, [], now=LATER)
    assert (found.agreed_s, found.down_s, found.share) == (31 * DAY, 0, Decimal(1))


def test_overlapping_outages_count_once() -> None:
    found = reckon(MARCH, [Down(at(3, 8), at(3, 10)), Down(at(3, 9), at(3, 11))], now=LATER)
    assert found.down_s == 3 * 3600
    assert found.longest_s == 3 * 3600


def test_an_outage_over_the_end_of_the_month_counts_in_both() -> None:
    down = [Down(at(31, 22), at(1, 3, month=4))]
    assert reckon(MARCH, down, now=LATER).down_s == 2 * 3600
    april = (Span(at(1, month=4), at(1, month=5)),)
    assert reckon(april, down, now=LATER).down_s == 3 * 3600


def test_an_open_outage_counts_up_to_now_and_no_further() -> None:
    found = reckon(MARCH, [Down(at(10))], now=at(10, 6))
    assert found.down_s == 6 * 3600
    assert found.agreed_s == 9 * DAY + 6 * 3600


@pytest.mark.parametrize(
    ("announced", "excluded"),
    [
        (at(4, 12), 2 * 3600),
        (at(5, 1), 0),
        (at(5, 2), 0),
        (None, 0),
    ],
    ids=["before", "as it begins", "afterwards", "never"],
)
def test_only_what_is_announced_beforehand_is_excluded(announced: datetime | None, excluded: int) -> None:
    window = Announced(at(5, 1), at(5, 3), announced)
    found = reckon(MARCH, [Down(at(5, 1), at(5, 3))], [window], now=LATER)
    assert (found.excluded_s, found.down_s) == (excluded, 2 * 3600 - excluded)


def test_a_withdrawn_window_excludes_nothing() -> None:
    window = Announced(at(5, 1), at(5, 3), at(1), withdrawn=True)
    assert reckon(MARCH, [], [window], now=LATER).excluded_s == 0


def test_a_contract_may_ask_for_notice() -> None:
    window = Announced(at(5, 1), at(5, 3), at(4, 1, 1))
    assert reckon(MARCH, [], [window], notice=timedelta(hours=24), now=LATER).excluded_s == 0
    assert reckon(MARCH, [], [window], notice=timedelta(hours=23), now=LATER).excluded_s == 2 * 3600


def test_an_outage_that_outlasts_its_window_counts_from_its_end() -> None:
    window = Announced(at(5, 1), at(5, 3), at(1))
    found = reckon(MARCH, [Down(at(5, 2), at(5, 5))], [window], now=LATER)
    assert found.down_s == 2 * 3600
    assert found.counted_s == 31 * DAY - 2 * 3600


def test_outside_the_service_hours_nothing_is_down() -> None:
    clock = hours_of("5×8", "09:00-12:00 13:00-17:00")
    agreed = agreed_spans(at(1), at(1, month=4), clock)
    assert sum(one.seconds for one in agreed) == 21 * 7 * 3600
    evening = reckon(agreed, [Down(at(3, 16), at(4, 10))], now=LATER)
    assert evening.down_s == 2 * 3600
    assert reckon(agreed, [Down(at(8), at(10))], now=LATER).down_s == 0


def test_make_up_days_are_service_time() -> None:
    clock = hours_of("5×8")
    assert agreed_spans(at(26, month=1), at(27, month=1), clock), "26 January 2025 is a worked Sunday"
    assert not agreed_spans(at(4, month=4), at(5, month=4), clock), "Qingming"


def test_a_leap_february_has_one_day_more() -> None:
    month = [Span(at(1, month=2, year=year), at(1, month=3, year=year)) for year in (2024, 2025)]
    leap, common_year = (reckon([one], [], now=LATER).agreed_s for one in month)
    assert leap - common_year == DAY


def test_no_summer_time_shortens_a_day() -> None:
    assert Span(at(30, month=3), at(31, month=3)).seconds == DAY
    assert Span(at(26, month=10), at(27, month=10)).seconds == DAY


def test_devices_are_meant_one_by_one() -> None:
    half = reckon(MARCH, [Down(at(1), at(16, 12))], now=LATER)
    whole = reckon(MARCH, [], now=LATER)
    assert mean_of_devices([half, whole]) == Decimal("0.75")


def test_nothing_over_nothing_is_no_number() -> None:
    assert reckon([], [Down(at(1))], now=LATER).share is None
    assert mean_of_devices([]) is None
    all_month = Announced(at(1), at(1, month=4), at(1, month=2))
    assert reckon(MARCH, [], [all_month], now=LATER).share is None


def test_spans_are_sets_of_time() -> None:
    some = [Span(at(1), at(3)), Span(at(2), at(4)), Span(at(5), at(5))]
    assert merged(some) == (Span(at(1), at(4)),)
    assert without(some, [Span(at(2), at(3))]) == (Span(at(1), at(2)), Span(at(3), at(4)))
    assert common(some, [Span(at(3), at(9))]) == (Span(at(3), at(4)),)


def test_limits_run_in_the_contracts_hours() -> None:
    friday = at(14, 16, 30)
    assert due_after(friday, 60, hours_of("7×24")) == at(14, 17, 30)
    assert due_after(friday, 60, hours_of("5×8", "09:00-12:00 13:00-17:00")) == at(17, 9, 30)
    assert due_after(friday, 20, hours_of("7×24")) == at(14, 16, 50)


def test_a_limit_into_a_year_without_holidays_is_not_guessed() -> None:
    assert due_after(at(31, 16, 59, month=12, year=2026), 600, hours_of("5×8")) is None
