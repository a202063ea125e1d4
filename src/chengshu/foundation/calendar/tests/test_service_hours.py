"""Hour clocks: round the clock and in service hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.calendar import (
    ROUND_THE_CLOCK,
    SHANGHAI,
    MomentPause,
    NoticeMissing,
    OfficeHours,
    Season,
    add_service_hours,
    elapsed_service_seconds,
    published_calendar,
    service_window,
)
from chengshu.foundation.calendar.tests.conftest import office_week
from chengshu.foundation.errors import InvalidInput

NAIVE = datetime(2026, 1, 5, 9)  # noqa: DTZ001


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_naive_moments_are_refused() -> None:
    with pytest.raises(InvalidInput) as adding:
        add_service_hours(NAIVE, 1)
    with pytest.raises(InvalidInput) as counting:
        elapsed_service_seconds(moment("2026-01-05T09:00"), NAIVE)
    assert adding.value.field == "start"
    assert counting.value.field == "end"


@pytest.mark.parametrize("text", ["", "6×8", "7×8", "5×24", "always"])
def test_unknown_windows_are_refused(hall: OfficeHours, text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        service_window(text, hall)
    assert refusal.value.code == "calendar.service_window"


def test_five_by_eight_needs_an_office() -> None:
    with pytest.raises(InvalidInput) as refusal:
        service_window("5×8")
    assert refusal.value.code == "calendar.office_missing"


def test_negative_hours_and_reversed_spans_are_refused() -> None:
    with pytest.raises(InvalidInput) as negative:
        add_service_hours(moment("2026-01-05T09:00"), -1)
    assert negative.value.code == "calendar.negative"
    with pytest.raises(InvalidInput) as refusal:
        elapsed_service_seconds(moment("2026-01-05T09:00"), moment("2026-01-05T08:00"))
    assert refusal.value.code == "calendar.reversed"


def test_service_hours_beyond_the_notices_are_refused(hall: OfficeHours) -> None:
    with pytest.raises(NoticeMissing):
        add_service_hours(moment("2026-12-31T16:00"), 2, service_window("5×8", hall))


@pytest.mark.parametrize("text", ["7×24", "7*24小时", "7x24", " 7 X 24 "])
def test_round_the_clock_has_many_spellings(text: str) -> None:
    assert service_window(text) is ROUND_THE_CLOCK


def test_round_the_clock_knows_no_holidays() -> None:
    start = moment("2026-02-16T22:00")
    assert add_service_hours(start, Decimal("4.5")) == moment("2026-02-17T02:30")
    assert elapsed_service_seconds(start, moment("2026-02-17T02:30")) == 16_200


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-01-05T10:00", "2", "2026-01-05T12:00"),
        ("2026-01-05T10:00", "3", "2026-01-05T14:00"),
        ("2026-01-05T18:00", "1", "2026-01-06T10:00"),
        ("2026-02-13T11:00", "2", "2026-02-14T10:00"),
        ("2026-02-14T16:00", "2", "2026-02-24T10:00"),
    ],
)
def test_service_hours_run_only_while_the_office_is_open(
    hall: OfficeHours, start: str, hours: str, due: str
) -> None:
    window = service_window("5×8", hall)
    assert add_service_hours(moment(start), Decimal(hours), window) == moment(due)
    assert elapsed_service_seconds(moment(start), moment(due), window) == int(Decimal(hours) * 3600)


def test_no_hours_end_where_they_start(hall: OfficeHours) -> None:
    start = moment("2026-02-17T03:00")
    assert add_service_hours(start, 0, service_window("5×8", hall)) == start


def test_pauses_are_taken_out_once(hall: OfficeHours) -> None:
    pauses = [
        MomentPause(moment("2026-01-05T11:00"), moment("2026-01-05T13:30")),
        MomentPause(moment("2026-01-05T11:30"), moment("2026-01-05T14:00")),
    ]
    span = (moment("2026-01-05T09:00"), moment("2026-01-05T17:00"))
    assert elapsed_service_seconds(*span, service_window("5×8", hall), pauses) == 5 * 3600
    assert elapsed_service_seconds(*span, ROUND_THE_CLOCK, pauses) == 5 * 3600


def test_other_time_zones_are_read_in_shanghai(hall: OfficeHours) -> None:
    start = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
    assert add_service_hours(start, 1, service_window("5×8", hall)) == moment("2026-01-05T10:00")


@given(
    start=st.datetimes(datetime(2015, 1, 1), datetime(2025, 1, 1), timezones=st.just(SHANGHAI)),  # noqa: DTZ001
    minutes=st.integers(1, 6000),
)
def test_elapsed_time_undoes_added_time(start: datetime, minutes: int) -> None:
    week = office_week((9, 12), (14, 18))
    office = OfficeHours(published_calendar(), (Season((1, 1), (12, 31), week),))
    for window in (ROUND_THE_CLOCK, service_window("5×8", office)):
        due = add_service_hours(start, Decimal(minutes) / 60, window)
        assert due - start >= timedelta(minutes=minutes) - timedelta(milliseconds=1)
        assert abs(elapsed_service_seconds(start, due, window) - minutes * 60) <= 1
