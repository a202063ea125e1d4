"""Confirmations, and whose outage it is."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengshu.engines.probes.judging import Changed, CheckMemory, Ended, Judge, Opened, Step, TargetMemory
from chengshu.engines.probes.tests.builders import at

PARENT, CHILD = 1, 2


def judge(*, down_after: int = 2, up_after: int = 2) -> Judge:
    """A line with one check (1), and a site that hangs on it with one check (2)."""
    line, site = TargetMemory(PARENT), TargetMemory(CHILD, parent=PARENT)
    for one in (line, site):
        one.checks.append(CheckMemory(one.id, one.id, down_after, up_after, timedelta(minutes=3)))
    return Judge([line, site])


def feed(one: Judge, check: int, marks: str, first: float = 0) -> list[Step]:
    outcomes = {"+": "ok", "-": "failed", "?": "impossible"}
    return [
        step
        for place, mark in enumerate(marks)
        if mark != "."
        for step in one.take(check, at(first + place), outcomes[mark])
    ]


def opened(steps: list[Step]) -> list[tuple[int, object]]:
    return [(step.target, step.at) for step in steps if isinstance(step, Opened)]


def ended(steps: list[Step]) -> list[tuple[int, object]]:
    return [(step.target, step.at) for step in steps if isinstance(step, Ended)]


@pytest.mark.parametrize("marks", ["+-+-+-+", "+?-?+", "++++", "+-??????"])
def test_what_is_not_confirmed_is_no_outage(marks: str) -> None:
    assert opened(feed(judge(), PARENT, marks)) == []


def test_an_outage_begins_with_the_first_failure_and_ends_with_the_first_success() -> None:
    steps = feed(judge(), PARENT, "++--.-+-++")
    assert opened(steps) == [(PARENT, at(2))]
    assert ended(steps) == [(PARENT, at(8))]


def test_a_target_that_never_answered_is_out_of_order_once_that_is_confirmed() -> None:
    assert opened(feed(judge(), PARENT, "--")) == [(PARENT, at(0))]


def test_where_the_prober_could_not_ask_nothing_is_decided() -> None:
    one = judge()
    assert feed(one, PARENT, "+-?-") != []
    assert one.checks[PARENT].phase == "down", (
        "what lies between two failures and tells nothing breaks no row"
    )


def test_results_that_come_late_decide_nothing() -> None:
    one = judge()
    feed(one, PARENT, "+++")
    assert one.take(PARENT, at(1), "failed") == []
    assert one.checks[PARENT].contrary == 0


def both(one: Judge, parent: str, child: str) -> list[Step]:
    """The two checks in turn, the child half a minute after its parent."""
    steps = []
    for place, (above, below) in enumerate(zip(parent, child, strict=True)):
        steps += feed(one, PARENT, above, place) + feed(one, CHILD, below, place + 0.5)
    return steps


def test_what_hangs_on_something_down_opens_no_outage() -> None:
    one = judge()
    steps = both(one, "++---++", "++---++")
    assert opened(steps) == [(PARENT, at(2))]
    assert Changed(CHILD, "unreachable", at(2.5)) in steps
    assert one.targets[CHILD].state == "up"


def test_a_child_that_is_confirmed_first_waits_for_its_parent() -> None:
    one = judge(down_after=2)
    one.checks[PARENT].down_after = 4
    steps = both(one, "++----", "++----")
    assert opened(steps) == [(PARENT, at(2))]
    assert one.targets[CHILD].state == "unreachable"


def test_a_failure_is_its_own_only_once_the_parent_has_answered_after_it_began() -> None:
    one = judge()
    both(one, "++", "++")
    feed(one, PARENT, "+", 2)
    assert opened(feed(one, CHILD, "-", 2.2) + feed(one, CHILD, "-", 2.6)) == []
    assert opened(feed(one, PARENT, "+", 3)) == [(CHILD, at(2.2))]


def test_a_failure_while_the_parent_answers_opens_its_own_outage() -> None:
    steps = both(judge(), "+++++", "++---")
    assert opened(steps) == [(CHILD, at(2.5))]


def test_a_parent_of_which_nothing_is_heard_hides_nothing() -> None:
    one = judge()
    feed(one, PARENT, "+")
    assert opened(feed(one, CHILD, "+---", 10)) == [(CHILD, at(11))]


def test_a_child_that_stays_down_after_its_parent_has_an_outage_from_then_on() -> None:
    steps = both(judge(), "++---++++", "++-------")
    assert opened(steps) == [(PARENT, at(2)), (CHILD, at(5))]


def test_an_outage_of_its_own_goes_on_when_the_parent_fails_too() -> None:
    one = judge()
    steps = both(one, "+++++--++", "++-------")
    assert opened(steps) == [(CHILD, at(2.5)), (PARENT, at(5))]
    assert ended(steps) == [(PARENT, at(7))]
    assert one.targets[CHILD].state == "down"


def test_a_target_with_two_checks_is_up_only_with_both() -> None:
    target = TargetMemory(1)
    target.checks = [CheckMemory(1, 1), CheckMemory(2, 1)]
    one = Judge([target])
    feed(one, 1, "+")
    assert target.state == "unknown"
    feed(one, 2, "+", 0.5)
    assert target.state == "up"
    assert opened(feed(one, 2, "-", 1)) == [(1, at(1))]
    assert feed(one, 1, "-", 2) == [], "one outage, whatever else fails"
    assert ended(feed(one, 2, "+", 3)) == []
    assert ended(feed(one, 1, "+", 4)) == [(1, at(4))]


def test_targets_in_a_circle_do_not_hang_the_judge() -> None:
    rows = [TargetMemory(1, parent=2), TargetMemory(2, parent=1)]
    rows[0].checks.append(CheckMemory(1, 1))
    assert opened(feed(Judge(rows), 1, "-")) == [(1, at(0))]


def test_what_nothing_asks_any_more_is_not_known() -> None:
    one = judge()
    feed(one, PARENT, "--")
    one.targets[PARENT].checks.clear()
    assert one.settle(PARENT, at(5)) == [Ended(PARENT, at(5)), Changed(PARENT, "unknown", at(5))]
