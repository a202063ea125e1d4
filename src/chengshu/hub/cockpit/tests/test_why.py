"""Why a number changed: the parts of the page add up, and nobody learns what is not theirs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.engines.indicators.api import evaluate
from chengshu.engines.indicators.data import ObservationView, month
from chengshu.hub.cockpit.why import contributions

parts = st.dictionaries(
    st.sampled_from("甲乙丙丁戊"),
    st.tuples(st.integers(0, 50), st.integers(0, 50)).map(lambda two: (min(two), max(two))),
    min_size=1,
)


def seen(value: Decimal | None, given_parts: dict[str, tuple[int, int]]) -> ObservationView:
    return ObservationView(
        id=1,
        name="test.rate",
        version="1",
        unit="%",
        parameters={},
        period=month(2026, 1),
        value=value,
        numerator=Decimal(sum(one for one, _other in given_parts.values())),
        denominator=Decimal(sum(other for _one, other in given_parts.values())),
        records=0,
        simulated=False,
        reason="",
        evidence={},
        evidence_digest="",
        computed_at=datetime(2026, 2, 1, tzinfo=UTC),
    )


def rows(given_parts: dict[str, tuple[int, int]]) -> list[list[Any]]:
    return [[name, str(one), str(other), other] for name, (one, other) in given_parts.items()]


def rate(given_parts: dict[str, tuple[int, int]]) -> Decimal | None:
    whole = sum(other for _one, other in given_parts.values())
    counted = sum(one for one, _other in given_parts.values())
    return (Decimal(100 * counted) / whole).quantize(Decimal("0.0001")) if whole else None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts, parts)
def test_parts_of_a_rate_add_up_to_its_change(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    one, other = seen(rate(before), before), seen(rate(after), after)
    found = contributions("rate", one, other, rows(before), rows(after))
    if one.value is not None and other.value is not None:
        assert sum((part.by for part in found), Decimal(0)) == other.value - one.value


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(parts, parts)
def test_parts_of_a_count_add_up_to_its_change(
    before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]
) -> None:
    one, other = (
        seen(Decimal(sum(counted for counted, _whole in side.values())), side) for side in (before, after)
    )
    found = contributions("count", one, other, rows(before), rows(after))
    assert one.value is not None
    assert other.value is not None
    assert sum((part.by for part in found), Decimal(0)) == other.value - one.value


def test_who_may_not_see_the_numbers_gets_no_explanation(signed_in: Any) -> None:
    number = evaluate(name="operations.availability", period=month(2026, 1)).id
    assert signed_in("resident").get(f"/cockpit/why/{number}/").status_code == 403
    assert signed_in("other_department_officer").get(f"/cockpit/why/{number}/").status_code in (403, 404)


def test_numbers_of_two_indicators_are_not_compared(signed_in: Any) -> None:
    one = evaluate(name="operations.availability", period=month(2026, 1)).id
    other = evaluate(name="matters.online_share", period=month(2026, 1)).id
    assert signed_in("supervisor").get(f"/cockpit/why/{other}/?before={one}").status_code == 422


def test_the_page_names_the_three_causes(signed_in: Any) -> None:
    evaluate(name="matters.online_share", period=month(2026, 1))
    later = evaluate(name="matters.online_share", period=month(2026, 2)).id
    page = signed_in("supervisor").get(f"/cockpit/why/{later}/").content.decode()
    assert "2026-01-01" in page
    assert "2026-02-01" in page


def test_a_number_without_an_earlier_one_says_so(signed_in: Any) -> None:
    only = evaluate(name="matters.online_share", period=month(2026, 1))
    assert only.period.first_day == date(2026, 1, 1)
    assert signed_in("supervisor").get(f"/cockpit/why/{only.id}/").status_code == 200
