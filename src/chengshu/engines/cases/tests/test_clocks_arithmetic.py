"""Clocks as arithmetic: refusals, published vectors, and properties that hold for every clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengshu.engines.cases.clocks.clock import Clock, ClockExtension, ClockPause, WarnWhen
from chengshu.engines.cases.clocks.limits import Limit, LimitUnit, read_limit
from chengshu.engines.cases.clocks.settled import SHIPPED_OFFICE, read_office
from chengshu.engines.cases.clocks.timekeeping import Timekeeping
from chengshu.foundation.calendar import SHANGHAI, NoticeMissing, Pause, published_calendar
from chengshu.foundation.errors import Conflict, InvalidInput

KEEPING = Timekeeping(published_calendar(), read_office(SHIPPED_OFFICE))
WARNING = WarnWhen(Decimal("0.2"), 1)
FAR = datetime(2026, 12, 31, 23, 0, tzinfo=SHANGHAI)


def at(text: str) -> datetime:
    """A moment from ``2026-02-10`` (09:30) or ``2026-02-10 17:00``."""
    day, _blank, clock = text.partition(" ")
    return datetime.fromisoformat(f"{day} {clock or '09:30'}").replace(tzinfo=SHANGHAI)


def clock(limit: str, started: str, *spans: tuple[str, str], extended: str = "") -> Clock:
    pauses = tuple(ClockPause("expert_review", at(since), at(until)) for since, until in spans)
    extensions = (ClockExtension(read_limit(extended), at(started)),) if extended else ()
    return Clock(read_limit(limit), at(started), pauses, extensions)


def due(running: Clock, as_of: datetime = FAR) -> str:
    return running.due(KEEPING, as_of).on.isoformat()


@pytest.mark.parametrize(
    "text", ["", "20", "wd", "20 weeks", "-3wd", "1.5d", "20wd 5x8", "8h rolls", "99999wd"]
)
def test_what_is_not_a_limit_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_limit(text)
    assert refusal.value.code == "clocks.limit"


@pytest.mark.parametrize("text", ["20wd", "60d", "15d rolls", "3m", "24h", "8h 5x8", "0wd"])
def test_a_limit_is_written_as_it_was_read(text: str) -> None:
    assert read_limit(text).notation == text


def test_a_stopped_clock_cannot_be_paused_extended_or_stopped_again() -> None:
    stopped = clock("20wd", "2026-02-10").stop(at("2026-03-02"))
    changes = (
        lambda: stopped.pause(ClockPause("hearing", at("2026-03-03"))),
        lambda: stopped.extend(ClockExtension(read_limit("5wd"), at("2026-03-03"))),
        lambda: stopped.stop(at("2026-03-03")),
    )
    for change in changes:
        with pytest.raises(Conflict) as refusal:
            change()
        assert refusal.value.code == "clocks.stopped"


def test_a_clock_is_paused_once_on_each_ground() -> None:
    paused = clock("20wd", "2026-02-10").pause(ClockPause("hearing", at("2026-02-24")))
    with pytest.raises(Conflict) as refusal:
        paused.pause(ClockPause("hearing", at("2026-02-25")))
    assert refusal.value.code == "clocks.paused_already"
    assert len(paused.pause(ClockPause("testing", at("2026-02-25"))).open_pauses) == 2


def test_a_clock_is_resumed_only_on_a_ground_that_holds() -> None:
    with pytest.raises(Conflict) as refusal:
        clock("20wd", "2026-02-10").resume("hearing", at("2026-02-25"))
    assert refusal.value.code == "clocks.not_paused"


def test_a_pause_before_the_start_is_refused() -> None:
    with pytest.raises(Conflict) as refusal:
        clock("20wd", "2026-02-10").pause(ClockPause("hearing", at("2026-02-09")))
    assert refusal.value.code == "clocks.not_started"


def test_a_pause_cannot_end_before_it_starts() -> None:
    with pytest.raises(InvalidInput) as refusal:
        ClockPause("hearing", at("2026-03-06"), at("2026-02-24"))
    assert refusal.value.code == "clocks.pause_reversed"


def test_an_extension_in_another_unit_is_refused() -> None:
    with pytest.raises(InvalidInput) as refusal:
        clock("20wd", "2026-02-10").extend(ClockExtension(read_limit("10d"), at("2026-02-24")))
    assert refusal.value.code == "clocks.unit"


@pytest.mark.parametrize(
    ("start", "n", "expected"),
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
        ("2026-09-28", 5, "2026-10-10"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-02-10", 5, "2026-02-24"),
        ("2026-02-10", 15, "2026-03-09"),
        ("2026-02-10", 20, "2026-03-16"),
        ("2025-01-24", 5, "2025-02-07"),
    ],
)
def test_published_limits_fall_due_on_their_day(start: str, n: int, expected: str) -> None:
    assert due(clock(f"{n}wd", start)) == expected


def test_a_paused_and_extended_clock_falls_due_as_published() -> None:
    review = ("2026-02-24", "2026-03-06")
    assert due(clock("20wd", "2026-02-10", review)) == "2026-03-27"
    assert due(clock("20wd", "2026-02-10", review, extended="10wd")) == "2026-04-13"


def test_a_due_day_ends_when_the_office_closes() -> None:
    assert clock("20wd", "2026-02-10").due(KEEPING, FAR).at == at("2026-03-16 17:00")


def test_a_due_day_without_office_hours_keeps_its_date() -> None:
    assert clock("4d", "2026-02-10").due(KEEPING, FAR).at == at("2026-02-14 17:00")
    assert clock("7d", "2026-02-10").due(KEEPING, FAR).at == at("2026-02-17 23:59:59")


def test_natural_days_roll_off_a_day_off_only_when_the_rule_says_so() -> None:
    assert due(clock("15d", "2026-09-16")) == "2026-10-01"
    assert due(clock("15d rolls", "2026-09-16")) == "2026-10-08"


def test_natural_days_are_paused_by_natural_days() -> None:
    assert due(clock("60d", "2026-03-02", ("2026-03-10", "2026-03-25"))) == "2026-05-16"


def test_months_end_on_the_same_numbered_day_or_at_month_end() -> None:
    assert due(clock("3m", "2026-01-31")) == "2026-04-30"
    assert due(clock("1m", "2026-01-31", extended="1m")) == "2026-03-28"
    assert due(clock("1m", "2026-01-15", ("2026-01-20", "2026-01-25"))) == "2026-02-20"


def test_hours_run_round_the_clock_or_in_office_hours() -> None:
    assert clock("24h", "2026-02-13 16:00").due(KEEPING, FAR).at == at("2026-02-14 16:00")
    assert clock("2h 5x8", "2026-02-13 16:00").due(KEEPING, FAR).at == at("2026-02-14 10:00")
    paused = clock("4h", "2026-03-02 10:00", ("2026-03-02 11:00", "2026-03-02 12:30"))
    assert paused.due(KEEPING, FAR).at == at("2026-03-02 15:30")
    assert paused.counts(KEEPING, at("2026-03-02 13:30")) == (Decimal(2), Decimal(2))


def test_pausing_and_resuming_on_one_day_changes_nothing() -> None:
    assert due(clock("20wd", "2026-02-10", ("2026-02-24 09:00", "2026-02-24 16:00"))) == "2026-03-16"


def test_a_pause_after_the_limit_has_run_out_changes_nothing() -> None:
    late = clock("20wd", "2026-02-10", ("2026-03-17", "2026-03-27"))
    assert due(late) == "2026-03-16"
    assert late.counts(KEEPING, at("2026-03-18")) == (Decimal(22), Decimal(-2))


def test_a_standing_pause_forecasts_what_the_applicant_was_told_and_never_less_than_now() -> None:
    told = ClockPause("expert_review", at("2026-02-24"), expected_until=date(2026, 3, 6), notice="1")
    paused = clock("20wd", "2026-02-10").pause(told)
    assert paused.forecast(KEEPING, at("2026-02-25")).on == date(2026, 3, 27)
    assert paused.forecast(KEEPING, at("2026-03-09")).on == date(2026, 3, 30)
    assert paused.due(KEEPING, at("2026-02-25")).on == date(2026, 3, 17)


def test_a_missing_notice_gives_the_earliest_day_and_says_so() -> None:
    running = clock("45wd", "2026-11-23")
    found = running.due(KEEPING, FAR)
    assert (found.missing_year, found.on) == (2027, date(2027, 1, 17))
    assert running.standing(KEEPING, WARNING, FAR).light == "green"
    assert not running.is_late(KEEPING, at("2027-06-01"))


def test_a_rolling_limit_without_a_notice_is_an_error_and_no_guess() -> None:
    with pytest.raises(NoticeMissing):
        clock("60d rolls", "2026-12-01").due(KEEPING, FAR)


def test_a_stopped_clock_stands_still() -> None:
    stopped = clock("20wd", "2026-02-10").stop(at("2026-03-02"))
    assert stopped.counts(KEEPING, at("2026-03-02")) == stopped.counts(KEEPING, FAR)
    assert stopped.standing(KEEPING, WARNING, FAR).light == "green"
    late = clock("5wd", "2026-02-10").stop(at("2026-03-02"))
    assert late.standing(KEEPING, WARNING, FAR).light == "red"


@pytest.mark.parametrize(
    ("limit", "warning", "turns"),
    [
        ("20wd", WarnWhen(Decimal("0.2"), 1), "2026-03-10 00:00"),
        ("4wd", WarnWhen(Decimal("0.2"), 1), "2026-02-13 00:00"),
        ("1wd", WarnWhen(Decimal("0.2"), 1), "2026-02-10 09:30"),
        ("5wd", WarnWhen(Decimal("0.2")), "2026-02-14 00:00"),
        ("20wd", WarnWhen(Decimal(0), 3), "2026-03-11 00:00"),
        ("10h", WarnWhen(Decimal("0.2")), "2026-02-10 17:30"),
    ],
)
def test_a_clock_turns_yellow_when_little_is_left(limit: str, warning: WarnWhen, turns: str) -> None:
    assert clock(limit, "2026-02-10").warns(KEEPING, warning, FAR).at == at(turns)


starts = st.builds(
    datetime.combine, st.dates(date(2016, 1, 1), date(2024, 6, 30)), st.times(), tzinfo=st.just(SHANGHAI)
)
limits = st.builds(
    Limit, st.integers(1, 60), st.sampled_from([LimitUnit.WORKING_DAYS, LimitUnit.DAYS, LimitUnit.HOURS])
)
gaps = st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 700)), max_size=4)
LATER = datetime(2026, 6, 1, tzinfo=SHANGHAI)


def paused(limit: Limit, start: datetime, hours: list[tuple[int, int]]) -> Clock:
    pauses = tuple(
        ClockPause("hearing", start + timedelta(hours=a), start + timedelta(hours=a + length))
        for a, length in hours
    )
    return Clock(limit, start, pauses)


@given(limit=limits, start=starts, hours=gaps)
def test_a_clock_never_falls_due_before_it_starts_and_a_pause_never_shortens_it(
    limit: Limit, start: datetime, hours: list[tuple[int, int]]
) -> None:
    plain, with_pauses = (
        Clock(limit, start).due(KEEPING, LATER),
        paused(limit, start, hours).due(KEEPING, LATER),
    )
    assert plain.on >= start.date()
    assert with_pauses.at >= plain.at


@given(
    limit=limits,
    start=starts,
    hours=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 300)), max_size=3),
)
def test_the_order_of_pauses_and_their_repetition_do_not_matter(
    limit: Limit, start: datetime, hours: list[tuple[int, int]]
) -> None:
    running = paused(limit, start, hours)
    orders = {Clock(limit, start, order).due(KEEPING, LATER).at for order in permutations(running.pauses)}
    assert orders == {running.due(KEEPING, LATER).at}
    assert Clock(limit, start, running.pauses * 2).due(KEEPING, LATER) == running.due(KEEPING, LATER)


@given(start=starts, n=st.integers(1, 60), more=st.integers(1, 30), hours=gaps)
def test_an_extension_adds_exactly_its_length(
    start: datetime, n: int, more: int, hours: list[tuple[int, int]]
) -> None:
    running = paused(Limit(n, LimitUnit.WORKING_DAYS), start, [gap for gap in hours if gap[0] < n * 24])
    extended = running.extend(ClockExtension(Limit(more, LimitUnit.WORKING_DAYS), start))
    before, after = running.due(KEEPING, LATER).on, extended.due(KEEPING, LATER).on
    assert KEEPING.calendar.count_wd(before, after) == more


@given(limit=limits, start=starts, hours=gaps, ask=st.integers(0, 4000))
def test_what_is_used_is_never_negative_and_never_runs_back(
    limit: Limit, start: datetime, hours: list[tuple[int, int]], ask: int
) -> None:
    running = paused(limit, start, hours)
    moment = start + timedelta(hours=ask)
    used, left = running.counts(KEEPING, moment)
    assert used >= 0
    assert used + left == limit.amount
    assert running.counts(KEEPING, moment + timedelta(hours=30))[0] >= used


@given(limit=limits, start=starts, hours=gaps)
def test_a_clock_is_late_exactly_after_its_due_moment(
    limit: Limit, start: datetime, hours: list[tuple[int, int]]
) -> None:
    running = paused(limit, start, hours)
    last = running.due(KEEPING, LATER).at
    warned = running.warns(KEEPING, WARNING, LATER).at
    assert start <= warned <= last
    assert not running.is_late(KEEPING, last)
    assert running.is_late(KEEPING, last + timedelta(seconds=1))


@given(start=starts, n=st.integers(1, 60), days=st.integers(0, 10))
def test_a_later_start_or_a_longer_limit_never_falls_due_earlier(start: datetime, n: int, days: int) -> None:
    limit = Limit(n, LimitUnit.WORKING_DAYS)
    first = Clock(limit, start).due(KEEPING, LATER).at
    assert Clock(limit, start + timedelta(days=days)).due(KEEPING, LATER).at >= first
    assert Clock(Limit(n + 1, LimitUnit.WORKING_DAYS), start).due(KEEPING, LATER).at > first


@given(start=starts, n=st.integers(1, 60), hours=gaps)
def test_working_days_agree_with_the_calendar(start: datetime, n: int, hours: list[tuple[int, int]]) -> None:
    running = paused(Limit(n, LimitUnit.WORKING_DAYS), start, hours)
    by_day = [Pause(each.since.date(), each.until.date()) for each in running.pauses if each.until]
    expected = KEEPING.calendar.due_with_pauses(start.date(), n, by_day)
    assert running.due(KEEPING, LATER).on == expected


@given(limit=limits, start=starts, hours=gaps, ask=st.integers(0, 4000))
def test_a_forecast_never_comes_before_the_due_moment_of_now(
    limit: Limit, start: datetime, hours: list[tuple[int, int]], ask: int
) -> None:
    moment = start + timedelta(hours=ask)
    standing = paused(limit, start, hours).pause(ClockPause("testing", start, expected_until=start.date()))
    assert standing.forecast(KEEPING, moment).at >= standing.due(KEEPING, moment).at
