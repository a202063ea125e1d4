"""Nothing is kept without evidence, and simulated figures prove nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.curves import Curve, due_on, year
from chengshu.hub.promises.evaluation.measures import Achievement, Kind, Measure, Nature, Statistic
from chengshu.hub.promises.evaluation.verdicts import Observation, Proof, State, Verdict, verdict

D = Decimal
JULY, END = date(2025, 7, 31), date(2025, 12, 31)
ADDS = Nature.ACCUMULATING
COUNT = Measure(Kind.POS, D(365), "件", ADDS)
RATE = Measure(Kind.POS, D(95), "%")
COMPLAINTS = Measure(Kind.NEG, D(10), "件", ADDS)
MAXIMUM = Measure(Kind.TIME_LIMIT, D(10), "h", statistic=Statistic.MAXIMUM)
PROOFS = (Proof("real"), Proof("sham", simulated=True))


def seen(
    value: str | bool | Achievement, on: date = JULY, *evidence: str, simulated: bool = False
) -> Observation:
    match value:
        case bool():
            return Observation(on, done=value, evidence=evidence, simulated=simulated)
        case Achievement():
            return Observation(on, achievement=value, evidence=evidence, simulated=simulated)
    return Observation(on, actual=D(value), evidence=evidence, simulated=simulated)


def judged(
    measure: Measure, *observations: Observation, as_of: date = JULY, plan: Curve | None = None
) -> Verdict:
    return verdict(measure, observations, PROOFS, as_of, period=year(2025), rules=rules.at(JULY), plan=plan)


@pytest.mark.parametrize(
    "observations",
    [
        (),
        (Observation(JULY),),
        (seen("95", date(2024, 12, 31), "real"),),
        (seen("95", date(2025, 8, 1), "real"),),
    ],
)
def test_without_a_value_of_the_period_nothing_is_proven(observations: tuple[Observation, ...]) -> None:
    found = judged(RATE, *observations)
    assert (found.state, found.reason.code) == (State.UNPROVEN, "verdict.no_value")


@pytest.mark.parametrize("evidence", [(), ("lost",)])
@pytest.mark.parametrize("on", [JULY, END])
def test_nothing_is_kept_without_evidence_that_exists(evidence: tuple[str, ...], on: date) -> None:
    found = judged(RATE, seen("99", on, *evidence), as_of=on)
    assert (found.state, found.reason.code) == (State.UNPROVEN, "verdict.no_evidence")


@pytest.mark.parametrize(
    "observation",
    [
        seen("99", END, "real", simulated=True),
        seen("99", END, "real", "sham"),
        seen("10", END, "sham"),
    ],
)
def test_simulated_figures_prove_nothing_either_way(observation: Observation) -> None:
    found = judged(RATE, observation, as_of=END)
    assert (found.state, found.is_tainted) == (State.UNPROVEN, True)


def test_a_later_real_value_replaces_a_simulated_one() -> None:
    found = judged(RATE, seen("96", JULY, "real"), seen("10", date(2025, 6, 30), simulated=True))
    assert (found.state, found.is_tainted) == (State.KEPT, False)


def test_a_failing_value_counts_even_without_evidence() -> None:
    assert judged(RATE, seen("80", END), as_of=END).state is State.BROKEN
    assert judged(RATE, seen("80")).state is State.AT_RISK


@pytest.mark.parametrize(
    ("measure", "value", "state", "is_final"),
    [
        (COUNT, "212", State.KEPT, False),
        (COUNT, "100", State.AT_RISK, False),
        (COUNT, "365", State.KEPT, True),
        (RATE, "95", State.KEPT, False),
        (RATE, "60", State.AT_RISK, False),
        (COMPLAINTS, "3", State.KEPT, False),
        (COMPLAINTS, "9", State.AT_RISK, False),
        (COMPLAINTS, "11", State.BROKEN, True),
        (MAXIMUM, "9", State.KEPT, False),
        (MAXIMUM, "11", State.BROKEN, True),
        (Measure(Kind.EQ, D(100), "m²", ADDS, exact=True), "101", State.BROKEN, True),
        (Measure(Kind.BOOL), True, State.KEPT, True),
        (Measure(Kind.BOOL), False, State.UNPROVEN, False),
        (Measure(Kind.QUAL), Achievement.ACHIEVED, State.KEPT, False),
        (Measure(Kind.QUAL), Achievement.PARTLY, State.AT_RISK, False),
    ],
)
def test_during_the_year(
    measure: Measure, value: str | bool | Achievement, state: State, is_final: bool
) -> None:
    found = judged(measure, seen(value, JULY, "real"))
    assert (found.state, found.is_final) == (state, is_final)


@pytest.mark.parametrize(
    ("measure", "value", "state"),
    [
        (COUNT, "365", State.KEPT),
        (COUNT, "364", State.BROKEN),
        (RATE, "95", State.KEPT),
        (RATE, "94.99", State.BROKEN),
        (Measure(Kind.POS, D(95), "%", strict=True), "95", State.BROKEN),
        (COMPLAINTS, "10", State.KEPT),
        (MAXIMUM, "10", State.KEPT),
        (Measure(Kind.BOOL), False, State.BROKEN),
        (Measure(Kind.QUAL), Achievement.PARTLY, State.BROKEN),
    ],
)
def test_after_the_year_the_bound_decides(
    measure: Measure, value: str | bool | Achievement, state: State
) -> None:
    found = judged(measure, seen(value, END, "real"), as_of=date(2026, 1, 15))
    assert (found.state, found.is_final) == (state, True)


def test_after_the_year_a_value_of_july_decides_nothing_that_could_have_changed() -> None:
    later = date(2026, 1, 15)
    stale = judged(RATE, seen("99", JULY, "real"), as_of=later)
    assert (stale.state, stale.reason.code) == (State.UNPROVEN, "verdict.stale")
    assert judged(COUNT, seen("400", JULY, "real"), as_of=later).state is State.KEPT
    assert judged(COMPLAINTS, seen("11", JULY), as_of=later).state is State.BROKEN


def test_an_old_value_keeps_nothing_but_still_warns() -> None:
    late = date(2025, 11, 1)
    assert judged(RATE, seen("99", JULY, "real"), as_of=late).reason.code == "verdict.outdated"
    assert judged(RATE, seen("99", JULY, "real"), as_of=date(2025, 10, 31)).state is State.KEPT
    assert judged(RATE, seen("50", JULY, "real"), as_of=late).state is State.AT_RISK


def test_what_is_overdue_is_at_risk_even_if_the_value_is_from_before() -> None:
    plan = due_on(date(2025, 7, 1))
    before = seen(False, date(2025, 6, 30), "real")
    assert (
        judged(Measure(Kind.BOOL), before, as_of=date(2025, 6, 30), plan=plan).reason.code
        == "verdict.not_due"
    )
    assert judged(Measure(Kind.BOOL), before, plan=plan).state is State.AT_RISK


def test_of_two_values_of_a_day_the_later_entry_counts() -> None:
    assert judged(RATE, seen("50", JULY, "real"), seen("99", JULY, "real")).state is State.KEPT


@settings(deadline=None)
@given(
    st.decimals(0, 400, places=1),
    st.dates(date(2025, 1, 1), END),
    st.dates(date(2025, 1, 1), date(2026, 3, 1)),
)
def test_without_evidence_no_value_at_any_time_is_kept(value: Decimal, on: date, as_of: date) -> None:
    for measure in (COUNT, RATE, COMPLAINTS, MAXIMUM):
        assert judged(measure, Observation(on, actual=value), as_of=as_of).state is not State.KEPT
