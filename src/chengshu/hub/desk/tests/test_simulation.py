"""The simulation against queueing theory, against arithmetic, and against itself."""

from __future__ import annotations

from itertools import pairwise
from math import factorial

import pytest

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.desk.simulation import (
    ALWAYS,
    OFFICE,
    Duration,
    Flow,
    Hours,
    Limit,
    Node,
    Route,
    Scenario,
    Staff,
    simulate,
)


def route_of(*tasks: Node) -> Route:
    nodes = (Node("s", "start", "start"), *tasks, Node("e", "end", "end"))
    return Route(nodes, tuple(Flow(a.key, b.key) for a, b in pairwise(nodes)))


def one_queue(
    people: int, arrivals_per_h: float, service_h: float, *, law: str = "exponential", seed: int = 7
) -> Scenario:
    task = Node("t", "review", "task", role="clerk", duration=Duration(service_h, law))  # type: ignore[arg-type]
    return Scenario(
        route_of(task),
        (Staff("clerk", people, ALWAYS),),
        arrivals_per_day=arrivals_per_h * 24,
        arrival_hours=ALWAYS,
        days=1500,
        warm_up_days=60,
        seed=seed,
    )


def erlang_c(people: int, load: float) -> float:
    """The probability that a case must wait (Erlang's second formula)."""
    top = load**people / factorial(people) * people / (people - load)
    return top / (sum(load**k / factorial(k) for k in range(people)) + top)


def test_a_step_without_people_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        simulate(one_queue(0, 1.0, 0.5))
    assert refused.value.field == "people"


def test_a_step_without_working_hours_is_refused() -> None:
    scenario = Scenario(
        route_of(Node("t", "review", "task", role="clerk")), (Staff("clerk", 1, Hours.of([], (9, 17))),), 5
    )
    with pytest.raises(InvalidInput):
        simulate(scenario)


def test_a_loop_without_a_way_out_is_stopped() -> None:
    nodes = (Node("s", "", "start"), Node("a", "", "pass"), Node("b", "", "pass"))
    flows = (Flow("s", "a"), Flow("a", "b"), Flow("b", "a"))
    with pytest.raises(InvalidInput) as refused:
        simulate(Scenario(Route(nodes, flows), (), 5), limit_events=5000)
    assert refused.value.field == "days"


@pytest.mark.parametrize(("rate", "service"), [(1.0, 0.5), (1.0, 0.7), (2.0, 0.4)])
def test_one_clerk_waits_as_the_m_m_1_queue_says(rate: float, service: float) -> None:
    found = simulate(one_queue(1, rate, service), limit_events=2_000_000)
    load = rate * service
    wait = load * service / (1 - load)
    assert found.steps[0].mean_wait_h == pytest.approx(wait, rel=0.06)
    assert found.steps[0].mean_queue == pytest.approx(rate * wait, rel=0.06)
    assert found.roles[0].utilisation == pytest.approx(load, rel=0.02)
    assert found.mean_duration_h == pytest.approx(wait + service, rel=0.05)


@pytest.mark.parametrize(("people", "rate", "service"), [(2, 1.5, 1.0), (3, 2.4, 1.0), (5, 4.0, 1.0)])
def test_several_clerks_wait_as_the_m_m_c_queue_says(people: int, rate: float, service: float) -> None:
    scenario = one_queue(people, rate, service)
    found = simulate(scenario, limit_events=2_000_000)
    load = rate * service
    wait = erlang_c(people, load) * service / (people - load)
    assert found.steps[0].mean_wait_h == pytest.approx(wait, rel=0.08)
    assert found.roles[0].utilisation == pytest.approx(load / people, rel=0.02)


def test_even_work_halves_the_wait_as_the_m_d_1_queue_says() -> None:
    found = simulate(one_queue(1, 1.0, 0.7, law="fixed"), limit_events=2_000_000)
    assert found.steps[0].mean_wait_h == pytest.approx(0.7 * 0.7 / (2 * 0.3), rel=0.06)


def test_the_same_seed_gives_the_same_result_and_another_seed_another() -> None:
    task = Node("t", "review", "task", role="clerk", duration=Duration(0.8))
    first, again, other = (
        simulate(Scenario(route_of(task), (Staff("clerk", 1),), 5, seed=seed)) for seed in (1, 1, 2)
    )
    assert again == first
    assert other != first


