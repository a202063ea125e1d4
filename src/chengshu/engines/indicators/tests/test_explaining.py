"""Why a number changed: whatever the records did, the three parts add up to the whole difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.explaining import (
    Cause,
    Explanation,
    Roll,
    Side,
    Step,
    corrected,
    definition_words,
    walk,
)
from chengshu.engines.indicators.figures import figure_of, row_read

SQL = "SELECT id AS key, simulated FROM sample_note"
COUNT = IndicatorDefinition(
    name="test.why",
    title="件数",
    meaning="件数",
    unit="件",
    kind="count",
    owner="service-centre",
    records_sql=SQL,
    valid_from=date(2025, 1, 1),
)
KINDS = {"count": COUNT, "rate": replace(COUNT, kind="rate", unit="%"), "sum": replace(COUNT, kind="sum")}
lines = st.tuples(st.sampled_from(["1/1", "0/1"]), st.integers(0, 99)).map(lambda one: f"{one[0]} {one[1]}")
rolls = st.dictionaries(st.sampled_from("abcdefghij"), lines, max_size=10)


def value(definition: IndicatorDefinition, roll: Roll) -> Decimal | None:
    return figure_of(definition, [row_read(f"{key}\t{told}") for key, told in roll.items()]).value


def side(definition: IndicatorDefinition, kept: Roll, now: Roll, over: bool) -> Side:
    return Side(definition, value(definition, kept), kept, now, value(definition, now), over)


def by(steps: tuple[Step, ...], cause: Cause) -> Decimal:
    return sum((step.by for step in steps if step.cause is cause), Decimal(0))


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS)), rolls, rolls, rolls, rolls, rolls,
    st.booleans(), st.booleans(),
)  # fmt: skip
def test_definition_data_and_reality_add_up(
    kind: str,
    later: str,
    kept: Roll,
    now: Roll,
    crossed: Roll,
    then: Roll,
    last: Roll,
    over: bool,
    done: bool,
) -> None:
    one, other = side(KINDS[kind], kept, now, over), side(KINDS[later], last, then, done)
    steps = walk(one, other, crossed, value(KINDS[later], crossed))
    if one.value is None or other.value is None:
        assert steps == ()
        return
    assert sum((by(steps, cause) for cause in Cause), Decimal(0)) == other.value - one.value
    assert all(step.by for step in steps)


def test_a_corrected_record_is_data() -> None:
    one = side(COUNT, {"a": "1/1", "b": "1/1"}, {"a": "1/1", "b": "0/1"}, True)
    other = side(COUNT, {"a": "1/1", "b": "0/1"}, {"a": "1/1", "b": "0/1"}, True)
    steps = walk(one, other, other.now, other.now_value)
    assert [(step.what, step.cause, step.by) for step in steps] == [("corrected", Cause.DATA, Decimal(-1))]


def test_a_record_that_came_late_is_data_and_one_in_a_running_period_reality() -> None:
    for over, cause in ((True, Cause.DATA), (False, Cause.REALITY)):
        one = side(COUNT, {"a": "1/1"}, {"a": "1/1", "b": "1/1"}, over)
        other = side(COUNT, {"a": "1/1", "b": "1/1"}, {"a": "1/1", "b": "1/1"}, True)
        steps = walk(one, other, other.now, other.now_value)
        assert [(step.what, step.cause, step.by) for step in steps] == [("came", cause, Decimal(1))]


def test_another_definition_of_the_same_records_is_definition() -> None:
    roll = {"a": "1/1", "b": "0/1"}
    one = side(KINDS["count"], roll, roll, True)
    crossed = {"a": "1/1", "b": "1/1"}
    other = side(KINDS["count"], crossed, crossed, True)
    steps = walk(one, other, crossed, value(COUNT, crossed))
    assert [(step.what, step.cause) for step in steps] == [("definition", Cause.DEFINITION)]


def test_what_was_corrected_after_both_numbers_changes_nothing_between_them() -> None:
    kept, now = {"a": "1/1", "b": "1/1"}, {"a": "1/1", "b": "0/1"}
    one = side(COUNT, kept, now, True)
    steps = walk(one, one, now, value(COUNT, now))
    assert by(steps, Cause.DATA) == 0
    assert corrected(kept, now) == now


def test_no_number_makes_no_steps() -> None:
    one, other = side(COUNT, {}, {}, True), side(COUNT, {"a": "1/1"}, {"a": "1/1"}, True)
    assert walk(one, other, {}, None) == ()


def test_the_definitions_tell_what_differs() -> None:
    told = definition_words(COUNT, replace(COUNT, unit="宗", version="2"))
    assert [name for name, _before, _after in told] == ["version", "unit"]
    assert Explanation.__doc__
