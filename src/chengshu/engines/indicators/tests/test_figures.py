"""From rows to a number."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.engines.indicators.data import IndicatorDefinition
from chengshu.engines.indicators.figures import Row, figure_of, parts_of, row_of
from chengshu.engines.indicators.tests.counting import COUNT, RATE, variant
from chengshu.foundation.errors import Conflict

AMOUNTS = {"mean": "2.5", "median": "2.5", "p95": "4", "maximum": "4", "sum": "10"}


def rows(*parts: int, amounts: tuple[int, ...] = ()) -> list[Row]:
    each: list[Decimal | None] = [Decimal(amount) for amount in amounts]
    each = each or [None] * len(parts)
    return [
        Row(str(at), Decimal(part), Decimal(1), amount, False, ("here" if at % 2 else "there",))
        for at, (part, amount) in enumerate(zip(parts, each, strict=True))
    ]


@pytest.mark.parametrize("kind", ["count", "sum", "rate", "mean", "median", "p95", "maximum", "index"])
def test_nothing_examined_is_no_number(kind: str) -> None:
    figure = figure_of(variant(kind=kind), [])
    assert (figure.value, figure.reason) == (None, "nothing_examined")


@pytest.mark.parametrize("kind", ["mean", "median", "p95", "maximum"])
def test_nothing_counted_has_no_middle(kind: str) -> None:
    figure = figure_of(variant(kind=kind), rows(0, 0, amounts=(1, 2)))
    assert (figure.value, figure.reason) == (None, "nothing_counted")


def test_a_whole_of_zero_is_no_rate() -> None:
    figure = figure_of(RATE, [Row("1", Decimal(0), Decimal(0), None, False)])
    assert (figure.value, figure.reason) == (None, "nothing_examined")


def test_a_count_of_what_was_looked_at_may_be_zero() -> None:
    assert figure_of(COUNT, rows(0, 0, 0)).value == 0
    assert figure_of(COUNT, rows(1, 0, 1)).value == 2


def test_a_rate_is_rounded_against_the_promise() -> None:
    nearly = [Row("all", Decimal(9_999_999), Decimal(10_000_000), None, False)]
    assert figure_of(RATE, nearly).value == Decimal("99.9999")
    assert figure_of(
        variant(direction="lower"), [Row("1", Decimal(1), Decimal(3), None, False)]
    ).value == Decimal("33.3334")
    assert figure_of(RATE, rows(1, 1)).value == 100


@pytest.mark.parametrize(("kind", "value"), AMOUNTS.items())
def test_amounts_make_their_number(kind: str, value: str) -> None:
    made = figure_of(variant(kind=kind, unit="WD"), rows(1, 1, 1, 1, amounts=(4, 1, 3, 2)))
    assert made.value == Decimal(value)


def test_only_counted_rows_make_an_amount() -> None:
    assert figure_of(variant(kind="sum", unit="元"), rows(1, 0, 1, amounts=(4, 100, 3))).value == 7


def test_the_nearest_rank_of_twenty_is_the_nineteenth() -> None:
    made = figure_of(variant(kind="p95", unit="WD"), rows(*[1] * 20, amounts=tuple(range(1, 21))))
    assert made.value == 19


@pytest.mark.parametrize(("part", "whole"), [(2, 1), (-1, 1), (1, 0)])
def test_a_part_above_its_whole_is_refused(part: int, whole: int) -> None:
    with pytest.raises(Conflict) as wrong:
        row_of(RATE, {"key": 0, "part": 1, "whole": 2, "unit": 3}, ("7", part, whole, "x"))
    assert wrong.value.code == "indicators.record"


@pytest.mark.parametrize("key", [None, "", "a\tb", "a\nb"])
def test_a_record_without_a_usable_key_is_refused(key: str | None) -> None:
    with pytest.raises(Conflict) as wrong:
        row_of(RATE, {"key": 0, "counted": 1, "unit": 2}, (key, True, "x"))
    assert wrong.value.code == "indicators.record"


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=40))
def test_the_numerator_of_a_rate_never_exceeds_its_denominator(pairs: list[tuple[int, int]]) -> None:
    columns = {"key": 0, "part": 1, "whole": 2, "unit": 3}
    made = [
        row_of(RATE, columns, (str(at), min(pair), max(pair), str(at % 3))) for at, pair in enumerate(pairs)
    ]
    figure = figure_of(RATE, made)
    assert 0 <= figure.numerator <= figure.denominator
    assert figure.value is None if not figure.denominator else 0 <= figure.value <= 100  # type: ignore[operator]
    assert (figure.value == 100) == (figure.numerator == figure.denominator > 0)
    parts = parts_of(RATE, made)["unit"]
    assert sum(part.numerator for part in parts) == figure.numerator
    assert all(part.numerator <= part.denominator for part in parts)


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=60), st.sampled_from([RATE, COUNT]))
def test_a_number_does_not_depend_on_the_order_of_its_records(
    counted: list[bool], definition: IndicatorDefinition
) -> None:
    made = rows(*[int(each) for each in counted])
    assert figure_of(definition, made) == figure_of(definition, made[::-1])
