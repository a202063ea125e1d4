"""Ratings: left by citizens, followed up when they are bad, and never touched again by anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.calendar import local_day
from chengshu.foundation.codes import phone as read_phone
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.events.bus import emit
from chengshu.foundation.identity.models import Account
from chengshu.foundation.masking import clear_value, put
from chengshu.hub.services.models import Application
from chengshu.scenes.supervision import applications
from chengshu.scenes.supervision.actions.cards import raise_rating_lead
from chengshu.scenes.supervision.applications import Rateable
from chengshu.scenes.supervision.clocks import working_days_after
from chengshu.scenes.supervision.events import RatingLeft
from chengshu.scenes.supervision.models import (
    BadRating,
    BadRatingState,
    CallBack,
    Invitation,
    Rating,
    RatingChannel,
    TouchPoint,
    Treatment,
)
from chengshu.scenes.supervision.rating_codes import level_of
from chengshu.scenes.supervision.rules import rule_book
from chengshu.scenes.supervision.sampling.calling import INTERVIEWS, Disposition
from chengshu.scenes.supervision.texts import optional
from chengshu.scenes.supervision.tickets import application_of

PROCESS: Final = "supervision.bad_rating"


@action(title=_("Leave a rating"), at=Reach.ANYONE, sensitive=("ticket", "name", "phone"))
def leave_rating(
    *,
    ticket: str,
    touch_point: str,
    level: int,
    channel: str = RatingChannel.PC,
    details: Sequence[str] = (),
    comment: str = "",
    name: str = "",
    phone: str = "",
) -> Rating:
    """Rate the service that one met; voluntary, once for each touch point, and final.

    :param ticket: proof that the application is the person's: see ``tickets``
    :param level: 5 to 1; there is no default
    :param details: detail codes of that level
    :param phone: for being called back; kept sealed
    :raises Missing: if the ticket is false or too old
    :raises Conflict: ``supervision.rated`` if this touch point was rated
    :raises InvalidInput: ``level``, ``details``, ``touch_point``, ``channel``, ``comment`` or ``phone``
    """
    application_id = application_of(ticket)
    chosen = applications.rateable(application_id)
    _insist_rateable(chosen, touch_point)
    row = Rating(
        application_id=application_id,
        number=chosen.number,
        unit_id=chosen.unit_id,
        local_code=chosen.local_code,
        matter_name=chosen.matter_name,
        touch_point=touch_point,
        channel=_channel(channel),
        level=_level(level),
        details=_details(level, details),
        comment=optional(comment, "comment", most=1000),
        rated_people=applications.rated_people(application_id),
        left_at=timezone.now(),
        simulated=chosen.simulated,
    )
    put(row, "name", optional(name, "name", most=60))
    put(row, "phone", read_phone(phone, field="phone").value if phone.strip() else "")
    _keep(row)
    emit(RatingLeft(rating=row.pk, level=row.level))
    return row


@action(title=_("Follow up a bad rating"), at=Reach.EVERYWHERE)
def follow_rating(*, rating_id: int) -> int:
    """Open the case of a bad rating and note its leads; returns the case's id. A second time changes nothing."""
    rating = Rating.objects.select_related("application", "unit").get(pk=rating_id)
    if not rating.is_bad:
        raise Conflict(_("This rating is not a bad one."), code="supervision.not_bad")
    known = BadRating.objects.filter(rating=rating).first()
    if known is not None:
        return known.case_id
    now = timezone.now()
    book = rule_book(local_day(now))
    case_id = cases.open_case(
        definition=PROCESS,
        unit_id=rating.unit_id,
        title=str(_("Bad rating of %(number)s") % {"number": rating.number}),
        variables={
            "rating": rating.pk,
            "number": rating.number,
            "level": rating.level,
            "rated": _usernames(rating.rated_people),
            "rectify_limit": f"{book.figure('rectify_within_wd')}wd",
        },
        simulated=rating.simulated,
    )
    BadRating(rating=rating, unit_id=rating.unit_id, case_id=case_id, opened_at=now).save()
    for code in rating.details:
        if code in book.leads:
            raise_rating_lead(rating, code, book.leads[code], now)
    return case_id


@action(title=_("Note a step of a bad rating"), at=Reach.EVERYWHERE)
def note_rating_step(
    *, rating_id: int, state: str, handler: str = "", treatment: str = "", at: datetime | None = None
) -> BadRating:
    """What the case of a bad rating says of itself as it goes on; called by its service tasks alone.

    :param state: one of ``BadRatingState``
    """
    row = BadRating.objects.select_for_update().get(rating_id=rating_id)
    now = at or timezone.now()
    row.state = BadRatingState(state)
    if handler:
        row.handler = handler[:150]
    if row.state == BadRatingState.RECTIFYING and row.rectify_from is None:
        row.confirmed, row.rectify_from = True, now
        days = rule_book(local_day(now)).figure("rectify_within_wd")
        row.due_at = working_days_after(now, days)
    if row.state == BadRatingState.REVIEW:
        row.confirmed = False
    if row.state == BadRatingState.FEEDBACK:
        row.rectified_at = now
        row.treatment = treatment if treatment in Treatment.values else row.treatment
    if row.state == BadRatingState.CLOSED:
        row.closed_at = now
    row.save()
    return row


