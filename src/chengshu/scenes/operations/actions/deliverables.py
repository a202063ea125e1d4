"""Deliverables of contracts: what is due, what was handed over, and what the named post said of it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.files.models import File
from chengshu.foundation.orgs.models import Appointment, Post, Unit
from chengshu.scenes.operations.keeping import save_once
from chengshu.scenes.operations.models import (
    Acceptance,
    Contract,
    Deliverable,
    DeliverableKind,
    Delivery,
    Outcome,
)
from chengshu.scenes.operations.texts import given, one_of, optional, whose


@action(title=_("Add a deliverable"), at=lambda *, contract, **_rest: contract.unit_id)
def add_deliverable(
    *,
    contract: Contract,
    title: str,
    kind: str,
    due_on: date | None,
    post: Post | None,
    source: str,
    simulated: bool = False,
) -> Deliverable:
    """Say what the contract has to hand over, by when, and which post of the unit accepts it.

    :param due_on: None: not known yet; its timeliness is not examined
    :raises Conflict: if the contract is closed, or knows a deliverable of this title and day
    :raises InvalidInput: by field
    """
    title = given(title, "title", _("As the contract calls it."), most=200)
    if contract.closed_on is not None:
        raise Conflict(_("This contract is closed."), code="operations.closed")
    if contract.deliverables.filter(title=title, due_on=due_on, withdrawn_at=None).exists():
        raise Conflict(
            _("The contract has this deliverable for this day already."), code="operations.same_deliverable"
        )
    row = Deliverable(
        contract=contract,
        unit_id=contract.unit_id,
        supplier_id=contract.supplier_id,
        title=title,
        kind=one_of(kind, DeliverableKind.values, "kind"),
        due_on=due_on,
        post=_post_of(contract.unit, post),
        source=given(source, "source", _("Name the clause of the contract."), most=300),
        simulated=simulated,
    )
    row.save()
    return row


@action(
    title=_("Name who accepts, and by when it is due"), at=lambda *, deliverable, **_rest: deliverable.unit_id
)
def name_acceptor(*, deliverable: Deliverable, post: Post, due_on: date | None = None) -> Deliverable:
    """Name the post that accepts it; and the day it is due, where nobody had said one.

    :raises Conflict: if it is withdrawn, or has a day already and another is given
    :raises InvalidInput: ``post`` if it is another unit's
    """
    _require_open(deliverable)
    if due_on is not None and deliverable.due_on not in (None, due_on):
        raise Conflict(
            _("The day it is due is not changed."),
            code="operations.due_day",
            hint=_("Withdraw it with a reason, and add it anew."),
        )
    deliverable.post = _post_of(deliverable.unit, post)
    deliverable.due_on = deliverable.due_on or due_on
    deliverable.save()
    return deliverable


@action(title=_("Withdraw a deliverable"), at=lambda *, deliverable, **_rest: deliverable.unit_id)
def withdraw_deliverable(*, deliverable: Deliverable, reason: str) -> Deliverable:
    """It is not owed after all, or was entered wrongly. It stays readable with the reason, and counts no more.

    :raises Conflict: if it is withdrawn, or anything was handed over
    :raises InvalidInput: ``reason``
    """
    _require_open(deliverable)
    if deliverable.deliveries.exists():
        raise Conflict(
            _("Something was handed over; it can no longer be withdrawn."), code="operations.handed_over"
        )
    deliverable.withdrawn_because = given(reason, "reason", _("Say why it is not owed."), most=500)
    deliverable.withdrawn_at = timezone.now()
    deliverable.save()
    return deliverable


@action(
    title=_("Hand over a deliverable"),
    at=lambda *, deliverable, **_rest: whose(deliverable, "operations.hand_over"),
)
def hand_over(*, deliverable: Deliverable, file: File, note: str = "") -> Delivery:
    """Hand over the deliverable, or again after it was returned or had to be reworked. Now is when it happens.

    :raises Conflict: if it is withdrawn, accepted, or waits for a decision
    """
    _require_open(deliverable)
    last = deliverable.deliveries.select_related("acceptance").first()
    decided = Acceptance.objects.filter(delivery=last).first() if last else None
    undecided = Conflict(_("What was handed over waits for a decision."), code="operations.undecided")
    if last is not None and decided is None:
        raise undecided
    if decided is not None and decided.outcome == Outcome.ACCEPTED:
        raise Conflict(_("This deliverable is accepted."), code="operations.accepted")
    row = Delivery(
        deliverable=deliverable,
        unit_id=deliverable.unit_id,
        supplier_id=deliverable.supplier_id,
        number=last.number + 1 if last else 1,
        file_name=file.name,
        content=file.content,
        note=optional(note, "note", most=500),
        delivered_at=timezone.now(),
        by_id=current_asker().account_id,
    )
    save_once(row, undecided)
    return row


@action(title=_("Accept or return a delivery"), at=lambda *, delivery, **_rest: delivery.unit_id)
def accept_delivery(*, delivery: Delivery, outcome: str, reason: str = "") -> Acceptance:
    """The named post accepts what was handed over, has it reworked, or returns it; the two latter with a reason.

    :raises Refused: if the asker does not hold the post, or handed it over
    :raises Conflict: if it was decided, or nobody has named the post
    :raises InvalidInput: ``outcome`` or ``reason``
    """
    post, me = delivery.deliverable.post, current_asker().account_id
    if post is None:
        raise Conflict(
            _("Nobody has named the post that accepts it."),
            code="operations.no_acceptor",
            hint=_("Name it on the page of the deliverable."),
        )
    if me is not None and delivery.by_id == me:
        raise Refused(_("Whoever handed it over does not accept it."), code="operations.own_delivery")
    _require_held(post, me)
    is_decided = Conflict(_("This delivery was decided."), code="operations.decided")
    if Acceptance.objects.filter(delivery=delivery).exists():
        raise is_decided
    outcome = one_of(outcome, Outcome.values, "outcome")
    needed = outcome != Outcome.ACCEPTED
    row = Acceptance(
        delivery=delivery,
        unit_id=delivery.unit_id,
        supplier_id=delivery.supplier_id,
        outcome=outcome,
        reason=given(reason, "reason", _("Say what is wrong with it."), most=500)
        if needed
        else optional(reason, "reason", most=500),
        post=post,
        decided_at=timezone.now(),
        by_id=me,
    )
    save_once(row, is_decided)
    return row


def _require_held(post: Post, account_id: int | None) -> None:
    today = timezone.localdate()
    held = Appointment.objects.filter(post=post, starts_on__lte=today).filter(
        Q(ends_on=None) | Q(ends_on__gte=today)
    )
    if account_id is None or not held.filter(account_id=account_id).exists():
        raise Refused(
            _("Only the post “%(post)s” accepts it.") % {"post": post.title},
            code="operations.acceptor",
            hint=_("Ask its holder, or have another post named."),
        )


def _require_open(deliverable: Deliverable) -> None:
    if deliverable.withdrawn_at is not None:
        raise Conflict(_("This deliverable is withdrawn."), code="operations.withdrawn")


def _post_of(unit: Unit, post: Post | None) -> Post | None:
    """A post of the unit that ordered it, or of one above it."""
    if post is None:
        return None
    if not (unit.path.startswith(post.unit.path) and post.is_open(timezone.localdate())):
        raise InvalidInput(
            _("This is no post of the unit that ordered it, nor of one above it."),
            field="post",
            code="operations.post",
        )
    return post
