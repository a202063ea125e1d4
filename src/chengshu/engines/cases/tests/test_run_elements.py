"""The element table: one tiny model for each element and behaviour of BPMN 2.0, compared with what the standard says.

After OMG formal/2013-12-09, chapters 10 and 13. Where the case stands is named by node ids (``cases.nodes``).
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengshu.engines.cases.interpreter.memory import MemoryCases
from chengshu.engines.cases.state import CaseState, TokenState
from chengshu.engines.cases.tests.tiny_models import START_END, extension, flows, started, tiny

DAY = timedelta(days=1)


def ended(cases: MemoryCases, case_id: int) -> bool:
    state = cases.state(case_id)
    return state.case.state is CaseState.COMPLETED and not (
        state.tokens or state.tasks or state.waits or state.jobs
    )


# -- tasks --------------------------------------------------------------------------------------------------------


def test_a_user_task_waits_for_a_person() -> None:
    cases, case = started(START_END + '<userTask id="a" name="Review"/>', "s > a > e")
    assert [task.name for task in cases.open_tasks(case)] == ["Review"]
    cases.complete(case, "a")
    assert ended(cases, case)


def test_a_manual_task_is_confirmed_by_a_person() -> None:
    cases, case = started(START_END + '<manualTask id="a"/>', "s > a > e")
    assert cases.nodes(case) == ["a"]


def test_an_abstract_task_does_nothing() -> None:
    cases, case = started(START_END + '<task id="a"/>', "s > a > e")
    assert ended(cases, case)


def test_a_script_sets_its_result() -> None:
    script = extension('<zeebe:script expression="= 2 * price" resultVariable="total"/>')
    cases, case = started(START_END + f'<scriptTask id="a">{script}</scriptTask>', "s > a > e", price=21)
    assert cases.variables(case)["total"] == 42


def test_a_script_without_result_name_sets_each_entry() -> None:
    cases, case = started(
        START_END + '<scriptTask id="a"><script>{x: 1, y: x + 1}</script></scriptTask>', "s > a > e"
    )
    assert cases.variables(case) == {"x": 1, "y": 2}


def test_a_service_task_writes_a_job_and_goes_on_with_the_answer() -> None:
    service = extension(
        '<zeebe:taskDefinition type="letter" retries="2"/>'
        '<zeebe:ioMapping><zeebe:input source="= name" target="to"/></zeebe:ioMapping>'
    )
    cases, case = started(
        START_END + f'<serviceTask id="a">{service}</serviceTask>', "s > a > e", name="Chen"
    )
    assert [(job.service, job.payload, job.attempts_left) for job in cases.jobs(case)] == [
        ("letter", {"to": "Chen"}, 2)
    ]
    cases.answer(case, "letter", {"sent": True})
    assert ended(cases, case)
    assert cases.variables(case)["sent"] is True


def test_a_service_without_a_type_does_nothing() -> None:
    cases, case = started(START_END + '<serviceTask id="a"/>', "s > a > e")
    assert ended(cases, case)


def test_a_service_that_gives_up_stops_with_an_incident_and_can_be_retried() -> None:
    service = extension('<zeebe:taskDefinition type="letter" retries="2"/>')
    cases, case = started(START_END + f'<serviceTask id="a">{service}</serviceTask>', "s > a > e")
    cases.fail(case, "letter", "no answer")
    assert [token.state for token in cases.state(case).tokens.values() if token.node == "a"] == [
        TokenState.WAITING
    ]
    cases.fail(case, "letter", "no answer")
    (faulty,) = [token for token in cases.state(case).tokens.values() if token.state is TokenState.FAULTY]
    cases.call(case, lambda run: run.retry_token(faulty.id))
    cases.answer(case, "letter")
    assert ended(cases, case)


def test_a_business_rule_asks_the_decision() -> None:
    rule = extension('<zeebe:calledDecision decisionId="triage" resultVariable="level"/>')
    cases = MemoryCases(tiny(START_END + f'<businessRuleTask id="a">{rule}</businessRuleTask>', "s > a > e"))
    cases.decide_by("triage", lambda inputs: "high" if inputs["amount"] > 5 else "low")
    assert cases.variables(cases.start("p", {"amount": 9}))["level"] == "high"


def test_a_send_task_sends_its_message() -> None:
    outside = '<message id="m" name="notice"/>'
    cases, case = started(START_END + '<sendTask id="a" messageRef="m"/>', "s > a > e", outside=outside)
    assert [sent.name for sent in cases.thrown] == ["notice"]
    assert ended(cases, case)


def test_a_receive_task_waits_for_its_message() -> None:
    outside = '<message id="m" name="reply"/>'
    cases, case = started(START_END + '<receiveTask id="a" messageRef="m"/>', "s > a > e", outside=outside)
    assert cases.message("other") == 0
    assert cases.message("reply", payload={"text": "yes"}) == case
    assert ended(cases, case)
    assert cases.variables(case)["text"] == "yes"


# -- gateways and flows -------------------------------------------------------------------------------------------

SPLIT = START_END + '<userTask id="a"/><userTask id="b"/><userTask id="c"/>'


def test_an_exclusive_gateway_takes_the_first_way_that_holds() -> None:
    cases, case = started(
        SPLIT + '<exclusiveGateway id="x"/>',
        "s > x [n > 1] > a > e",
        "x [n > 0] > b > e",
        "x [true] > c > e",
        n=2,
    )
    assert cases.nodes(case) == ["a"]


def test_an_exclusive_gateway_takes_the_default_when_nothing_holds() -> None:
    cases, case = started(
        SPLIT + '<exclusiveGateway id="x" default="x_c"/>',
        "s > x [n > 1] > a > e",
        "x > c > e",
        "b > e",
        n=None,
    )
    assert cases.nodes(case)[-1] == "c"


def test_an_exclusive_gateway_without_a_way_stops_with_an_incident() -> None:
    cases, case = started(
        SPLIT + '<exclusiveGateway id="x"/>', "s > x [n > 1] > a > e", "x [n < 0] > b > e", n=1
    )
    (token,) = [token for token in cases.state(case).tokens.values() if token.node == "x"]
    assert token.state is TokenState.FAULTY
    assert token.local["#incident"]["code"] == "cases.no_way_out"


def test_an_exclusive_gateway_lets_every_token_through_where_ways_meet() -> None:
    cases, case = started(SPLIT + '<exclusiveGateway id="x"/>', "s > a > x", "s > b > x", "x > c > e")
    cases.complete(case, "a")
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c", "c"]


def test_a_parallel_gateway_splits_and_joins_once() -> None:
    cases, case = started(
        SPLIT + '<parallelGateway id="f"/><parallelGateway id="j"/>',
        "s > f > a > j",
        "f > b > j",
        "j > c > e",
    )
    assert cases.nodes(case) == ["a", "b"]
    cases.complete(case, "a")
    assert cases.nodes(case) == ["b", "j"]
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c"]


def test_a_parallel_join_needs_every_flow_and_keeps_surplus_tokens() -> None:
    model = SPLIT + '<parallelGateway id="f"/><parallelGateway id="j"/><exclusiveGateway id="m"/>'
    cases, case = started(model, "s > f > m", "f > a > m", "m > j", "f > b > j", "j > c > e")
    assert cases.nodes(case) == ["a", "b", "j"]
    cases.complete(case, "a")
    assert cases.nodes(case) == ["b", "j", "j"]
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c", "j"]


def test_an_inclusive_gateway_takes_every_way_that_holds_and_joins_just_those() -> None:
    model = SPLIT + '<inclusiveGateway id="f"/><inclusiveGateway id="j"/><userTask id="d"/>'
    ways = ("s > f [x] > a > j", "f [y] > b > j", "f [z] > c > j", "j > d > e")
    cases, case = started(model, *ways, x=True, y=True, z=False)
    assert cases.nodes(case) == ["a", "b"]
    cases.complete(case, "b")
    assert cases.nodes(case) == ["a", "j"]
    cases.complete(case, "a")
    assert cases.nodes(case) == ["d"]


def test_an_inclusive_join_opens_when_the_other_branch_ends_elsewhere() -> None:
    model = (
        SPLIT
        + '<inclusiveGateway id="f"/><inclusiveGateway id="j"/><exclusiveGateway id="x"/><endEvent id="e2"/>'
    )
    ways = ("s > f [true] > a > j", "f [true] > b > x [stay] > j", "x [not(stay)] > e2", "j > c > e")
    cases, case = started(model, *ways, stay=False)
    cases.complete(case, "a")
    assert cases.nodes(case) == ["b", "j"]
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c"]


def test_a_complex_join_opens_at_its_condition_and_swallows_the_rest() -> None:
    model = (
        SPLIT
        + '<parallelGateway id="f"/><userTask id="d"/><complexGateway id="j"><activationCondition>activationCount >= 2'
        "</activationCondition></complexGateway>"
    )
    cases, case = started(model, "s > f > a > j", "f > b > j", "f > c > j", "j > d > e")
    cases.complete(case, "a")
    assert "d" not in cases.nodes(case)
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c", "d", "j"]
    cases.complete(case, "c")
    assert cases.nodes(case) == ["d"]
    cases.complete(case, "d")
    assert ended(cases, case)


def test_an_event_gateway_goes_the_way_of_the_first_event() -> None:
    model = (
        SPLIT
        + '<eventBasedGateway id="g"/><intermediateCatchEvent id="m1"><messageEventDefinition messageRef="m"/>'
        '</intermediateCatchEvent><intermediateCatchEvent id="t1"><timerEventDefinition>'
        "<timeDuration>P3D</timeDuration>"
        "</timerEventDefinition></intermediateCatchEvent>"
    )
    ways = ("s > g > m1 > a > e", "g > t1 > b > e", "c > e")
    cases = MemoryCases(tiny(model, *ways, outside='<message id="m" name="reply"/>'))
    case, other = cases.start("p"), cases.start("p")
    assert cases.message("reply") == case
    assert cases.nodes(case)[-1] == "a"
    assert not cases.state(case).waits
    cases.advance(4 * DAY)
    assert cases.nodes(other)[-1] == "b"


def test_several_flows_out_of_a_task_are_a_split() -> None:
    cases, case = started(SPLIT, "s > a > b > e", "a > c > e")
    cases.complete(case, "a")
    assert cases.nodes(case) == ["b", "c"]


def test_conditional_flows_out_of_a_task_and_its_default() -> None:
    model = START_END + '<userTask id="a" default="a_c"/><userTask id="b"/><userTask id="c"/>'
    for ok, expected in ((True, ["b"]), (False, ["c"])):
        cases, case = started(model, "s > a [ok] > b > e", "a > c > e", ok=ok)
        cases.complete(case, "a")
        assert cases.nodes(case) == expected


def test_a_process_without_start_events_begins_at_whatever_nothing_leads_to() -> None:
    cases, case = started('<userTask id="a"/><userTask id="b"/>')
    assert cases.nodes(case) == ["a", "b"]
    cases.complete(case, "a")
    cases.complete(case, "b")
    assert ended(cases, case)


# -- start, catch and throw events --------------------------------------------------------------------------------


def catch(definition: str, node: str = "w") -> str:
    return f'<intermediateCatchEvent id="{node}">{definition}</intermediateCatchEvent>'


TIMER = "<timerEventDefinition><{0}>{1}</{0}></timerEventDefinition>"


@pytest.mark.parametrize(
    ("kind", "text", "days"),
    [
        ("timeDuration", "P2D", 2),
        ("timeDuration", '= duration("P2D")', 2),
        ("timeDate", "2026-01-07T09:00:00Z", 2),
        ("timeDate", '= date and time("2026-01-07T09:00:00Z")', 2),
        ("timeDuration", "P1M", 31),
    ],
)
def test_a_timer_waits_until_its_time(kind: str, text: str, days: int) -> None:
    cases, case = started(START_END + catch(TIMER.format(kind, text)), "s > w > e")
    cases.advance(timedelta(days=days) - timedelta(seconds=1))
    assert cases.nodes(case) == ["w"]
    cases.advance(timedelta(seconds=1))
    assert ended(cases, case)


def test_a_message_is_matched_by_its_correlation_key() -> None:
    outside = (
        '<message id="m" name="paid"><extensionElements><zeebe:subscription correlationKey="= bill"/>'
        "</extensionElements></message>"
    )
    model = tiny(START_END + catch('<messageEventDefinition messageRef="m"/>'), "s > w > e", outside=outside)
    cases = MemoryCases(model)
    first, second = cases.start("p", {"bill": "A1"}), cases.start("p", {"bill": "A2"})
    assert cases.message("paid", key="A3") == 0
    assert cases.message("paid", key="A2") == second
    assert cases.nodes(first) == ["w"]


def test_a_signal_reaches_every_case_that_waits() -> None:
    outside = '<signal id="g" name="storm"/>'
    cases = MemoryCases(
        tiny(START_END + catch('<signalEventDefinition signalRef="g"/>'), "s > w > e", outside=outside)
    )
    waiting = [cases.start("p"), cases.start("p")]
    assert cases.signal("storm") == waiting
    assert all(ended(cases, case) for case in waiting)


def test_a_condition_happens_when_data_make_it_true() -> None:
    condition = "<conditionalEventDefinition><condition>level >= 3</condition></conditionalEventDefinition>"
    cases, case = started(START_END + catch(condition), "s > w > e", level=1)
    assert cases.nodes(case) == ["w"]
    cases.call(case, lambda run: run.evaluate_conditions({"level": 3}))
    assert ended(cases, case)


def test_a_link_goes_on_at_its_catching_event() -> None:
    link = '<intermediateThrowEvent id="t"><linkEventDefinition name="L"/></intermediateThrowEvent>'
    model = START_END + '<userTask id="a"/>' + link + catch('<linkEventDefinition name="L"/>')
    cases, case = started(model, "s > t", "w > a > e")
    assert cases.nodes(case) == ["a"]


def test_several_triggers_of_one_event_need_only_one() -> None:
    both = TIMER.format("timeDuration", "P9D") + '<signalEventDefinition signalRef="g"/>'
    cases, case = started(START_END + catch(both), "s > w > e", outside='<signal id="g" name="go"/>')
    assert len(cases.state(case).waits) == 2
    cases.signal("go")
    assert ended(cases, case)


def test_parallel_multiple_needs_every_trigger() -> None:
    event = (
        '<intermediateCatchEvent id="w" parallelMultiple="true"><signalEventDefinition signalRef="g"/>'
        '<signalEventDefinition signalRef="h"/></intermediateCatchEvent>'
    )
    outside = '<signal id="g" name="one"/><signal id="h" name="two"/>'
    cases, case = started(START_END + event, "s > w > e", outside=outside)
    cases.signal("one")
    assert cases.nodes(case) == ["w"]
    cases.signal("two")
    assert ended(cases, case)


def test_a_message_start_begins_a_case() -> None:
    start = '<startEvent id="s"><messageEventDefinition messageRef="m"/></startEvent>'
    model = tiny(
        start + '<userTask id="a"/><endEvent id="e"/>',
        "s > a > e",
        outside='<message id="m" name="application"/>',
    )
    cases = MemoryCases(model)
    case = cases.message("application", payload={"who": "Chen"})
    assert cases.nodes(case) == ["a"]
    assert cases.variables(case) == {"who": "Chen"}


def test_an_instantiating_event_gateway_begins_at_the_event_that_came() -> None:
    model = (
        '<eventBasedGateway id="g" instantiate="true"/><endEvent id="e"/><userTask id="a"/><userTask id="b"/>'
        + catch('<messageEventDefinition messageRef="m"/>', "w1")
        + catch('<messageEventDefinition messageRef="n"/>', "w2")
    )
    outside = '<message id="m" name="letter"/><message id="n" name="call"/>'
    cases = MemoryCases(tiny(model, "g > w1 > a > e", "g > w2 > b > e", outside=outside))
    assert cases.nodes(cases.message("call")) == ["b"]


def test_a_parallel_instantiating_gateway_waits_for_the_other_events_too() -> None:
    model = (
        '<eventBasedGateway id="g" instantiate="true" eventGatewayType="Parallel"/><endEvent id="e"/>'
        + catch('<messageEventDefinition messageRef="m"/>', "w1")
        + catch('<messageEventDefinition messageRef="n"/>', "w2")
    )
    outside = '<message id="m" name="letter"/><message id="n" name="call"/>'
    cases = MemoryCases(tiny(model, "g > w1 > e", "g > w2 > e", outside=outside))
    case = cases.message("call")
    assert cases.nodes(case) == ["w1"]
    assert cases.message("letter") == case
    assert ended(cases, case)


def test_a_thrown_message_reaches_another_process() -> None:
    throw = '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    other = (
        '<message id="m" name="order"/><process id="q" isExecutable="true"><startEvent id="s2"><messageEventDefinition '
        'messageRef="m"/></startEvent><userTask id="a2"/><sequenceFlow id="f" sourceRef="s2" targetRef="a2"/></process>'
    )
    cases, case = started(START_END + throw, "s > t > e", outside=other)
    assert ended(cases, case)
    assert [cases.nodes(key) for key in cases.states if key != case] == [["a2"]]


def test_terminate_takes_everything_away() -> None:
    model = SPLIT + '<endEvent id="x"><terminateEventDefinition/></endEvent>'
    cases, case = started(model, "s > a > x", "s > b > e", "s > c > e")
    cases.complete(case, "a")
    assert ended(cases, case)


def test_an_error_nobody_catches_ends_the_case_with_its_code() -> None:
    model = SPLIT + '<endEvent id="x"><errorEventDefinition errorRef="r"/></endEvent>'
    cases, case = started(
        model, "s > a > x", "s > b > e", "c > e", outside='<error id="r" name="Bad" errorCode="E7"/>'
    )
    cases.complete(case, "a")
    state = cases.state(case)
    assert (state.case.state, state.case.outcome, state.tokens) == (CaseState.TERMINATED, "E7", {})


# -- boundary events ----------------------------------------------------------------------------------------------


def boundary(definition: str, on: str = "a", *, interrupting: bool = True, node: str = "w") -> str:
    cancel = "" if interrupting else ' cancelActivity="false"'
    return f'<boundaryEvent id="{node}" attachedToRef="{on}"{cancel}>{definition}</boundaryEvent>'


BOUNDARY = START_END + '<userTask id="a"/><userTask id="b"/>'


def test_an_interrupting_timer_takes_the_task_away() -> None:
    cases, case = started(BOUNDARY + boundary(TIMER.format("timeDuration", "P1D")), "s > a > e", "w > b > e")
    cases.advance(2 * DAY)
    assert [task.node for task in cases.open_tasks(case)] == ["b"]


def test_a_timer_goes_with_the_task_it_watches() -> None:
    cases, case = started(BOUNDARY + boundary(TIMER.format("timeDuration", "P1D")), "s > a > e", "w > b > e")
    cases.complete(case, "a")
    assert ended(cases, case)
    assert cases.advance(2 * DAY) == 0


def test_a_non_interrupting_cycle_reminds_and_leaves_the_task() -> None:
    cycle = boundary(TIMER.format("timeCycle", "R3/P1D"), interrupting=False)
    cases, case = started(BOUNDARY + cycle, "s > a > e", "w > b > e")
    cases.advance(10 * DAY)
    assert cases.nodes(case) == ["a", "b", "b", "b"]
    assert not cases.state(case).waits


def test_a_message_on_the_boundary() -> None:
    outside = '<message id="m" name="stop"/>'
    event = boundary('<messageEventDefinition messageRef="m"/>')
    cases, case = started(BOUNDARY + event, "s > a > e", "w > b > e", outside=outside)
    cases.message("stop", payload={"why": "wrong"})
    assert cases.nodes(case) == ["b"]
    assert cases.variables(case)["why"] == "wrong"


def test_a_non_interrupting_signal_can_come_again() -> None:
    event = boundary('<signalEventDefinition signalRef="g"/>', interrupting=False)
    cases, case = started(BOUNDARY + event, "s > a > e", "w > b > e", outside='<signal id="g" name="rain"/>')
    cases.signal("rain")
    cases.signal("rain")
    assert cases.nodes(case) == ["a", "b", "b"]


def test_a_non_interrupting_condition_fires_each_time_it_becomes_true() -> None:
    condition = "<conditionalEventDefinition><condition>level > 2</condition></conditionalEventDefinition>"
    cases, case = started(
        BOUNDARY + boundary(condition, interrupting=False), "s > a > e", "w > b > e", level=0
    )
    for level in (3, 4, 1, 5):
        cases.call(case, lambda run, level=level: run.evaluate_conditions({"level": level}))
    assert cases.nodes(case) == ["a", "b", "b"]


ERRORS = '<error id="r" name="Bad" errorCode="E7"/><error id="q" name="Odd" errorCode="E8"/>'
SUB = (
    START_END
    + '<subProcess id="a"><startEvent id="s1"/><userTask id="u"/><endEvent id="x"><errorEventDefinition errorRef="r"/>'
    '</endEvent><sequenceFlow id="f1" sourceRef="s1" targetRef="u"/><sequenceFlow id="f2" sourceRef="u" targetRef="x"/>'
    '</subProcess><userTask id="b"/><userTask id="c"/>'
)


def test_an_error_is_caught_by_its_code_before_the_catch_all() -> None:
    events = boundary("<errorEventDefinition/>", node="any") + boundary(
        '<errorEventDefinition errorRef="r"/>', node="w"
    )
    cases, case = started(SUB + events, "s > a > e", "any > b > e", "w > c > e", outside=ERRORS)
    cases.complete(case, "u")
    assert cases.nodes(case) == ["c"]


def test_an_error_of_another_code_is_not_caught() -> None:
    events = boundary('<errorEventDefinition errorRef="q"/>')
    cases, case = started(SUB + events, "s > a > e", "w > b > e", "c > e", outside=ERRORS)
    cases.complete(case, "u")
    assert cases.state(case).case.state is CaseState.TERMINATED


def test_a_service_can_fail_with_a_business_error() -> None:
    service = extension('<zeebe:taskDefinition type="pay"/>')
    event = boundary('<errorEventDefinition errorRef="r"/>')
    model = START_END + f'<serviceTask id="a">{service}</serviceTask><userTask id="b"/>' + event
    cases, case = started(model, "s > a > e", "w > b > e", outside=ERRORS)
    cases.fail(case, "pay", "no money", code="E7")
    assert cases.nodes(case) == ["b"]
    assert not cases.jobs(case)


@pytest.mark.parametrize(("interrupting", "expected"), [(True, ["b"]), (False, ["a", "b", "u"])])
def test_an_escalation_tells_the_scope_around(interrupting: bool, expected: list[str]) -> None:
    model = (
        START_END
        + '<subProcess id="a"><startEvent id="s1"/><intermediateThrowEvent id="t"><escalationEventDefinition '
        'escalationRef="r"/></intermediateThrowEvent><userTask id="u"/><sequenceFlow id="f1" sourceRef="s1" '
        'targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="u"/></subProcess><userTask id="b"/>'
        + boundary('<escalationEventDefinition escalationRef="r"/>', interrupting=interrupting)
    )
    outside = '<escalation id="r" name="Up" escalationCode="U1"/>'
    cases, case = started(model, "s > a > e", "w > b > e", outside=outside)
    assert cases.nodes(case) == expected


def test_an_escalation_nobody_catches_changes_nothing() -> None:
    throw = '<intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="r"/></intermediateThrowEvent>'
    cases, case = started(
        START_END + throw, "s > t > e", outside='<escalation id="r" name="Up" escalationCode="U1"/>'
    )
    assert ended(cases, case)


# -- sub-processes ------------------------------------------------------------------------------------------------

INNER = (
    '<startEvent id="s1"/><userTask id="u"/><userTask id="v"/><sequenceFlow id="f1" sourceRef="s1" targetRef="u"/>'
    '<sequenceFlow id="f2" sourceRef="s1" targetRef="v"/>'
)


def test_a_subprocess_is_done_when_everything_in_it_is() -> None:
    cases, case = started(
        START_END + f'<subProcess id="a">{INNER}</subProcess><userTask id="b"/>', "s > a > b > e"
    )
    cases.complete(case, "u")
    assert cases.nodes(case) == ["a", "v"]
    cases.complete(case, "v")
    assert cases.nodes(case) == ["b"]


def test_an_interrupted_subprocess_takes_its_tasks_with_it() -> None:
    model = START_END + f'<subProcess id="a">{INNER}</subProcess><userTask id="b"/>'
    cases, case = started(model + boundary(TIMER.format("timeDuration", "P1D")), "s > a > e", "w > b > e")
    cases.advance(2 * DAY)
    assert cases.nodes(case) == ["b"]


def test_terminate_in_a_subprocess_ends_only_that() -> None:
    inner = (
        INNER
        + '<endEvent id="x"><terminateEventDefinition/></endEvent><sequenceFlow id="f3" sourceRef="u" targetRef="x"/>'
    )
    cases, case = started(
        START_END + f'<subProcess id="a">{inner}</subProcess><userTask id="b"/>', "s > a > b > e"
    )
    cases.complete(case, "u")
    assert cases.nodes(case) == ["b"]


def listener(definition: str, *, interrupting: bool = True) -> str:
    flag = "" if interrupting else ' isInterrupting="false"'
    return (
        f'<subProcess id="es" triggeredByEvent="true"><startEvent id="es1"{flag}>{definition}</startEvent>'
        '<userTask id="h"/><sequenceFlow id="es2" sourceRef="es1" targetRef="h"/></subProcess>'
    )


@pytest.mark.parametrize(("interrupting", "expected"), [(True, ["es", "h"]), (False, ["a", "es", "h"])])
def test_an_event_subprocess_starts_by_its_message(interrupting: bool, expected: list[str]) -> None:
    model = START_END + '<userTask id="a"/>'
    event = listener('<messageEventDefinition messageRef="m"/>', interrupting=interrupting)
    cases, case = started(model + event, "s > a > e", outside='<message id="m" name="stop"/>')
    cases.message("stop")
    assert cases.nodes(case) == expected
    assert len(cases.state(case).waits) == (0 if interrupting else 1)
    for task in cases.open_tasks(case):
        cases.complete(case, task.node)
    assert ended(cases, case)


def test_an_event_subprocess_catches_an_error_of_its_scope() -> None:
    model = START_END + '<userTask id="a"/><endEvent id="x"><errorEventDefinition errorRef="r"/></endEvent>'
    cases, case = started(
        model + listener('<errorEventDefinition errorRef="r"/>'), "s > a > x", "s > e", outside=ERRORS
    )
    cases.complete(case, "a")
    assert cases.nodes(case) == ["es", "h"]
    cases.complete(case, "h")
    assert ended(cases, case)


CALLED = (
    '<process id="q" isExecutable="true"><startEvent id="qs"/><userTask id="qa"/><scriptTask id="qc"><script>'
    '{answer: question + 1}</script></scriptTask><endEvent id="qe"/>'
    + flows("qs > qa > qc > qe")
    + "</process>"
)


def test_a_call_runs_another_process_in_the_same_case() -> None:
    cases, case = started(
        START_END + '<callActivity id="a" calledElement="q"/><userTask id="b"/>',
        "s > a > b > e",
        outside=CALLED,
        question=1,
    )
    assert cases.nodes(case) == ["a", "qa"]
    cases.complete(case, "qa")
    assert cases.nodes(case) == ["b"]
    assert cases.variables(case)["answer"] == 2


def test_a_call_with_mappings_gives_and_takes_only_those() -> None:
    call = extension(
        '<zeebe:calledElement processId="q" propagateAllParentVariables="false"/><zeebe:ioMapping>'
        '<zeebe:input source="= amount" target="question"/><zeebe:output source="= answer" target="result"/>'
        "</zeebe:ioMapping>"
    )
    cases, case = started(
        START_END + f'<callActivity id="a">{call}</callActivity>', "s > a > e", outside=CALLED, amount=5
    )
    cases.complete(case, "qa")
    assert cases.variables(case) == {"amount": 5, "result": 6}


def test_a_circle_of_calls_stops_with_a_clear_incident() -> None:
    cases, case = started(START_END + '<callActivity id="a" calledElement="p"/>', "s > a > e")
    faulty = [token for token in cases.state(case).tokens.values() if token.state is TokenState.FAULTY]
    assert [token.local["#incident"]["code"] for token in faulty] == ["cases.calls_too_deep"]


def test_an_ad_hoc_subprocess_offers_its_activities_until_its_condition_holds() -> None:
    inner = '<userTask id="u"/><userTask id="v"/><completionCondition>enough = true</completionCondition>'
    cases, case = started(START_END + f'<adHocSubProcess id="a">{inner}</adHocSubProcess>', "s > a > e")
    assert cases.nodes(case) == ["a", "u", "v"]
    cases.complete(case, "v", variables={"enough": True})
    assert ended(cases, case)


def test_a_sequential_ad_hoc_subprocess_offers_one_after_the_other() -> None:
    inner = '<userTask id="u"/><userTask id="v"/>'
    cases, case = started(
        START_END + f'<adHocSubProcess id="a" ordering="Sequential">{inner}</adHocSubProcess>', "s > a > e"
    )
    assert cases.nodes(case) == ["a", "u"]
    cases.complete(case, "u")
    assert cases.nodes(case) == ["a", "v"]
    cases.complete(case, "v")
    assert ended(cases, case)


# -- loops --------------------------------------------------------------------------------------------------------


def multi(attributes: str = "", inner: str = "", zeebe: str = "") -> str:
    own = extension(f"<zeebe:loopCharacteristics {zeebe}/>") if zeebe else ""
    return f"<multiInstanceLoopCharacteristics {attributes}>{own}{inner}</multiInstanceLoopCharacteristics>"


def test_parallel_instances_by_number_run_at_once() -> None:
    loop = multi(inner="<loopCardinality>3</loopCardinality>")
    cases, case = started(START_END + f'<userTask id="a">{loop}</userTask>', "s > a > e")
    assert len(cases.open_tasks(case)) == 3
    for task in cases.open_tasks(case):
        cases.call(case, lambda run, task=task: run.complete_task(task.id))
    assert ended(cases, case)


def test_sequential_instances_run_one_after_the_other() -> None:
    loop = multi('isSequential="true"', "<loopCardinality>3</loopCardinality>")
    cases, case = started(START_END + f'<userTask id="a">{loop}</userTask>', "s > a > e")
    for _turn in range(3):
        assert len(cases.open_tasks(case)) == 1
        cases.complete(case, "a")
    assert ended(cases, case)


def test_instances_over_a_list_collect_their_results_in_order() -> None:
    loop = multi(
        zeebe='inputCollection="= xs" inputElement="x" outputCollection="ys" outputElement="= x * x"'
    )
    cases, case = started(
        START_END + f'<scriptTask id="a"><script>{{t: x}}</script>{loop}</scriptTask>',
        "s > a > e",
        xs=[3, 1, 2],
    )
    assert cases.variables(case)["ys"] == [9, 1, 4]
    assert "x" not in cases.variables(case)


def test_a_completion_condition_takes_the_other_instances_away() -> None:
    loop = multi(
        inner="<loopCardinality>5</loopCardinality>"
        "<completionCondition>numberOfCompletedInstances >= 2</completionCondition>"
    )
    cases, case = started(START_END + f'<userTask id="a">{loop}</userTask>', "s > a > e")
    for task in cases.open_tasks(case)[:2]:
        cases.call(case, lambda run, task=task: run.complete_task(task.id))
    assert ended(cases, case)


def test_no_instances_means_going_on() -> None:
    loop = multi(zeebe='inputCollection="= xs" outputCollection="ys" outputElement="= 1"')
    cases, case = started(START_END + f'<userTask id="a">{loop}</userTask>', "s > a > e", xs=[])
    assert ended(cases, case)
    assert cases.variables(case)["ys"] == []


def test_a_multi_instance_subprocess_has_its_own_data_for_each() -> None:
    loop = multi(zeebe='inputCollection="= xs" inputElement="x"')
    inner = INNER.replace('<userTask id="v"/>', "").replace(
        '<sequenceFlow id="f2" sourceRef="s1" targetRef="v"/>', ""
    )
    cases, case = started(
        START_END + f'<subProcess id="a">{loop}{inner}</subProcess>', "s > a > e", xs=["p", "q"]
    )
    scopes = [
        token
        for token in cases.state(case).tokens.values()
        if token.state is TokenState.SCOPE and token.local.get("x")
    ]
    assert sorted(token.local["x"] for token in scopes) == ["p", "q"]
    for task in cases.open_tasks(case):
        cases.call(case, lambda run, task=task: run.complete_task(task.id))
    assert ended(cases, case)


@pytest.mark.parametrize(("before", "times"), [("true", 2), ("false", 3)])
def test_a_standard_loop_tests_before_or_after(before: str, times: int) -> None:
    condition = "n &lt; 2" if before == "true" else "n &lt;= 2"
    loop = (
        f'<standardLoopCharacteristics testBefore="{before}"><loopCondition>{condition}</loopCondition>'
        "</standardLoopCharacteristics>"
    )
    model = START_END + f'<scriptTask id="a"><script>{{n: n + 1}}</script>{loop}</scriptTask>'
    cases, case = started(model, "s > a > e", n=0)
    assert cases.variables(case)["n"] == times
    assert ended(cases, case)


def test_a_loop_has_a_maximum() -> None:
    loop = (
        '<standardLoopCharacteristics loopMaximum="4"><loopCondition>true</loopCondition>'
        "</standardLoopCharacteristics>"
    )
    model = START_END + f'<scriptTask id="a"><script>{{n: n + 1}}</script>{loop}</scriptTask>'
    cases, case = started(model, "s > a > e", n=0)
    assert cases.variables(case)["n"] == 4
    assert ended(cases, case)


# -- compensation and transactions --------------------------------------------------------------------------------


def undoable(node: str, *, order: str) -> str:
    script = f'<scriptTask id="{node}"><script>{{log: append(log, "{node}")}}</script></scriptTask>'
    handler = (
        f'<scriptTask id="{node}_undo" isForCompensation="true"><script>{{log: append(log, "{node} undone")}}</script>'
        "</scriptTask>"
    )
    event = (
        f'<boundaryEvent id="{node}_c" attachedToRef="{node}"><compensateEventDefinition/></boundaryEvent>'
    )
    link = f'<association id="{node}_l" sourceRef="{node}_c" targetRef="{node}_undo" associationDirection="One"/>'
    return script + handler + event + link


COMPENSATE = '<intermediateThrowEvent id="t"><compensateEventDefinition{0}/></intermediateThrowEvent>'


def test_compensation_undoes_in_reverse_order() -> None:
    model = START_END + undoable("a", order="1") + undoable("b", order="2") + COMPENSATE.format("")
    cases, case = started(model, "s > a > b > t > e", log=[])
    assert cases.variables(case)["log"] == ["a", "b", "b undone", "a undone"]
    assert ended(cases, case)


def test_compensation_of_one_activity_undoes_only_that() -> None:
    model = (
        START_END
        + undoable("a", order="1")
        + undoable("b", order="2")
        + COMPENSATE.format(' activityRef="a"')
    )
    cases, case = started(model, "s > a > b > t > e", log=[])
    assert cases.variables(case)["log"] == ["a", "b", "a undone"]


def test_what_was_not_done_is_not_undone() -> None:
    model = START_END + undoable("a", order="1") + undoable("b", order="2") + COMPENSATE.format("")
    cases, case = started(model, "s > a > t > e", "b > e", log=[])
    assert "b undone" not in cases.variables(case)["log"]


def test_a_finished_subprocess_is_undone_from_the_inside() -> None:
    inner = (
        '<startEvent id="s1"/>'
        + undoable("a", order="1")
        + '<sequenceFlow id="f1" sourceRef="s1" targetRef="a"/>'
    )
    model = START_END + f'<subProcess id="sp">{inner}</subProcess>' + COMPENSATE.format("")
    cases, case = started(model, "s > sp > t > e", log=[])
    assert cases.variables(case)["log"] == ["a", "a undone"]
    assert ended(cases, case)


def test_a_subprocess_can_say_itself_how_it_is_undone() -> None:
    inner = (
        '<startEvent id="s1"/><task id="a"/><sequenceFlow id="f1" sourceRef="s1" targetRef="a"/>'
        '<subProcess id="es" triggeredByEvent="true"><startEvent id="es1"><compensateEventDefinition/></startEvent>'
        '<scriptTask id="h"><script>{log: append(log, "sub undone")}</script></scriptTask>'
        '<sequenceFlow id="es2" sourceRef="es1" targetRef="h"/></subProcess>'
    )
    model = START_END + f'<subProcess id="sp">{inner}</subProcess>' + COMPENSATE.format("")
    cases, case = started(model, "s > sp > t > e", log=[])
    assert cases.variables(case)["log"] == ["sub undone"]
    assert ended(cases, case)


def test_a_handler_sees_the_data_as_they_were() -> None:
    inputs = extension('<zeebe:ioMapping><zeebe:input source="= n" target="kept"/></zeebe:ioMapping>')
    model = (
        START_END
        + f'<task id="a">{inputs}</task><scriptTask id="up"><script>{{n: n + 1}}</script></scriptTask>'
        + '<scriptTask id="u" isForCompensation="true"><script>{seen: kept}</script>'
        + extension('<zeebe:ioMapping><zeebe:output source="= seen" target="undone"/></zeebe:ioMapping>')
        + '</scriptTask><boundaryEvent id="c" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        + '<association id="l" sourceRef="c" targetRef="u" associationDirection="One"/>'
        + COMPENSATE.format("")
    )
    cases, case = started(model, "s > a > up > t > e", n=1)
    assert cases.variables(case)["undone"] == 1


def test_a_cancelled_transaction_is_undone_and_left_by_its_cancel_event() -> None:
    inner = (
        '<startEvent id="s1"/>'
        + undoable("a", order="1")
        + '<endEvent id="x"><cancelEventDefinition/></endEvent><sequenceFlow id="f1" sourceRef="s1" targetRef="a"/>'
        '<sequenceFlow id="f2" sourceRef="a" targetRef="x"/>'
    )
    model = (
        START_END
        + f'<transaction id="tx">{inner}</transaction><userTask id="b"/><userTask id="c"/>'
        + boundary("<cancelEventDefinition/>", on="tx")
    )
    cases, case = started(model, "s > tx > b > e", "w > c > e", log=[])
    assert cases.variables(case)["log"] == ["a", "a undone"]
    assert cases.nodes(case) == ["c"]


def test_a_transaction_that_succeeds_is_a_subprocess() -> None:
    cases, case = started(
        START_END + f'<transaction id="a">{INNER}</transaction><userTask id="b"/>', "s > a > b > e"
    )
    cases.complete(case, "u")
    cases.complete(case, "v")
    assert cases.nodes(case) == ["b"]


# -- data ---------------------------------------------------------------------------------------------------------


def test_data_objects_and_notes_do_nothing() -> None:
    model = (
        START_END
        + '<userTask id="a"/><dataObject id="d1"/><dataObjectReference id="d2" dataObjectRef="d1"/>'
        + '<textAnnotation id="n"><text>Note</text></textAnnotation><association id="l" sourceRef="a" targetRef="n"/>'
        + '<laneSet id="ls"><lane id="l1"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    )
    cases, case = started(model, "s > a > e")
    cases.complete(case, "a")
    assert ended(cases, case)


def test_mappings_keep_local_what_is_local() -> None:
    mapping = extension(
        '<zeebe:ioMapping><zeebe:input source="= person.name" target="who"/>'
        '<zeebe:output source="= grade" target="result.grade"/></zeebe:ioMapping>'
    )
    cases, case = started(
        START_END + f'<userTask id="a">{mapping}</userTask>', "s > a > e", person={"name": "Chen"}
    )
    assert cases.state(case).tokens[cases.task(case, "a").token].local["who"] == "Chen"
    cases.complete(case, "a", variables={"grade": "A", "scratch": 1})
    assert cases.variables(case) == {"person": {"name": "Chen"}, "result": {"grade": "A"}}


def test_a_loop_that_never_rests_is_stopped() -> None:
    cases, case = started(START_END + '<exclusiveGateway id="x"/><task id="a"/>', "s > x > a > x")
    (token,) = [token for token in cases.state(case).tokens.values() if token.state is TokenState.FAULTY]
    assert token.local["#incident"]["code"] == "cases.endless_loop"


def test_a_failing_expression_stops_its_token_and_nothing_else() -> None:
    model = (
        START_END
        + '<userTask id="a"/><userTask id="b"/><scriptTask id="c"><script>'
        + "for x in 1..900000 return for y in 1..900000 return x</script></scriptTask>"
    )
    cases, case = started(model, "s > a > c > e", "s > b > e")
    cases.complete(case, "a")
    assert [
        token.node for token in cases.state(case).tokens.values() if token.state is TokenState.FAULTY
    ] == ["c"]
    cases.complete(case, "b")
    assert cases.nodes(case) == ["c"]
