"""Scores add up exactly, whatever goes in."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.hub.cockpit.scoring import Curve, Part, Term, apportioned, score, shown

NOTHING = Decimal(0)
weights = st.decimals("0.01", "100", places=2)
numbers = st.decimals("-1000", "1000", places=4)
values = st.none() | numbers
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no failure."""


@st.composite
def curves(draw: st.DrawFn, *, rising: bool = False) -> Curve:
    raw = sorted(draw(st.sets(st.decimals("-500", "500", places=2), min_size=2, max_size=4)))
    reached = draw(st.lists(st.decimals("0", "100", places=2), min_size=len(raw), max_size=len(raw)))
    return Curve(tuple(zip(raw, sorted(reached) if rising else reached, strict=True)))


@st.composite
def given_terms(draw: st.DrawFn) -> list[tuple[Term, Decimal | None]]:
    count = draw(st.integers(1, 4))
    return [(Term(f"term {at}", draw(weights), draw(curves())), draw(values)) for at in range(count)]


@unhurried
@given(given_terms())
def test_shown_contributions_make_exactly_the_score(terms: list[tuple[Term, Decimal | None]]) -> None:
    found = score(terms, NOTHING)
    if found.value is not None:
        assert sum((part.contribution for part in found.parts), NOTHING) == found.value


@unhurried
@given(given_terms())
def test_shown_weights_make_exactly_a_hundred(terms: list[tuple[Term, Decimal | None]]) -> None:
    found = score(terms, NOTHING)
    if found.value is not None:
        assert sum((part.weight for part in found.parts), NOTHING) == Decimal(100)


@unhurried
@given(given_terms())
def test_a_term_without_a_number_weighs_nothing_and_costs_completeness(
    terms: list[tuple[Term, Decimal | None]],
) -> None:
    found = score(terms, NOTHING)
    missing = [part for part in found.parts if part.value is None]
    assert all(part.weight == part.contribution == NOTHING and part.points is None for part in missing)
    assert (found.completeness == 100) == (not missing)


@unhurried
@given(given_terms())
def test_a_shown_contribution_is_within_a_unit_of_what_it_is(
    terms: list[tuple[Term, Decimal | None]],
) -> None:
    found = score(terms, NOTHING)
    there = sum((Fraction(term.weight) for term, value in terms if value is not None), Fraction(0))

    def exact(part: Part) -> Fraction:
        if part.value is None:
            return Fraction(0)
        return Fraction(part.term.weight) / there * part.term.curve.at(part.value)

    if found.value is not None:
        assert all(
            abs(Fraction(part.contribution) - exact(part)) <= Fraction(1, 10_000) for part in found.parts
        )


@unhurried
@given(curves(rising=True), numbers, numbers, weights, given_terms())
def test_a_better_value_never_lowers_the_score(
    curve: Curve,
    one: Decimal,
    other: Decimal,
    weight: Decimal,
    rest: list[tuple[Term, Decimal | None]],
) -> None:
    assert curve.is_rising
    low, high = (
        score([(Term("varied", weight, curve), value), *rest], NOTHING).value
        for value in sorted((one, other))
    )
    assert low is not None
    assert high is not None
    assert low <= high


@unhurried
@given(st.lists(st.fractions(-100, 100, max_denominator=977), max_size=12))
def test_shares_make_their_total(exact: list[Fraction]) -> None:
    total = shown(sum(exact, Fraction(0)))
    found = apportioned(exact, total)
    assert sum(found, NOTHING) == total
    assert all(
        abs(Fraction(one) - other) < Fraction(2, 10_000) for one, other in zip(found, exact, strict=True)
    )


def test_too_few_numbers_make_no_score() -> None:
    level = Curve(((NOTHING, NOTHING), (Decimal(100), Decimal(100))))
    terms = [(Term("one", Decimal(59), level), Decimal(80)), (Term("other", Decimal(41), level), None)]
    assert score(terms, Decimal(60)).value is None
    assert score(terms, Decimal(59)).value == Decimal(80)
