"""The rules as data: dated, marked, overridable; the signs in a case; the score."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chengshu.foundation.errors import InvalidFile
from chengshu.scenes.supervision.judging import CaseFacts, ClockFact, signs, trigger_of_card, warnings
from chengshu.scenes.supervision.rules import MARKS, Level, own_file, rule_book
from chengshu.scenes.supervision.scoring import score

DAY = date(2025, 3, 3)


def _keys(facts: CaseFacts) -> list[tuple[str, Level]]:
    return [(sign.trigger.key, sign.level) for sign in signs(facts, rule_book(DAY))]


def test_a_broken_file_of_the_city_is_named(settings: Any) -> None:
    own_file().parent.mkdir(parents=True)
    own_file().write_text("[[figure]\n")
    with pytest.raises(InvalidFile) as caught:
        rule_book(DAY)
    assert caught.value.code == "supervision.rules"


def test_every_rule_has_a_source_and_a_mark_that_is_explained() -> None:
    book = rule_book(DAY)
    for rule in (*book.triggers.values(), *book.figures.values()):
        assert rule.source
        assert rule.mark in MARKS


def test_unverified_thresholds_say_so() -> None:
    book = rule_book(DAY)
    for key in ("score_start", "score_yellow", "score_red", "score_floor", "correct_within_wd"):
        assert book.figures[key].mark == "U"


def test_a_city_sets_its_own_from_a_day_on(settings: Any) -> None:
    own_file().parent.mkdir(parents=True)
    own_file().write_text(
        '[[figure]]\nkey="rectify_within_wd"\nvalue=5\nunit="工作日"\nsource="本市"\nmark="V"\nvalid_from=2025-06-01\n'
    )
    assert rule_book(date(2025, 5, 31)).figure("rectify_within_wd") == 15
    assert rule_book(date(2025, 6, 1)).figure("rectify_within_wd") == 5


def test_a_lawful_case_gives_no_sign() -> None:
    facts = CaseFacts(
        ("1", "6", "7", "3", "13"), (("13", "缺少排水设施竣工图"),), channel="portal", online=True
    )
    assert _keys(facts) == []


@pytest.mark.parametrize(
    ("status", "key"),
    [("5", "not_accepted_unreasoned"), ("4", "not_accepted_unreasoned"), ("13", "refused_unreasoned")],
)
def test_a_no_without_a_reason_is_a_sign(status: str, key: str) -> None:
    assert _keys(CaseFacts(("1", status), ((status, "  "),))) == [(key, Level.YELLOW)]
    assert _keys(CaseFacts(("1", status), ((status, "不属于本机关职权"),))) == []


def test_a_second_supplement_is_red() -> None:
    assert _keys(CaseFacts(("1", "6", "7", "6", "7", "3"))) == [("second_supplement", Level.RED)]


def test_an_online_matter_at_the_window_is_only_a_lead() -> None:
    assert _keys(CaseFacts(channel="window", online=True)) == [("offline_instead_of_online", Level.LEAD)]
    assert _keys(CaseFacts(channel="window", online=False)) == []


def test_a_fee_beyond_the_guide_is_red() -> None:
    assert _keys(CaseFacts(fee_charged=Decimal(10))) == [("unauthorised_fee", Level.RED)]
    assert _keys(CaseFacts(fee_charged=Decimal(10), fee_listed=Decimal(10))) == []
    assert _keys(CaseFacts(fee_charged=Decimal(0))) == []


def test_a_paused_clock_warns_of_nothing() -> None:
    near = ClockFact("promised", "承诺时限", "yellow", is_running=True)
    paused = ClockFact("legal", "法定时限", "yellow", is_running=True, is_paused=True)
    found = warnings(CaseFacts(clocks=(near, paused)), rule_book(DAY))
    assert [sign.about for sign in found] == ["promised:承诺时限"]


def test_a_late_preliminary_review_has_a_trigger_of_its_own() -> None:
    book = rule_book(DAY)
    assert trigger_of_card("step", "初审并报送", book).key == "preliminary_exceeded"
    assert trigger_of_card("step", "现场踏勘", book).key == "step_exceeded"
    assert trigger_of_card("legal", "", book).level is Level.RED
    assert trigger_of_card("uncorrected", "", book).level is Level.RED


def test_the_score_counts_the_gravest_card_of_each_case_and_stops_at_the_floor() -> None:
    book = rule_book(DAY)
    assert score([], book).value == 100
    assert (
        score([("case:1", Level.YELLOW), ("case:1", Level.RED), ("case:2", Level.YELLOW)], book).value == 93
    )
    assert score([("case:1", Level.WARNING), ("case:2", Level.LEAD)], book).value == 100
    assert score([(f"case:{n}", Level.RED) for n in range(50)], book).value == 0
