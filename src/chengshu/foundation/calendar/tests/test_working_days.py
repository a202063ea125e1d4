"""Limits in working days: published vectors, refusals and properties."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.calendar import (
    SHANGHAI,
    DayKind,
    NoticeMissing,
    Pause,
    WorkingCalendar,
    published_calendar,
    published_years,
)
from chengshu.foundation.errors import InvalidInput

days = st.dates(date(2015, 1, 1), date(2024, 12, 31))
limits = st.integers(1, 240)


def d(text: str) -> date:
    return date.fromisoformat(text)


def test_a_year_without_a_notice_is_named_and_never_guessed(calendar: WorkingCalendar) -> None:
    with pytest.raises(NoticeMissing) as missing:
        calendar.is_workday(d("2027-03-03"))
    assert missing.value.code == "calendar.notice_missing"
    assert missing.value.data == {"year": 2027, "file": "2027.toml"}


@pytest.mark.parametrize(
    ("start", "n", "year"), [("2026-12-31", 1, 2027), ("2026-01-05", 300, 2027), ("2014-12-31", 1, 2014)]
)
def test_a_limit_that_leaves_the_notices_is_refused(
    calendar: WorkingCalendar, start: str, n: int, year: int
) -> None:
    with pytest.raises(NoticeMissing) as missing:
        calendar.add_wd(d(start), n)
    assert missing.value.year == year


def test_a_limit_before_the_first_notice_is_refused(calendar: WorkingCalendar) -> None:
    with pytest.raises(NoticeMissing):
        calendar.subtract_wd(d("2015-01-05"), 9)


def test_negative_limits_are_refused(calendar: WorkingCalendar) -> None:
    for ask in (calendar.add_wd, calendar.subtract_wd, calendar.add_days, calendar.add_months):
        with pytest.raises(InvalidInput) as refusal:
            ask(d("2026-01-05"), -1)
        assert refusal.value.code == "calendar.negative"


def test_a_moment_is_not_a_day(calendar: WorkingCalendar) -> None:
    with pytest.raises(InvalidInput) as refusal:
        calendar.is_workday(datetime(2026, 1, 5, 9, tzinfo=SHANGHAI))
    assert refusal.value.code == "calendar.moment_for_day"


def test_years_must_follow_each_other() -> None:
    years = published_years()
    with pytest.raises(InvalidInput) as gap:
        WorkingCalendar((years[0], years[2]))
    assert gap.value.data == {"missing": [2016]}
    with pytest.raises(InvalidInput) as none:
        WorkingCalendar(())
    assert none.value.code == "calendar.no_years"


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        ("2025-09-26", 1, "2025-09-28"),
        ("2025-09-30", 1, "2025-10-09"),
        ("2025-10-10", 1, "2025-10-11"),
        ("2025-12-31", 1, "2026-01-04"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-27", 1, "2026-02-28"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-09-14", 20, "2026-10-16"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-02-10", 15, "2026-03-09"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2026-02-10", 5, "2026-02-24"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2026-09-28", 5, "2026-10-10"),
    ],
)
def test_published_limits_fall_due_on_their_day(
    calendar: WorkingCalendar, start: str, n: int, due: str
) -> None:
    assert calendar.add_wd(d(start), n) == d(due)
    assert calendar.count_wd(d(start), d(due)) == n


@pytest.mark.parametrize(("year", "workdays"), [(2024, 251), (2025, 248), (2026, 248)])
def test_years_have_their_known_number_of_working_days(
    calendar: WorkingCalendar, year: int, workdays: int
) -> None:
    assert calendar.workdays_of(year) == workdays


def test_a_day_tells_why_it_is_off_or_worked(calendar: WorkingCalendar) -> None:
    kinds = {
        "2026-01-04": DayKind.MAKE_UP,
        "2026-01-05": DayKind.WORKDAY,
        "2026-01-10": DayKind.WEEKEND,
        "2026-02-16": DayKind.STATUTORY,
        "2026-02-15": DayKind.OFF,
    }
    assert {text: calendar.day(d(text)).kind for text in kinds} == kinds
    assert calendar.day(d("2026-02-15")).occasion == "春节"


def test_neighbouring_workdays_skip_breaks(calendar: WorkingCalendar) -> None:
    assert calendar.next_workday(d("2026-02-14")) == d("2026-02-24")
    assert calendar.previous_workday(d("2026-02-24")) == d("2026-02-14")
    assert calendar.previous_workday(d("2026-02-20")) == d("2026-02-14")


def test_a_hearing_is_announced_seven_working_days_before(calendar: WorkingCalendar) -> None:
    assert calendar.subtract_wd(d("2026-03-16"), 7) == d("2026-03-05")


def test_the_last_days_of_the_last_year_are_provisional(calendar: WorkingCalendar) -> None:
    assert calendar.is_provisional(d("2026-12-31"))
    assert not calendar.is_provisional(d("2026-12-28"))
    assert not calendar.is_provisional(d("2025-12-31"))


def test_a_paused_review_moves_the_due_day_and_an_extension_follows(calendar: WorkingCalendar) -> None:
    review = Pause(d("2026-02-24"), d("2026-03-06"))
    assert calendar.paused_wd([review], since=d("2026-02-10")) == 9
    due = calendar.due_with_pauses(d("2026-02-10"), 20, [review])
    assert due == d("2026-03-27")
    assert calendar.extend(due, 10) == d("2026-04-13")


def test_pausing_and_resuming_on_one_day_changes_nothing(calendar: WorkingCalendar) -> None:
    same_day = Pause(d("2026-02-24"), d("2026-02-24"))
    assert calendar.due_with_pauses(d("2026-02-10"), 20, [same_day]) == d("2026-03-16")


def test_overlapping_pauses_count_each_day_once(calendar: WorkingCalendar) -> None:
    whole = [Pause(d("2026-02-24"), d("2026-03-06"))]
    halves = [Pause(d("2026-02-27"), d("2026-03-06")), Pause(d("2026-02-24"), d("2026-03-03"))]
    start = d("2026-02-10")
    assert calendar.due_with_pauses(start, 20, halves) == calendar.due_with_pauses(start, 20, whole)


def test_a_pause_outside_the_limit_changes_nothing(calendar: WorkingCalendar) -> None:
    before = Pause(d("2026-01-05"), d("2026-02-10"))
    after = Pause(d("2026-03-17"), d("2026-04-17"))
    assert calendar.due_with_pauses(d("2026-02-10"), 20, [before, after]) == d("2026-03-16")


def test_a_pause_that_still_stands_needs_a_day_to_count_to(calendar: WorkingCalendar) -> None:
    standing = Pause(d("2026-02-24"), None)
    with pytest.raises(InvalidInput) as refusal:
        calendar.due_with_pauses(d("2026-02-10"), 20, [standing])
    assert refusal.value.code == "calendar.pause_open"
    as_of = calendar.due_with_pauses(d("2026-02-10"), 20, [standing], as_of=d("2026-03-06"))
    assert as_of == d("2026-03-27")


def test_a_pause_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput) as refusal:
        Pause(d("2026-03-06"), d("2026-02-24"))
    assert refusal.value.code == "calendar.pause_reversed"


def test_natural_days_roll_off_a_day_off_only_when_asked(calendar: WorkingCalendar) -> None:
    assert calendar.add_days(d("2026-09-16"), 15) == d("2026-10-08")
    assert calendar.add_days(d("2026-09-16"), 15, roll=False) == d("2026-10-01")


def test_natural_days_do_not_roll_off_a_worked_sunday(calendar: WorkingCalendar) -> None:
    assert calendar.add_days(d("2026-09-10"), 10) == d("2026-09-20")


def test_natural_days_need_no_notice_when_they_do_not_roll(calendar: WorkingCalendar) -> None:
    assert calendar.add_days(d("2026-12-31"), 60, roll=False) == d("2027-03-01")


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-03-15", 12, "2026-03-16"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-10-01", 2, "2025-12-01"),
    ],
)
def test_months_end_on_the_same_numbered_day_or_at_month_end(
    calendar: WorkingCalendar, start: str, months: int, end: str
) -> None:
    assert calendar.add_months(d(start), months) == d(end)


@given(start=days, n=limits)
def test_counting_undoes_adding(start: date, n: int) -> None:
    calendar = published_calendar()
    due = calendar.add_wd(start, n)
    assert calendar.count_wd(start, due) == n
    assert calendar.is_workday(due)


@given(start=days, n=limits)
def test_longer_limits_and_later_starts_never_fall_due_earlier(start: date, n: int) -> None:
    calendar = published_calendar()
    due = calendar.add_wd(start, n)
    assert calendar.add_wd(start, n + 1) > due
    assert calendar.add_wd(start + timedelta(days=1), n) >= due


@given(start=days, n=limits)
def test_adding_and_subtracting_meet_on_working_days(start: date, n: int) -> None:
    calendar = published_calendar()
    first = calendar.next_workday(start)
    assert calendar.subtract_wd(calendar.add_wd(first, n), n) == first


@given(
    start=days,
    n=st.integers(1, 60),
    gaps=st.lists(st.tuples(st.integers(-20, 60), st.integers(0, 30)), max_size=4),
)
def test_pauses_never_bring_a_due_day_forward_and_order_does_not_matter(
    start: date, n: int, gaps: list[tuple[int, int]]
) -> None:
    calendar = published_calendar()
    pauses = [
        Pause(start + timedelta(days=a), start + timedelta(days=a + length))
        for a, length in gaps
        if start + timedelta(days=a) >= date(2015, 1, 1)
    ]
    due = calendar.due_with_pauses(start, n, pauses)
    assert due >= calendar.add_wd(start, n)
    assert calendar.is_workday(due)
    assert calendar.due_with_pauses(start, n, reversed(pauses)) == due
    assert calendar.due_with_pauses(start, n, pauses * 2) == due


@given(start=days, n=st.integers(0, 500))
def test_rolled_days_are_never_days_off(start: date, n: int) -> None:
    calendar = published_calendar()
    assert calendar.is_workday(calendar.add_days(start, n))
