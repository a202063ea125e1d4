"""Cards: raised by the platform and by supervisors, answered and appealed by the unit, settled by somebody else.

A card itself is never written twice. What a unit can do is add its reply and its appeal; nothing of what it does can
change or take away a card, and its database role could not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.action import Reach, action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.events.bus import emit
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision.applications import facts_of
from chengshu.scenes.supervision.clocks import working_days_after
from chengshu.scenes.supervision.events import CardRaised
from chengshu.scenes.supervision.judging import Sign, signs, trigger_of_card, warnings
from chengshu.scenes.supervision.models import Card, CardLevel, CardOrigin, CardStep, Rating, StepKind
from chengshu.scenes.supervision.models_cards import ENDED
from chengshu.scenes.supervision.rules import RuleBook, Trigger, rule_book
from chengshu.scenes.supervision.texts import given

CAUSES: Final = {
    "The promised limit is exceeded": "promised",
    "The limit of a step is exceeded": "step",
    "The legal limit is exceeded": "legal",
    "A yellow card was not answered in time": "uncorrected",
}
"""The engine tells the cause of a card in words; these are the English ones."""
BATCH: Final = 200


@action(title=_("Take over the cards of the case engine"), at=Reach.EVERYWHERE)
def take_over_cards(*, at: datetime | None = None) -> int:
    """Raise a card of supervision for each card that a clock of a case raised; returns how many were new."""
    now = at or timezone.now()
    with translation.override("en"):
        found = [(card, CAUSES.get(str(card.cause), "")) for card in cases.cards(open_only=True, most=500)]
    known = set(Card.objects.exclude(engine_card_id=None).values_list("engine_card_id", flat=True))
    book, taken = rule_book(local_day(now)), 0
    for card, cause in found[::-1]:
        if card.card_id in known or not cause:
            continue
        trigger = trigger_of_card(cause, str(card.clock), book)
        view = cases.case_view(card.case_id)
        row = _new(trigger, CardOrigin.CLOCK, f"case:{card.case_id} clock-card:{card.card_id}", now)
        row.unit_id, row.engine_card_id, row.correct_by = view.unit_id, card.card_id, card.correct_by
        row.level = card.colour
        row.evidence, row.simulated = str(card.clock), view.simulated
        row.case_id, row.case_number, row.case_title = card.case_id, card.number, card.title
        taken += _keep(row)
    return taken


@action(title=_("Raise signs in a case"), at=Reach.EVERYWHERE)
def raise_signs(*, case_id: int, at: datetime | None = None) -> int:
    """Look through the history of a case and raise a card for each breach that is new; returns how many.

    The cases of supervision itself are left out.
    """
    now = at or timezone.now()
    return _raise(case_id, "history", now)


@action(title=_("Warn of near limits"), at=Reach.EVERYWHERE)
def raise_warnings(*, at: datetime | None = None) -> int:
    """预警: warn of every running clock of which little is left, once each; returns how many were new."""
    now = at or timezone.now()
    near = cases.cases(light="yellow", size=BATCH).items
    return sum(_raise(line.case_id, "warnings", now) for line in near)


@action(title=_("Clear warnings"), at=Reach.EVERYWHERE)
def clear_warnings(*, at: datetime | None = None) -> int:
    """End the warnings whose case is ended or no longer near a limit; returns how many."""
    now, cleared = at or timezone.now(), 0
    for card in open_cards().filter(level=CardLevel.WARNING)[:BATCH]:
        if not _is_near(card, now):
            _step(card, StepKind.CLEARED, "", now)
            cleared += 1
    return cleared


@action(title=_("Turn uncorrected cards red"), at=Reach.EVERYWHERE)
def escalate_cards(*, at: datetime | None = None) -> int:
    """Raise a red card for each yellow one whose time for correction ran out; returns how many.

    The cards of clocks are escalated by the case engine itself and come in as its cards do.
    """
    now, raised = at or timezone.now(), 0
    late = waiting_cards(now)
    for card in late[:BATCH]:
        trigger = rule_book(local_day(now)).triggers["uncorrected"]
        row = _new(trigger, CardOrigin.ESCALATION, f"card:{card.pk}", now)
        _copy_case(row, card)
        row.precursor, row.evidence = card, card.trigger
        raised += _keep(row)
        _step(card, StepKind.ESCALATED, "", now)
    return raised


@action(title=_("Raise a card"), at=lambda *, unit, **_rest: unit.pk)
def raise_card(
    *, unit: Unit, trigger: str, level: str, evidence: str, note: str = "", case_id: int | None = None
) -> Card:
    """A supervisor raises a card against a unit for what was found.

    :param trigger: key of a rule of supervision
    :param level: ``yellow`` or ``red``
    :raises InvalidInput: ``trigger``, ``level`` or ``evidence``
    """
    now = timezone.now()
    rule = rule_book(local_day(now)).triggers.get(trigger)
    if rule is None:
        raise InvalidInput(_("There is no such rule."), field="trigger", code="supervision.trigger")
    if level not in (CardLevel.YELLOW, CardLevel.RED):
        raise InvalidInput(_("Choose yellow or red."), field="level", code="supervision.level")
    row = _new(rule, CardOrigin.PERSON, f"person:{now.isoformat()}", now)
    row.unit, row.level, row.raised_by_id = unit, level, current_asker().account_id
    row.evidence = given(evidence, "evidence", _("Say what was found and where."), most=500)
    row.note = note.strip()[:5000]
    if case_id is not None:
        _tie(row, case_id)
    row.correct_by = _correct_by(level, now)
    _keep(row)
    return row


@action(title=_("Reply to a card"), at=lambda *, card, **_rest: card.unit_id)
def reply_card(*, card: Card, text: str) -> CardStep:
    """The unit says what was wrong and what it has put right. A card of a clock is answered in its case as well.

    :raises Conflict: if the card is ended or was answered
    """
    now = timezone.now()
    _insist_open(card, without=(StepKind.REPLIED, StepKind.APPEALED))
    words = given(text, "text", _("Say what happened and what was put right."), most=5000)
    if card.engine_card_id is not None and any(
        one.card_id == card.engine_card_id for one in cases.cards(case_id=card.case_id)
    ):
        cases.reply_supervision(card_id=card.engine_card_id, reply=words)
    return _step(card, StepKind.REPLIED, words, now)


@action(title=_("Appeal a card"), at=lambda *, card, **_rest: card.unit_id)
def appeal_card(*, card: Card, text: str) -> CardStep:
    """申诉: the unit asks for a review, in time and once.

    :raises Conflict: if it is too late, or it has been appealed
    """
    now = timezone.now()
    if card.level in (CardLevel.LEAD, CardLevel.WARNING):
        raise Conflict(_("Only yellow and red cards can be appealed."), code="supervision.no_card")
    if card.steps.filter(kind=StepKind.APPEALED).exists():
        raise Conflict(_("This card has been appealed."), code="supervision.appealed")
    _insist_open(card)
    days = rule_book(local_day(now)).figure("appeal_within_wd")
    if now > working_days_after(card.raised_at, days):
        raise Conflict(
            _("The time for an appeal is over: %(days)s working days.") % {"days": days},
            code="supervision.appeal_late",
            hint=_("Reply to the card instead."),
        )
    words = given(text, "text", _("Say why the card is wrong."), most=5000)
    return _step(card, StepKind.APPEALED, words, now)


@action(title=_("Settle an appeal"), at=lambda *, card, **_rest: card.unit_id)
def settle_appeal(*, card: Card, withdrawn: bool, reason: str) -> CardStep:
    """复核: uphold the card or withdraw it.

    :raises Refused: to whoever raised the card or appealed it
    :raises Conflict: if no appeal is open
    """
    now, me = timezone.now(), current_asker().account_id
    appeal = card.steps.filter(kind=StepKind.APPEALED).last()
    if appeal is None or _last(card) != StepKind.APPEALED:
        raise Conflict(_("No appeal is open."), code="supervision.no_appeal")
    if me is not None and me in (card.raised_by_id, appeal.by_id):
        raise Refused(
            _("An appeal is reviewed by somebody else than who raised the card or appealed it."),
            code="supervision.own_card",
            hint=_("Ask a colleague of supervision."),
        )
    words = given(reason, "reason", _("Give the reason."), most=5000)
    return _step(card, StepKind.WITHDRAWN if withdrawn else StepKind.UPHELD, words, now)


@action(title=_("Accept the correction"), at=lambda *, card, **_rest: card.unit_id)
def accept_correction(*, card: Card, note: str = "") -> CardStep:
    """Supervision is satisfied with the reply; the card is ended and stays on record.

    :raises Conflict: if there is no reply
    """
    if _last(card) != StepKind.REPLIED:
        raise Conflict(_("The unit has not replied."), code="supervision.no_reply")
    return _step(card, StepKind.ACCEPTED, note.strip()[:5000], timezone.now())


@action(title=_("Make a card of a lead"), at=lambda *, card, **_rest: card.unit_id)
def confirm_lead(*, card: Card, level: str, note: str) -> Card:
    """A person has looked at a lead and raises a card for it.

    :raises Conflict: if it is no open lead
    """
    now = timezone.now()
    _insist_lead(card)
    if level not in (CardLevel.YELLOW, CardLevel.RED):
        raise InvalidInput(_("Choose yellow or red."), field="level", code="supervision.level")
    words = given(note, "note", _("Say what was checked."), most=5000)
    row = _new(rule_book(local_day(now)).triggers[card.trigger], CardOrigin.PERSON, card.about, now)
    _copy_case(row, card)
    row.level, row.precursor, row.evidence, row.note = level, card, card.evidence, words
    row.raised_by_id, row.correct_by = current_asker().account_id, _correct_by(level, now)
    _keep(row)
    _step(card, StepKind.CONFIRMED, words, now)
    return row


@action(title=_("Dismiss a lead"), at=lambda *, card, **_rest: card.unit_id)
def dismiss_lead(*, card: Card, note: str) -> CardStep:
    """A person has looked at a lead and found nothing wrong."""
    _insist_lead(card)
    words = given(note, "note", _("Say what was checked."), most=5000)
    return _step(card, StepKind.DISMISSED, words, timezone.now())


def raise_rating_lead(rating: Rating, code: str, trigger_key: str, now: datetime) -> int:
    """Within an action: a detail code of a bad rating points to a breach; a person looks at it."""
    trigger = rule_book(local_day(now)).triggers[trigger_key]
    row = _new(trigger, CardOrigin.RATING, f"rating:{rating.pk} {code}", now)
    row.level, row.unit_id, row.evidence, row.correct_by = CardLevel.LEAD, rating.unit_id, code, None
    row.simulated = rating.simulated
    if rating.application.case_id:
        _tie(row, rating.application.case_id)
    return _keep(row)


def open_cards() -> QuerySet[Card]:
    """Cards that are not ended, each with its last step as ``last``."""
    return with_last(Card.objects.all()).exclude(last__in=ENDED)  # type: ignore[misc]


def waiting_cards(now: datetime) -> QuerySet[Card]:
    """Yellow cards of other origins than a clock whose time for correction ran out without a reply."""
    late = open_cards().filter(level=CardLevel.YELLOW, correct_by__lt=now, engine_card_id=None)
    return last_is(late, StepKind.NOTIFIED, StepKind.UPHELD)


def last_is(found: QuerySet[Card], *kinds: StepKind) -> QuerySet[Card]:
    """Of cards with their last step, those where it is of one of these kinds."""
    return found.filter(last__in=kinds)  # type: ignore[misc]


def with_last(found: QuerySet[Card]) -> QuerySet[Card]:
    """The cards with the kind of their last step as ``last``."""
    last = CardStep.objects.filter(card=OuterRef("pk")).order_by("-id").values("kind")[:1]
    return found.annotate(last=Coalesce(Subquery(last), Value("")))


def _is_near(card: Card, now: datetime) -> bool:
    """Whether what a warning is about is still near its limit."""
    if card.case_id is None:
        return False
    _view, facts = facts_of(card.case_id)
    near = warnings(facts, rule_book(local_day(now)))
    return card.about in {f"case:{card.case_id} {sign.about}" for sign in near}


def _raise(case_id: int, what: str, now: datetime) -> int:
    view, facts = facts_of(case_id)
    if what == "history" and view.definition.startswith("supervision."):
        return 0
    book = rule_book(local_day(now))
    found: tuple[Sign, ...] = warnings(facts, book) if what == "warnings" else signs(facts, book)
    raised = 0
    for sign in found:
        row = _new(sign.trigger, CardOrigin.HISTORY, f"case:{case_id} {sign.about}", now)
        if what == "warnings":
            row.origin = CardOrigin.CLOCK
        row.unit_id, row.evidence, row.simulated = view.unit_id, sign.evidence[:500], view.simulated
        row.case_id, row.case_number, row.case_title = case_id, view.number, view.title
        raised += _keep(row)
    return raised


def _new(trigger: Trigger, origin: CardOrigin, about: str, now: datetime) -> Card:
    level = trigger.level.value
    row = Card(trigger=trigger.key, level=level, origin=origin, about=about[:200], raised_at=now)
    row.correct_by = _correct_by(level, now)
    return row


def _correct_by(level: str, now: datetime, book: RuleBook | None = None) -> datetime | None:
    if level not in (CardLevel.YELLOW, CardLevel.RED):
        return None
    rules = book or rule_book(local_day(now))
    return working_days_after(now, rules.figure("correct_within_wd"))


def _keep(card: Card) -> int:
    """Save it and notify the unit, unless this very card was raised before; how many were saved."""
    if Card.objects.filter(trigger=card.trigger, about=card.about, level=card.level).exists():
        return 0
    card.save()
    if card.level != CardLevel.LEAD:
        _step(card, StepKind.NOTIFIED, "", card.raised_at)
    emit(CardRaised(card=card.pk, unit=card.unit_id, level=card.level))
    return 1


def _tie(card: Card, case_id: int) -> None:
    view = cases.case_view(case_id)
    card.case_id, card.case_number, card.case_title = case_id, view.number, view.title


def _copy_case(card: Card, other: Card) -> None:
    card.unit_id, card.simulated = other.unit_id, other.simulated
    card.case_id, card.case_number, card.case_title = other.case_id, other.case_number, other.case_title


def _step(card: Card, kind: StepKind, text: str, now: datetime) -> CardStep:
    row = CardStep(
        card=card, unit_id=card.unit_id, kind=kind, text=text, at=now, by_id=current_asker().account_id
    )
    row.save()
    return row


def _last(card: Card) -> str | None:
    last = card.steps.order_by("id").last()
    return last.kind if last else None


def _insist_open(card: Card, without: tuple[StepKind, ...] = ()) -> None:
    last = _last(card)
    if last in ENDED or last in without:
        raise Conflict(
            _("This card is no longer open for that."),
            code="supervision.card_ended",
            hint=_("Reload the page to see how it stands."),
        )


def _insist_lead(card: Card) -> None:
    if card.level != CardLevel.LEAD or _last(card) is not None:
        raise Conflict(_("This is no open lead."), code="supervision.no_lead")