@action(title=_("Record a call-back"), at=lambda *, rating, **_rest: rating.unit_id)
def record_call_back(
    *, rating: Rating, disposition: str, is_satisfied: bool | None = None, note: str = ""
) -> CallBack:
    """回访: one call to whoever rated, with how it ended.

    :param disposition: one of AAPOR's final codes
    :param is_satisfied: with what was done about it; only when somebody spoke
    :raises InvalidInput: ``disposition``, or ``is_satisfied`` where it does not fit it
    """
    if disposition not in set(Disposition):
        raise InvalidInput(
            _("Choose how the call ended."), field="disposition", code="supervision.disposition"
        )
    spoke = Disposition(disposition) in INTERVIEWS
    if spoke is (is_satisfied is None):
        raise InvalidInput(
            _("Say whether the citizen is satisfied now, if and only if you spoke to each other."),
            field="is_satisfied",
            code="supervision.satisfied",
        )
    row = CallBack(
        rating=rating,
        unit_id=rating.unit_id,
        disposition=disposition,
        is_satisfied=is_satisfied,
        note=optional(note, "note", most=1000),
        at=timezone.now(),
        by_id=current_asker().account_id,
    )
    row.save()
    return row


@action(title=_("Reveal who rated"), at=lambda *, rating, **_rest: rating.unit_id)
def reveal_evaluator(*, rating: Rating, purpose: str) -> str:
    """The phone of whoever left a bad rating, for calling back; who looked and for what stays in the audit chain.

    :raises Conflict: if the rating is not a bad one, or no phone was given
    """
    if not rating.is_bad or not rating.phone_sealed:
        raise Conflict(
            _("There is nobody to call back."),
            code="supervision.no_call_back",
            hint=_("Only who left a bad rating and a phone is called."),
        )
    return clear_value(record=rating, field="phone", purpose=purpose)


@action(title=_("Invite to rate"), at=Reach.EVERYWHERE)
def invite_to_rate(*, at: datetime | None = None) -> int:
    """Note an invitation for every application closed some days ago and not rated; returns how many.

    No channel carries invitations yet: the note says so, and the application's page offers the rating meanwhile.
    """
    now = at or timezone.now()
    until = now - timedelta(days=rule_book(local_day(now)).figure("invite_after_days"))
    rated = set(Rating.objects.values_list("application_id", flat=True))
    invited = set(Invitation.objects.values_list("application_id", flat=True))
    waiting = applications.closed_between(until - timedelta(days=30), until).exclude(pk__in=rated | invited)
    count = 0
    for application in waiting.exclude(status__in=("2", "14"))[:500]:
        _invitation(application, now).save()
        count += 1
    return count


def _invitation(application: Application, now: datetime) -> Invitation:
    assert application.closed_at is not None
    return Invitation(
        application=application, unit_id=application.unit_id, closed_at=application.closed_at, invited_at=now
    )


def _keep(row: Rating) -> None:
    """Save it; of two at the same moment one is refused by the table itself."""
    try:
        with transaction.atomic(), asking(system("supervision", current_asker().channel)):
            row.save()
    except IntegrityError as error:
        raise _rated() from error


def _insist_rateable(chosen: Rateable, touch_point: str) -> None:
    if touch_point in chosen.rated:
        raise _rated()
    if touch_point not in TouchPoint.values or touch_point not in chosen.touch_points:
        raise InvalidInput(
            _("This cannot be rated yet, or not at all."),
            field="touch_point",
            code="supervision.touch_point",
            hint=_("A service can be rated once something was decided."),
        )


def _rated() -> Conflict:
    return Conflict(
        _("This has been rated already."),
        code="supervision.rated",
        hint=_("Each service is rated once; nobody can change a rating afterwards."),
    )


def _level(value: int) -> int:
    if level_of(value) is None:
        raise InvalidInput(
            _("Choose how satisfied you are."), field="level", code="supervision.level", hint=""
        )
    return value


def _details(value: int, codes: Sequence[str]) -> list[str]:
    level = level_of(value)
    known = {detail.code for detail in level.details} if level else set()
    if not set(codes) <= known:
        raise InvalidInput(
            _("These details do not belong to the level."), field="details", code="supervision.details"
        )
    return sorted(set(codes))


def _channel(value: str) -> str:
    if value not in RatingChannel.values:
        raise InvalidInput(_("There is no such channel."), field="channel", code="supervision.channel")
    return value


def _usernames(account_ids: Sequence[int]) -> list[str]:
    return sorted(Account.objects.filter(pk__in=account_ids).values_list("username", flat=True))
