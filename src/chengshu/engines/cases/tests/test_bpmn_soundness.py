"""The token game behind the soundness rules: what it finds, and what it leaves in peace."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.bpmn.graph import Graph, knots
from chengshu.engines.cases.bpmn.soundness import EffortSpent, Exploration, Player, explore, play
from chengshu.engines.cases.tests.bpmn_models import END, START, chain, node, process, processes, task

ENDED: frozenset[str] = frozenset()


def explored(content: bytes) -> Exploration:
    document = read_document(content)
    return explore(Graph(document, document.processes[0]))


def stuck_places(content: bytes) -> set[frozenset[str]]:
    return set(explored(content).stuck)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(processes())
def test_processes_of_matching_blocks_are_sound(content: bytes) -> None:
    found = explored(content)
    assert found.stuck == []
    assert found.doubled == {}
    assert found.endless() is None
    assert ENDED in found.came_from or not found.complete


def test_a_parallel_join_behind_a_choice_gets_stuck_on_either_way() -> None:
    steps = START + node("exclusiveGateway", "x") + node("parallelGateway", "j") + END
    ways = chain("start", "x", "a", "j", "end") + chain("x", "b", "j")
    assert stuck_places(process(steps + task("a") + task("b") + ways)) == {
        frozenset({"a-j"}),
        frozenset({"b-j"}),
    }


def test_the_way_into_a_deadlock_is_the_shortest() -> None:
    steps = START + node("exclusiveGateway", "x") + node("parallelGateway", "j") + END + task("a") + task("b")
    found = explored(process(steps + chain("start", "x", "a", "j", "end") + chain("x", "b", "j")))
    assert found.way_to(frozenset({"b-j"})) == ["start", "x", "b"]


def test_an_exclusive_join_behind_a_split_lets_two_tokens_on() -> None:
    steps = START + node("parallelGateway", "f") + node("exclusiveGateway", "x") + task("c") + END
    ways = chain("start", "f", "a", "x", "c", "end") + chain("f", "b", "x")
    assert "x-c" in explored(process(steps + task("a") + task("b") + ways)).doubled


def test_a_terminating_end_takes_the_other_tokens_along() -> None:
    stop = '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
    steps = START + node("parallelGateway", "f") + task("a") + task("b") + stop + END
    found = explored(process(steps + chain("start", "f", "a", "stop") + chain("f", "b", "end")))
    assert found.stuck == []
    assert ENDED in found.came_from


def test_an_event_that_does_not_interrupt_adds_a_token_and_one_that_does_replaces_it() -> None:
    def model(interrupting: str) -> bytes:
        event = node(
            "boundaryEvent",
            "late",
            "<bpmn:timerEventDefinition/>",
            f'attachedToRef="step" cancelActivity="{interrupting}"',
        )
        join = node("parallelGateway", "j")
        steps = START + task("step") + event + task("urge") + join + END
        return process(steps + chain("start", "step", "j", "end") + chain("late", "urge", "j"))

    assert ENDED in explored(model("false")).came_from
    assert ENDED not in explored(model("true")).came_from


def test_the_default_way_of_an_inclusive_gateway_excludes_the_others() -> None:
    def model(default: str) -> bytes:
        split = node("inclusiveGateway", "o", attributes=default)
        steps = START + split + node("parallelGateway", "j") + END + task("a") + task("b")
        return process(steps + chain("start", "o", "a", "j", "end") + chain("o", "b", "j"))

    assert ENDED in explored(model("")).came_from
    assert ENDED not in explored(model('default="o-b"')).came_from


def test_a_link_carries_the_token_over() -> None:
    link = '<bpmn:linkEventDefinition name="on"/>'
    steps = (
        START + node("intermediateThrowEvent", "out", link) + node("intermediateCatchEvent", "in", link) + END
    )
    assert ENDED in explored(process(steps + chain("start", "out") + chain("in", "end"))).came_from


def test_a_loop_without_a_way_out_is_endless_and_one_with_a_way_out_is_not() -> None:
    gateway = node("exclusiveGateway", "x")
    closed = process(START + gateway + task("a") + chain("start", "x", "a", "x"))
    opened = process(START + gateway + task("a") + END + chain("start", "x", "a", "x", "end"))
    assert explored(closed).endless() is not None
    assert explored(opened).endless() is None


def test_a_large_process_is_given_up_within_bounds() -> None:
    many = [f"t{number}" for number in range(16)]
    steps = START + node("parallelGateway", "f") + "".join(map(task, many)) + chain("start", "f")
    document = read_document(process(steps + "".join(chain("f", step) for step in many)))
    found = explore(Graph(document, document.processes[0]), limit=100)
    assert not found.complete
    assert len(found.came_from) < 200


def test_knots_are_the_circles_of_a_graph() -> None:
    following = {"a": ["b"], "b": ["c"], "c": ["a", "d"], "d": ["e"], "e": ["e"], "f": ["a"]}
    assert sorted(map(sorted, knots(following))) == [["a", "b", "c"], ["e"]]


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway", "userTask"])
def test_a_graph_where_all_lead_to_all_is_given_up_after_a_bounded_effort(kind: str) -> None:
    names = [f"g{number}" for number in range(60)]
    ways = "".join(chain(one, other) for one in names for other in names if one != other)
    steps = START + END + "".join(node(kind, name) for name in names)
    document = read_document(process(steps + ways + chain("start", "g0") + chain("g59", "end")))
    player = Player(Graph(document, document.processes[0]), effort=20_000)
    with pytest.raises(EffortSpent):
        play(player, Exploration(), 10**9)
    assert not explore(player.graph, effort=20_000).complete
    assert len(explore(player.graph, effort=20_000).came_from) < 4_000
