"""Folders of BPMN files are read, written, examined and run, and every shortcoming is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings

from chengshu.engines.cases.bpmn.completing import completed
from chengshu.engines.cases.bpmn.conformance import run_folder
from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.bpmn.trial import TrialLibrary, try_process
from chengshu.engines.cases.interpreter.compiler import compile_process
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


XOR = node("exclusiveGateway", "xor")


@pytest.fixture
def tried(tmp_path: Path) -> Any:
    """Write the given files into a folder and run it."""

    def run(**files: bytes) -> dict[str, Any]:
        for name, content in files.items():
            (tmp_path / f"{name}.bpmn").write_bytes(content)
        report = run_folder(tmp_path)
        json.dumps(report)
        return report

    return run


def reasons(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(entry["file"], entry["element"]) for entry in report["refused"]]


def test_what_cannot_be_read_is_refused_and_the_rest_goes_on(tried: Any) -> None:
    report = tried(broken=b"<a>", empty=b"", sound=straight(task("step")))
    assert (report["models"], report["imported"], report["round_trip"], report["executed"]) == (3, 1, 1, 1)
    assert {entry["file"] for entry in report["refused"]} == {"broken.bpmn", "empty.bpmn"}


def test_entities_other_formats_and_what_cannot_be_opened_are_refused_each_with_its_reason(
    tried: Any, tmp_path: Path
) -> None:
    (tmp_path / "folder.bpmn").mkdir()
    (tmp_path / "gone.bpmn").symlink_to(tmp_path / "nowhere")
    bomb = b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><definitions name="&c;"/>'
    report = tried(bomb=bomb, noise=bytes(range(128, 256)), page=b"<html/>", sound=straight(task("step")))
    assert (report["models"], report["imported"], report["executed"]) == (5, 1, 1)
    told = {entry["file"]: entry["reason"] for entry in report["refused"]}
    assert sorted(told) == ["bomb.bpmn", "gone.bpmn", "noise.bpmn", "page.bpmn"]
    assert "DOCTYPE" in told["bomb.bpmn"]
    assert "cannot be opened" in told["gone.bpmn"]


def test_the_ending_of_a_file_may_be_spelt_in_capitals(tried: Any, tmp_path: Path) -> None:
    (tmp_path / "LOUD.BPMN").write_bytes(straight(task("step")))
    report = tried()
    assert (report["models"], report["executed"]) == (1, 1)


def test_processes_without_ids_are_given_some_and_each_is_run(tried: Any) -> None:
    first = START + node("task", "a") + END + chain("start", "a", "end")
    second = '<bpmn:startEvent id="s2"/><bpmn:task id="b"/>' + flow("s2", "b")
    report = tried(
        nameless=definitions(f"<bpmn:process>{first}</bpmn:process><bpmn:process>{second}</bpmn:process>")
    )
    told = report["files"][0]["processes"]
    assert (report["round_trip"], report["processes"], report["processes_executed"]) == (1, 2, 2)
    assert [process["nodes"] for process in told] == [3, 2]
    assert [entry["elements"] for entry in report["completions"]] == [
        [process["process"] for process in told]
    ]


def test_one_id_on_two_remarks_confuses_nobody(tried: Any) -> None:
    remarked = '<bpmn:task id="a"><bpmn:documentation id="twice">one</bpmn:documentation></bpmn:task>'
    steps = START + remarked + remarked.replace('"a"', '"b"') + END + chain("start", "a", "b", "end")
    report = tried(remarked=process(steps))
    assert (report["executed"], report["refused"]) == (1, [])
    assert report["files"][0]["findings"]["bpmn.duplicate_id"] == 1


def test_a_call_prefers_the_process_in_its_own_folder(tried: Any, tmp_path: Path) -> None:
    caller = straight(node("callActivity", "call", attributes='calledElement="helper"'), "call")
    good = process(START + task("inside") + END + chain("start", "inside", "end"), identifier="helper")
    fork, join = node("exclusiveGateway", "fork"), node("parallelGateway", "join")
    stuck = START + fork + task("a") + task("b") + join + END + chain("start", "fork", "a", "join", "end")
    bad = process(stuck + chain("fork", "b", "join"), identifier="helper")
    for folder, helper in (("one", good), ("two", bad)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "caller.bpmn").write_bytes(caller)
        (tmp_path / folder / "helper.bpmn").write_bytes(helper)
    report = tried()
    executed = {file["file"] for file in report["files"] if file["executed"]}
    assert executed == {"one/caller.bpmn", "one/helper.bpmn"}


def test_what_only_describes_is_kept_and_does_not_stop_a_run(tried: Any) -> None:
    around = (
        '<bpmn:import importType="http://schemas.xmlsoap.org/wsdl/" location="a.wsdl" namespace="urn:service"/>'
        '<bpmn:extension mustUnderstand="true" definition="v:thing"/>'
        '<bpmn:itemDefinition id="item" structureRef="v:In" itemKind="Information"/>'
        '<bpmn:resource id="office" name="Office"><bpmn:resourceParameter id="level" name="level"/></bpmn:resource>'
        '<bpmn:partnerEntity id="partner"><bpmn:participantRef>pool</bpmn:participantRef></bpmn:partnerEntity>'
        '<bpmn:message id="note" itemRef="item"/>'
        '<bpmn:interface id="face" name="Face"><bpmn:operation id="operation" name="ask">'
        "<bpmn:inMessageRef>note</bpmn:inMessageRef><bpmn:answerRef>item</bpmn:answerRef></bpmn:operation></bpmn:interface>"
        '<bpmn:collaboration id="c"><bpmn:participant id="pool" processRef="p"/><bpmn:participant id="other"/>'
        '<bpmn:messageFlow id="mf" sourceRef="pool" targetRef="other"/>'
        '<bpmn:conversation id="talk"><bpmn:participantRef>pool</bpmn:participantRef>'
        "<bpmn:messageFlowRef>mf</bpmn:messageFlowRef></bpmn:conversation></bpmn:collaboration>"
    )
    begun = (
        '<bpmn:startEvent id="start"><bpmn:dataOutput id="out" itemSubjectRef="item"/><bpmn:dataOutputAssociation>'
        "<bpmn:sourceRef>out</bpmn:sourceRef><bpmn:targetRef>in</bpmn:targetRef></bpmn:dataOutputAssociation>"
        "<bpmn:outputSet><bpmn:dataOutputRefs>out</bpmn:dataOutputRefs></bpmn:outputSet>"
        '<bpmn:messageEventDefinition messageRef="item"><bpmn:operationRef>operation</bpmn:operationRef>'
        "</bpmn:messageEventDefinition></bpmn:startEvent>"
    )
    asked = (
        '<bpmn:userTask id="ask"><bpmn:ioSpecification><bpmn:dataInput id="in"/><bpmn:inputSet>'
        "<bpmn:dataInputRefs>in</bpmn:dataInputRefs></bpmn:inputSet><bpmn:outputSet/></bpmn:ioSpecification>"
        "<bpmn:performer><bpmn:resourceRef>office</bpmn:resourceRef><bpmn:resourceParameterBinding"
        ' parameterRef="level"><bpmn:formalExpression>1</bpmn:formalExpression></bpmn:resourceParameterBinding>'
        "</bpmn:performer></bpmn:userTask>"
    )
    inside = f'<bpmn:process id="p">{begun}{asked}{END}{chain("start", "ask", "end")}</bpmn:process>'
    report = tried(described=definitions(around + inside))
    assert (report["round_trip"], report["executed"], report["refused"]) == (1, 1, [])


def test_an_error_thrown_beside_the_work_and_a_call_for_each_document_are_run(tried: Any) -> None:
    def beside(name: str, event: str, steps: str) -> str:
        begin = f'<bpmn:startEvent id="{name}-begin" isInterrupting="false">{event}</bpmn:startEvent>'
        return node("subProcess", name, begin + steps, attributes='triggeredByEvent="true"')

    call = node(
        "callActivity",
        "fetch",
        "<bpmn:multiInstanceLoopCharacteristics/>",
        attributes='calledElement="helper"',
    )
    thrown = node("endEvent", "fraud", '<bpmn:errorEventDefinition errorRef="bad"/>')
    asked = beside(
        "asked", '<bpmn:messageEventDefinition messageRef="m"/>', call + flow("asked-begin", "fetch")
    )
    checked = beside(
        "checked",
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R1/P5D</bpmn:timeCycle></bpmn:timerEventDefinition>",
        task("check") + thrown + chain("checked-begin", "check", "fraud"),
    )
    steps = START + task("decide") + END + chain("start", "decide", "end") + asked + checked
    main = definitions(
        '<bpmn:message id="m" name="m"/><bpmn:error id="bad" errorCode="02"/>'
        f'<bpmn:process id="p">{steps}</bpmn:process>'
    )
    helper = process(START + task("inside") + END + chain("start", "inside", "end"), identifier="helper")
    report = tried(main=main, helper=helper)
    assert (report["executed"], report["refused"]) == (2, [])


def test_a_process_that_gets_stuck_is_not_counted_and_says_where(tried: Any) -> None:
    fork, join = node("exclusiveGateway", "fork"), node("parallelGateway", "join")
    steps = START + fork + task("a") + task("b") + join + END + chain("start", "fork", "a", "join", "end")
    report = tried(stuck=process(steps + chain("fork", "b", "join")))
    assert (report["imported"], report["executed"], report["processes_executed"]) == (1, 0, 0)
    assert reasons(report) == [("stuck.bpmn", "join")]


def test_a_circle_without_a_way_out_is_stopped_and_told(tried: Any) -> None:
    report = tried(endless=process(START + XOR + node("task", "t") + chain("start", "xor", "t", "xor")))
    assert report["executed"] == 0
    assert len(report["refused"]) == 1


def test_an_element_that_bpmn_does_not_have_is_refused_by_its_id(tried: Any) -> None:
    report = tried(odd=process(START + '<bpmn:magicTask id="mt"/>' + END + chain("start", "end")))
    assert report["imported"] == 1
    assert reasons(report) == [("odd.bpmn", "mt")]


def test_a_flow_into_a_subprocess_is_refused_by_its_id(tried: Any) -> None:
    steps = START + node("subProcess", "sub", task("inner")) + END + chain("start", "sub", "end")
    report = tried(crossing=process(steps + chain("start", "inner")))
    assert reasons(report) == [("crossing.bpmn", "start-inner")]


def test_a_process_in_which_nothing_begins_is_told(tried: Any) -> None:
    report = tried(circle=process(task("a") + task("b") + chain("a", "b", "a")))
    assert reasons(report) == [("circle.bpmn", "p")]


def test_an_id_used_twice_is_refused_though_the_file_survives_a_round_trip(tried: Any) -> None:
    report = tried(twice=process(START + START + END + chain("start", "end")))
    assert (report["imported"], report["round_trip"], report["executed"]) == (1, 1, 0)
    assert reasons(report) == [("twice.bpmn", "start")]


def test_a_file_that_only_draws_is_kept_and_has_nothing_to_run(tried: Any) -> None:
    choreography = '<bpmn:choreography id="c"><bpmn:choreographyTask id="t"/></bpmn:choreography>'
    report = tried(drawn=definitions(choreography))
    assert (report["imported"], report["round_trip"], report["processes"], report["executed"]) == (1, 1, 0, 0)
    assert len(report["refused"]) == 1


def test_a_gateway_without_conditions_is_tried_on_every_way_and_that_is_said(tried: Any) -> None:
    steps = (
        START
        + XOR
        + task("a")
        + task("b")
        + END
        + chain("start", "xor", "a", "end")
        + chain("xor", "b", "end")
    )
    report = tried(drawn=process(steps))
    assert report["executed"] == 1
    assert report["processes_executable_as_is"] == 0
    assert report["files"][0]["processes"][0]["not_visited"] == []
    assert [entry["elements"] for entry in report["completions"]] == [["xor-a", "xor-b"]]


def test_conditions_over_data_and_in_foreign_languages_are_chosen(tried: Any) -> None:
    ways = flow("xor", "a", condition="${approved}") + flow("xor", "b", condition="amount > limit")
    steps = (
        START
        + XOR
        + task("a")
        + task("b")
        + END
        + chain("start", "xor")
        + ways
        + chain("a", "end")
        + chain("b", "end")
    )
    report = tried(foreign=process(steps))
    assert report["executed"] == 1
    assert report["files"][0]["processes"][0]["not_visited"] == []


def test_a_called_process_of_another_file_is_really_run(tried: Any) -> None:
    caller = straight(node("callActivity", "call", attributes='calledElement="helper"'), "call")
    helper = process(START + task("inside") + END + chain("start", "inside", "end"), identifier="helper")
    report = tried(caller=caller, helper=helper)
    assert (report["executed"], report["completions"]) == (2, [])


def test_of_two_processes_with_the_same_id_the_one_of_the_same_file_is_called(tried: Any) -> None:
    call = node("callActivity", "call", attributes='calledElement="helper"')
    own = '<bpmn:startEvent id="s2"/><bpmn:endEvent id="e2"/>' + chain("s2", "e2")
    beside = f'<bpmn:process id="helper">{own}</bpmn:process>'
    stuck = process(START + XOR + node("task", "t") + chain("start", "xor", "t", "xor"), identifier="helper")
    report = tried(caller=straight(call, "call", beside=beside), other=stuck)
    assert {entry["file"]: entry["executed"] for entry in report["files"]} == {
        "caller.bpmn": True,
        "other.bpmn": False,
    }


def test_a_call_of_nothing_is_replaced_and_that_is_said(tried: Any) -> None:
    report = tried(caller=straight(node("callActivity", "call", attributes='calledElement="gone"'), "call"))
    assert report["executed"] == 1
    assert [entry["elements"] for entry in report["completions"]] == [["call"]]


def test_processes_that_call_each_other_in_a_circle_are_stopped(tried: Any) -> None:
    def calling(identifier: str, called: str) -> bytes:
        step = node("callActivity", "call", attributes=f'calledElement="{called}"')
        return process(START + step + END + chain("start", "call", "end"), identifier=identifier)

    report = tried(one=calling("a", "b"), two=calling("b", "a"))
    assert (report["imported"], report["executed"]) == (2, 0)
    assert all("calls itself" in entry["reason"] for entry in report["refused"])


def test_events_on_the_border_and_errors_happen_in_some_run(tried: Any) -> None:
    timer = node("boundaryEvent", "late", "<bpmn:timerEventDefinition/>", 'attachedToRef="step"')
    error = node("boundaryEvent", "wrong", "<bpmn:errorEventDefinition/>", 'attachedToRef="step"')
    steps = (
        START
        + node("serviceTask", "step", extended('<zeebe:taskDefinition type="x"/>'))
        + timer
        + error
        + END
    )
    flows = chain("start", "step", "end") + chain("late", "end") + chain("wrong", "end")
    report = tried(borders=process(steps + flows))
    assert report["executed"] == 1
    assert report["files"][0]["processes"][0]["not_visited"] == []


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(processes())
def test_every_process_of_matching_blocks_runs_to_its_end(content: bytes) -> None:
    trial, _made_up = completed(read_document(content), ())
    plan = compile_process(trial, "p", ref="file#p", drawing=True)
    outcomes = try_process(plan, TrialLibrary({plan.ref: plan}, {}))
    assert [outcome.reason for outcome in outcomes if not outcome.ended] == []


def test_the_reference_models_are_read_kept_and_run(shared: Path) -> None:
    report = run_folder(shared / "data" / "bpmn-miwg")
    assert {key: report[key] for key in ("models", "imported", "round_trip", "executed", "refused")} == {
        "models": 13,
        "imported": 13,
        "round_trip": 13,
        "executed": 13,
        "refused": [],
    }
    assert report["processes_executed"] == report["processes"] == 28
