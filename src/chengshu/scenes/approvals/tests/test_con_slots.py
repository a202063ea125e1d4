"""Common slots: everybody can come, nothing earlier was left out."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import InvalidInput
from chengshu.scenes.approvals.construction.plan import visiting_hours
from chengshu.scenes.approvals.construction.slots import GRID, Party, Span, common_slots, joined

HOURS = visiting_hours()
MONDAY = datetime(2026, 3, 9, 9, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)


def span(start_h: float, length_h: float, day: int = 0) -> Span:
    start = MONDAY + timedelta(days=day, hours=start_h - 9)
    return Span(start, start + timedelta(hours=length_h))


def test_nobody_cannot_have_a_common_slot() -> None:
    with pytest.raises(InvalidInput) as caught:
        common_slots([], earliest=MONDAY, duration=HOUR)
    assert caught.value.code == "slots.nobody"


@pytest.mark.parametrize("minutes", [0, -5, 13 * 60])
def test_a_visit_without_or_with_too_much_length_is_refused(minutes: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        common_slots([Party("a", HOURS)], earliest=MONDAY, duration=timedelta(minutes=minutes))
    assert caught.value.code == "slots.duration"


def test_a_slot_does_not_run_through_the_lunch_break() -> None:
    parties = [Party("a", HOURS, (span(9, 2),)), Party("b", HOURS)]
    found = common_slots(parties, earliest=MONDAY, duration=timedelta(hours=2))
    assert found[0] == span(13, 2)


def test_the_spring_festival_is_passed_over_and_its_make_up_saturday_is_not() -> None:
    friday = datetime(2026, 2, 13, 16, tzinfo=SHANGHAI)
    busy = (Span(friday, friday + HOUR),)
    found = common_slots([Party("a", HOURS, busy)], earliest=friday, duration=HOUR, days=20, most=2)
    assert [one.start.date().isoformat() for one in found] == ["2026-02-14", "2026-02-14"]


SPANS = st.builds(
    lambda day, half, length: span(half / 2, length / 2, day),
    st.integers(0, 6),
    st.integers(0, 40),
    st.integers(1, 12),
)
PARTIES = st.lists(st.lists(SPANS, max_size=6).map(tuple), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None)
@given(PARTIES, st.sampled_from([30, 60, 90, 150]))
def test_every_slot_suits_everybody_and_no_earlier_one_does(
    taken: list[tuple[Span, ...]], minutes: int
) -> None:
    parties = [Party(str(number), HOURS, busy) for number, busy in enumerate(taken)]
    length = timedelta(minutes=minutes)
    found = common_slots(parties, earliest=MONDAY, duration=length, days=10, most=3)
    for one in found:
        assert one.end - one.start == length
        assert all(party.can(one) for party in parties)
        assert HOURS.is_open(one.start)
        assert HOURS.is_open(one.end - timedelta(minutes=1))
    assert all(later.start >= earlier.end for earlier, later in itertools.pairwise(found))
    start = MONDAY
    while found and start < found[0].start:
        tried = Span(start, start + length)
        inside = HOURS.is_open(tried.start) and any(
            window.opens <= tried.start.time() and tried.end.time() <= window.closes
            for window in HOURS.windows(start.date())
        )
        assert not (inside and tried.end.date() == start.date() and all(p.can(tried) for p in parties))
        start += GRID


@given(st.lists(SPANS, max_size=8))
def test_joined_busy_times_cover_the_same_and_do_not_touch(spans: list[Span]) -> None:
    merged = joined(spans)
    assert all(later.start > earlier.end for earlier, later in itertools.pairwise(merged))
    assert all(any(one.contains(each) for one in merged) for each in spans)
