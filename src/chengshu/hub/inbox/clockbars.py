"""The bars of a case's clocks on one common time axis: where each began, paused, stands and ends. Geometry only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chengshu.engines.cases.data import ClockView
from chengshu.hub.inbox.wording import LIGHT_TONES

WIDTH = 1000
"""Units of the drawing from its left to its right end."""
_MARGIN = 0.03
_SHORTEST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a bar in drawing units."""

    x: float
    width: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One clock as it is drawn.

    :param limit: from its start to its due moment
    :param used: what has passed within the limit; ``over``: what has passed beyond it
    :param pauses: the time that does not count
    :param forecast: where it will probably end; None when it has stopped or nobody can tell
    """

    clock: ClockView
    tone: str
    limit: Span
    used: Span
    over: Span
    pauses: tuple[Span, ...]
    forecast: float | None


@dataclass(frozen=True, slots=True)
class ClockBars:
    """All bars of a case with their axis.

    :param today: where the present moment stands; None when every clock has stopped
    """

    bars: tuple[Bar, ...]
    begins: datetime
    ends: datetime
    today: float | None


def clock_bars(clocks: Sequence[ClockView], now: datetime) -> ClockBars | None:
    """The bars of these clocks, in their order; None without clocks.

    :param now: the present moment, aware
    """
    if not clocks:
        return None
    begins = min(clock.started_at for clock in clocks)
    latest = max(_last_moment(clock, now) for clock in clocks)
    ends = max(latest, begins + _SHORTEST)
    ends += (ends - begins) * _MARGIN
    runs = any(clock.stopped_at is None for clock in clocks)
    return ClockBars(
        bars=tuple(_bar(clock, now, begins, ends) for clock in clocks),
        begins=begins,
        ends=ends,
        today=_x(now, begins, ends) if runs else None,
    )


def _last_moment(clock: ClockView, now: datetime) -> datetime:
    moments = [clock.due_at, clock.stopped_at or now, clock.forecast_at or clock.due_at]
    return max(moments)


def _bar(clock: ClockView, now: datetime, begins: datetime, ends: datetime) -> Bar:
    reached = clock.stopped_at or now
    within = min(reached, clock.due_at)
    return Bar(
        clock=clock,
        tone=LIGHT_TONES[clock.light],
        limit=_span(clock.started_at, clock.due_at, begins, ends),
        used=_span(clock.started_at, within, begins, ends),
        over=_span(clock.due_at, reached, begins, ends),
        pauses=tuple(
            _span(start, end or reached, begins, ends, ground) for start, end, ground in clock.pauses
        ),
        forecast=_x(clock.forecast_at, begins, ends)
        if clock.forecast_at and clock.stopped_at is None
        else None,
    )


def _span(first: datetime, last: datetime, begins: datetime, ends: datetime, note: str = "") -> Span:
    x = _x(first, begins, ends)
    return Span(x, max(0.0, round(_x(last, begins, ends) - x, 1)), note)


def _x(moment: datetime, begins: datetime, ends: datetime) -> float:
    share = (moment - begins) / (ends - begins)
    return round(min(1.0, max(0.0, share)) * WIDTH, 1)
