"""Clocks are drawn to scale: used time, pauses, the due moment, today and the forecast on one axis."""

from __future__ import annotations

from datetime import timedelta

from chengshu.hub.inbox.clockbars import WIDTH, clock_bars
from chengshu.hub.inbox.tests.builders import NOW, ago, clock


def test_without_clocks_there_are_no_bars() -> None:
    assert clock_bars((), NOW) is None


def test_used_and_limit_are_in_proportion() -> None:
    view = clock_bars((clock(started_at=ago(days=5), due_at=NOW + timedelta(days=5)),), NOW)
    assert view is not None
    bar = view.bars[0]
    assert bar.limit.x == 0
    assert abs(bar.used.width * 2 - bar.limit.width) < 0.5
    assert bar.over.width == 0
    assert view.today == bar.used.width


def test_what_is_over_the_limit_is_drawn_beyond_it() -> None:
    late = clock(started_at=ago(days=4), due_at=ago(days=1), light="red")
    view = clock_bars((late,), NOW)
    assert view is not None
    bar = view.bars[0]
    assert bar.tone == "negative"
    assert bar.over.x == bar.limit.x + bar.limit.width
    assert abs(bar.over.width * 3 - bar.used.width) < 0.5


def test_a_pause_that_lasts_reaches_to_now() -> None:
    paused = clock(
        started_at=ago(days=4), pauses=((ago(days=1), None, "专家评审"),), paused_since=ago(days=1)
    )
    view = clock_bars((paused,), NOW)
    assert view is not None
    pause = view.bars[0].pauses[0]
    assert pause.note == "专家评审"
    assert pause.x + pause.width == view.today


def test_several_clocks_share_one_axis() -> None:
    long = clock("legal", started_at=ago(days=5), due_at=NOW + timedelta(days=25), limit=20)
    short = clock("step", started_at=ago(days=1), due_at=NOW + timedelta(days=1), limit=2)
    view = clock_bars((long, short), NOW)
    assert view is not None
    assert view.begins == long.started_at
    assert view.bars[1].limit.x > 0
    assert all(bar.limit.x + bar.limit.width <= WIDTH for bar in view.bars)


def test_a_stopped_case_has_no_today() -> None:
    view = clock_bars((clock(stopped_at=ago(days=1), forecast_at=NOW),), NOW)
    assert view is not None
    assert view.today is None
    assert view.bars[0].forecast is None


def test_a_limit_of_no_length_is_still_drawn() -> None:
    assert clock_bars((clock(started_at=NOW, due_at=NOW),), NOW) is not None
