"""Models without a diagram are drawn so that nothing covers anything and every flow is seen."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from chengshu.engines.cases.bpmn.comparing import compare
from chengshu.engines.cases.bpmn.document import (
    Document,
    Element,
    examine_document,
    read_document,
    write_document,
)
from chengshu.engines.cases.bpmn.layers import place
from chengshu.engines.cases.bpmn.layout import lay_out
from chengshu.engines.cases.bpmn.lint import lint_document
from chengshu.engines.cases.bpmn.rules_drawing import box_of
from chengshu.engines.cases.tests.bpmn_models import (
    END,
    START,
    chain,
    definitions,
    node,
    process,
    processes,
    task,
)

DRAWING_FAULTS = {"bpmn.overlap", "bpmn.not_drawn", "bpmn.no_diagram"}


def faults(document: Document) -> list[str]:
    return [f"{f.code} {f.element}" for f in lint_document(document) if f.code in DRAWING_FAULTS]


def waypoints(document: Document, flow: str) -> list[tuple[int, int]]:
    edge = document.shape_of(flow)
    assert edge is not None
    return [(int(point.get("x")), int(point.get("y"))) for point in edge.all("di:waypoint")]


def without_diagram(document: Document) -> Element:
    root = document.root.copy()
    for diagram in root.all("bpmndi:BPMNDiagram"):
        root.remove(diagram)
    return root


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(processes())
def test_any_process_is_drawn_whole_without_overlaps_and_with_right_angles(content: bytes) -> None:
    document = read_document(content)
    drawn = read_document(write_document(lay_out(document)))
    assert faults(drawn) == []
    assert compare(without_diagram(document), without_diagram(drawn)) == []
    for flow in drawn.all_of("bpmn:sequenceFlow"):
        points = waypoints(drawn, flow.id)
        assert len(points) >= 2
        assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))


def test_an_existing_diagram_is_replaced_and_the_given_document_left_alone() -> None:
    document = lay_out(read_document(process(START + END + chain("start", "end"))))
    again = lay_out(document)
    assert len(again.diagrams) == len(document.diagrams) == 1
    assert compare(document.root, again.root) == []


def test_a_flow_ends_at_the_border_of_what_it_leads_to() -> None:
    drawn = lay_out(read_document(process(START + task("step") + END + chain("start", "step", "end"))))
    box = box_of(drawn, "step")
    assert box is not None
    assert waypoints(drawn, "start-step")[-1] == (box.x, box.y + box.height / 2)


def test_a_boundary_event_sits_on_the_border_of_its_activity() -> None:
    event = node("boundaryEvent", "late", "<bpmn:timerEventDefinition/>", 'attachedToRef="step"')
    steps = START + task("step") + event + END + chain("start", "step", "end") + chain("late", "end")
    drawn = lay_out(read_document(process(steps)))
    host, small = box_of(drawn, "step"), box_of(drawn, "late")
    assert host is not None
    assert small is not None
    assert small.y + small.height / 2 == host.y + host.height
    assert host.x <= small.x + small.width / 2 <= host.x + host.width


def test_what_is_inside_a_subprocess_is_drawn_inside_it() -> None:
    inner = (
        '<bpmn:startEvent id="s2"/>' + task("inner") + '<bpmn:endEvent id="e2"/>' + chain("s2", "inner", "e2")
    )
    steps = START + node("subProcess", "sub", inner) + END + chain("start", "sub", "end")
    drawn = lay_out(read_document(process(steps)))
    outer, inside = box_of(drawn, "sub"), box_of(drawn, "inner")
    assert outer is not None
    assert inside is not None
    assert outer.x < inside.x
    assert outer.y < inside.y
    assert inside.x + inside.width < outer.x + outer.width
    assert inside.y + inside.height < outer.y + outer.height


def test_every_step_lies_in_its_lane() -> None:
    lanes = "".join(
        f'<bpmn:lane id="{lane}"><bpmn:flowNodeRef>{ref}</bpmn:flowNodeRef></bpmn:lane>'
        for lane, ref in (("upper", "a"), ("lower", "b"))
    )
    steps = f'<bpmn:laneSet id="set">{lanes}</bpmn:laneSet>' + START + task("a") + task("b") + END
    drawn = lay_out(read_document(process(steps + chain("start", "a", "b", "end"))))
    for lane, step in (("upper", "a"), ("lower", "b")):
        band, box = box_of(drawn, lane), box_of(drawn, step)
        assert band is not None
        assert box is not None
        assert band.y <= box.y
        assert box.y + box.height <= band.y + band.height


def test_pools_are_stacked_and_a_closed_one_is_drawn_as_well() -> None:
    pools = '<bpmn:participant id="open" processRef="p"/><bpmn:participant id="closed" name="Citizen"/>'
    flow = '<bpmn:messageFlow id="mf" sourceRef="closed" targetRef="step"/>'
    steps = START + task("step") + END + chain("start", "step", "end")
    steps = START + task("step") + END + chain("start", "step", "end")
    collaboration = f'<bpmn:collaboration id="c">{pools}{flow}</bpmn:collaboration>'
    drawn = lay_out(read_document(definitions(f'{collaboration}<bpmn:process id="p">{steps}</bpmn:process>')))
    upper, lower = box_of(drawn, "open"), box_of(drawn, "closed")
    assert upper is not None
    assert lower is not None
    assert upper.y + upper.height < lower.y
    assert upper.width == lower.width
    assert len(waypoints(drawn, "mf")) == 2


def test_loops_go_back_and_the_rest_goes_forward() -> None:
    grid = place(
        ["a", "b", "c", "d"], [("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("a", "d")], ["a"], {}
    )
    assert grid.column == {"a": 0, "b": 1, "c": 2, "d": 3}
    assert grid.back == {("c", "b")}
    assert len(grid.passes["a", "d"]) == 2
    assert all(grid.row["b"] != row for row in grid.passes["a", "d"][:1])


def test_the_reference_models_can_be_drawn_anew(shared: Path) -> None:
    for path in sorted((shared / "data" / "bpmn-miwg").glob("*.bpmn")):
        assert faults(lay_out(examine_document(path.read_bytes()))) == [], path.name
