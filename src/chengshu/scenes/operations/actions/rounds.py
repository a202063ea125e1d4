"""Inspection plans and their rounds, walked with a phone: place, checked points, photos, faults that become tickets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput, Words
from chengshu.foundation.files.models import File
from chengshu.scenes.operations.actions.tickets import open_ticket
from chengshu.scenes.operations.models import (
    Channel,
    Rhythm,
    Round,
    RoundCheck,
    RoundPlan,
    RoundState,
    Seen,
    Service,
    Severity,
    Ticket,
)
from chengshu.scenes.operations.periods import period_of
from chengshu.scenes.operations.reckoning.places import distance_m
from chengshu.scenes.operations.texts import given, in_order, one_of, optional, whose

MOST_POINTS = 60


@action(title=_("Plan inspection rounds"), at=lambda *, service, **_rest: service.unit_id)
def plan_rounds(
    *,
    service: Service,
    title: str,
    points: Sequence[str],
    rhythm: str,
    starts_on: date,
    ends_on: date | None = None,
    place: str = "",
    lat: Decimal | None = None,
    lng: Decimal | None = None,
    radius_m: int = 200,
    needs_photo: bool = True,
) -> RoundPlan:
    """Say what is looked at, where and how often; the first round is there at once if it has begun.

    :param points: the questions, such as ``机房温度在18–27℃之间``
    :param lat: with ``lng`` the place that a round must be begun at, in degrees
    :param radius_m: how far from it one may be
    :raises InvalidInput: by field
    """
    asked = [given(one, "points", "", most=200) for one in points if one.strip()]
    if not 1 <= len(asked) <= MOST_POINTS:
        raise InvalidInput(
            _("Write down what is to be looked at, one point in each line."),
            field="points",
            code="operations.points",
        )
    if (lat is None) is not (lng is None):
        raise InvalidInput(
            _("A place has both latitude and longitude."), field="lat", code="operations.place"
        )
    in_order(starts_on, ends_on, "ends_on")
    plan = RoundPlan(
        contract=service.contract,
        service=service,
        unit_id=service.unit_id,
        supplier_id=service.supplier_id,
        title=given(title, "title", _("Say in a few words what is inspected."), most=200),
        points=asked,
        rhythm=one_of(rhythm, Rhythm.values, "rhythm"),
        needs_photo=needs_photo,
        place=optional(place, "place", most=200),
        lat=lat,
        lng=lng,
        radius_m=radius_m,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    plan.save()
    _open(plan, timezone.localdate())
    return plan


@action(title=_("Open the rounds that are due"), at=Reach.EVERYWHERE)
def open_rounds(*, on: date | None = None) -> int:
    """The round of each plan for the period that a day is in; returns how many are new."""
    day = on or timezone.localdate()
    plans = RoundPlan.objects.filter(starts_on__lte=day, contract__closed_on=None)
    return sum(_open(plan, day) for plan in plans)


def _open(plan: RoundPlan, day: date) -> bool:
    """Whether a round was made. One whose period began before the plan is not asked for in full: it is not made."""
    first, last = period_of(plan.rhythm, day)
    first = max(first, plan.starts_on)
    if plan.starts_on > day or (plan.ends_on and day > plan.ends_on):
        return False
    if Round.objects.filter(plan=plan, last_day=last).exists():
        return False
    Round(
        plan=plan, unit_id=plan.unit_id, supplier_id=plan.supplier_id, first_day=first, last_day=last
    ).save()
    return True


@action(title=_("Begin a round"), at=lambda *, walk, **_rest: whose(walk, "operations.begin_round"))
def begin_round(
    *, walk: Round, lat: Decimal | None = None, lng: Decimal | None = None, far_because: str = ""
) -> Round:
    """Begin where the plan wants it. Away from there, or without a position, only with a reason that stays visible.

    :raises Conflict: if it is begun
    :raises InvalidInput: ``far_because``
    """
    plan = walk.plan
    if walk.state != RoundState.DUE:
        raise Conflict(_("This round has been begun."), code="operations.round_begun")
    reason = optional(far_because, "far_because", most=300)
    if plan.lat is not None and plan.lng is not None:
        walk.distance_m = None if lat is None or lng is None else distance_m(lat, lng, plan.lat, plan.lng)
        if (walk.distance_m is None or walk.distance_m > plan.radius_m) and not reason:
            raise _too_far(walk.distance_m, plan.radius_m)
    walk.lat, walk.lng, walk.far_because = lat, lng, reason
    walk.state, walk.begun_at, walk.by_id = RoundState.BEGUN, timezone.now(), current_asker().account_id
    walk.save()
    return walk


def _too_far(distance: int | None, radius: int) -> InvalidInput:
    message: Words
    if distance is None:
        message = _("The place of this round must be proven.")
    else:
        message = _("You are %(distance)s m away; this round begins within %(radius)s m of its place.") % {
            "distance": distance,
            "radius": radius,
        }
    return InvalidInput(
        message,
        field="far_because",
        code="operations.too_far",
        hint=_("Go there and share the position, or write down why that is not possible."),
    )


@action(title=_("Check a point"), at=lambda *, walk, **_rest: whose(walk, "operations.record_check"))
def record_check(
    *,
    walk: Round,
    point: int,
    seen: str,
    note: str = "",
    photo: File | None = None,
    severity: str = Severity.MINOR,
) -> RoundCheck:
    """Take down what was seen at a point; a fault becomes a ticket. A correction is another entry.

    :param point: its place in the plan, from 0
    :raises Conflict: if the round is not begun, or done
    :raises InvalidInput: ``point``, ``seen``, or ``note`` of a fault
    """
    _insist_begun(walk)
    points = walk.plan.points
    if not 0 <= point < len(points):
        raise InvalidInput(_("There is no such point."), field="point", code="operations.point")
    seen = one_of(seen, Seen.values, "seen")
    note = given(note, "note", _("Say what is wrong."), most=500) if seen == Seen.FAULT else note
    row = RoundCheck(
        round=walk,
        unit_id=walk.unit_id,
        supplier_id=walk.supplier_id,
        point=point,
        seen=seen,
        note=optional(note, "note", most=500),
        photo=photo.content if photo else None,
        ticket=_ticket(walk, points[point], note, severity) if seen == Seen.FAULT else None,
        checked_at=timezone.now(),
        by_id=current_asker().account_id,
    )
    row.save()
    return row


def _ticket(walk: Round, point: str, note: str, severity: str) -> Ticket:
    me = current_asker()
    with asking(system("operations: found on a round", me.channel)):
        return open_ticket(
            service=walk.plan.service,
            title=note[:200],
            severity=severity,
            channel=Channel.INSPECTION,
            description=f"{walk.plan.title}：{point}",
            place=walk.plan.place,
            dedup=f"round:{walk.pk}:{point}"[:120],
            simulated=walk.simulated,
        )


@action(title=_("Finish a round"), at=lambda *, walk, **_rest: whose(walk, "operations.finish_round"))
def finish_round(*, walk: Round) -> Round:
    """End a round whose points are all checked, with a photo where the plan wants one.

    :raises Conflict: names what is lacking
    """
    _insist_begun(walk)
    checks = list(walk.checks.all())
    checked = {one.point for one in checks}
    if lacking := [text for at, text in enumerate(walk.plan.points) if at not in checked]:
        raise Conflict(
            _("Still to be checked: %(points)s.") % {"points": "；".join(lacking)},
            code="operations.unchecked",
        )
    if walk.plan.needs_photo and not any(one.photo_id for one in checks):
        raise Conflict(
            _("This round needs a photo."), code="operations.no_photo", hint=_("Add one to a point.")
        )
    walk.state, walk.done_at = RoundState.DONE, timezone.now()
    walk.save()
    return walk


def _insist_begun(walk: Round) -> None:
    if walk.state != RoundState.BEGUN:
        raise Conflict(
            _("This round is not under way."),
            code="operations.not_begun",
            hint=_("Begin it at its place."),
        )


def days_over(walk: Round, on: date) -> int:
    """Days since a round should have been done; 0 while it is in time."""
    end = timezone.localdate(walk.done_at) if walk.done_at else on
    return max(0, (end - walk.last_day) // timedelta(days=1))
