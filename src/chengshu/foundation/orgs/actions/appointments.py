"""Appointments: who holds a post, from when to when, regular or acting."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.identity.models import Account
from chengshu.foundation.orgs.models import Appointment, AppointmentKind, Post


@action(title=_("Appoint"), at=lambda *, post, **_rest: post.unit_id)
def appoint(
    *,
    account: Account,
    post: Post,
    starts_on: date,
    ends_on: date | None,
    kind: AppointmentKind = AppointmentKind.REGULAR,
    reason: str = "",
) -> Appointment:
    """Appoint an account to a post from one day to another, both included.

    :raises InvalidInput: if the days are in the wrong order, or acting has no end or no reason
    :raises Conflict: if the post or its unit is closed, the account is disabled, holds the post then already, or
        would hold roles that must stay separate
    :raises Refused: for the asker's own account
    """
    _check_days(starts_on, ends_on, kind, reason)
    _check_post(post, starts_on, ends_on)
    if not account.is_active:
        raise Conflict(_("This account is disabled."), code="account_disabled")
    same = Appointment.objects.filter(account=account, post=post).exclude(ends_on__lt=starts_on)
    if ends_on is not None:
        same = same.filter(starts_on__lte=ends_on)
    if same.exists():
        raise Conflict(_("The account holds this post in that time already."), code="appointment_overlap")
    appointment = Appointment(
        account=account, post=post, starts_on=starts_on, ends_on=ends_on, kind=kind, reason=reason.strip()
    )
    appointment.save()
    return appointment


def _check_days(starts_on: date, ends_on: date | None, kind: str, reason: str) -> None:
    if kind not in AppointmentKind.values:
        raise InvalidInput(_("Choose regular or acting."), field="kind", code="appointment_kind")
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(_("The last day is before the first."), field="ends_on", code="day_order")
    if kind == AppointmentKind.ACTING and ends_on is None:
        raise InvalidInput(_("Acting has a last day."), field="ends_on", code="acting_end")
    if kind == AppointmentKind.ACTING and not reason.strip():
        raise InvalidInput(_("Say for whom and why somebody acts."), field="reason", code="reason_missing")


def _check_post(post: Post, starts_on: date, ends_on: date | None) -> None:
    last = ends_on or starts_on
    if not (post.is_open(starts_on) and post.is_open(last)) or (post.closed_on and ends_on is None):
        raise Conflict(_("The post is closed then."), code="post_closed")
    valid_to = post.unit.valid_to
    if valid_to is not None and (ends_on is None or ends_on > valid_to):
        raise Conflict(_("“%(unit)s” is closed.") % {"unit": post.unit.name}, code="unit_closed")


@action(title=_("End an appointment"), at=lambda *, appointment, **_rest: appointment.post.unit_id)
def end_appointment(*, appointment: Appointment, on: date, reason: str) -> Appointment:
    """End an appointment after a day; an appointment that has not begun by then never runs.

    :param on: the last day
    :raises Conflict: if it has ended by then already
    """
    if appointment.ends_on is not None and appointment.ends_on <= on:
        raise Conflict(_("It ends by then already."), code="appointment_ended")
    if not reason.strip():
        raise InvalidInput(_("Say why."), field="reason", code="reason_missing")
    if appointment.starts_on > on:
        if appointment.starts_on <= timezone.localdate():
            raise InvalidInput(_("The last day is before the first."), field="on", code="day_order")
        appointment.delete()
        return appointment
    appointment.ends_on = on
    appointment.save()
    return appointment
