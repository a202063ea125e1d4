"""What people type into forms becomes a value, or an error beside its field that says what to type instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from chengshu.foundation.asking import asking, system
from chengshu.foundation.calendar import SHANGHAI
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web import typed

READERS: tuple[Callable[[str, str], Any], ...] = (
    typed.whole,
    typed.maybe_whole,
    typed.signed,
    typed.maybe_number,
    typed.day,
    typed.maybe_day,
    typed.moment,
    typed.maybe_moment,
    typed.time_of_day,
)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (typed.whole, " 12 ", 12),
        (typed.whole, "999999999", 999_999_999),
        (typed.maybe_whole, " ", None),
        (typed.signed, "−3", -3),
        (typed.signed, "+3", 3),
        (typed.maybe_number, "1，234.50", Decimal("1234.50")),
        (typed.maybe_number, "-0.5", Decimal("-0.5")),
        (typed.maybe_number, "", None),
        (typed.day, " 2026-02-17 ", date(2026, 2, 17)),
        (typed.maybe_day, "", None),
        (typed.moment, "2026-03-11T09:30", datetime(2026, 3, 11, 9, 30, tzinfo=SHANGHAI)),
        (typed.moment, "2026-03-11T01:30Z", datetime(2026, 3, 11, 1, 30, tzinfo=UTC)),
        (typed.maybe_moment, "", None),
        (typed.time_of_day, "08:30", time(8, 30)),
    ],
)
def test_what_was_typed_is_read(read: Callable[[str, str], Any], text: str, value: object) -> None:
    assert read(text, "field") == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (typed.whole, ""),
        (typed.whole, "-1"),
        (typed.whole, "1.0"),
        (typed.whole, "１２"),
        (typed.whole, "1000000000"),
        (typed.signed, "--1"),
        (typed.signed, "-"),
        (typed.maybe_number, "1e10"),
        (typed.maybe_number, "NaN"),
        (typed.maybe_number, "Infinity"),
        (typed.maybe_number, "十"),
        (typed.day, "2026-02-30"),
        (typed.day, ""),
        (typed.moment, "0001-01-01T00:00"),
        (typed.moment, "9999-12-31T23:59"),
        (typed.moment, "tomorrow"),
        (typed.time_of_day, "25:00"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(read: Callable[[str, str], Any], text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text, "field")
    assert refused.value.field == "field"
    assert str(refused.value.hint).startswith("Such as ")


def _field_of_error(read: Callable[[str, str], Any], text: str) -> str | None:
    try:
        read(text, "field")
    except InvalidInput as error:
        return error.field
    return None


@pytest.mark.parametrize("read", READERS)
@given(text=st.text(max_size=30))
def test_any_text_is_a_value_or_an_error_of_its_field(read: Callable[[str, str], Any], text: str) -> None:
    assert _field_of_error(read, text) in (None, "field")


def test_a_choice_is_one_of_those_offered() -> None:
    rows = [SimpleNamespace(pk=1), SimpleNamespace(pk=2)]
    assert typed.picked(rows, "2", "post").pk == 2
    assert typed.maybe_picked(rows, " ", "post") is None
    for text in ("3", "0", "", "two", "9" * 40):
        with pytest.raises(InvalidInput) as refused:
            typed.picked(rows, text, "post")
        assert refused.value.field == "post"
    assert [typed.chosen(text) for text in ("7", "", "-7", "９", "9" * 15)] == [7, 0, 0, 0, 0]


def test_an_error_stands_beside_its_field_and_above_the_form() -> None:
    error = InvalidInput("Wrong.", field="minutes", hint="Such as 3.")
    assert typed.errors(None) == {"errors": {}, "error_list": []}
    assert typed.errors(error) == {
        "errors": {"minutes": "Wrong. Such as 3."},
        "error_list": [("id_minutes", "Wrong. Such as 3.")],
    }
    assert typed.errors(error, "extend")["error_list"] == [("id_extend_minutes", "Wrong. Such as 3.")]
    assert typed.errors(Conflict("Ended."), "extend")["error_list"] == [("", "Ended.")]


def test_the_unit_of_a_form_must_be_one_that_there_is(db: None, rf: RequestFactory) -> None:
    with asking(system("test", "cli")):
        unit = Unit.objects.order_by("id")[0]
        for text, found in ((str(unit.pk), unit), ("", None), ("x", None), (str(2**60), None)):
            request = rf.post("/")
            request.POST = QueryDict(f"unit={text}")  # type: ignore[assignment]
            if found:
                assert typed.unit_of(request) == found
            else:
                with pytest.raises(InvalidInput) as refused:
                    typed.unit_of(request)
                assert refused.value.field == "unit"


def test_units_are_offered_where_the_asker_holds_the_permission(
    as_persona: Callable[[str], Any], db: None
) -> None:
    with asking(system("test", "cli")):
        everywhere = typed.units_with("inbox.view")
        assert not {unit.kind for unit in everywhere} & {"village", "community", "supplier"}
        assert [one.value for one in typed.units_for("inbox.view")] == [str(unit.pk) for unit in everywhere]
    with as_persona("reviewer"):
        assert typed.units_with("no.such_permission") == []
