"""Cards: what nobody may do with them, how they come to be, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from chengshu.engines.cases import api as cases
from chengshu.foundation.asking import asking
from chengshu.foundation.errors import Conflict, InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services.tests.building import decide, hear
from chengshu.scenes.supervision import queries
from chengshu.scenes.supervision.actions import (
    accept_correction,
    appeal_card,
    clear_warnings,
    confirm_lead,
    dismiss_lead,
    escalate_cards,
    raise_card,
    raise_signs,
    raise_warnings,
    reply_card,
    settle_appeal,
    take_over_cards,
)
from chengshu.scenes.supervision.models import Card, CardLevel, CardOrigin, CardStep, StepKind
from chengshu.scenes.supervision.tests.building import case_of, decided, filed, keep, late


def a_card(level: str = "yellow", unit: str = "data-bureau") -> Card:
    return raise_card(
        unit=Unit.objects.get(key=unit), trigger="other", level=level, evidence="窗口无人值守二十分钟"
    )


def last(card: Card) -> str:
    return str(card.steps.order_by("id").last().kind)


@pytest.mark.parametrize("persona", ["section_head", "department_head", "reviewer", "window_clerk"])
def test_nobody_of_a_unit_raises_settles_or_accepts(cast: Cast, persona: str) -> None:
    card = a_card()
    tries = (
        lambda: a_card(),
        lambda: settle_appeal(card=card, withdrawn=True, reason="撤销"),
        lambda: accept_correction(card=card),
        lambda: dismiss_lead(card=card, note="无问题"),
        lambda: confirm_lead(card=card, level="red", note="属实"),
    )
    for attempt in tries:
        with pytest.raises(Refused), asking(cast[persona].asker()):
            attempt()


def test_a_unit_cannot_touch_its_card_even_inside_its_own_action(cast: Cast) -> None:
    card = a_card()
    with asking(cast["department_head"].asker()):
        reply_card(card=card, text="已安排专人值守")
    for statement in ("UPDATE supervision_card SET level = 'lead'", "DELETE FROM supervision_cardstep"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_another_unit_neither_sees_a_card_nor_replies_to_it(cast: Cast) -> None:
    card = a_card(unit="finance-bureau")
    with asking(cast["section_head"].asker()):
        assert not queries.cards().exists()
        with pytest.raises(Refused):
            reply_card(card=card, text="代为答复")


def test_who_raised_a_card_does_not_review_the_appeal(cast: Cast) -> None:
    with asking(cast["supervisor"].asker()):
        card = a_card()
    with asking(cast["department_head"].asker()):
        appeal_card(card=card, text="当日系统停机")
    with pytest.raises(Refused) as caught, asking(cast["supervisor"].asker()):
        settle_appeal(card=card, withdrawn=False, reason="维持")
    assert caught.value.code == "supervision.own_card"


def test_a_card_is_appealed_once_and_in_time(cast: Cast) -> None:
    card = a_card()
    appeal_card(card=card, text="当日系统停机")
    with pytest.raises(Conflict) as caught:
        appeal_card(card=card, text="再次申诉")
    assert caught.value.code == "supervision.appealed"
    old = Card(unit=card.unit, trigger="other", level="red", origin="person", about="old")
    old.raised_at = timezone.now() - timedelta(days=30)
    with pytest.raises(Conflict) as caught:
        appeal_card(card=keep(old), text="迟到的申诉")
    assert caught.value.code == "supervision.appeal_late"


def test_an_empty_reply_is_refused(db: None) -> None:
    with pytest.raises(InvalidInput):
        reply_card(card=a_card(), text="  ")


def test_an_appeal_settled_by_somebody_else_withdraws_the_card(cast: Cast) -> None:
    card = a_card()
    with asking(cast["department_head"].asker()):
        appeal_card(card=card, text="当日系统停机")
    with asking(cast["supervisor"].asker()):
        settle_appeal(card=card, withdrawn=True, reason="停机记录属实")
    assert last(card) == StepKind.WITHDRAWN
    with pytest.raises(Conflict):
        reply_card(card=card, text="已整改")


def test_a_reply_that_supervision_accepts_ends_the_card(cast: Cast) -> None:
    card = a_card()
    with asking(cast["department_head"].asker()):
        reply_card(card=card, text="已安排专人值守")
    with asking(cast["supervisor"].asker()):
        accept_correction(card=card)
    assert last(card) == StepKind.ACCEPTED
    assert not queries.cards(state="open").filter(pk=card.pk).exists()


def test_a_yellow_card_that_is_not_corrected_turns_red_once(db: None) -> None:
    card = a_card()
    then = timezone.now() + timedelta(days=20)
    assert escalate_cards(at=then) == 1
    assert escalate_cards(at=then) == 0
    red = Card.objects.get(precursor=card)
    assert (red.level, red.trigger, red.origin) == (CardLevel.RED, "uncorrected", CardOrigin.ESCALATION)
    assert last(card) == StepKind.ESCALATED


def test_a_card_that_was_answered_in_time_stays_yellow(db: None) -> None:
    card = a_card()
    reply_card(card=card, text="已安排专人值守")
    assert escalate_cards(at=timezone.now() + timedelta(days=20)) == 0


def test_cards_of_clocks_come_over_once_and_are_answered_in_the_case_too(cast: Cast) -> None:
    found = filed(cast)
    decide(case_of(found), "check", "accept")
    late()
    first = take_over_cards()
    assert first >= 1
    assert take_over_cards() == 0
    card = Card.objects.filter(trigger="promised_exceeded").get()
    assert (card.level, card.origin, card.case_id) == (CardLevel.YELLOW, CardOrigin.CLOCK, case_of(found))
    with asking(cast["department_head"].asker()):
        reply_card(card=card, text="已加派人手办结")
    answered = [one for one in cases.cards(open_only=False) if one.card_id == card.engine_card_id]
    assert [one.reply for one in answered] == ["已加派人手办结"]


def test_a_legal_limit_exceeded_is_red(cast: Cast) -> None:
    found = filed(cast)
    decide(case_of(found), "check", "accept")
    late()
    take_over_cards()
    assert Card.objects.get(trigger="legal_exceeded").level == CardLevel.RED


def test_a_second_supplement_is_a_red_card_as_it_happens(cast: Cast) -> None:
    found = filed(cast)
    case_id = case_of(found)
    for _time in range(2):
        decide(case_id, "check", "supplement", "缺少总平面图")
        decide(case_id, "supplement", "resubmit")
    card = Card.objects.get(trigger="second_supplement")
    assert (card.level, card.unit.key) == (CardLevel.RED, "data-bureau")
    assert raise_signs(case_id=case_id) == 0


def test_a_refusal_with_a_reason_raises_nothing(cast: Cast) -> None:
    found = filed(cast)
    decide(case_of(found), "check", "not_ours", "不属于本机关职权范围")
    hear()
    assert not Card.objects.exists()


def test_a_decision_in_time_raises_nothing(cast: Cast) -> None:
    decided(cast)
    assert (raise_warnings(), take_over_cards()) == (0, 0)
    assert not Card.objects.exists()


def test_a_lead_becomes_a_card_only_by_a_person(cast: Cast) -> None:
    lead = keep(
        Card(
            unit=Unit.objects.get(key="data-bureau"),
            trigger="extra_demands",
            level=CardLevel.LEAD,
            origin=CardOrigin.RATING,
            about="rating:1 109",
            raised_at=timezone.now(),
        )
    )
    with pytest.raises(Conflict):
        appeal_card(card=lead, text="不属实")
    with asking(cast["supervisor"].asker()):
        card = confirm_lead(card=lead, level="yellow", note="调取材料清单核实")
    assert (card.level, card.precursor_id, last(lead)) == ("yellow", lead.pk, StepKind.CONFIRMED)
    with pytest.raises(Conflict):
        dismiss_lead(card=lead, note="重复处理")


def test_warnings_end_by_themselves_when_nothing_is_near_any_more(db: None) -> None:
    warning = keep(
        Card(
            unit=Unit.objects.get(key="data-bureau"),
            trigger="limit_near",
            level=CardLevel.WARNING,
            origin=CardOrigin.CLOCK,
            about="case:1 gone",
            raised_at=timezone.now(),
        )
    )
    assert warning.case_id is None
    assert clear_warnings() == 1
    assert last(warning) == StepKind.CLEARED


def test_every_step_names_who_took_it(cast: Cast) -> None:
    card = a_card()
    with asking(cast["department_head"].asker()):
        reply_card(card=card, text="已安排专人值守")
    assert CardStep.objects.get(kind=StepKind.REPLIED).by == cast["department_head"].account
