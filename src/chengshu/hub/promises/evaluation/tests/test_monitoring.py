"""Plans, lights, forecasts and what budget and goal say together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.curves import Curve, Linear, Monthly, Period, Steps, due_on, year
from chengshu.hub.promises.evaluation.measures import Achievement, Kind, Measure, Nature, Statistic
from chengshu.hub.promises.evaluation.monitoring import (
    Light,
    Progress,
    Reported,
    budget_light,
    checkpoints,
    goal_light,
    light_for,
    progress_of,
    reading,
    response_to,
)

D = Decimal
YEAR = year(2025)
JULY = date(2025, 7, 31)
END = date(2025, 12, 31)
RULES = rules.at(JULY)
ADDS = Nature.ACCUMULATING
COUNT = Measure(Kind.POS, D(365), "件", ADDS)
COMPLAINTS = Measure(Kind.NEG, D(10), "件", ADDS)
RATE = Measure(Kind.POS, D(95), "%")
HOURS = Measure(Kind.NEG, D(10), "h")
AREA = Measure(Kind.EQ, D(365), "m²", ADDS, exact=True)
QUARTERS = Steps(
    tuple((date(2025, month, 28), D(share)) for month, share in ((3, "0.5"), (9, "0.75"), (12, "1")))
)


def progress(
    measure: Measure, value: str | bool | Achievement | None, on: date = JULY, plan: Curve | None = None
) -> Progress:
    match value:
        case bool():
            reported = Reported(done=value)
        case Achievement():
            reported = Reported(achievement=value)
        case str():
            reported = Reported(actual=D(value))
        case None:
            reported = Reported()
    return progress_of(measure, reported, period=YEAR, as_of=on, rules=RULES, plan=plan)


@pytest.mark.parametrize(
    ("code", "build"),
    [
        ("curve.period", lambda: Period(END, JULY)),
        ("curve.steps", lambda: Steps(())),
        ("curve.steps", lambda: Steps(((JULY, D("0.5")), (JULY, D(1))))),
        ("curve.shares", lambda: Steps(((JULY, D("0.5")),))),
        ("curve.shares", lambda: Steps(((JULY, D("1.5")), (END, D(1))))),
        ("curve.months", lambda: Monthly(2025, (D(1),))),
        ("curve.shares", lambda: Monthly(2025, (D(-1), *[D(1)] * 11))),
    ],
)
def test_a_plan_that_falls_or_does_not_end_is_refused(code: str, build: object) -> None:
    with pytest.raises(InvalidInput) as refusal:
        build()  # type: ignore[operator]
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        (RATE, True),
        (Measure(Kind.BOOL), "1"),
        (Measure(Kind.QUAL), True),
        (RATE, Achievement.PARTLY),
        (RATE, "NaN"),
    ],
)
def test_a_report_of_the_wrong_kind_is_refused(measure: Measure, value: str | bool | Achievement) -> None:
    with pytest.raises(InvalidInput):
        progress(measure, value)


def test_an_unknown_table_of_checkpoints_is_missing() -> None:
    with pytest.raises(Missing):
        checkpoints(2025, RULES, table="weekly")


def test_linear_plans_count_days() -> None:
    assert Linear(YEAR).expected_by(JULY) == D(212) / 365
    assert [Linear(YEAR).expected_by(day) for day in (date(2024, 12, 31), END, date(2026, 1, 1))] == [0, 1, 1]


def test_steps_jump_on_their_due_dates() -> None:
    days = (date(2025, 3, 27), date(2025, 3, 28), date(2025, 9, 28), END)
    assert [QUARTERS.expected_by(day) for day in days] == [0, D("0.5"), D("0.75"), 1]


def test_monthly_plans_run_evenly_within_a_month() -> None:
    plan = Monthly(2025, (*[D(0)] * 5, D("0.3"), *[D(1)] * 6))
    days = (date(2024, 1, 1), date(2025, 5, 31), date(2025, 6, 15), date(2025, 7, 31), date(2026, 1, 1))
    assert [plan.expected_by(day) for day in days] == [0, 0, D("0.15"), 1, 1]


@pytest.mark.parametrize(
    ("ratio", "light"),
    [("0.9", "green"), ("0.8999", "yellow"), ("0.7", "yellow"), ("0.6999", "red"), ("2", "green")],
)
def test_thresholds_include_their_lower_bound(ratio: str, light: str) -> None:
    assert light_for(D(ratio), RULES) == light


@pytest.mark.parametrize(
    ("measure", "value", "light", "likelihood"),
    [
        (COUNT, "212", "green", "certain"),
        (COUNT, "200", "green", "possible"),
        (COUNT, "180", "yellow", "possible"),
        (COUNT, "100", "red", "possible"),
        (COUNT, "365", "green", "certain"),
        (AREA, "212", "green", "certain"),
        (AREA, "366", "red", "impossible"),
        (COMPLAINTS, "5", "green", "certain"),
        (COMPLAINTS, "6", "yellow", "possible"),
        (COMPLAINTS, "11", "red", "impossible"),
        (Measure(Kind.NEG, D(0), "件", ADDS), "1", "red", "impossible"),
        (Measure(Kind.NEG, D(0), "件", ADDS), "0", "green", "certain"),
        (RATE, "95", "green", "certain"),
        (RATE, "90", "green", "possible"),
        (RATE, "80", "yellow", "possible"),
        (RATE, "60", "red", "possible"),
        (HOURS, "10", "green", "certain"),
        (HOURS, "12", "yellow", "possible"),
        (HOURS, "15", "red", "possible"),
        (Measure(Kind.EQ, D(100), exact=True), "80", "yellow", "possible"),
        (Measure(Kind.TIME_LIMIT, D(10), "h", statistic=Statistic.MAXIMUM), "10.5", "red", "impossible"),
        (Measure(Kind.NEG, D(0)), "1", "red", "possible"),
        (Measure(Kind.QUAL), Achievement.ACHIEVED, "green", "certain"),
        (Measure(Kind.QUAL), Achievement.PARTLY, "yellow", "possible"),
        (Measure(Kind.QUAL), Achievement.NOT_ACHIEVED, "red", "possible"),
        (Measure(Kind.BOOL), True, "green", "certain"),
        (Measure(Kind.BOOL), False, "grey", "possible"),
        (RATE, None, "grey", None),
    ],
)
def test_lights_in_july(
    measure: Measure, value: str | bool | Achievement | None, light: str, likelihood: str | None
) -> None:
    seen = progress(measure, value)
    assert (seen.light, seen.likelihood) == (light, likelihood)


@pytest.mark.parametrize(
    ("measure", "value", "light", "likelihood"),
    [
        (COUNT, "364", "green", "impossible"),
        (COUNT, "365", "green", "certain"),
        (COMPLAINTS, "10", "green", "certain"),
        (RATE, "94", "green", "impossible"),
        (Measure(Kind.BOOL), False, "red", "impossible"),
    ],
)
def test_at_the_end_only_the_bound_itself_counts(
    measure: Measure, value: str | bool, light: str, likelihood: str
) -> None:
    seen = progress(measure, value, END)
    assert (seen.light, seen.likelihood) == (light, likelihood)


def test_a_level_is_not_measured_against_the_days_passed() -> None:
    assert progress(RATE, "60", date(2025, 1, 31)).light is Light.RED
    assert progress(COUNT, "31", date(2025, 1, 31)).light is Light.GREEN


def test_a_deliverable_is_grey_before_its_day_and_red_after() -> None:
    plan = due_on(date(2025, 6, 30))
    report = Measure(Kind.POS, D(1), "份", ADDS)
    assert progress(report, "0", date(2025, 6, 29), plan).light is Light.GREY
    assert progress(report, "0", date(2025, 6, 30), plan).light is Light.RED
    assert progress(report, "1", date(2025, 6, 29), plan).light is Light.GREEN
    assert progress(Measure(Kind.BOOL), False, JULY, plan).why.code == "progress.overdue"


@pytest.mark.parametrize(
    ("measure", "plan", "value", "forecast", "basis"),
    [
        (COUNT, None, "212", "365.00", "forecast.pace"),
        (COUNT, None, "106", "182.50", "forecast.pace"),
        (RATE, None, "91", "91", "forecast.level"),
        (Measure(Kind.POS, D(4), "份", ADDS), QUARTERS, "1", "3", "forecast.due_dates"),
        (Measure(Kind.POS, D(4), "份", ADDS), QUARTERS, "3", "4", "forecast.due_dates"),
        (COUNT, Monthly(2025, (*[D(0)] * 11, D(1))), "5", None, "forecast.too_early"),
        (Measure(Kind.QUAL), None, Achievement.PARTLY, None, "forecast.none"),
        (COUNT, None, None, None, "forecast.nothing"),
    ],
)
def test_forecasts_state_their_basis(
    measure: Measure, plan: Curve | None, value: str | Achievement | None, forecast: str | None, basis: str
) -> None:
    seen = progress(measure, value, plan=plan).forecast
    assert (seen.value, seen.basis.code) == (None if forecast is None else D(forecast), basis)


@pytest.mark.parametrize(
    ("executed", "adjusted", "light"),
    [
        ("58", "100", "green"),
        ("45", "100", "yellow"),
        ("20", "100", "red"),
        ("101", "100", "red"),
        (None, "100", "grey"),
        ("0", "0", "grey"),
    ],
)
def test_budget_lights(executed: str | None, adjusted: str, light: str) -> None:
    paid = None if executed is None else D(executed)
    assert budget_light(paid, D(adjusted), period=YEAR, as_of=JULY, rules=RULES).light == light


def test_the_goal_is_as_good_as_its_worst_indicator() -> None:
    assert goal_light([]) is Light.GREY
    assert goal_light([Light.GREY, Light.GREEN]) is Light.GREEN
    assert goal_light([Light.GREEN, Light.RED, Light.YELLOW]) is Light.RED


def test_money_without_output_is_the_highest_risk() -> None:
    readings = {(one, two): reading(one, two, RULES) for one in Light for two in Light}
    assert max(readings.values(), key=lambda item: item.risk).code == "spent_without_output"
    assert readings[Light.GREEN, Light.RED].risk == 4
    assert readings[Light.RED, Light.GREEN].code == "saving_or_late_payment"
    assert readings[Light.GREY, Light.RED].code == "unknown"


def test_lights_ask_for_responses() -> None:
    yellow, red = response_to(Light.YELLOW, RULES), response_to(Light.RED, RULES)
    assert yellow is not None
    assert (yellow.code, yellow.working_days, yellow.may_pause_payment) == ("explanation", 5, False)
    assert red is not None
    assert (red.code, red.working_days, red.may_pause_payment) == ("rectification_plan", None, True)
    assert response_to(Light.GREEN, RULES) is response_to(Light.GREY, RULES) is None


def test_checkpoints_of_a_year() -> None:
    (central,) = checkpoints(2025, RULES)
    assert (central.covers_to, central.review_by) == (JULY, date(2025, 8, 31))
    quarterly = checkpoints(2025, RULES, table="quarterly")
    assert [item.covers_to.month for item in quarterly] == [3, 6, 9]


DAYS = st.dates(date(2024, 6, 1), date(2026, 6, 1))
SHARES = st.lists(st.decimals(0, 1, places=3), min_size=11, max_size=11).map(
    lambda shares: (*sorted(shares), D(1))
)


@settings(deadline=None)
@given(SHARES, DAYS, DAYS)
def test_every_plan_rises_from_zero_to_one(shares: tuple[Decimal, ...], one: date, two: date) -> None:
    early, late = sorted((one, two))
    for plan in (Linear(YEAR), Monthly(2025, shares), QUARTERS):
        assert 0 <= plan.expected_by(early) <= plan.expected_by(late) <= 1


@settings(deadline=None)
@given(st.decimals(0, 400, places=1), st.decimals(0, 400, places=1))
def test_doing_more_never_worsens_the_light_of_a_count(one: Decimal, two: Decimal) -> None:
    order = [Light.RED, Light.YELLOW, Light.GREEN]
    low, high = sorted((one, two))
    assert order.index(progress(COUNT, str(low)).light) <= order.index(progress(COUNT, str(high)).light)
