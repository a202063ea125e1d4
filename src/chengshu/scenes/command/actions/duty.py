"""Duty: posts and shifts, the roster made from them, arriving, exchanging, the log, handing over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.command.facts import limit
from chengshu.scenes.command.models import (
    CityEvent,
    Days,
    DutyPost,
    DutyShift,
    DutySlot,
    Exchange,
    ExchangeState,
    HandOver,
    LogEntry,
)
from chengshu.scenes.command.rostering import ShiftRule, Stretch, Turn, is_free, named, turns
from chengshu.scenes.command.telling import LEADER, clear, tell
from chengshu.scenes.command.texts import given, one_of, optional, wrong_state

MOST_DAYS = 92
MOST_OPEN = 50


def at_slot(*, slot: DutySlot, **_rest: object) -> int:
    return slot.unit_id


def at_exchange(*, exchange: Exchange, **_rest: object) -> int:
    return exchange.unit_id


@action(title=_("Set a duty post"), at=lambda *, unit, **_rest: unit.pk)
def set_duty_post(*, unit: Unit, title: str, order: int, turns: Sequence[Account]) -> DutyPost:
    """A post of the roster with those who take turns in it; one of the same title is changed.

    :raises InvalidInput: by field
    """
    if not 1 <= order <= 99:
        raise InvalidInput(_("Enter a number from 1 to 99."), field="order", code="command.order")
    name = given(title, "title", most=60)
    post = DutyPost.objects.filter(unit=unit, title=name).first() or DutyPost(unit=unit, title=name)
    post.order, post.turns, post.closed_at = order, [one.pk for one in turns], None
    post.save()
    return post


@action(title=_("Set a duty shift"), at=lambda *, unit, **_rest: unit.pk)
def set_duty_shift(*, unit: Unit, title: str, starts_at: time, hours: int, days: str = Days.ALL) -> DutyShift:
    """A shift of the roster; one of the same title is changed.

    :raises InvalidInput: by field
    """
    if not 1 <= hours <= 24:
        raise InvalidInput(_("Enter a number from 1 to 24."), field="hours", code="command.hours")
    name = given(title, "title", most=60)
    shift = DutyShift.objects.filter(unit=unit, title=name).first() or DutyShift(unit=unit, title=name)
    shift.starts_at, shift.hours, shift.closed_at = starts_at, hours, None
    shift.days = one_of(days, Days.values, "days")
    shift.save()
    return shift


@action(title=_("Close a duty post or shift"), at=lambda *, thing, **_rest: thing.unit_id)
def close_duty(*, thing: DutyPost | DutyShift) -> None:
    """Future rosters leave it out; turns already made stay."""
    thing.closed_at = timezone.now()
    thing.save()


@action(title=_("Make the roster"), at=lambda *, unit, **_rest: unit.pk)
def make_roster(*, unit: Unit, first_day: date, last_day: date) -> list[DutySlot]:
    """Make the turns that posts and shifts ask for and that are not there; nobody is named twice at a time, nor
    without their rest. Where nobody is free the turn is a gap. Returns what is new.

    :raises InvalidInput: ``last_day`` if the span is wrong; ``unit`` if there are no posts or shifts
    :raises NoticeMissing: if a shift needs working days of a year that nobody has published
    """
    if not timedelta(0) <= last_day - first_day < timedelta(days=MOST_DAYS):
        raise InvalidInput(
            _("Choose a span of 1 to %(most)s days.") % {"most": MOST_DAYS},
            field="last_day",
            code="command.span",
        )
    posts = list(DutyPost.objects.select_for_update().filter(unit=unit, closed_at=None))
    shifts = list(DutyShift.objects.filter(unit=unit, closed_at=None))
    if not posts or not shifts:
        raise InvalidInput(
            _("Set the posts and the shifts first."), field="first_day", code="command.no_pattern"
        )
    rules = [ShiftRule(one.pk, one.starts_at, one.hours, one.days) for one in shifts]
    wanted = list(turns([one.pk for one in posts], rules, first_day, last_day))
    known = set(DutySlot.objects.filter(post__in=posts).values_list("post_id", "starts_at"))
    new = [one for one in wanted if (one.post, one.starts_at) not in known]
    if not new:
        return []
    taken = _stretches(unit, new[0].starts_at, new[-1].ends_at)
    orders = {one.pk: [int(pk) for pk in one.turns] for one in posts}
    begins = {one.pk: DutySlot.objects.filter(post=one, account__isnull=False).count() for one in posts}
    rest = timedelta(hours=limit("duty", "rest_hours"))
    made = [_slot(unit, turn, account) for turn, account in named(new, orders, begins, taken, rest)]
    for slot in made:
        slot.save()
    return made


def _slot(unit: Unit, turn: Turn, account: int | None) -> DutySlot:
    return DutySlot(
        unit=unit,
        post_id=turn.post,
        shift_id=turn.shift,
        account_id=account,
        starts_at=turn.starts_at,
        ends_at=turn.ends_at,
    )


def _stretches(unit: Unit, since: datetime, until: datetime, *without: int) -> list[Stretch]:
    """Who is on duty around a span."""
    near = timedelta(days=2)
    rows = DutySlot.objects.filter(
        unit=unit, account__isnull=False, starts_at__lt=until + near, ends_at__gt=since - near
    ).exclude(pk__in=without)
    return [
        Stretch(account, start, end)
        for account, start, end in rows.values_list("account_id", "starts_at", "ends_at")
        if account is not None
    ]


@action(title=_("Name who takes a turn"), at=at_slot)
def name_duty(*, slot: DutySlot, account: Account | None) -> DutySlot:
    """Fill a gap, or name somebody else; None leaves a gap.

    :raises InvalidInput: ``account`` if they are on duty then, or too shortly before or after
    :raises Conflict: if the turn has begun
    """
    slot = _ahead(slot)
    if account is not None:
        _insist_free(account.pk, slot, slot.pk)
    slot.account = account
    slot.save()
    return slot


def _ahead(slot: DutySlot) -> DutySlot:
    slot = DutySlot.objects.select_for_update(of=("self",)).select_related("post").get(pk=slot.pk)
    if slot.starts_at <= timezone.now():
        raise wrong_state(_("This turn has begun."))
    return slot


def _insist_free(account: int, slot: DutySlot, *without: int) -> None:
    rest = timedelta(hours=limit("duty", "rest_hours"))
    turn = Turn(slot.post_id, slot.shift_id, slot.starts_at, slot.ends_at)
    taken = _stretches(slot.unit, slot.starts_at, slot.ends_at, *without)
    if not is_free(account, turn, taken, rest):
        raise InvalidInput(
            _("They are on duty then, or less than %(hours)s hours before or after.")
            % {"hours": limit("duty", "rest_hours")},
            field="account",
            code="command.double_duty",
            hint=_("Choose somebody else."),
        )


@action(title=_("Take one's post"), at=at_slot)
def arrive(*, slot: DutySlot) -> DutySlot:
    """Say that one has taken one's post; only whoever is named can, and only around the turn.

    :raises Conflict: if somebody else is named, it is said already, too early or over
    """
    slot = DutySlot.objects.select_for_update(of=("self",)).get(pk=slot.pk)
    now = timezone.now()
    if slot.account_id is None or slot.account_id != current_asker().account_id:
        raise wrong_state(_("Somebody else is named for this turn."), _("Ask for an exchange."))
    if slot.arrived_at is not None:
        raise wrong_state(_("This was said already."))
    if not slot.starts_at - timedelta(minutes=limit("duty", "early_minutes")) <= now < slot.ends_at:
        raise wrong_state(_("This turn is not now."))
    slot.arrived_at = now
    slot.save()
    return slot


@action(title=_("Ask for an exchange of turns"), at=lambda *, mine, **_rest: mine.unit_id)
def ask_exchange(*, mine: DutySlot, theirs: DutySlot, reason: str) -> Exchange:
    """Ask whoever holds another turn to exchange it for one's own.

    :raises InvalidInput: ``theirs`` or ``reason``
    :raises Conflict: if the first turn is not one's own, or one of them has begun
    """
    me = current_asker().account_id
    mine, theirs = _ahead(mine), _ahead(theirs)
    if me is None or mine.account_id != me:
        raise wrong_state(_("This turn is not yours."))
    if theirs.unit_id != mine.unit_id or theirs.account_id in (None, me):
        raise InvalidInput(
            _("Choose a turn that somebody else of this desk holds."), field="theirs", code="command.exchange"
        )
    pending = (ExchangeState.ASKED, ExchangeState.AGREED)
    if Exchange.objects.filter(mine=mine, state__in=pending).exists():
        raise wrong_state(_("An exchange of this turn is pending."))
    exchange = Exchange(
        unit_id=mine.unit_id,
        mine=mine,
        theirs=theirs,
        reason=given(reason, "reason", _("Say why."), most=300),
        asked_at=timezone.now(),
        asked_by_id=me,
        asked_of_id=theirs.account_id,
    )
    exchange.save()
    return exchange


@action(title=_("Agree to an exchange of turns"), at=at_exchange)
def agree_exchange(*, exchange: Exchange, agrees: bool) -> Exchange:
    """
    :raises Conflict: if one was not asked, or has answered
    """
    exchange = _exchange(exchange, ExchangeState.ASKED)
    if exchange.asked_of_id != current_asker().account_id:
        raise wrong_state(_("Somebody else was asked."))
    exchange.state = ExchangeState.AGREED if agrees else ExchangeState.REFUSED
    exchange.agreed_at = timezone.now()
    exchange.save()
    return exchange


@action(title=_("Decide on an exchange of turns"), at=at_exchange)
def decide_exchange(*, exchange: Exchange, approved: bool, note: str = "") -> Exchange:
    """Approve what both sides agreed on, and write it into the roster; or refuse it.

    :raises InvalidInput: ``account`` if one of them would be on duty twice, or without rest
    :raises Conflict: if not both have agreed, the roster has changed since, or the asker is one of them
    """
    exchange = _exchange(exchange, ExchangeState.AGREED)
    me = current_asker().account_id
    if me in (exchange.asked_by_id, exchange.asked_of_id):
        raise wrong_state(_("Nobody decides on their own exchange."), _("Ask somebody else."))
    if approved:
        _swap(exchange)
    exchange.state = ExchangeState.APPROVED if approved else ExchangeState.REFUSED
    exchange.note = optional(note, "note", most=300)
    exchange.decided_at, exchange.decided_by_id = timezone.now(), me
    exchange.save()
    return exchange


def _swap(exchange: Exchange) -> None:
    mine, theirs = _ahead(exchange.mine), _ahead(exchange.theirs)
    if (mine.account_id, theirs.account_id) != (exchange.asked_by_id, exchange.asked_of_id):
        raise wrong_state(_("The roster has changed since."), _("Refuse it; they may ask again."))
    _insist_free(exchange.asked_of_id, mine, mine.pk, theirs.pk)
    _insist_free(exchange.asked_by_id, theirs, mine.pk, theirs.pk)
    mine.account_id, theirs.account_id = exchange.asked_of_id, exchange.asked_by_id
    mine.save()
    theirs.save()


def _exchange(exchange: Exchange, state: ExchangeState) -> Exchange:
    found = Exchange.objects.select_for_update(of=("self",)).select_related("mine", "theirs")
    exchange = found.get(pk=exchange.pk)
    if exchange.state != state:
        raise wrong_state(_("This is not possible now: %(state)s.") % {"state": exchange.get_state_display()})
    return exchange


@action(title=_("Write into the shift log"), at=lambda *, unit, **_rest: unit.pk)
def write_log(
    *,
    unit: Unit,
    text: str,
    corrects: LogEntry | None = None,
    event: CityEvent | None = None,
    drill: bool = False,
) -> LogEntry:
    """An entry for ever; a correction is another entry that names the one it corrects.

    :raises InvalidInput: ``text``; ``corrects`` or ``event`` if it is another desk's
    """
    for field, thing in (("corrects", corrects), ("event", event)):
        if thing is not None and thing.unit_id != unit.pk:
            raise InvalidInput(_("This is another desk's."), field=field, code="command.other_desk")
    entry = LogEntry(
        unit=unit,
        text=given(text, "text", most=2000),
        corrects=corrects,
        event=event,
        drill=drill or bool(event and event.drill),
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    entry.save()
    return entry


@action(title=_("Hand the desk over"), at=at_slot)
def hand_over(*, slot: DutySlot, text: str) -> HandOver:
    """Leave to the next shift what it must know, with what is open at this moment; a clock runs until it accepts.

    :raises InvalidInput: ``text``
    :raises Conflict: if it is another's turn, nobody took that post, or it was handed over already
    """
    slot = DutySlot.objects.select_for_update(of=("self",)).select_related("post").get(pk=slot.pk)
    me = current_asker().account_id
    if slot.account_id != me or slot.arrived_at is None:
        raise wrong_state(_("Only who took this post hands it over."))
    if slot.hand_overs.exists():
        raise wrong_state(_("This turn was handed over already."))
    now = timezone.now()
    waiting = CityEvent.objects.filter(unit_id=slot.unit_id, merged_into=None)
    waiting = waiting.exclude(state__in=("closed", "withdrawn"))[:MOST_OPEN]
    row = HandOver(
        slot=slot,
        unit_id=slot.unit_id,
        text=given(
            text, "text", _("Say what the next shift must know, or that there is nothing."), most=2000
        ),
        open_events=[
            {"id": one.pk, "words": f"{'【演练】' if one.drill else ''}{one}", "state": one.state}
            for one in waiting
        ],
        offered_at=now,
        offered_by_id=me,
        due_at=max(now, slot.ends_at) + timedelta(minutes=limit("duty", "hand_over_minutes")),
    )
    row.save()
    return row


@action(title=_("Accept the desk"), at=lambda *, hand_over, **_rest: hand_over.unit_id)
def accept_hand_over(*, hand_over: HandOver, remark: str = "") -> HandOver:
    """Only somebody who has taken the same post in a later turn accepts.

    :raises Conflict: if it is accepted already, or the asker is not of the next shift
    """
    found = HandOver.objects.select_for_update(of=("self",)).select_related("slot")
    hand_over = found.get(pk=hand_over.pk)
    if hand_over.accepted_at is not None:
        raise wrong_state(_("This was accepted already."))
    me = current_asker().account_id
    if me is None or me == hand_over.offered_by_id or not _is_next(hand_over.slot, me):
        raise wrong_state(_("Only who has taken this post next accepts."), _("Take your post first."))
    hand_over.remark = optional(remark, "remark", most=500)
    hand_over.accepted_at, hand_over.accepted_by_id = timezone.now(), me
    hand_over.save()
    if hand_over.late_at:
        clear(unit_id=hand_over.unit_id, about=_about(hand_over))
    return hand_over


def _is_next(slot: DutySlot, account: int) -> bool:
    """Whether an account has taken the same post in a later turn."""
    later = DutySlot.objects.filter(post_id=slot.post_id, starts_at__gt=slot.starts_at)
    return later.filter(account_id=account, arrived_at__isnull=False).exists()


@action(title=_("Note the hand-overs that nobody accepts"), at=Reach.EVERYWHERE)
def note_late_hand_overs(*, now: datetime | None = None) -> int:
    """Note each once, and tell who leads the desk; returns how many are new."""
    moment = now or timezone.now()
    late = HandOver.objects.filter(accepted_at=None, late_at=None, due_at__lt=moment).select_related(
        "slot__post"
    )
    for row in (found := list(late)):
        row.late_at = moment
        row.save()
        tell(
            unit_id=row.unit_id,
            role=LEADER,
            subject=f"交班无人接班：{row.slot.post.title}",
            text=f"{local_day(row.slot.starts_at):%Y-%m-%d} 班次已交班，超过时限无人接班。",
            page=reverse("command:duty"),
            about=_about(row),
            weight="urgent",
        )
    return len(found)


def _about(row: HandOver) -> str:
    return f"command hand-over {row.pk}"
