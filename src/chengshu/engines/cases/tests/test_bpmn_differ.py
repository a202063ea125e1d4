"""The difference between two versions, as a reviewer reads it and the diagram colours it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from chengshu.engines.cases.bpmn.differ import Change, compare_models
from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.bpmn.layout import lay_out
from chengshu.engines.cases.tests.bpmn_models import (
    END,
    START,
    chain,
    extended,
    flow,
    node,
    process,
    task,
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


BEFORE = process(START + task("review") + task("old") + END + chain("start", "review", "old", "end"))


def changes(before: bytes, after: bytes) -> dict[str, Change]:
    return {change.element: change for change in compare_models(read_document(before), read_document(after))}


def test_the_same_model_has_no_changes() -> None:
    assert changes(BEFORE, BEFORE.replace(b"><", b">\n<")) == {}


def test_added_and_removed_steps_and_flows_are_named() -> None:
    after = process(START + task("review") + task("sign") + END + chain("start", "review", "sign", "end"))
    found = changes(BEFORE, after)
    assert {key: change.kind for key, change in found.items()} == {
        "old": "removed",
        "review-old": "removed",
        "old-end": "removed",
        "sign": "added",
        "review-sign": "added",
        "sign-end": "added",
    }
    assert str(found["sign"].sentence) == "User task “Sign” was added."


def test_a_changed_property_says_what_it_was_and_is() -> None:
    after = BEFORE.replace(b'name="Review"', b'name="Examine"')
    change = changes(BEFORE, after)["review"]
    assert [(p.name, p.before, p.after) for p in change.properties] == [("name", "Review", "Examine")]
    assert str(change.sentence) == "User task “Examine” was changed: Name was “Review” and is now “Examine”."


def test_what_an_element_holds_without_an_id_counts_as_its_property() -> None:
    def model(role: str, condition: str, duration: str) -> bytes:
        event = f"<bpmn:timerEventDefinition id='d'><bpmn:timeDuration>{duration}</bpmn:timeDuration>"
        steps = node("userTask", "review", extended(f'<chengshu:assign role="{role}"/>'))
        timer = node("intermediateCatchEvent", "wait", event + "</bpmn:timerEventDefinition>")
        flows = chain("start", "review", "wait") + flow("wait", "end", condition=condition)
        return process(START + steps + timer + END + flows)

    found = changes(model("reviewer", "=x", "P1D"), model("section_head", "=y", "P3D"))
    assert {key: [p.name for p in change.properties] for key, change in found.items()} == {
        "review": ["assign/role"],
        "wait": ["timerEventDefinition/timeDuration"],
        "wait-end": ["conditionExpression"],
    }


def test_a_flow_drawn_to_another_step_is_changed() -> None:
    after = BEFORE.replace(
        b'id="review-old" sourceRef="review" targetRef="old"',
        b'id="review-old" sourceRef="review" targetRef="end"',
    )
    change = changes(BEFORE, after)["review-old"]
    assert [(p.name, p.before, p.after) for p in change.properties] == [("targetRef", "old", "end")]


def test_another_kind_of_task_is_a_change_of_kind() -> None:
    after = BEFORE.replace(b'<bpmn:userTask id="old"', b'<bpmn:manualTask id="old"').replace(
        b"</bpmn:userTask><bpmn:endEvent", b"</bpmn:manualTask><bpmn:endEvent"
    )
    assert [(p.name, p.before, p.after) for p in changes(BEFORE, after)["old"].properties] == [
        ("kind", "User task", "Manual task")
    ]


def test_what_only_moved_in_the_diagram_is_moved() -> None:
    before = lay_out(read_document(BEFORE))
    after = before.copy()
    shape = after.shape_of("review")
    bounds = shape.first("dc:Bounds") if shape is not None else None
    assert bounds is not None
    bounds.set("x", "900")
    assert [(change.kind, change.element) for change in compare_models(before, after)] == [
        ("moved", "review")
    ]


def test_a_step_that_moved_into_a_subprocess_says_where_it_is() -> None:
    inside = process(START + node("subProcess", "sub", task("old")) + END)
    outside = process(START + node("subProcess", "sub") + task("old") + END)
    change = changes(outside, inside)["old"]
    assert [(p.name, p.before, p.after) for p in change.properties] == [("container", "p", "sub")]
