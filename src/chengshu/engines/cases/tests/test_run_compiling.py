"""What is refused when a process is compiled: each with the element it concerns and the reason."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.interpreter.plan import Plan
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.engines.cases.tests.tiny_models import START_END, extension, tiny

TASK = '<userTask id="a"/>'


def compiled(elements: str, *chains: str, outside: str = "", drawing: bool = False) -> Plan:
    return compile_process(
        read_document(tiny(elements, *chains, outside=outside)), ref="p@1", drawing=drawing
    )


def refusals(elements: str, *chains: str) -> Iterable[tuple[str, str]]:
    with pytest.raises(ModelRefused) as caught:
        compiled(elements, *chains)
    return [(finding.code, finding.element) for finding in caught.value.findings]


def approval_task(inner: str) -> str:
    return f'<userTask id="a">{extension(inner)}</userTask>'


LOOSE = (
    '<boundaryEvent id="b" attachedToRef="s"><timerEventDefinition><timeDuration>P1D</timeDuration>'
    "</timerEventDefinition></boundaryEvent>"
)


@pytest.mark.parametrize(
    ("code", "element", "elements", "chains"),
    [
        ("flow_without_condition", "x_a", '<exclusiveGateway id="x"/>' + TASK, ("s > x > a > e", "x [n = 1] > e")),
        ("default_elsewhere", "x", '<exclusiveGateway id="x" default="a_e"/>' + TASK, ("s > x > a > e",)),
        ("juel_expression", "x_a", '<exclusiveGateway id="x" default="x_e"/>' + TASK, ("s > x [${n}] > a", "x > e")),
        ("script_not_feel", "a", '<scriptTask id="a" scriptFormat="python"><script>1</script></scriptTask>', ()),
        ("script_missing", "a", '<scriptTask id="a"/>', ()),
        ("rule_without_decision", "a", '<businessRuleTask id="a"/>', ()),
        ("call_without_process", "a", '<callActivity id="a"/>', ()),
        (
            "timer_without_time",
            "a",
            '<intermediateCatchEvent id="a"><timerEventDefinition/></intermediateCatchEvent>',
            (),
        ),
        (
            "condition_missing",
            "a",
            '<intermediateCatchEvent id="a"><conditionalEventDefinition/></intermediateCatchEvent>',
            (),
        ),
        (
            "link_without_target",
            "a",
            '<intermediateThrowEvent id="a"><linkEventDefinition name="L"/></intermediateThrowEvent>',
            (),
        ),
        ("boundary_untriggered", "b", TASK + '<boundaryEvent id="b" attachedToRef="a"/>', ()),
        ("boundary_loose", "b", LOOSE, ()),
        ("cancel_outside_transaction", "a", '<endEvent id="a"><cancelEventDefinition/></endEvent>', ("s > a",)),
        (
            "multi_instance_without_number",
            "a",
            '<userTask id="a"><multiInstanceLoopCharacteristics/></userTask>',
            (),
        ),
        ("loop_without_end", "a", '<userTask id="a"><standardLoopCharacteristics/></userTask>', ()),
        ("countersign_single", "a", approval_task("<chengshu:approval/>"), ()),
        ("unknown_countersign", "a", approval_task('<chengshu:approval mode="most"/>'), ()),
        ("countersign_without_number", "a", approval_task('<chengshu:approval mode="count"/>'), ()),
        ("limit_unreadable", "a", approval_task('<chengshu:limit amount="5" unit="weeks"/>'), ()),
        ("event_subprocess_start", "a", '<subProcess id="a" triggeredByEvent="true"><task id="t"/></subProcess>', ()),
        ("unknown_element", "a", '<choreographyTask id="a"/>', ()),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused_with_its_element(
    code: str, element: str, elements: str, chains: tuple[str, ...]
) -> None:
    assert (f"cases.{code}", element) in refusals(START_END + elements, *chains)


def test_every_fault_is_told_at_once() -> None:
    found = refusals(START_END + '<scriptTask id="a"/><businessRuleTask id="b"/>', "s > a > b > e")
    assert found == [("cases.script_missing", "a"), ("cases.rule_without_decision", "b")]


def test_an_unknown_process_is_refused() -> None:
    with pytest.raises(ModelRefused) as caught:
        compile_process(read_document(tiny(START_END, "s > e")), "other", ref="p@1")
    assert caught.value.code == "cases.no_process"


def test_a_drawing_is_completed_where_it_leaves_things_open() -> None:
    elements = START_END + TASK + '<exclusiveGateway id="x"/><scriptTask id="c"/>'
    plan = compiled(elements, "s > x > a > e", "x > c > e", drawing=True)
    flows = {flow.id: flow.condition for flow in plan.nodes["x"].outgoing}
    assert all(condition is not None for condition in flows.values())
    chosen = {"taken": {"x": "x_a"}}
    assert [flow for flow, condition in flows.items() if condition and condition.evaluate(chosen)] == ["x_a"]


def test_the_plan_knows_what_can_be_open_together() -> None:
    elements = START_END + "".join(f'<userTask id="{node}"/>' for node in "abcdf")
    gateways = '<parallelGateway id="g"/><parallelGateway id="j"/>'
    plan = compiled(elements + gateways, "s > a > g > b > c > j > d > e", "g > f > j")
    assert plan.side_by_side("b", "f")
    assert plan.side_by_side("f", "c")
    assert plan.side_by_side("f", "c_j")
    assert not plan.side_by_side("b", "c")
    assert not plan.side_by_side("a", "f")
    assert not plan.side_by_side("d", "f")


def test_a_loop_does_not_make_steps_of_a_block_look_sequential() -> None:
    elements = START_END + "".join(f'<userTask id="{node}"/>' for node in "abf")
    gateways = '<parallelGateway id="g"/><parallelGateway id="j"/><exclusiveGateway id="x" default="x_e"/>'
    plan = compiled(elements + gateways, "s > a > g > b > j > x > e", "g > f > j", "x [again] > a")
    assert plan.side_by_side("b", "f")
    assert not plan.side_by_side("a", "b")


def test_the_vocabulary_of_a_user_task_is_read() -> None:
    own = extension(
        '<chengshu:assign unit="data-bureau" role="reviewer"/><chengshu:limit amount="5" unit="d" warn="0.5"/>'
        '<chengshu:powers returns="none" jump="true" transfer="false"/><chengshu:status code="8"/>'
        '<chengshu:clock do="pause" layer="legal" ground="expert"/><zeebe:formDefinition formId="sample.opinion"/>'
        '<chengshu:outcomes><chengshu:outcome key="no" label="否" tone="negative" needsOpinion="true"/>'
        "</chengshu:outcomes>"
    )
    plan = compiled(START_END + f'<userTask id="a">{own}</userTask>', "s > a > e")
    node = plan.node("a")
    assert node.work is not None
    assert (node.work.assign.unit_key, node.work.assign.role) == ("data-bureau", "reviewer")
    assert (node.work.powers.returns, node.work.powers.jump, node.work.powers.transfer) == (
        frozenset(),
        True,
        False,
    )
    assert node.limit is not None
    assert (node.limit.amount, node.limit.unit, node.limit.warn) == (5, "d", 0.5)
    assert (node.status, node.clocks[0].ground, node.work.form) == ("8", "expert", "sample.opinion")
    assert node.work.outcomes[0].needs_opinion
    assert plan.forms == {"sample.opinion"}