def test_too_few_people_are_told_as_a_growing_queue() -> None:
    task = Node("t", "review", "task", role="clerk", duration=Duration(2.0), limit=Limit(3, "wd"))
    found = simulate(Scenario(route_of(task), (Staff("clerk", 1),), arrivals_per_day=6, days=60))
    assert found.growing
    assert found.bottleneck == "t"
    assert found.roles[0].utilisation > 0.99
    assert (found.steps[0].overdue_share or 0) > 0.85
    assert found.open_at_end > 100


def test_the_step_with_most_waiting_is_the_bottleneck() -> None:
    quick = Node("quick", "accept", "task", role="window", duration=Duration(0.2))
    slow = Node("slow", "review", "task", role="clerk", duration=Duration(0.9))
    found = simulate(Scenario(route_of(quick, slow), (Staff("window", 1), Staff("clerk", 1)), 6))
    assert found.bottleneck == "slow"
    assert sum(step.wait_share for step in found.steps) == pytest.approx(1.0)


def test_a_choice_sends_cases_by_its_shares() -> None:
    nodes = (
        Node("s", "", "start"),
        Node("g", "", "choice"),
        Node("a", "a", "task", role="clerk", duration=Duration(0.01)),
        Node("b", "b", "task", role="clerk", duration=Duration(0.01)),
    )
    flows = (Flow("s", "g"), Flow("g", "a", share=3), Flow("g", "b", share=1))
    found = simulate(Scenario(Route(nodes, flows), (Staff("clerk", 3),), 60, days=100))
    a, b = (step.started for step in found.steps)
    assert a / (a + b) == pytest.approx(0.75, abs=0.02)


def test_a_join_waits_for_every_branch_and_a_countersign_for_every_signer() -> None:
    nodes = (
        Node("s", "", "start"),
        Node("split", "", "split"),
        Node("a", "a", "task", role="one", duration=Duration(1.0, "fixed")),
        Node("b", "b", "task", role="two", duration=Duration(3.0, "fixed"), members=2),
        Node("join", "", "join"),
        Node("e", "", "end"),
    )
    flows = (
        Flow("s", "split"),
        Flow("split", "a"),
        Flow("split", "b"),
        Flow("a", "join"),
        Flow("b", "join"),
        Flow("join", "e"),
    )
    scenario = Scenario(
        Route(nodes, flows),
        (Staff("one", 50, ALWAYS), Staff("two", 100, ALWAYS)),
        3,
        arrival_hours=ALWAYS,
        days=60,
    )
    found = simulate(scenario)
    assert found.mean_duration_h == pytest.approx(3.0)
    assert found.steps[1].started == pytest.approx(2 * found.steps[0].started, abs=2)


def test_work_pauses_outside_office_hours() -> None:
    friday_1600, monday_1000 = 4 * 24 + 16.0, 7 * 24 + 10.0
    assert OFFICE.finishes(friday_1600, 2.0) == pytest.approx(monday_1000)
    assert OFFICE.opens(friday_1600 + 1) == pytest.approx(7 * 24 + 9.0)
    assert OFFICE.opens(12.5) == 14.0
    assert OFFICE.worked(monday_1000) - OFFICE.worked(friday_1600) == pytest.approx(2.0)


def test_work_that_ends_with_the_day_ends_that_day() -> None:
    assert OFFICE.finishes(9.0, 6.0) == 17.0
    assert OFFICE.finishes(4 * 24 + 9.0, 6.0) == 4 * 24 + 17.0


def test_a_limit_in_working_days_ends_with_the_day_and_skips_the_weekend() -> None:
    friday = 4 * 24 + 10.0
    assert Limit(1, "wd").due(friday, OFFICE) == 8 * 24.0
    assert Limit(1, "d").due(friday, OFFICE) == friday + 24
    assert Limit(5, "h").due(friday, OFFICE) == friday + 5


def test_quick_work_is_never_overdue() -> None:
    task = Node("t", "review", "task", role="clerk", duration=Duration(0.1, "fixed"), limit=Limit(2, "wd"))
    found = simulate(Scenario(route_of(task), (Staff("clerk", 5),), 5))
    assert found.steps[0].overdue_share == 0.0
