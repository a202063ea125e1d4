"""Operations on a run: what they refuse, incidents and their repair, the delta and the history they leave."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengshu.engines.cases.interpreter.history import replay
from chengshu.engines.cases.interpreter.machine import Limits
from chengshu.engines.cases.interpreter.memory import MemoryCases
from chengshu.engines.cases.interpreter.timers import first_due, later_by, next_due
from chengshu.engines.cases.state import CaseState, Token, TokenState
from chengshu.engines.cases.tests.tiny_models import START_END, extension, started, tiny
from chengshu.foundation.errors import Conflict, InvalidInput, Missing

TWO = START_END + '<userTask id="a"/><userTask id="b"/>'


def faulty(cases: MemoryCases, case_id: int) -> Token:
    (token,) = [token for token in cases.state(case_id).tokens.values() if token.state is TokenState.FAULTY]
    return token


def test_a_task_cannot_be_completed_twice() -> None:
    cases, case = started(TWO, "s > a > b > e")
    task = cases.task(case, "a")
    cases.complete(case, "a")
    with pytest.raises(Missing):
        cases.call(case, lambda run: run.complete_task(task.id))
    assert cases.nodes(case) == ["b"]


def test_a_case_cannot_begin_twice() -> None:
    cases, case = started(TWO, "s > a > b > e")
    with pytest.raises(Conflict):
        cases.call(case, lambda run: run.start())


def test_an_outcome_must_be_offered_and_may_need_an_opinion() -> None:
    own = extension(
        '<chengshu:outcomes><chengshu:outcome key="no" label="No" tone="negative" needsOpinion="true"/>'
        "</chengshu:outcomes>"
    )
    cases, case = started(START_END + f'<userTask id="a">{own}</userTask>', "s > a > e")
    for outcome, field in (("", "outcome"), ("perhaps", "outcome"), ("no", "opinion")):
        with pytest.raises(InvalidInput) as caught:
            cases.complete(case, "a", outcome=outcome)
        assert caught.value.field == field
    cases.complete(case, "a", outcome="no", opinion="Incomplete")
    assert cases.variables(case) == {"outcome": "no", "a_outcome": "no"}


def test_an_incident_names_the_node_and_can_be_retried_after_mending() -> None:
    cases, case = started(
        TWO + '<exclusiveGateway id="x"/>', "s > x [way = 1] > a > e", "x [way = 2] > b > e", way=None
    )
    incident = faulty(cases, case).local["#incident"]
    assert (incident["node"], incident["code"]) == ("x", "cases.no_way_out")
    assert incident["hint"]
    cases.call(case, lambda run: run.evaluate_conditions({"way": 2}))
    cases.call(case, lambda run: run.retry_token(faulty(cases, case).id))
    assert cases.nodes(case) == ["b"]


def test_a_stopped_token_can_be_moved() -> None:
    cases, case = started(
        TWO + '<exclusiveGateway id="x"/>', "s > x [n = 1] > a > e", "x [n = 2] > b > e", n=0
    )
    cases.call(case, lambda run: run.move_token(faulty(cases, case).id, "a"))
    assert [task.node for task in cases.open_tasks(case)] == ["a"]


def test_only_a_stopped_token_is_retried() -> None:
    cases, case = started(TWO, "s > a > b > e")
    token = cases.task(case, "a").token
    with pytest.raises(Conflict):
        cases.call(case, lambda run: run.retry_token(token))


def test_a_step_that_cannot_be_left_is_retried_without_asking_again() -> None:
    cases, case = started(TWO, "s > a [ok] > e", "b > e", ok=False)
    cases.complete(case, "a")
    assert not cases.open_tasks(case)
    cases.call(case, lambda run: run.evaluate_conditions({"ok": True}))
    cases.call(case, lambda run: run.retry_token(faulty(cases, case).id))
    assert cases.state(case).case.state is CaseState.COMPLETED


def test_a_countersign_without_signers_stops_and_says_so() -> None:
    own = extension("<chengshu:approval/>")
    loop = (
        "<multiInstanceLoopCharacteristics><extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="= signers" inputElement="signer"/></extensionElements>'
        "</multiInstanceLoopCharacteristics>"
    )
    cases, case = started(START_END + f'<userTask id="a">{own}{loop}</userTask>', "s > a > e", signers=[])
    assert faulty(cases, case).local["#incident"]["code"] == "cases.no_signers"
    cases.call(case, lambda run: run.evaluate_conditions({"signers": ["li"]}))
    cases.call(case, lambda run: run.retry_token(faulty(cases, case).id))
    assert len(cases.open_tasks(case)) == 1


def test_too_many_instances_stop_before_they_begin() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>50</loopCardinality></multiInstanceLoopCharacteristics>"
    model = tiny(START_END + f'<userTask id="a">{loop}</userTask>', "s > a > e")
    cases = MemoryCases(model, limits=Limits(instances=10))
    case = cases.start("p")
    assert faulty(cases, case).local["#incident"]["code"] == "cases.too_many_instances"
    assert not cases.open_tasks(case)


def test_the_step_limit_stops_a_call_and_keeps_the_case() -> None:
    model = tiny(TWO + '<exclusiveGateway id="x"/><task id="t"/>', "s > a > x > t > x", "b > e")
    cases = MemoryCases(model, limits=Limits(steps=50))
    case = cases.start("p")
    cases.complete(case, "a")
    assert cases.state(case).case.state is CaseState.RUNNING
    cases.call(case, lambda run: run.move_token(faulty(cases, case).id, "b"))
    cases.complete(case, "b")
    assert cases.state(case).case.state is CaseState.COMPLETED


def test_a_timer_that_is_gone_does_nothing() -> None:
    event = (
        '<boundaryEvent id="w" attachedToRef="a"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        "</timerEventDefinition></boundaryEvent>"
    )
    cases, case = started(TWO + event, "s > a > e", "w > b > e")
    (wait,) = cases.state(case).waits
    cases.complete(case, "a")
    with pytest.raises(Conflict):
        cases.fire(case, wait)


def test_a_job_that_is_gone_is_told() -> None:
    service = extension('<zeebe:taskDefinition type="x"/>')
    cases, case = started(
        START_END + f'<serviceTask id="a">{service}</serviceTask><userTask id="b"/>', "s > a > b > e"
    )
    (job,) = cases.jobs(case)
    assert cases.call(case, lambda run: run.finish_job(job.id)) is True
    assert cases.call(case, lambda run: run.finish_job(job.id)) is False


def test_cancelling_takes_everything_away() -> None:
    cases, case = started(TWO, "s > a > e", "s > b > e")
    cases.call(case, lambda run: run.cancel(by=1, reason="test"))
    state = cases.state(case)
    assert (state.case.state, state.tokens, state.tasks) == (CaseState.TERMINATED, {}, {})


def test_the_delta_is_what_changed_and_nothing_else() -> None:
    cases, case = started(TWO, "s > a > e", "s > b > e")
    task = cases.task(case, "a")
    cases.complete(case, "a")
    delta = cases.last_delta
    assert (delta.tokens_put, delta.tokens_gone) == (set(), {task.token})
    assert (delta.tasks_new, delta.tasks_changed) == (set(), {task.id})


def test_history_replays_to_the_state_at_any_entry() -> None:
    cases, case = started(TWO, "s > a > b > e", n=1)
    seq = cases.state(case).case.seq
    cases.complete(case, "a", by="li", variables={"n": 2})
    assert replay(cases.history(case)) == cases.state(case)
    assert replay(cases.history(case), until=seq).case.variables == {"n": 1}


def test_a_gap_in_the_history_is_noticed() -> None:
    cases, case = started(TWO, "s > a > b > e")
    history = cases.history(case)
    with pytest.raises(ValueError, match="missing"):
        replay([history[0], *history[2:]])


@pytest.mark.parametrize("text", ["", "P", "PT", "tomorrow", "P-3D", "R0/PT1H", "R3/soon"])
def test_what_is_no_time_is_refused(text: str) -> None:
    now = MemoryCases().now
    with pytest.raises(InvalidInput):
        first_due("cycle" if text.startswith("R") else "duration", text, now)


def test_months_end_where_the_month_ends() -> None:
    january = MemoryCases().now.replace(month=1, day=31)
    assert later_by(january, "P1M").date().isoformat() == "2026-02-28"
    assert later_by(january, "P1Y1M").date().isoformat() == "2027-02-28"


def test_a_cycle_counts_down_and_an_endless_one_does_not() -> None:
    now = MemoryCases().now
    first = first_due("cycle", "R2/PT1H", now)
    assert (first.at - now, first.remaining) == (timedelta(hours=1), 1)
    assert next_due(first.at, first.every, first.remaining).remaining == 0
    endless = first_due("cycle", "R/P1D", now)
    assert next_due(endless.at, endless.every, endless.remaining).remaining == -1
