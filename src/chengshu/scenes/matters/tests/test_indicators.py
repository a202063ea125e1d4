"""The list of powers taken on: what makes one, what does not, and what stands behind the number."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.engines.indicators import api as indicators
from chengshu.engines.indicators.data import budget_year
from chengshu.foundation.orgs.base_data import load_base_data
from chengshu.foundation.orgs.models import Unit
from chengshu.scenes.matters import actions
from chengshu.scenes.matters.models import DelegatedPower

NAME = "matters.taken_on_lists"
OURS = [one for one in indicators.definitions() if one.name.startswith("matters.")]


@pytest.fixture(autouse=True)
def _district(db: None) -> None:
    load_base_data()


def taken_on(unit: str = "data-bureau", **more: Any) -> DelegatedPower:
    """A line of the ledger with everything that the list asks for."""
    given = {"name": "测试事权", "manner": "devolved", "document_number": "穗府令〔2024〕1号", **more}
    return actions.record_delegated_power(unit=Unit.objects.get(key=unit), **given)


def value() -> Decimal | None:
    return indicators.compute(name=NAME, period=budget_year(timezone.localdate().year)).value


@pytest.mark.parametrize("definition", OURS, ids=lambda one: one.name)
def test_a_definition_is_sound_in_words_and_in_the_database(definition: Any) -> None:
    assert indicators.lint(definition) == []
    assert indicators.problems_in_database(definition) == []


def test_without_a_list_there_is_no_number() -> None:
    taken_on()
    assert value() is None


def test_lines_that_nobody_sorted_make_no_list() -> None:
    taken_on(document_number="")
    given_back = taken_on()
    actions.return_power(power=given_back, returned_on=date(2025, 1, 1), reason="上级收回")
    assert actions.make_list(kind="taken_on").count == 0
    assert value() == 0


def test_the_list_of_all_units_counts_once_and_shows_its_lines(signed_in: Any, as_persona: Any) -> None:
    taken_on("data-bureau", from_authority="广州市规划和自然资源局")
    with as_persona("section_head"):
        actions.make_list(kind="taken_on")
    taken_on("finance-bureau", name="外单位事权", manner="authorised")
    with as_persona("section_head"):
        assert not DelegatedPower.objects.filter(name="外单位事权").exists()
        made = actions.make_list(kind="taken_on")
    assert [(row["name"], row["why"]) for row in made.rows] == [
        ("测试事权", "下放、广州市规划和自然资源局、穗府令〔2024〕1号"),
        ("外单位事权", "授权、穗府令〔2024〕1号"),
    ]
    seen = indicators.evaluate(name=NAME, period=budget_year(timezone.localdate().year))
    lines = indicators.records_of(seen.id).lines
    assert (seen.value, [(line.key, line.url) for line in lines]) == (
        1,
        [("taken_on", "/matters/lists/taken_on/?version=2")],
    )
    client: Client = signed_in("section_head")
    page = client.get(lines[0].url).content.decode()
    assert "穗府令〔2024〕1号" in page
    assert "外单位事权" in client.get("/matters/public/lists/taken_on/").content.decode()
