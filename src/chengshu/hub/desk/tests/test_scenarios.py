"""From a drawing to a route that can be simulated."""

from __future__ import annotations

import pytest

from chengshu.engines.cases.data import NodeFigures
from chengshu.foundation.errors import InvalidInput
from chengshu.hub.desk import heat, scenarios
from chengshu.hub.desk.outline import Outline, outline
from chengshu.hub.desk.simulation import simulate
from chengshu.hub.desk.starting import begun, starter

NOTHING = scenarios.Filled({})
ROOT = b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">'
NESTED = (
    ROOT
    + b"""<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>
<bpmn:subProcess id="sub"><bpmn:startEvent id="si"/><bpmn:userTask id="t"/><bpmn:endEvent id="ei"/>
<bpmn:sequenceFlow id="1" sourceRef="si" targetRef="t"/><bpmn:sequenceFlow id="2" sourceRef="t" targetRef="ei"/>
</bpmn:subProcess>
<bpmn:intermediateCatchEvent id="w"><bpmn:timerEventDefinition><bpmn:timeDuration>P1DT2H</bpmn:timeDuration>
</bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>
<bpmn:endEvent id="e"/><bpmn:boundaryEvent id="b" attachedToRef="sub"/><bpmn:userTask id="never"/>
<bpmn:sequenceFlow id="3" sourceRef="s" targetRef="sub"/><bpmn:sequenceFlow id="4" sourceRef="sub" targetRef="w"/>
<bpmn:sequenceFlow id="5" sourceRef="w" targetRef="e"/><bpmn:sequenceFlow id="6" sourceRef="b" targetRef="never"/>
</bpmn:process></bpmn:definitions>"""
)


def drawn() -> Outline:
    return outline(begun(starter("five_steps"), key="office.leave", title="请假审批"))


def test_a_process_without_a_start_is_refused() -> None:
    empty = ROOT + b'<bpmn:process id="p"/></bpmn:definitions>'
    with pytest.raises(InvalidInput):
        scenarios.route_of(outline(empty), NOTHING)


def test_a_drawing_gives_its_steps_with_roles_limits_and_signers() -> None:
    steps = {step.key: step for step in scenarios.people_steps(drawn())}
    assert list(steps) == ["accept", "review", "countersign", "check", "decide"]
    assert steps["accept"].role == "window_clerk"
    assert steps["review"].limit == (3, "wd")
    assert steps["countersign"].members == 2


def test_branches_share_evenly_without_history_and_by_counts_with_it() -> None:
    assert scenarios.usual_shares(drawn(), ())["to_check"] == 50
    history = (
        NodeFigures("check", "", 75, 0, None, None, 0),
        NodeFigures("review", "", 25, 0, None, None, 0),
    )
    shares = scenarios.usual_shares(drawn(), history)
    assert (shares["to_check"], shares["to_review"]) == (75, 25)


def test_a_sub_process_is_walked_through_and_what_hangs_on_its_edge_is_left_out() -> None:
    route = scenarios.route_of(outline(NESTED), NOTHING)
    assert {node.key for node in route.nodes} == {"s", "sub", "si", "t", "ei", "sub#left", "w", "e"}
    found = simulate(
        scenarios.scenario_of(outline(NESTED), scenarios.Filled({"days": "60", "arrivals": "1"}))
    )
    assert found.completed > 20
    assert found.mean_duration_h > 26


def test_the_whole_drawing_can_be_simulated() -> None:
    filled = scenarios.Filled(
        {"arrivals": "2", "days": "60", "share_to_check": "90", "share_to_review": "10"}
    )
    found = simulate(scenarios.scenario_of(drawn(), filled))
    done = {step.key: step.done for step in found.steps}
    assert done["countersign"] == pytest.approx(2 * done["review"], rel=0.1)
    assert not found.growing


@pytest.mark.parametrize(
    ("name", "text"), [("arrivals", "nan"), ("days", "1e9"), ("seed", "x"), ("warm_up", "-1")]
)
def test_a_number_out_of_bounds_is_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        scenarios.scenario_of(drawn(), scenarios.Filled({name: text}))
    assert refused.value.field == name


def test_warmth_grows_with_the_value_and_nothing_is_cold() -> None:
    degrees = [heat.degree(value, 10.0) for value in (0.0, 0.1, 5.0, 10.0)]
    assert degrees == [0, 1, 3, 5]
    assert heat.degree(3.0, 0.0) == 0


def test_the_returned_share_is_told_with_the_step() -> None:
    figures = NodeFigures("a", "初审", 20, 1, 5.0, 60.0, 5)
    measure = heat.measure("returned")
    assert heat.painted([figures], measure)[0]["text"] == "25%"
    assert heat.measure("no such measure").key == "median"
