"""Suggestion letters: who may not issue one, what is refused, what is printed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chengshu.foundation.asking import asking
from chengshu.foundation.errors import InvalidInput, Refused
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.testing.personas import Cast
from chengshu.scenes.supervision import queries
from chengshu.scenes.supervision.actions import issue_letter
from chengshu.scenes.supervision.models import SuggestionLetter
from chengshu.scenes.supervision.tests.test_cards import a_card


def a_letter(**changes: object) -> SuggestionLetter:
    card = a_card()
    given: dict[str, object] = {
        "unit": card.unit,
        "card_ids": [card.pk],
        "findings": "窗口多次无人值守。",
        "suggestions": "建立值守轮换制度。",
        "reply_by": timezone.localdate() + timedelta(days=10),
    }
    return issue_letter(**{**given, **changes})  # type: ignore[arg-type]


def test_a_unit_issues_no_letter(cast: Cast) -> None:
    a_card()
    with pytest.raises(Refused), asking(cast["department_head"].asker()):
        issue_letter(
            unit=Unit.objects.get(key="data-bureau"),
            card_ids=[],
            findings="无",
            suggestions="无",
            reply_by=timezone.localdate() + timedelta(days=1),
        )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"card_ids": [10**9]}, "card_ids"),
        ({"findings": ""}, "findings"),
        ({"suggestions": " "}, "suggestions"),
        ({"reply_by": timezone.localdate()}, "reply_by"),
    ],
)
def test_what_does_not_fit_is_refused(db: None, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        a_letter(**changes)
    assert caught.value.field == field


def test_a_letter_is_numbered_printed_and_seen_by_its_unit(cast: Cast) -> None:
    first, second = a_letter(), a_letter()
    year = timezone.localdate().year
    assert [first.number, second.number] == [f"政务监察建〔{year}〕1号", f"政务监察建〔{year}〕2号"]
    with first.content.open() as stored:
        assert stored.read().startswith(b"%PDF")
    with asking(cast["section_head"].asker()):
        assert queries.letters().count() == 2
    with asking(cast["handling_unit_officer"].asker()):
        assert queries.letters().count() == 0
