"""Whom work is given to: by suggestion, user name or shown name; nobody is ever guessed."""

from __future__ import annotations

import pytest
from django.utils import timezone

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.inbox.people import choices, chosen


@pytest.mark.parametrize("text", ["", "   ", "没有这个人", "谁 (nobody.at.all)", "()", "\x00"])
def test_whoever_is_not_there_is_not_chosen(text: str, cast: Cast) -> None:
    with pytest.raises(InvalidInput) as refused:
        chosen(text, field="person_2")
    assert refused.value.field == "person_2"


def test_a_shown_name_that_two_people_have_chooses_nobody(cast: Cast) -> None:
    for name in ("reviewer", "supervisor"):
        account = cast[name].account
        account.title = "值班岗"
        type(account).objects.filter(pk=account.pk)
    suggestion = f"任何称呼 ({cast['reviewer'].account.username})"
    assert chosen(suggestion) == cast["reviewer"].account
    with pytest.raises(InvalidInput):
        chosen("值班岗")


def test_full_width_brackets_are_understood(cast: Cast) -> None:
    assert chosen(f"审查岗（{cast['reviewer'].account.username}）") == cast["reviewer"].account


def test_people_of_the_units_concerned_come_first(cast: Cast) -> None:
    near, far = cast["reviewer"], cast["supervisor"]
    unit_id = near.asker().unit_id
    assert unit_id is not None
    names = [choice.value for choice in choices([unit_id], timezone.localdate()) if "(" in choice.value]
    place = {name: number for number, name in enumerate(names)}
    of = {persona: f"{persona.account.title} ({persona.account.username})" for persona in (near, far)}
    assert place[of[near]] < place[of[far]]
