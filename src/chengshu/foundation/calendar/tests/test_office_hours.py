"""Office hours, the moment of a deadline, the day of receipt."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest

from chengshu.foundation.calendar import (
    SHANGHAI,
    Closure,
    OfficeHours,
    Season,
    Window,
    WorkingCalendar,
    due_at,
    local_day,
    receipt_day,
)
from chengshu.foundation.errors import InvalidInput

MORNING = Window(time(9), time(12))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def d(text: str) -> date:
    return date.fromisoformat(text)


def test_a_moment_without_a_time_zone_is_refused(hall: OfficeHours) -> None:
    with pytest.raises(InvalidInput) as refusal:
        receipt_day(datetime(2026, 1, 5, 9), hall, by_business_day=True)  # noqa: DTZ001
    assert refusal.value.code == "calendar.naive_moment"


def test_a_window_must_close_after_it_opens() -> None:
    with pytest.raises(InvalidInput) as refusal:
        Window(time(12), time(9))
    assert refusal.value.code == "calendar.window"


def test_overlapping_windows_are_refused(calendar: WorkingCalendar) -> None:
    week = {0: (MORNING, Window(time(11), time(13)))}
    with pytest.raises(InvalidInput) as refusal:
        OfficeHours(calendar, (Season((1, 1), (12, 31), week),))
    assert refusal.value.code == "calendar.window_overlap"


def test_seasons_must_cover_the_year(calendar: WorkingCalendar) -> None:
    with pytest.raises(InvalidInput) as refusal:
        OfficeHours(calendar, (Season((1, 1), (12, 30), {0: (MORNING,)}),))
    assert refusal.value.code == "calendar.season_gap"


def test_hours_change_with_the_season(hall: OfficeHours) -> None:
    assert hall.due_at(d("2026-09-30")) == moment("2026-09-30T18:00")
    assert hall.due_at(d("2026-10-08")) == moment("2026-10-08T17:00")


def test_a_half_day_ends_at_noon(hall: OfficeHours) -> None:
    assert hall.due_at(d("2026-01-09")) == moment("2026-01-09T12:00")


def test_a_worked_sunday_has_mondays_hours(hall: OfficeHours) -> None:
    assert hall.due_at(d("2026-01-04")) == moment("2026-01-04T17:00")
    assert hall.is_open(moment("2026-01-04T09:00"))


def test_a_make_up_day_may_have_hours_of_its_own(calendar: WorkingCalendar) -> None:
    season = Season((1, 1), (12, 31), {0: (Window(time(9), time(17)),)}, make_up=(MORNING,))
    assert OfficeHours(calendar, (season,)).windows(d("2026-01-04")) == (MORNING,)


def test_the_office_is_closed_on_days_off_at_lunch_and_at_closing_time(hall: OfficeHours) -> None:
    assert not hall.is_open(moment("2026-02-17T10:00"))
    assert not hall.is_open(moment("2026-01-05T12:30"))
    assert not hall.is_open(moment("2026-01-05T17:00"))


def test_a_half_day_closure_replaces_the_days_hours(hall: OfficeHours) -> None:
    closed = replace(hall, closures=(Closure(d("2026-01-05"), (MORNING,), "盘点"),))
    assert closed.due_at(d("2026-01-05")) == moment("2026-01-05T12:00")
    assert receipt_day(moment("2026-01-05T15:00"), closed, by_business_day=True) == d("2026-01-06")


def test_closing_for_a_whole_day_does_not_move_its_deadline(hall: OfficeHours) -> None:
    closed = replace(hall, closures=(Closure(d("2026-01-05")),))
    assert closed.due_at(d("2026-01-05")) == moment("2026-01-06T00:00")
    assert receipt_day(moment("2026-01-04T20:00"), closed, by_business_day=True) == d("2026-01-06")


def test_electronic_submission_ends_at_midnight(hall: OfficeHours) -> None:
    assert due_at(d("2026-01-05"), None) == moment("2026-01-06T00:00")
    assert due_at(d("2026-01-05"), replace(hall, due_at_midnight=True)) == moment("2026-01-06T00:00")
    assert due_at(d("2026-01-05"), hall) == moment("2026-01-05T17:00")


@pytest.mark.parametrize(
    ("at", "received"),
    [
        ("2026-01-05T08:00", "2026-01-05"),
        ("2026-01-05T12:30", "2026-01-05"),
        ("2026-01-05T17:00", "2026-01-06"),
        ("2026-02-14T18:00", "2026-02-24"),
        ("2026-02-18T10:00", "2026-02-24"),
    ],
)
def test_receipt_by_business_day_waits_for_the_next_working_day(
    hall: OfficeHours, at: str, received: str
) -> None:
    assert receipt_day(moment(at), hall, by_business_day=True) == d(received)


def test_receipt_by_system_time_keeps_its_day(hall: OfficeHours) -> None:
    assert receipt_day(moment("2026-02-18T23:59"), hall, by_business_day=False) == d("2026-02-18")


def test_the_day_is_the_one_in_shanghai() -> None:
    assert local_day(datetime(2026, 1, 4, 16, 30, tzinfo=UTC)) == d("2026-01-05")
