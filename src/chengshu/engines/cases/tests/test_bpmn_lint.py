"""Each lint rule finds the defect it is for, at its element, and a sound model is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengshu.engines.cases.bpmn.document import (
    examine_document,
    model_elements,
    read_document,
    write_document,
)
from chengshu.engines.cases.bpmn.layout import lay_out
from chengshu.engines.cases.bpmn.lint import RULES, Known, lint_content, lint_document, refuse_faulty
from chengshu.engines.cases.bpmn.rules_content import cyclic_calls
from chengshu.engines.cases.refusals import ModelRefused
from chengshu.engines.cases.tests.bpmn_models import (
    END,
    START,
    chain,
    definitions,
    extended,
    flow,
    node,
    process,
    processes,
    straight,
    task,
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


KNOWN = Known(forms={"f.known"}, decisions={"d"}, processes={"q"}, roles={"reviewer"}, units={"bureau"})

XOR = node("exclusiveGateway", "xor")
AND = node("parallelGateway", "fork")
SUB_START = '<bpmn:startEvent id="s2"/>'
SUB_END = '<bpmn:endEvent id="e2"/>'
INNER = SUB_START + task("inner") + SUB_END + chain("s2", "inner", "e2")
MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
ROOTS = '<bpmn:message id="m" name="paid"/><bpmn:signal id="g" name="storm"/><bpmn:message id="nameless"/>'
TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition>"


def caught(definition: str) -> bytes:
    """Start, an intermediate event with this definition, end."""
    return straight(node("intermediateCatchEvent", "step", definition), beside=ROOTS)


def on_border(definition: str, *, more: str = "", attributes: str = "") -> bytes:
    """A task with a boundary event ``b`` from which a flow leads to an end event of its own."""
    event = node("boundaryEvent", "b", definition, f'attachedToRef="step" {attributes}')
    return process(
        START
        + task("step")
        + END
        + event
        + '<bpmn:endEvent id="late"/>'
        + chain("start", "step", "end")
        + more,
        beside=ROOTS,
    )


def choosing(*flows: str, default: str = "") -> bytes:
    """Start, exclusive gateway, two tasks, end; the flows out of the gateway as given."""
    gateway = node("exclusiveGateway", "xor", attributes=f'default="{default}"' if default else "")
    steps = START + gateway + task("a") + task("b") + END
    return process(steps + chain("start", "xor") + "".join(flows) + chain("a", "end") + chain("b", "end"))


def with_setting(setting: str) -> bytes:
    return straight(node("userTask", "step", extended('<chengshu:assign role="reviewer"/>' + setting)))


def subprocess(inside: str, attributes: str = "", *, kind: str = "subProcess", more: str = "") -> bytes:
    around = node(kind, "sub", inside, attributes)
    if "triggeredByEvent" in attributes:
        return process(
            START + task("step") + END + chain("start", "step", "end") + around + more, beside=ROOTS
        )
    return process(START + around + END + chain("start", "sub", "end") + more, beside=ROOTS)


def shape(identifier: str, x: int) -> str:
    return (
        f'<bpmndi:BPMNShape id="{identifier}_di" bpmnElement="{identifier}">'
        f'<dc:Bounds x="{x}" y="0" width="100" height="80"/></bpmndi:BPMNShape>'
    )


def drawn(*shapes: str) -> bytes:
    plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement="p">{"".join(shapes)}</bpmndi:BPMNPlane>'
    diagram = f'<bpmndi:BPMNDiagram id="d">{plane}</bpmndi:BPMNDiagram>'
    return process(START + task("step") + END + chain("start", "step", "end"), beside=diagram)


SIGNED = flow("xor", "a", condition="=x > 1", name="large")
OTHER = flow("xor", "b", condition="=x &lt; 2", name="small")

PLANTED: dict[str, tuple[bytes, str]] = {
    # What is read but cannot stand
    "bpmn.no_process": (definitions(ROOTS), "model"),
    "bpmn.empty_process": (process(""), "p"),
    "bpmn.no_id": (process(START + '<bpmn:task name="x"/>' + END + chain("start", "end")), ""),
    "bpmn.id_too_long": (process(START + task("i" * 201) + END + chain("start", "end")), "i" * 201),
    # Flow
    "bpmn.no_start": (process(task("step") + END + chain("step", "end")), "p"),
    "bpmn.implicit_start": (subprocess(task("inner") + SUB_END + chain("inner", "e2")), "sub"),
    "bpmn.several_starts": (
        process(START + '<bpmn:startEvent id="start2"/>' + task("step") + END + chain("start", "step", "end")
                + chain("start2", "end")),
        "start2",
    ),
    "bpmn.no_end": (process(START + task("step") + chain("start", "step")), "p"),
    "bpmn.unreachable": (process(START + END + task("lost") + chain("start", "end") + chain("lost", "end")), "lost"),
    "bpmn.dead_end": (
        process(START + AND + task("a") + task("step") + END + chain("start", "fork", "a")
                + chain("fork", "step", "end")),
        "a",
    ),
    "bpmn.start_incoming": (
        process(START + task("step") + END + chain("start", "step", "end") + chain("step", "start")), "start"
    ),
    "bpmn.end_outgoing": (process(START + task("step") + END + chain("start", "step", "end", "step")), "end"),
    "bpmn.crossing_flow": (subprocess(INNER, more=chain("start", "inner")), "start-inner"),
    "bpmn.duplicate_flow": (
        process(START + task("step") + END + chain("start", "step", "end") + flow("step", "end", identifier="again")),
        "again",
    ),
    "bpmn.implicit_split": (
        process(START + task("step") + task("a") + task("b") + END + chain("start", "step", "a", "end")
                + chain("step", "b", "end")),
        "step",
    ),
    "bpmn.implicit_join": (
        process(START + AND + task("a") + task("b") + task("c") + END + chain("start", "fork", "a", "c", "end")
                + chain("fork", "b", "c")),
        "c",
    ),
    "bpmn.join_and_split": (
        process(START + XOR + task("a") + task("b") + END + chain("start", "xor") + SIGNED + OTHER
                + chain("a", "xor") + chain("b", "end")),
        "xor",
    ),
    "bpmn.superfluous_gateway": (process(START + AND + END + chain("start", "fork", "end")), "fork"),
    "bpmn.no_condition": (choosing(SIGNED, flow("xor", "b", name="else")), "xor-b"),
    "bpmn.no_default": (choosing(SIGNED, OTHER), "xor"),
    "bpmn.default_condition": (choosing(SIGNED, OTHER, default="xor-b"), "xor-b"),
    "bpmn.default_elsewhere": (choosing(SIGNED, OTHER, default="start-xor"), "xor"),
    "bpmn.idle_condition": (
        process(START + AND + task("a") + END + chain("start", "fork") + flow("fork", "a", condition="true")
                + chain("fork", "end")),
        "fork-a",
    ),
    "bpmn.event_gateway_target": (
        process(START + node("eventBasedGateway", "gate") + task("step") + END + chain("start", "gate", "step", "end")),
        "step",
    ),
    "bpmn.event_subprocess_flow": (
        subprocess(f'<bpmn:startEvent id="s2">{MESSAGE}</bpmn:startEvent>{SUB_END}{chain("s2", "e2")}',
                   'triggeredByEvent="true"', more=chain("sub", "end")),
        "sub",
    ),
    # Events
    "bpmn.misplaced_event": (caught("<bpmn:errorEventDefinition/>"), "step"),
    "bpmn.no_trigger": (caught(""), "step"),
    "bpmn.boundary_without_flow": (on_border(TIMER), "b"),
    "bpmn.boundary_lost": (
        on_border(TIMER, more=chain("b", "late")).replace(b'attachedToRef="step"', b'attachedToRef="start"'), "b"
    ),
    "bpmn.error_not_interrupting": (
        on_border("<bpmn:errorEventDefinition/>", more=chain("b", "late"), attributes='cancelActivity="false"'), "b"
    ),
    "bpmn.event_subprocess_start": (subprocess(INNER, 'triggeredByEvent="true"'), "sub"),
    "bpmn.link_unmatched": (caught('<bpmn:linkEventDefinition name="on"/>'), "step"),
    "bpmn.link_ambiguous": (
        process(START + node("intermediateThrowEvent", "out", '<bpmn:linkEventDefinition name="on"/>')
                + node("intermediateCatchEvent", "in1", '<bpmn:linkEventDefinition name="on"/>')
                + node("intermediateCatchEvent", "in2", '<bpmn:linkEventDefinition name="on"/>')
                + END + chain("start", "out") + chain("in1", "end") + chain("in2", "end")),
        "in1",
    ),
    "bpmn.event_without_name": (caught('<bpmn:messageEventDefinition messageRef="nameless"/>'), "step"),
    "bpmn.event_without_code": (
        process(START + '<bpmn:endEvent id="end"><bpmn:errorEventDefinition/></bpmn:endEvent>' + chain("start", "end")),
        "end",
    ),
    "bpmn.timer_incomplete": (caught("<bpmn:timerEventDefinition/>"), "step"),
    "bpmn.timer_unreadable": (caught(TIMER.replace("P3D", "three days")), "step"),
    "bpmn.condition_missing": (caught("<bpmn:conditionalEventDefinition/>"), "step"),
    "bpmn.no_compensation_handler": (on_border("<bpmn:compensateEventDefinition/>"), "b"),
    "bpmn.cancel_outside_transaction": (
        on_border("<bpmn:cancelEventDefinition/>", more=chain("b", "late")), "b"
    ),
    # Content
    "bpmn.no_assignment": (straight(node("userTask", "step")), "step"),
    "bpmn.unknown_role": (with_setting("").replace(b"reviewer", b"reader"), "step"),
    "bpmn.unknown_unit": (with_setting("").replace(b'role="reviewer"', b'unit="burau"'), "step"),
    "bpmn.unknown_form": (with_setting('<zeebe:formDefinition formId="f.gone"/>'), "step"),
    "bpmn.no_decision": (straight(node("businessRuleTask", "step")), "step"),
    "bpmn.unknown_decision": (
        straight(node("businessRuleTask", "step", extended('<zeebe:calledDecision decisionId="gone"/>'))), "step"
    ),
    "bpmn.no_service": (straight(node("serviceTask", "step")), "step"),
    "bpmn.no_script": (straight(node("scriptTask", "step")), "step"),
    "bpmn.no_called_process": (straight(node("callActivity", "step")), "step"),
    "bpmn.unknown_process": (straight(node("callActivity", "step", attributes='calledElement="gone"')), "step"),
    "bpmn.cyclic_call": (straight(node("callActivity", "step", attributes='calledElement="p"')), "step"),
    "bpmn.no_instances": (straight(task("step", "<bpmn:multiInstanceLoopCharacteristics/>")), "step"),
    "bpmn.loop_without_end": (straight(task("step", "<bpmn:standardLoopCharacteristics/>")), "step"),
    "bpmn.foreign_expression": (choosing(SIGNED, flow("xor", "b", condition="${x}", name="else")), "xor-b"),
    "bpmn.bad_expression": (choosing(SIGNED, flow("xor", "b", condition="=x >", name="else")), "xor-b"),
    "bpmn.unknown_name": (choosing(SIGNED, OTHER), "xor-a"),
    "bpmn.unknown_setting": (with_setting('<chengshu:limits amount="5"/>'), "step"),
    "bpmn.wrong_setting": (with_setting('<chengshu:limit amount="five"/>'), "step"),
    "bpmn.approval_without_instances": (with_setting('<chengshu:approval mode="all"/>'), "step"),
    "bpmn.not_executable": (straight(task("step")).replace(b'Executable="true"', b'Executable="false"'), "p"),
    "bpmn.misplaced_element": (process(START + END + chain("start", "end") + '<bpmn:participant id="odd"/>'), "odd"),
    "bpmn.unknown_attribute": (straight(task("step", attributes='assignee="me"')), "step"),
    # Behaviour
    "bpmn.deadlock": (
        process(START + XOR + task("a") + task("b") + AND + END + chain("start", "xor") + SIGNED + OTHER
                + chain("a", "fork") + chain("b", "fork") + chain("fork", "end")),
        "fork",
    ),
    "bpmn.never_ends": (
        process(START + XOR + task("a") + chain("start", "xor") + chain("xor", "a", "xor")), "start"
    ),
    "bpmn.unsynchronised": (
        process(START + AND + task("a") + task("b") + XOR + task("c") + END + chain("start", "fork", "a", "xor")
                + chain("fork", "b", "xor") + chain("xor", "c", "end")),
        "xor",
    ),
    "bpmn.not_explored": (
        process(START + AND + chain("start", "fork")
                + "".join(task(f"t{i}") + node("endEvent", f"e{i}") for i in range(13))
                + "".join(chain("fork", f"t{i}", f"e{i}") for i in range(13))),
        "p",
    ),
    "bpmn.loop_without_wait": (
        process(START + XOR + END
                + node("scriptTask", "count", extended('<zeebe:script expression="=1" resultVariable="n"/>'))
                + chain("start", "xor") + flow("xor", "count", condition="=n &lt; 9", name="more")
                + chain("count", "xor") + flow("xor", "end", condition="=n >= 9", name="enough")),
        "count",
    ),
    # Reading
    "bpmn.unnamed": (straight(task("step", name="")), "step"),
    "bpmn.duplicate_name": (
        process(START + task("a", name="Review") + task("b", name="Review") + END + chain("start", "a", "b", "end")),
        "b",
    ),
    "bpmn.unlabelled_flow": (choosing(SIGNED, flow("xor", "b", condition="=x")), "xor-b"),
    "bpmn.too_many_nodes": (
        process(START + "".join(task(f"t{i}") for i in range(61)) + END
                + chain("start", *(f"t{i}" for i in range(61)), "end")),
        "p",
    ),
    "bpmn.no_diagram": (straight(task("step")), "model"),
    "bpmn.not_drawn": (drawn(shape("start", 0), shape("end", 300)), "step"),
    "bpmn.stray_shape": (drawn(shape("start", 0), shape("step", 50), shape("end", 300), shape("gone", 500)), "gone_di"),
    "bpmn.overlap": (drawn(shape("start", 0), shape("step", 50), shape("end", 300)), "step"),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_the_rule_finds_the_defect_planted_for_it(code: str) -> None:
    content, element = PLANTED[code]
    found = [finding for finding in lint_content(content, KNOWN) if finding.code == code]
    assert element in [finding.element for finding in found]
    assert all(str(finding.message) and str(finding.hint) and finding.line for finding in found)


@pytest.mark.parametrize("steps", ["gone", "start", "step gone"])
def test_a_step_is_kept_apart_from_steps_of_people_only(steps: str) -> None:
    content = with_setting("").replace(b'role="reviewer"', f'role="reviewer" apartFrom="{steps}"'.encode())
    wrong = [found for found in lint_content(content, KNOWN) if found.code == "bpmn.wrong_setting"]
    assert [found.element for found in wrong] == ["step"]


def test_every_rule_has_a_planted_defect_and_a_severity_of_its_own() -> None:
    assert {rule.code for rule in RULES} == set(PLANTED)
    assert len(RULES) == len({rule.code for rule in RULES})
    severities = {rule.code: rule.severity for rule in RULES}
    for content, _element in PLANTED.values():
        for finding in lint_content(content, KNOWN):
            assert finding.severity == severities.get(finding.code, "error"), finding.code


SOUND = """
<bpmn:startEvent id="start" name="Filed"/>
<bpmn:userTask id="accept" name="Accept the application"><bpmn:extensionElements>
  <chengshu:assign role="reviewer" unit="bureau"/><zeebe:formDefinition formId="f.known"/>
  <chengshu:outcomes><chengshu:outcome key="agree" label="同意"/><chengshu:outcome key="refuse" label="拒绝"/>
  </chengshu:outcomes><chengshu:limit amount="5" unit="wd" warn="0.8"/><chengshu:status code="3"/>
  <chengshu:powers returns="none" jump="false"/></bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="late" name="Late" attachedToRef="accept" cancelActivity="false"><bpmn:timerEventDefinition>
  <bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:endEvent id="urged" name="Urged"/>
