"""What pages read of clocks: the clocks of a case as bars, and the supervision cards of a unit's cases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.clocks.law import Approver
from chengshu.engines.cases.clocks.law.rules import APPROVER_WORDS
from chengshu.engines.cases.clocks.limits import LimitUnit
from chengshu.engines.cases.clocks.rows import clock_of, limit_of, rule_of, warning_of
from chengshu.engines.cases.clocks.settled import rule_book, timekeeping
from chengshu.engines.cases.data import ClockView
from chengshu.engines.cases.models_clocks import (
    Clock,
    ClockExtension,
    ClockLayer,
    ClockMatter,
    ClockPause,
    ClockState,
    Supervision,
)
from chengshu.foundation.compiled import compiled, hand_out
from chengshu.foundation.errors import Words

Layer = Literal["legal", "promised", "step"]
Unit = Literal["wd", "d", "h"]
_ORDER = {ClockLayer.LEGAL.value: 0, ClockLayer.PROMISED.value: 1, ClockLayer.STEP.value: 2}


@dataclass(frozen=True)
class CardView:
    """A supervision card with where it belongs.

    :param correct_by: until when a yellow card has to be answered
    """

    card_id: int
    case_id: int
    number: str
    title: str
    clock: Words
    colour: str
    cause: Words
    raised_at: datetime
    correct_by: datetime | None
    reply: str
    replied_at: datetime | None


@dataclass(frozen=True)
class GroundView:
    """A ground for pausing, with the law behind it."""

    key: str
    name: str
    basis: str


@dataclass(frozen=True)
class ExtensionView:
    """The right to an extension.

    :param most: the longest, in ``unit``; None where only the approver bounds it
    :param needs_document: whether the number of somebody else's approval must be given
    """

    most: int | None
    unit: Unit
    approver: Words
    needs_document: bool
    basis: str


@dataclass(frozen=True)
class ClockChoices:
    """What may be done to the clocks of a case now.

    :param notify_until: until when the one supplement notice may be given; None when it may not
    """

    pause: tuple[GroundView, ...] = ()
    resume: tuple[GroundView, ...] = ()
    extend: ExtensionView | None = None
    notify_until: datetime | None = None


def clock_views(case_id: int, as_of: datetime | None = None) -> tuple[ClockView, ...]:
    """The clocks of a case that have started: legal, promised, then the steps; nothing if the asker may not see it.

    :param as_of: the moment at which used, left, forecast and light are told; now if None
    """
    return views_of(clock_rows(case_id), as_of or timezone.now())


def clock_rows(case_id: int) -> list[Clock]:
    """Every clock of a case with its pauses and extensions; nothing if the asker may not see it."""
    rows = _clocks_of(case_id)
    if rows:
        hand_out(rows, "pauses", _pauses_of(case_id))
        hand_out(rows, "extensions", _extensions_of(case_id))
    return rows


@compiled
def _clocks_of(case_id: int) -> QuerySet[Clock]:
    return Clock.objects.filter(case_id=case_id)


@compiled
def _pauses_of(case_id: int) -> QuerySet[ClockPause]:
    return ClockPause.objects.filter(case_id=case_id)


@compiled
def _extensions_of(case_id: int) -> QuerySet[ClockExtension]:
    return ClockExtension.objects.filter(case_id=case_id)


def views_of(rows: Iterable[Clock], moment: datetime) -> tuple[ClockView, ...]:
    """Those of the clocks that have started, as :func:`clock_views` gives them."""
    views = [_view(row, moment) for row in rows if row.started_at is not None]
    return tuple(sorted(views, key=lambda view: (_ORDER[view.layer], view.clock_id)))


def cards(*, open_only: bool = True, case_id: int | None = None, most: int = 200) -> tuple[CardView, ...]:
    """Supervision cards of the cases that the asker may see, newest first.

    :param open_only: only those that nobody has answered
    """
    found: QuerySet[Supervision] = Supervision.objects.select_related("case", "clock")
    if open_only:
        found = found.filter(replied_at=None)
    if case_id is not None:
        found = found.filter(case_id=case_id)
    return tuple(_card(row) for row in found[:most])


def clock_choices(case_id: int, as_of: datetime | None = None) -> ClockChoices:
    """What the law leaves open for the clocks of a case now, whoever asks; powers are asked for by the actions.

    :param as_of: now if None
    """
    return choices_of(clock_rows(case_id), as_of or timezone.now())


def choices_of(clocks: Iterable[Clock], moment: datetime) -> ClockChoices:
    """What is open for these clocks of one case, as :func:`clock_choices` gives it."""
    rows = [row for row in clocks if row.state != ClockState.STOPPED]
    return ClockChoices(
        _may_pause(rows, moment), _may_resume(rows), _may_extend(rows, moment), _may_notify(rows, moment)
    )


def _may_pause(rows: list[Clock], moment: datetime) -> tuple[GroundView, ...]:
    """The lawful grounds on which nothing stands still yet, while a clock has time left."""
    running = [row for row in _deciding(rows) if not clock_of(row).is_late(timekeeping(), moment)]
    rule = rule_of(running[0]) if running else None
    if rule is None:
        return ()
    held = {
        pause.ground for row in running for pause in row.pauses.all() if pause.until is None and pause.notice
    }
    grounds = (rule_book().ground(key) for key in rule.grounds if key not in held)
    return tuple(GroundView(each.key, each.name, rule.grounds[each.key].text) for each in grounds)


def _may_resume(rows: list[Clock]) -> tuple[GroundView, ...]:
    held = {
        pause.ground: pause.basis
        for row in _deciding(rows)
        for pause in row.pauses.all()
        if pause.until is None
    }
    return tuple(GroundView(key, rule_book().ground(key).name, basis) for key, basis in held.items())


def _may_extend(rows: list[Clock], moment: datetime) -> ExtensionView | None:
    row = next((row for row in _deciding(rows) if row.layer == ClockLayer.LEGAL), None)
    right = rule.extension if row and (rule := rule_of(row)) else None
    if row is None or right is None or (right.once and row.extensions.all()):
        return None
    if clock_of(row).is_late(timekeeping(), moment):
        return None
    return ExtensionView(
        most=right.most.amount if right.most else None,
        unit=cast(Unit, limit_of(row).unit.value),
        approver=APPROVER_WORDS[right.approver],
        needs_document=right.approver is not Approver.AGENCY_HEAD,
        basis=right.source.text,
    )


def _may_notify(rows: list[Clock], moment: datetime) -> datetime | None:
    """Until when the supplement notice may be given."""
    row = next((row for row in rows if row.matter == ClockMatter.SUPPLEMENT), None)
    return row.due_at if row and row.due_at and moment <= row.due_at else None


def _deciding(rows: list[Clock]) -> list[Clock]:
    return [row for row in rows if row.matter == ClockMatter.DECISION and row.started_at is not None]


def _view(row: Clock, moment: datetime) -> ClockView:
    clock, limit = clock_of(row), limit_of(row)
    standing = clock.standing(timekeeping(), warning_of(row), moment)
    in_days = limit.unit is LimitUnit.MONTHS
    open_pauses = clock.open_pauses
    return ClockView(
        clock_id=row.pk,
        layer=cast(Layer, row.layer),
        title=_title(row, provisional=standing.due.is_provisional),
        unit=cast(Unit, LimitUnit.DAYS.value if in_days else limit.unit.value),
        limit=int(standing.used + standing.left),
        started_at=clock.started_at,
        due_at=standing.due.at,
        forecast_at=standing.forecast.at if open_pauses else None,
        stopped_at=clock.stopped_at,
        paused_since=min((pause.since for pause in open_pauses), default=None),
        used=float(standing.used),
        left=float(standing.left),
        light=standing.light,
        source=row.basis,
        pauses=tuple((pause.since, pause.until, _pause_name(pause)) for pause in row.pauses.all()),
    )


def _title(row: Clock, *, provisional: bool) -> Words:
    name = _name(row)
    if provisional:
        return _("%(clock)s (earliest day: the next year's holiday notice is not on file)") % {"clock": name}
    return name


def _name(row: Clock) -> Words:
    if row.matter == ClockMatter.STEP:
        return _("Step: %(name)s") % {"name": row.name}
    if row.matter == ClockMatter.DECISION:
        return ClockLayer(row.layer).label
    return ClockMatter(row.matter).label


def _pause_name(pause: ClockPause) -> str:
    """The ground in the reader's language, with the notice behind it; without one it does not count."""
    book = rule_book()
    ground = book.grounds[pause.ground].name if pause.ground in book.grounds else pause.ground
    if not pause.notice:
        return str(_("%(ground)s (does not count: no written notice on file)") % {"ground": ground})
    return str(_("%(ground)s (notice %(number)s)") % {"ground": ground, "number": pause.notice})


def _card(row: Supervision) -> CardView:
    return CardView(
        card_id=row.pk,
        case_id=row.case_id,
        number=row.case.number,
        title=row.case.title,
        clock=_name(row.clock),
        colour=row.colour,
        cause=row.get_cause_display(),
        raised_at=row.raised_at,
        correct_by=row.correct_by,
        reply=row.reply,
        replied_at=row.replied_at,
    )
