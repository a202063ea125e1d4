"""Whether a process can get stuck, or do things twice: found by playing every way through it, within bounds.

Each process and sub-process is played by itself, its sub-processes as single steps. Tokens lie on sequence flows; every
choice is thought possible, whatever the conditions say. A finding is therefore a way that the drawing allows, and its
message names that way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Element
from chengshu.engines.cases.bpmn.graph import Graph, ends, is_interrupting, knots
from chengshu.engines.cases.bpmn.metamodel import GATEWAYS, SUB_PROCESSES, described
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.data import Finding

DEADLOCK = Rule("bpmn.deadlock", "error", _("No case gets stuck at a gateway."))
NEVER_ENDS = Rule("bpmn.never_ends", "error", _("Every case can come to an end."))
UNSYNCHRONISED = Rule(
    "bpmn.unsynchronised", "warning", _("Parallel paths are joined before they go on as one.")
)
IMPLICIT_JOIN = Rule("bpmn.implicit_join", "warning", _("Parallel paths come together at a gateway."))
NOT_EXPLORED = Rule("bpmn.not_explored", "warning", _("A process is small enough to be checked whole."))
LOOP_WITHOUT_WAIT = Rule(
    "bpmn.loop_without_wait", "warning", _("Something in a loop waits for a person or an event.")
)

MAX_STATES: Final = 4_000
MAX_EFFORT: Final = 180_000
"""Steps played and places looked at: about a second."""
MAX_CHOICES: Final = 6
"""Of an inclusive gateway with more branches only "each alone" and "all" are played."""

Marking = frozenset[str]
"""The places that hold a token: ids of flows, and of nodes that are entered without one."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can happen: a node takes tokens and leaves tokens.

    :param clears: whether it takes every other token along (terminate)
    """

    node: str
    takes: frozenset[str]
    leaves: frozenset[str]
    clears: bool = False


@dataclass
class Exploration:
    """What playing one container brought to light."""

    came_from: dict[Marking, tuple[Marking, str] | None] = field(default_factory=dict)
    following: dict[Marking, list[Marking]] = field(default_factory=dict)
    stuck: list[Marking] = field(default_factory=list)
    doubled: dict[str, Marking] = field(default_factory=dict)
    """Flow on which a second token can arrive → the state before it does."""
    complete: bool = True

    def way_to(self, marking: Marking) -> list[str]:
        """The nodes passed on the shortest way to the state."""
        way: list[str] = []
        origin = self.came_from.get(marking)
        while origin is not None:
            marking, node = origin
            way.append(node)
            origin = self.came_from.get(marking)
        return way[::-1]

    def endless(self) -> Marking | None:
        """A state, nearest to the start, from which no end can be reached though nothing is stuck."""
        before: dict[Marking, list[Marking]] = {}
        for marking, after in self.following.items():
            for following in after:
                before.setdefault(following, []).append(marking)
        good = {marking for marking, after in self.following.items() if not marking or not after}
        pending = list(good)
        while pending:
            new = [marking for marking in before.get(pending.pop(), ()) if marking not in good]
            good.update(new)
            pending.extend(new)
        return next((marking for marking in self.came_from if marking not in good), None)


class EffortSpent(Exception):
    """The game takes longer than anybody waits for it."""


class Player:
    """The rules of the game for one container's graph.

    :param effort: how many steps may be played and places looked at
    """

    def __init__(self, graph: Graph, *, effort: int = MAX_EFFORT) -> None:
        self.graph = graph
        self.entries = [node.id for node in graph.starts()]
        self.effort = effort
        self._reach_into: dict[str, frozenset[str]] = {}

    def spend(self, effort: int = 1) -> None:
        """:raises EffortSpent: when nothing of it is left"""
        self.effort -= effort
        if self.effort < 0:
            raise EffortSpent

    def reach_into(self, gateway: Element) -> frozenset[str]:
        """Every place from which a token could still come to an inclusive gateway."""
        known = self._reach_into.get(gateway.id)
        if known is None:
            known = self._reach_into[gateway.id] = self._places_before(gateway)
        return known

    def beginnings(self) -> list[Marking]:
        """The states a container begins with: one for each start event, or one for all unled nodes together."""
        if all(self.graph.nodes[entry].kind == "startEvent" for entry in self.entries):
            return [frozenset({entry}) for entry in self.entries]
        return [frozenset(self.entries)] if self.entries else []

    def steps(self, marking: Marking) -> Iterator[Step]:
        """Everything that can happen in the state."""
        touched = {place if place in self.graph.nodes else self._target(place) for place in sorted(marking)}
        for identifier in sorted(touched):
            yield from self._steps_of(self.graph.nodes[identifier], marking)

    def _steps_of(self, node: Element, marking: Marking) -> Iterator[Step]:
        incoming = frozenset(flow.id for flow in self.graph.incoming[node.id])
        present = incoming & marking
        if node.id in marking:
            yield from self._leaving(node, frozenset({node.id}))
        elif node.kind == "parallelGateway":
            if present == incoming:
                yield from self._leaving(node, incoming)
        elif node.kind in ("inclusiveGateway", "complexGateway"):
            if not (marking & self.reach_into(node)) - present - self._only_through(node, present):
                yield from self._leaving(node, present)
        else:
            for flow in sorted(present):
                yield from self._leaving(node, frozenset({flow}))

    def _leaving(self, node: Element, takes: frozenset[str]) -> Iterator[Step]:
        if "terminateEventDefinition" in self.graph.definitions(node):
            yield Step(node.id, takes, frozenset(), clears=True)
            return
        for leaves in self._ways_out(node):
            yield Step(node.id, takes, leaves)
        for event in self.graph.boundaries[node.id]:
            if "compensateEventDefinition" in self.graph.definitions(event):
                continue
            raised = frozenset(flow.id for flow in self.graph.outgoing[event.id])
            for leaves in [frozenset()] if is_interrupting(event) else self._ways_out(node):
                yield Step(event.id, takes, raised | leaves)

    def _ways_out(self, node: Element) -> Iterator[frozenset[str]]:
        flows = [flow.id for flow in self.graph.outgoing[node.id]]
        linked = self.graph.link_targets.get(node.id)
        if linked:
            yield frozenset(linked)
        elif not flows:
            yield frozenset()
        elif node.kind in ("exclusiveGateway", "eventBasedGateway"):
            yield from (frozenset({flow}) for flow in flows)
        elif node.kind in ("inclusiveGateway", "complexGateway") or self._conditional(node):
            yield from _some_of([flow for flow in flows if flow != self.graph.default_of(node)])
            if self.graph.default_of(node) in flows:
                yield frozenset({self.graph.default_of(node)})
        else:
            yield frozenset(flows)

    def _conditional(self, node: Element) -> bool:
        flows = self.graph.outgoing[node.id]
        return len(flows) > 1 and any(flow.first("bpmn:conditionExpression") is not None for flow in flows)

    def _target(self, flow: str) -> str:
        element = self.graph.document.by_id[flow]
        return ends(element)[1]

    def _places_before(self, gateway: Element) -> frozenset[str]:
        """Every place from which a token could still come to the gateway without passing it."""
        found: set[str] = set()
        pending = [flow.id for flow in self.graph.incoming[gateway.id]]
        while pending:
            place = pending.pop()
            self.spend()
            if place in found:
                continue
            found.add(place)
            source = ends(self.graph.document.by_id[place])[0] if place not in self.graph.nodes else place
            if source != gateway.id:
                found.add(source)
                pending.extend(self._places_into(source))
        return frozenset(found)

    def _places_into(self, node: str) -> Iterator[str]:
        yield from (flow.id for flow in self.graph.incoming[node])
        element = self.graph.nodes[node]
        if element.kind == "boundaryEvent":
            host = self.graph.document.referred(element, "attachedToRef")
            if host is not None and host.id in self.graph.nodes:
                yield from (flow.id for flow in self.graph.incoming[host.id])
        yield from (source for source, targets in self.graph.link_targets.items() if node in targets)

    def _only_through(self, gateway: Element, present: frozenset[str]) -> frozenset[str]:
        """Places that can come to the gateway only by an incoming flow which holds a token already (BPMN 13.4.3)."""
        empty = [flow.id for flow in self.graph.incoming[gateway.id] if flow.id not in present]
        able: set[str] = set()
        pending = list(empty)
        while pending:
            place = pending.pop()
            self.spend()
            if place in able:
                continue
            able.add(place)
            source = place if place in self.graph.nodes else ends(self.graph.document.by_id[place])[0]
            if source != gateway.id:
                able.add(source)
                pending.extend(self._places_into(source))
        return self.reach_into(gateway) - able


def explore(graph: Graph, *, limit: int = MAX_STATES, effort: int = MAX_EFFORT) -> Exploration:
    """Play every way through the container, breadth first, so that the ways named are the shortest.

    :param limit: states after which it gives up, with ``complete`` False
    :param effort: steps played and places looked at after which it gives up likewise
    """
    found = Exploration()
    try:
        play(Player(graph, effort=effort), found, limit)
    except EffortSpent:
        found.complete = False
    return found


def play(player: Player, found: Exploration, limit: int) -> None:
    """
    :raises EffortSpent: when it takes too long
    """
    pending = deque(player.beginnings())
    found.came_from.update(dict.fromkeys(pending))
    while pending:
        marking = pending.popleft()
        after: list[Marking] = []
        stuck = bool(marking)
        for step in player.steps(marking):
            player.spend(3 + len(marking) // 8)
            stuck = False
            rest = frozenset() if step.clears else marking - step.takes
            for place in sorted(rest & step.leaves):
                found.doubled.setdefault(place, marking)
            following = rest | step.leaves
            after.append(following)
            if following not in found.came_from:
                found.came_from[following] = (marking, step.node)
                pending.append(following)
        found.following[marking] = after
        if stuck:
            found.stuck.append(marking)
        if len(found.came_from) > limit:
            found.complete = False
            return


def _some_of(flows: list[str]) -> Iterator[frozenset[str]]:
    """Every non-empty selection of the flows."""
    sizes: Iterable[int] = range(1, len(flows) + 1) if len(flows) <= MAX_CHOICES else (1, len(flows))
    return map(frozenset, chain.from_iterable(combinations(flows, size) for size in sizes))


def behaviour(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        if graph.container.kind == "adHocSubProcess" or not graph.starts():
            continue
        exploration = explore(graph)
        yield from _deadlocks(graph, exploration)
        yield from _doubles(graph, exploration)
        yield from _implicit_joins(graph, exploration)
        if not exploration.complete:
            message = _(
                "%(container)s has too many possible states to be checked whole for getting stuck."
            ) % {"container": described(graph.container)}
            hint = _("Put parts that belong together into sub-processes.")
            yield NOT_EXPLORED.broken_at(graph.container, message, hint)
        elif not exploration.stuck:
            yield from _endlessness(graph, exploration)


def _deadlocks(graph: Graph, exploration: Exploration) -> Iterator[Finding]:
    reported: set[str] = set()
    for marking in exploration.stuck:
        for flow in sorted(marking):
            join = graph.nodes[ends(graph.document.by_id[flow])[1]]
            if join.id in reported:
                continue
            reported.add(join.id)
            message = _(
                "A case can get stuck at %(join)s: not every flow into it is always followed. Way: %(way)s."
            ) % {
                "join": described(join),
                "way": _spoken(graph, exploration.way_to(marking)),
            }
            hint = _(
                "Join with a gateway of the kind that split: parallel with parallel, exclusive with exclusive."
            )
            yield DEADLOCK.broken_at(join, message, hint)


def _doubles(graph: Graph, exploration: Exploration) -> Iterator[Finding]:
    reported: set[str] = set()
    for flow, marking in exploration.doubled.items():
        source, target = (graph.nodes[end] for end in ends(graph.document.by_id[flow]))
        if reported & {source.id, target.id}:
            continue
        reported.update((source.id, target.id))
        message = _(
            "%(target)s can be done twice, because parallel paths before it are not joined. Way: %(way)s."
        ) % {
            "target": described(target),
            "way": _spoken(graph, [*exploration.way_to(marking), source.id]),
        }
        yield UNSYNCHRONISED.broken_at(
            source, message, _("Join the parallel paths with a parallel gateway first.")
        )


def _implicit_joins(graph: Graph, exploration: Exploration) -> Iterator[Finding]:
    """Steps to which several tokens can be under way at once; a loop back to a step is no such thing."""
    for node in graph.nodes.values():
        incoming = {flow.id for flow in graph.incoming[node.id]}
        if node.kind in GATEWAYS or len(incoming) < 2 or node.kind == "endEvent":
            continue
        if any(len(incoming & marking) > 1 for marking in exploration.came_from):
            message = _("%(node)s is done once for each of the parallel paths that lead to it.") % {
                "node": described(node)
            }
            yield IMPLICIT_JOIN.broken_at(
                node, message, _("Join them with a parallel gateway in front of it.")
            )


def _endlessness(graph: Graph, exploration: Exploration) -> Iterator[Finding]:
    endless = exploration.endless()
    if endless is None:
        return
    place = min(endless)
    node = graph.nodes.get(place) or graph.nodes[ends(graph.document.by_id[place])[1]]
    message = _("From %(node)s on, a case can never come to an end. Way: %(way)s.") % {
        "node": described(node),
        "way": _spoken(graph, [*exploration.way_to(endless), node.id]),
    }
    yield NEVER_ENDS.broken_at(node, message, _("Draw a way out of the loop."))


def _spoken(graph: Graph, way: list[str]) -> str:
    return " → ".join(" ".join(graph.nodes[node].name.split()) or node for node in way)


def waits_at(graph: Graph, node: Element) -> bool:
    """Whether a case that comes to the node stops there until something outside happens."""
    if node.kind in (
        "userTask",
        "manualTask",
        "receiveTask",
        "eventBasedGateway",
        "callActivity",
        *SUB_PROCESSES,
    ):
        return True
    if node.kind in ("serviceTask", "sendTask", "businessRuleTask"):
        return node.extension("zeebe:taskDefinition") is not None
    return node.kind == "intermediateCatchEvent" and "linkEventDefinition" not in graph.definitions(node)


def idle_loops(subject: Subject) -> Iterator[Finding]:
    """Cycles of steps none of which waits: a case could turn in them without end within one moment."""
    for graph in subject.graphs:
        busy = [node.id for node in graph.nodes.values() if not waits_at(graph, node)]
        following = {node: [*_next_nodes(graph, node)] for node in busy}
        for knot in knots(following):
            start = min(knot)
            way = [*_cycle(following, start, knot), start]
            message = _("Nothing in this loop waits: %(way)s.") % {"way": _spoken(graph, way)}
            hint = _(
                "Put a user task, a timer or a message into the loop, or bound it by a condition that ends it."
            )
            yield LOOP_WITHOUT_WAIT.broken_at(graph.nodes[start], message, hint)


def _next_nodes(graph: Graph, node: str) -> Iterator[str]:
    yield from (ends(flow)[1] for flow in graph.outgoing[node])
    yield from graph.link_targets.get(node, ())


def _cycle(following: Mapping[str, list[str]], start: str, within: set[str]) -> list[str]:
    """The shortest way from the node back to itself inside a knot."""
    came_from: dict[str, str] = {}
    pending = deque([start])
    while start not in came_from:
        node = pending.popleft()
        for target in following[node]:
            if target in within and target not in came_from:
                came_from[target] = node
                pending.append(target)
    way = [came_from[start]]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


CHECKS: tuple[Check, ...] = (behaviour, idle_loops)