<bpmn:exclusiveGateway id="decided" name="Agreed?" default="no"/>
<bpmn:parallelGateway id="fork"/><bpmn:parallelGateway id="join"/>
<bpmn:userTask id="sign" name="Countersign"><bpmn:extensionElements><chengshu:assign role="reviewer"/>
  <chengshu:approval mode="count" needed="=2" veto="true"/></bpmn:extensionElements>
  <bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>
  <zeebe:loopCharacteristics inputCollection="=[1, 2, 3]" inputElement="signer"/></bpmn:extensionElements>
  <bpmn:completionCondition>=numberOfCompletedInstances = 2</bpmn:completionCondition>
  </bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>
<bpmn:businessRuleTask id="fee" name="Compute the fee"><bpmn:extensionElements>
  <zeebe:calledDecision decisionId="d" resultVariable="amount"/></bpmn:extensionElements></bpmn:businessRuleTask>
<bpmn:endEvent id="done" name="Done"/><bpmn:endEvent id="refused" name="Refused"/>
"""
SOUND_FLOWS = (
    chain("start", "accept", "decided")
    + chain("late", "urged")
    + flow("decided", "fork", condition='=accept_outcome = "agree"', name="yes")
    + flow("decided", "refused", identifier="no", name="no")
    + chain("fork", "sign", "join")
    + chain("fork", "fee", "join")
    + chain("join", "done")
)


def test_a_sound_model_is_left_in_peace() -> None:
    drawn_model = lay_out(read_document(process(SOUND + SOUND_FLOWS)))
    assert [(f.code, f.element, str(f.message)) for f in lint_document(drawn_model, KNOWN)] == []


def test_errors_refuse_and_warnings_do_not() -> None:
    warned = lint_content(straight(node("userTask", "step")))
    assert {finding.severity for finding in warned} == {"warning"}
    refuse_faulty(warned)
    with pytest.raises(ModelRefused) as refused:
        refuse_faulty(lint_content(straight(node("scriptTask", "step"))))
    assert [finding.code for finding in refused.value.findings] == ["bpmn.no_script"]


def test_a_file_that_cannot_be_read_gives_its_reason_as_a_finding() -> None:
    assert [finding.code for finding in lint_content(b"<a>")] == ["bpmn.malformed"]


def test_nothing_is_checked_against_an_outside_that_the_caller_does_not_know() -> None:
    content = with_setting('<zeebe:formDefinition formId="f.gone"/>')
    assert "bpmn.unknown_form" not in {finding.code for finding in lint_content(content)}


def test_the_deadlock_names_the_way_that_leads_into_it() -> None:
    content, _element = PLANTED["bpmn.deadlock"]
    message = next(str(f.message) for f in lint_content(content) if f.code == "bpmn.deadlock")
    assert "start → Xor → A" in message


def test_a_misspelt_variable_is_recognised_even_where_forms_may_fill_anything() -> None:
    steps = START + task("a") + XOR + END + task("b")
    form = '<zeebe:formDefinition formId="f.known"/></bpmn:extensionElements>'
    model = process(
        steps.replace("</bpmn:extensionElements>", form, 1)
        + chain("start", "a", "xor", "b", "end")
        + flow("xor", "end", condition='=a_outcom = "yes" and anything > 1', name="yes", identifier="f")
    )
    hints = [str(f.hint) for f in lint_content(model) if f.code == "bpmn.unknown_name"]
    assert hints == ["Did you mean “a_outcome”?"]


def test_processes_of_several_files_that_call_each_other_in_a_circle_are_found_once() -> None:
    def calling(identifier: str, called: str) -> bytes:
        steps = START + node("callActivity", "call", attributes=f'calledElement="{called}"') + END
        return process(steps + chain("start", "call", "end"), identifier=identifier)

    documents = [read_document(calling(*pair)) for pair in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a"))]
    messages = [str(finding.message) for finding in cyclic_calls(documents)]
    assert messages == ["Call activity “Call” calls in a circle: a → b → c → a."]


def test_a_correction_loop_into_a_task_is_no_implicit_join() -> None:
    back = flow("xor", "a", condition='=a_outcome = "no"', name="back") + flow("xor", "end", identifier="on")
    gateway = node("exclusiveGateway", "xor", attributes='default="on"')
    model = process(START + task("a") + gateway + END + chain("start", "a", "xor") + back)
    assert {f.code for f in lint_content(model)} == {"bpmn.no_diagram"}


def test_an_inclusive_join_waits_and_is_no_deadlock() -> None:
    split, join = (
        node("inclusiveGateway", "split", attributes='default="split-b"'),
        node("inclusiveGateway", "join"),
    )
    model = process(
        START + split + task("a") + task("b") + task("c") + join + END + chain("start", "split")
        + flow("split", "a", condition="=1 = 1", name="x") + flow("split", "c", condition="=1 = 2", name="y")
        + chain("split", "b") + chain("a", "join") + chain("b", "join") + chain("c", "join") + chain("join", "end")
    )  # fmt: skip
    assert {f.code for f in lint_content(model)} == {"bpmn.no_diagram"}


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(processes(), st.randoms(use_true_random=False))
def test_no_mangled_model_is_too_much_for_the_examiner(content: bytes, chance: Random) -> None:
    document = read_document(content)
    elements = [found for found in model_elements(document.root) if found.parent is not None]
    for element in chance.sample(elements, 3):
        if element.attributes:
            del element.attributes[chance.choice(list(element.attributes))]
        element.tag = (element.namespace, chance.choice(elements).local)
        if chance.random() < 0.3 and element.parent is not None:
            element.parent.remove(element)
    mangled = examine_document(write_document(document))
    findings = lint_document(mangled)
    assert {finding.severity for finding in findings} <= {"error", "warning"}
    assert "bpmn.overlap" not in {finding.code for finding in lint_document(lay_out(mangled))}


def test_the_reference_models_are_examined_without_a_fault_of_the_examiner(shared: Path) -> None:
    models = sorted((shared / "data" / "bpmn-miwg").glob("*.bpmn"))
    deadlocks = {
        path.name: [
            f.element_name
            for f in lint_document(examine_document(path.read_bytes()))
            if f.code == "bpmn.deadlock"
        ]
        for path in models
    }
    assert {name for name, found in deadlocks.items() if found} == {"B.2.0.bpmn"}


def test_a_model_too_large_to_be_examined_is_refused_without_being_played(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def explode(*_given: object, **_named: object) -> None:
        raise AssertionError("played")

    monkeypatch.setattr("chengshu.engines.cases.bpmn.soundness.explore", explode)
    names = [f"t{number}" for number in range(1_001)]
    content = process(START + END + "".join(map(task, names)) + chain("start", *names, "end"))
    errors = [finding for finding in lint_content(content) if finding.severity == "error"]
    assert [finding.code for finding in errors] == ["bpmn.too_many_nodes"]
    assert "1003" in str(errors[0].message).replace(",", "")


def test_an_id_too_long_to_be_kept_is_an_error_at_its_element() -> None:
    kept, long = "t" * 200, "u" * 201
    content = process(START + END + task(kept) + task(long) + chain("start", kept, long, "end"))
    found = {finding.element for finding in lint_content(content) if finding.code == "bpmn.id_too_long"}
    assert long in found
    assert kept not in found


@pytest.mark.parametrize(
    ("text", "is_found"), [("2026-13-45T09:00:00", True), ("2026-02-28T09:00:00", False)]
)
def test_a_date_that_the_calendar_does_not_have_is_found(text: str, is_found: bool) -> None:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDate>{text}</bpmn:timeDate></bpmn:timerEventDefinition>"
    content = process(
        START + END + node("intermediateCatchEvent", "wait", timer) + chain("start", "wait", "end")
    )
    codes = {finding.code for finding in lint_content(content)}
    assert ("bpmn.timer_unreadable" in codes) is is_found
