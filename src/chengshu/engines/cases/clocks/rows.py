"""Between the rows of clocks and the pure clocks that compute with them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chengshu.engines.cases.clocks import clock as pure
from chengshu.engines.cases.clocks.clock import WarnWhen, warn_after
from chengshu.engines.cases.clocks.law import Rule
from chengshu.engines.cases.clocks.limits import Limit, read_limit
from chengshu.engines.cases.clocks.settled import rule_book, timekeeping
from chengshu.engines.cases.models_clocks import Clock, ClockMatter, ClockPause, ClockState

DEFAULT_WARNING: Final = "supervision"
_A_DAY: Final = timedelta(days=1)


def rule_of(row: Clock) -> Rule | None:
    """The version of the rule that a clock was started under, if any.

    :raises Missing: if the installation no longer has it
    """
    return rule_book().by_version(row.rule) if row.rule else None


def limit_of(row: Clock) -> Limit:
    """The limit of a clock as it stands in its row."""
    return read_limit(row.limit)


def clock_of(row: Clock, *, is_fresh: bool = False) -> pure.Clock:
    """The pure clock of a started row; pauses that the applicant was not told of do not count.

    Reads ``row.pauses`` and ``row.extensions``: prefetch them for many rows.

    :param is_fresh: it begins just now and has none of them
    """
    assert row.started_at is not None, "a waiting clock has not begun"
    if is_fresh or row._state.adding:
        return pure.Clock(limit_of(row), row.started_at)
    return pure.Clock(
        limit_of(row),
        row.started_at,
        tuple(pause_of(pause) for pause in row.pauses.all() if pause.notice),
        tuple(
            pure.ClockExtension(
                read_limit(extension.amount),
                extension.granted_at,
                extension.approver,
                extension.reason,
                extension.document,
            )
            for extension in row.extensions.all()
        ),
        row.stopped_at,
    )


def pause_of(row: ClockPause) -> pure.ClockPause:
    return pure.ClockPause(row.ground, row.since, row.until, row.expected_until, row.notice)


def warning_of(row: Clock) -> WarnWhen:
    """When a clock turns yellow: by its own share, by its rule, or by the common warning."""
    if row.warn_share is not None:
        return warn_after(float(row.warn_share))
    book, rule = rule_book(), rule_of(row)
    return (book.warning_of(rule) if rule else book.warnings[DEFAULT_WARNING]).when


def refresh(row: Clock, now: datetime, *, is_fresh: bool = False) -> None:
    """Compute anew when a started row is due, when it turns yellow and when to look at it next; does not save.

    While a clock is paused nothing will happen to it by itself; a provisional one is looked at again every day.

    :param is_fresh: it begins just now, so it was neither paused nor extended
    """
    clock = clock_of(row, is_fresh=is_fresh)
    standing = clock.standing(timekeeping(), warning_of(row), now)
    row.due_at, row.provisional = standing.due.at, standing.due.is_provisional
    row.warn_at = min(standing.warn.at, standing.due.at)
    if clock.stopped_at is not None:
        row.state = ClockState.STOPPED
    else:
        row.state = ClockState.PAUSED if clock.open_pauses else ClockState.RUNNING
    row.look_at = _next_look(row, now)


def _next_look(row: Clock, now: datetime) -> datetime | None:
    if row.state != ClockState.RUNNING or row.overdue_at is not None:
        return None
    if row.provisional and (row.warned_at or row.warn_at is None or row.warn_at <= now):
        return now.replace(hour=0, minute=0, second=0, microsecond=0) + _A_DAY
    watched = row.matter != ClockMatter.SUPPLEMENT and row.warned_at is None
    return row.warn_at if watched else row.due_at
