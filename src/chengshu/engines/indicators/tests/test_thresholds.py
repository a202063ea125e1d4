"""Four colours, dated: who sets them, what is refused, and which hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chengshu.engines.indicators.api import evaluate, lint, set_thresholds
from chengshu.engines.indicators.colours import Colour, colour_of, thresholds_on
from chengshu.engines.indicators.data import Thresholds
from chengshu.engines.indicators.models import IndicatorThresholds
from chengshu.engines.indicators.tests.counting import RATE, known, stored, this_year, variant
from chengshu.foundation.errors import InvalidInput, Refused

DAY = date(2025, 1, 1)
OF_RATE = Thresholds(DAY, "Decision 1", Decimal(95), Decimal(90), Decimal(80), Decimal(60))
ENGLISH = {"accept-language": "en"}


def put(**limits: Decimal | None) -> IndicatorThresholds:
    return set_thresholds(name=RATE.name, valid_from=DAY, source="Decision 2", **limits)


@pytest.mark.parametrize("persona", ["resident", "reviewer", "unit_officer", "other_department_officer"])
def test_only_who_answers_for_the_number_sets_them(as_persona: Callable[[str], Any], persona: str) -> None:
    with known(RATE), pytest.raises(Refused), as_persona(persona):
        put(red=Decimal(1))


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({}, "indicators.thresholds_empty"),
        ({"blue": Decimal(60), "red": Decimal(90)}, "indicators.thresholds_order"),
        ({"yellow": Decimal(60), "orange": Decimal(60)}, "indicators.thresholds_order"),
        ({"red": Decimal(10) ** 18}, "indicators.too_large"),
    ],
)
def test_what_makes_no_sense_is_refused(db: None, limits: dict[str, Decimal], code: str) -> None:
    with known(RATE), pytest.raises(Exception, match=r".") as wrong:
        put(**limits)
    assert getattr(wrong.value, "code", "") == code


def test_without_a_source_they_are_refused(db: None) -> None:
    with known(RATE), pytest.raises(InvalidInput) as wrong:
        set_thresholds(name=RATE.name, valid_from=DAY, source="  ", red=Decimal(1))
    assert wrong.value.field == "source"


@pytest.mark.parametrize(
    ("value", "colour"),
    [("100", "green"), ("95", "blue"), ("94.9999", "blue"), ("90", "yellow"), ("61", "orange"), ("0", "red")],
)
def test_where_higher_is_better_a_colour_begins_below(value: str, colour: str) -> None:
    assert colour_of(RATE, OF_RATE, Decimal(value)) == colour


@pytest.mark.parametrize(
    ("value", "colour"), [("0", "green"), ("1", "blue"), ("2", "yellow"), ("99", "yellow")]
)
def test_where_lower_is_better_it_begins_above_and_a_colour_may_lack(value: str, colour: str) -> None:
    limits = Thresholds(DAY, "x", blue=Decimal(1), yellow=Decimal(2))
    assert colour_of(variant(direction="lower"), limits, Decimal(value)) == colour


def test_no_number_and_no_thresholds_have_no_colour() -> None:
    assert colour_of(RATE, OF_RATE, None) is None
    assert colour_of(RATE, None, Decimal(1)) is None


def test_those_in_force_on_the_day_count_and_the_owners_come_before_the_definitions(db: None) -> None:
    declared = replace(RATE, thresholds=(OF_RATE,))
    assert thresholds_on(declared, [], date(2024, 12, 31)) is None
    assert thresholds_on(declared, [], DAY) == OF_RATE
    with known(declared):
        set_thresholds(name=RATE.name, valid_from=date(2025, 6, 1), source="Decision 3", red=Decimal(50))
        set_thresholds(name=RATE.name, valid_from=date(2025, 6, 1), source="Decision 4", red=Decimal(40))
    rows = list(IndicatorThresholds.objects.all())
    assert thresholds_on(declared, rows, date(2025, 5, 31)) == OF_RATE
    assert thresholds_on(declared, rows, date(2025, 6, 1)).source == "Decision 4"  # type: ignore[union-attr]


def test_a_definition_with_thresholds_out_of_order_is_named() -> None:
    wrong = replace(RATE, thresholds=(Thresholds(DAY, "x", blue=Decimal(1), red=Decimal(9)),))
    assert "thresholds" in {problem.code for problem in lint(wrong)}


def test_they_are_set_on_the_page_and_colour_the_list(db: None, signed_in: Callable[[str], Client]) -> None:
    stored("ok 1", "late 2")
    with known(RATE):
        evaluate(name=RATE.name, period=this_year())
        client, today = signed_in("department_officer"), timezone.localdate()
        path = f"/indicators/{RATE.name}/thresholds/"
        typed = {"orange": "70", "red": "60", "valid_from": today.isoformat(), "source": "Decision 9"}
        for name, wrong in (
            ("red", "NaN"),
            ("red", "1e3"),
            ("valid_from", "soon"),
            ("source", ""),
            ("orange", "10"),
        ):
            answer = client.post(path, {**typed, name: wrong}, headers=ENGLISH)
            assert answer.status_code == 422, (name, wrong)
        assert client.post(path, typed).status_code == 302
        page = client.get(f"/indicators/{RATE.name}/", headers=ENGLISH).content.decode()
        assert "Decision 9" in page
        assert "≤ 60 %" in page
        listed = client.get("/indicators/?q=files+fine", headers=ENGLISH).content.decode()
        assert "Red" in listed
        assert client.get(path).status_code == 405
        assert signed_in("reviewer").post(path, typed).status_code == 403
    assert [*Colour][-1] is Colour.RED
