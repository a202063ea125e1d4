"""Suggestion letters (监察建议书)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import action
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.supervision.keeping import keep
from chengshu.scenes.supervision.letters import Letter, LetterCard, letter_pdf
from chengshu.scenes.supervision.models import Card, CardLevel, SuggestionLetter
from chengshu.scenes.supervision.rules import rule_book
from chengshu.scenes.supervision.texts import given


@action(title=_("Issue a suggestion letter"), at=lambda *, unit, **_rest: unit.pk)
def issue_letter(
    *, unit: Unit, card_ids: Sequence[int], findings: str, suggestions: str, reply_by: date
) -> SuggestionLetter:
    """Advise a unit in writing, with the cards that it is about.

    :raises InvalidInput: ``card_ids``, ``findings``, ``suggestions`` or ``reply_by``
    """
    now = timezone.now()
    cards = list(Card.objects.filter(pk__in=card_ids, unit=unit).order_by("raised_at"))
    if len(cards) != len(set(card_ids)) or any(card.level == CardLevel.LEAD for card in cards):
        raise InvalidInput(
            _("These are no cards of this unit."), field="card_ids", code="supervision.letter_cards"
        )
    if reply_by <= local_day(now):
        raise InvalidInput(_("Choose a day to come."), field="reply_by", code="supervision.reply_by")
    row = SuggestionLetter(
        unit=unit,
        number=_number(now.year),
        cards=[card.pk for card in cards],
        findings=given(findings, "findings", _("Say what was found."), most=4000),
        suggestions=given(suggestions, "suggestions", _("Say what should be put right."), most=4000),
        reply_by=reply_by,
        issued_at=now,
        issued_by_id=current_asker().account_id,
    )
    content = letter_pdf(_letter(row, unit, cards))
    row.content = keep(content, "application/pdf")
    row.digest = row.content.sha256
    row.save()
    return row


def _letter(row: SuggestionLetter, unit: Unit, cards: Sequence[Card]) -> Letter:
    triggers = rule_book(local_day(row.issued_at)).triggers
    return Letter(
        number=row.number,
        unit_name=unit.name,
        organiser_name=current_asker().unit_name or "政务服务监督",
        cards=tuple(
            LetterCard(
                level=card.level,
                trigger=triggers[card.trigger].title if card.trigger in triggers else card.trigger,
                case_number=card.case_number,
                evidence=card.evidence,
                raised_at=card.raised_at,
            )
            for card in cards
        ),
        findings=row.findings,
        suggestions=row.suggestions,
        reply_by=row.reply_by,
        issued_at=row.issued_at,
        simulated=any(card.simulated for card in cards),
    )


def _number(year: int) -> str:
    """The next number of the year; two at the same moment cannot both keep it (unique)."""
    prefix = f"政务监察建〔{year}〕"
    taken = SuggestionLetter.objects.filter(number__startswith=prefix).values_list("number", flat=True)
    numbers = [int(text.removeprefix(prefix).removesuffix("号")) for text in taken]
    return f"{prefix}{max(numbers, default=0) + 1}号"
