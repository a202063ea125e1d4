"""The worker's round over the clocks: yellow, red, cards, and what silence brings about.

One indexed query finds the clocks whose next moment has come (``look_at``), another the yellow cards that nobody
answered in time. Each thing is raised once: the row says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from chengshu.engines.cases.clocks import moving
from chengshu.engines.cases.clocks.deeming import Silence, silent_acceptance, silent_renewal
from chengshu.engines.cases.clocks.events import (
    CardUncorrected,
    ClockOverdue,
    ClockWarned,
    DeemedAccepted,
    DeemedRenewed,
)
from chengshu.engines.cases.clocks.law import Effect
from chengshu.engines.cases.clocks.rows import DEFAULT_WARNING, refresh, rule_of
from chengshu.engines.cases.clocks.settled import rule_book, timekeeping
from chengshu.engines.cases.models import Case
from chengshu.engines.cases.models_clocks import (
    Clock,
    ClockLayer,
    ClockMatter,
    ClockState,
    Supervision,
    SupervisionCause,
    SupervisionColour,
)
from chengshu.foundation.calendar import local_day
from chengshu.foundation.events.bus import emit

BATCH = 200
SILENT = (ClockMatter.SUPPLEMENT, ClockMatter.RENEWAL)
"""Clocks whose end is not a delay to supervise but an effect of silence."""
_CARDS = {
    ClockLayer.LEGAL: (SupervisionColour.RED, SupervisionCause.LEGAL),
    ClockLayer.PROMISED: (SupervisionColour.YELLOW, SupervisionCause.PROMISED),
    ClockLayer.STEP: (SupervisionColour.YELLOW, SupervisionCause.STEP),
}


def warnings_are_due(now: datetime) -> bool:
    """Whether a clock turned yellow or red, or a yellow card ran out, since the last round."""
    late = Clock.objects.filter(look_at__lt=now).exclude(matter__in=SILENT)
    return late.exists() or Supervision.objects.filter(correct_by__lt=now).exists()


def silence_is_due(now: datetime) -> bool:
    """Whether a limit for speaking ran out since the last round."""
    return Clock.objects.filter(look_at__lt=now, matter__in=SILENT).exists()


def judge_warnings(now: datetime) -> int:
    """Raise what turned yellow or red, inside an action; returns how many clocks and cards were looked at."""
    clocks = _to_look_at(now, without=SILENT)
    for row in clocks:
        _judge(row, now)
    cards = _unanswered(now)
    for card in cards:
        _escalate(card, now)
    return len(clocks) + len(cards)


def judge_silence(now: datetime) -> int:
    """Let silence have its effect where a limit for speaking has run out, inside an action; how many were looked at."""
    clocks = _to_look_at(now, only=SILENT)
    for row in clocks:
        refresh(row, now)
        silence = _silence(row)
        if silence is not None and silence.has_come(now):
            _let_silence_speak(row, silence, now)
        else:
            row.look_at = None if silence is None else row.look_at
            row.save()
    return len(clocks)


def _to_look_at(now: datetime, *, only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> list[Clock]:
    """Clocks whose moment has come, of cases that nobody else has in hand: locked, like everywhere, by their case."""
    due = Clock.objects.filter(look_at__lt=now)
    due = due.filter(matter__in=only) if only else due.exclude(matter__in=without)
    free = _locked(due.order_by("look_at", "id").values_list("case_id", flat=True)[:BATCH])
    return list(
        due.filter(case_id__in=free).prefetch_related("pauses", "extensions").order_by("look_at", "id")
    )


def _unanswered(now: datetime) -> list[Supervision]:
    """Yellow cards whose time for an answer has run out."""
    due = Supervision.objects.filter(correct_by__lt=now)
    free = _locked(due.order_by("correct_by", "id").values_list("case_id", flat=True)[:BATCH])
    return list(due.filter(case_id__in=free).order_by("correct_by", "id"))


def _locked(case_ids: Iterable[int]) -> list[int]:
    """Those of the cases that could be locked at once; whoever has the others in hand is let finish."""
    wanted = Case.objects.filter(pk__in=set(case_ids)).order_by("pk")
    return list(wanted.select_for_update(skip_locked=True).values_list("pk", flat=True))


def _judge(row: Clock, now: datetime) -> None:
    """What has come to pass with one clock since it was last looked at."""
    refresh(row, now)
    _raise(row, now)
    refresh(row, now)
    row.save()
    moving.show_on_case(row.case_id)


def _raise(row: Clock, now: datetime) -> None:
    assert row.due_at is not None
    due = row.due_at.isoformat()
    if row.warned_at is None and row.warn_at is not None and row.warn_at <= now:
        row.warned_at = now
        emit(ClockWarned(case_id=row.case_id, clock_id=row.pk, layer=row.layer, due_at=due))
    if row.overdue_at is None and not row.provisional and row.due_at < now:
        row.overdue_at = now
        colour = _raise_card(row, now)
        emit(ClockOverdue(case_id=row.case_id, clock_id=row.pk, layer=row.layer, due_at=due, card=colour))


def _raise_card(row: Clock, now: datetime) -> str:
    colour, cause = _CARDS[ClockLayer(row.layer)]
    Supervision.objects.create(
        clock=row,
        case_id=row.case_id,
        colour=colour,
        cause=cause,
        raised_at=now,
        correct_by=_correct_by(row, now) if colour == SupervisionColour.YELLOW else None,
    )
    return colour.value


def _correct_by(row: Clock, now: datetime) -> datetime:
    book, rule = rule_book(), rule_of(row)
    warning = book.warning_of(rule) if rule else book.warnings[DEFAULT_WARNING]
    return timekeeping().due(now, warning.correct_within).at


def _escalate(card: Supervision, now: datetime) -> None:
    """A yellow card that nobody answered in time turns red; the yellow one stays on record."""
    card.correct_by = None
    card.save()
    if Supervision.objects.filter(clock_id=card.clock_id, colour=SupervisionColour.RED).exists():
        return
    Supervision.objects.create(
        clock_id=card.clock_id,
        case_id=card.case_id,
        colour=SupervisionColour.RED,
        cause=SupervisionCause.UNCORRECTED,
        raised_at=now,
    )
    emit(CardUncorrected(case_id=card.case_id, clock_id=card.clock_id))


def _silence(row: Clock) -> Silence | None:
    """What it would mean that this clock runs out."""
    rule = rule_of(row)
    if rule is None or row.started_at is None or row.due_at is None:
        return None
    if row.matter == ClockMatter.SUPPLEMENT:
        return silent_acceptance(rule, row.started_at, timekeeping())
    return silent_renewal(rule, local_day(row.due_at), timekeeping())


def _let_silence_speak(row: Clock, silence: Silence, now: datetime) -> None:
    row.deemed, row.overdue_at = silence.deemed.effect.value, now
    row.stopped_at, row.state = now, ClockState.STOPPED
    refresh(row, now)
    row.save()
    as_of = silence.as_of.isoformat()
    if silence.deemed.effect is Effect.ACCEPTED:
        moving.start_waiting(row.case_id, silence.as_of)
        emit(DeemedAccepted(case_id=row.case_id, as_of=as_of))
    elif silence.deemed.effect is Effect.RENEWED:
        moving.stop_decision(row.case_id, now)
        emit(DeemedRenewed(case_id=row.case_id, as_of=as_of))
    moving.show_on_case(row.case_id)
