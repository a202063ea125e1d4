"""The few ways in which the clocks of a case change: begun, started, reopened, restarted, stopped, copied.

Whoever calls holds the lock on the case's row; clocks are only ever touched under it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, TypeVar

from django.db.models import QuerySet

from chengshu.engines.cases.clocks.law import Effect, Rule
from chengshu.engines.cases.clocks.limits import Limit, LimitUnit
from chengshu.engines.cases.clocks.rows import refresh
from chengshu.engines.cases.models_clocks import (
    Clock,
    ClockExtension,
    ClockLayer,
    ClockMatter,
    ClockPause,
    ClockState,
)
from chengshu.foundation import prepared
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day

BOTH: Final = (ClockLayer.LEGAL, ClockLayer.PROMISED)
R = TypeVar("R", Clock, ClockPause, ClockExtension)


def begin(row: Clock, rule: Rule | None, started_at: datetime | None, now: datetime) -> None:
    """Save a new clock under its rule; without ``started_at`` it waits."""
    set_up(row, rule, started_at, now).save()


def set_up(row: Clock, rule: Rule | None, started_at: datetime | None, now: datetime) -> Clock:
    """A new clock under its rule, not saved yet; without ``started_at`` it waits."""
    row.rule = rule.version if rule else ""
    if started_at is not None:
        row.started_at, row.state = started_at, ClockState.RUNNING
        refresh(row, now)
    return row


def start_waiting(case_id: int, at: datetime, layers: Iterable[str] = BOTH) -> bool:
    """Start the decision clocks that wait, and end the limit of the supplement notice; whether any did start."""
    waiting = list(
        Clock.objects.filter(
            case_id=case_id, matter=ClockMatter.DECISION, state=ClockState.WAITING, layer__in=list(layers)
        )
    )
    for row in waiting:
        row.started_at, row.state = at, ClockState.RUNNING
        refresh(row, at, is_fresh=True)
        row.save()
    if waiting:
        end_supplement(case_id, at)
    return bool(waiting)


def reopen(case_id: int, at: datetime) -> bool:
    """The decision was taken back: its clocks go on as if they had never stopped, and nothing is to be delivered.

    What silence has decided cannot be taken back so. Whether any clock goes on.
    """
    rows = Clock.objects.filter(case_id=case_id, state=ClockState.STOPPED)
    stopped = list(rows.prefetch_related("pauses", "extensions"))
    decided = [row for row in stopped if row.matter == ClockMatter.DECISION]
    if not decided or any(row.deemed == Effect.RENEWED.value for row in stopped):
        return False
    for row in decided:
        row.stopped_at, row.state = None, ClockState.RUNNING
        refresh(row, at)
        row.save()
    stop(Clock.objects.filter(case_id=case_id, matter=ClockMatter.DELIVERY), at)
    return True


def restart(case_id: int, at: datetime) -> None:
    """Let the decision limit run anew from the receipt of a supplement."""
    running = Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION)
    for row in running.exclude(state=ClockState.STOPPED):
        row.started_at, row.warned_at, row.overdue_at = at, None, None
        row.state = ClockState.RUNNING
        refresh(row, at)
        row.save()


def end_supplement(case_id: int, at: datetime) -> None:
    """The limit of the supplement notice is kept or no longer matters."""
    stop(Clock.objects.filter(case_id=case_id, matter=ClockMatter.SUPPLEMENT), at)


def begin_renewal(case_id: int, rule: Rule, expires_on: date, at: datetime) -> None:
    """Watch the day on which a licence expires."""
    deemed = rule.deems(Effect.RENEWED)
    days = (expires_on - local_day(at)).days
    row = Clock(
        case_id=case_id,
        matter=ClockMatter.RENEWAL,
        layer=ClockLayer.LEGAL,
        limit=Limit(days, LimitUnit.DAYS).notation,
        basis=deemed.source.text if deemed else "",
    )
    begin(row, rule, at, at)
    show_on_case(case_id)


def stop_decision(case_id: int, at: datetime) -> None:
    """The decision is made, by somebody or by silence."""
    stop(Clock.objects.filter(case_id=case_id, matter=ClockMatter.DECISION), at)


def stop(rows: QuerySet[Clock], at: datetime) -> None:
    """Stop what has started, end its pauses, drop what never started."""
    for row in rows.exclude(state=ClockState.STOPPED).prefetch_related("pauses", "extensions"):
        if row.started_at is None:
            row.delete()
            continue
        for pause in row.pauses.all():
            if pause.until is None:
                end_pause(pause, at)
        row.stopped_at = max(at, row.started_at)
        refresh(row, at)
        row.save()


def end_pause(pause: ClockPause, at: datetime) -> None:
    """Let a pause end; whoever acts resumed it."""
    pause.until, pause.resumed_by_id = max(at, pause.since), current_asker().account_id
    pause.save()


def standing_clocks(case_id: int, layers: Iterable[str] = BOTH) -> QuerySet[Clock]:
    """The decision clocks of a case that have started and not stopped."""
    return (
        Clock.objects.filter(
            case_id=case_id,
            matter=ClockMatter.DECISION,
            state__in=[ClockState.RUNNING, ClockState.PAUSED],
            layer__in=list(layers),
        )
        .prefetch_related("pauses", "extensions")
        .order_by("id")
    )


def copy_clocks(from_case: int, to_case: int) -> None:
    """A case that was split off has run as long as the one it comes from: same clocks, same pauses."""
    rows = Clock.objects.filter(case_id=from_case).exclude(state=ClockState.STOPPED)
    for row in rows.prefetch_related("pauses", "extensions"):
        pauses, extensions = list(row.pauses.all()), list(row.extensions.all())
        _copied(row, to_case).save()
        for pause in pauses:
            _copied(pause, to_case, clock=row).save()
        for extension in extensions:
            _copied(extension, to_case, clock=row).save()
    show_on_case(to_case)


def _copied(row: R, case_id: int, **changes: object) -> R:
    """The same row once more, for another case; not saved yet."""
    row.pk, row._state.adding = None, True
    row.case_id = case_id
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def show_on_case(case_id: int) -> None:
    """Show the next due moment on the case itself, for lists: of what runs, the one that is due first."""
    prepared.later(_SHOW, [case_id, ClockState.RUNNING, ClockMatter.SUPPLEMENT, case_id])


def show_on_cases(case_ids: Sequence[int]) -> None:
    """The same on many cases that have clocks, in one statement."""
    if case_ids:
        prepared.later(_SHOW_ALL, [_array(case_ids), ClockState.RUNNING, ClockMatter.SUPPLEMENT])


def _array(numbers: Iterable[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


_SHOW_ALL = """
    UPDATE cases_case AS shown SET due_at = first.due_at, warn_at = first.warn_at FROM (
        SELECT DISTINCT ON (clock.case_id) clock.case_id, clock.due_at, clock.warn_at FROM cases_clock AS clock
        WHERE clock.case_id = ANY (%s::bigint[]) AND clock.state = %s AND clock.matter <> %s
        ORDER BY clock.case_id, clock.due_at, clock.id
    ) AS first WHERE shown.id = first.case_id
"""
_SHOW = """
    UPDATE cases_case SET (due_at, warn_at) = (
        SELECT clock.due_at, clock.warn_at FROM cases_clock AS clock
        WHERE clock.case_id = %s AND clock.state = %s AND clock.matter <> %s
        ORDER BY clock.due_at, clock.id LIMIT 1
    ) WHERE id = %s
"""
