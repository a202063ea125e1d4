"""The flow inside one process or sub-process as a graph: nodes, flows, and the ways around flows that BPMN knows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from chengshu.engines.cases.bpmn.document import Document, Element, local_name
from chengshu.engines.cases.bpmn.metamodel import CONTAINERS, is_a


class Graph:
    """One container's flow. What has no id, and flows that do not connect two of its nodes, are left out.

    Besides sequence flows a token goes from a linked throw to its catch, and from an activity to the boundary events
    on it; ``successors`` counts both, ``outgoing`` only flows.
    """

    def __init__(self, document: Document, container: Element) -> None:
        self.document = document
        self.container = container
        self.nodes = {node.id: node for node in document.flow_nodes(container) if node.id}
        self.outgoing: dict[str, list[Element]] = defaultdict(list)
        self.incoming: dict[str, list[Element]] = defaultdict(list)
        for flow in document.flows(container):
            source, target = ends(flow)
            if flow.id and source in self.nodes and target in self.nodes:
                self.outgoing[source].append(flow)
                self.incoming[target].append(flow)
        self.boundaries: dict[str, list[Element]] = defaultdict(list)
        for node in self.of_kind("boundaryEvent"):
            self.boundaries[local_name(node.get("attachedToRef").strip())].append(node)
        self.link_targets = self._linked()

    def of_kind(self, *kinds: str) -> list[Element]:
        return [node for node in self.nodes.values() if node.kind in kinds]

    def starts(self) -> list[Element]:
        """Where a token can appear: the start events, or without any the nodes that nothing leads to.

        BPMN 2.0.2, 10.5.2: where there is no start event, every flow node without an incoming flow begins.
        """
        events = self.of_kind("startEvent")
        instantiating = [node for node in self.nodes.values() if node.get("instantiate") == "true"]
        unled = [node for node in self.nodes.values() if self._begins_by_itself(node)]
        return events + [node for node in instantiating if node in unled] if events else unled

    def side_entries(self) -> list[Element]:
        """Nodes entered by something else than a flow: event sub-processes, compensation handlers."""
        return [node for node in self.nodes.values() if is_event_subprocess(node) or is_handler(node)]

    def successors(self, node: str) -> list[str]:
        targets = [ends(flow)[1] for flow in self.outgoing[node]]
        return [*targets, *(event.id for event in self.boundaries[node]), *self.link_targets.get(node, ())]

    def reachable(self, beginnings: Iterable[str]) -> set[str]:
        """Every node that a token from one of these can come to, themselves included."""
        seen = set(beginnings)
        pending = list(seen)
        while pending:
            new = [node for node in self.successors(pending.pop()) if node not in seen]
            seen.update(new)
            pending.extend(new)
        return seen

    def is_split(self, node: Element) -> bool:
        return len(self.outgoing[node.id]) > 1

    def default_of(self, node: Element) -> str:
        return local_name(node.get("default").strip())

    def definitions(self, event: Element) -> list[str]:
        """What kinds of event definition the event has: ``["timerEventDefinition"]``."""
        return [definition.kind for definition in self.document.event_definitions(event)]

    def _begins_by_itself(self, node: Element) -> bool:
        return not (
            self.incoming[node.id]
            or node.kind in ("boundaryEvent", "startEvent")
            or is_event_subprocess(node)
            or is_handler(node)
            or (node.kind == "intermediateCatchEvent" and "linkEventDefinition" in self.definitions(node))
        )

    def _linked(self) -> dict[str, list[str]]:
        catches: dict[str, list[str]] = defaultdict(list)
        for node in self.of_kind("intermediateCatchEvent"):
            for name in link_names(self.document, node):
                catches[name].append(node.id)
        return {
            node.id: [target for name in link_names(self.document, node) for target in catches[name]]
            for node in self.of_kind("intermediateThrowEvent")
            if link_names(self.document, node)
        }


def ends(flow: Element) -> tuple[str, str]:
    """The ids of source and target of a sequence flow."""
    return local_name(flow.get("sourceRef").strip()), local_name(flow.get("targetRef").strip())


def is_event_subprocess(node: Element) -> bool:
    return is_a(node, "subProcess") and node.get("triggeredByEvent") in ("true", "1")


def is_handler(node: Element) -> bool:
    """Whether the activity runs only to undo another one."""
    return node.get("isForCompensation") in ("true", "1")


def is_interrupting(event: Element) -> bool:
    """Whether a boundary event, or the start event of an event sub-process, ends what it listens to."""
    attribute = "cancelActivity" if event.kind == "boundaryEvent" else "isInterrupting"
    return event.get(attribute, "true") not in ("false", "0")


def link_names(document: Document, event: Element) -> list[str]:
    """The names by which a link event is matched: of its definition, or its own where that has none."""
    definitions = [d for d in document.event_definitions(event) if d.kind == "linkEventDefinition"]
    return [" ".join((definition.name or event.name).split()) for definition in definitions]


def containers(document: Document) -> Iterator[Element]:
    """Every process and sub-process of the file, outer ones before those inside them."""
    return (found for process in document.processes for found in process.walk() if found.kind in CONTAINERS)


def knots(following: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """The groups of nodes that can all reach each other, single nodes only where they lead to themselves.

    Kosaraju's method, without recursion: in the order in which a depth-first walk leaves the nodes, last one first,
    collect what leads to each.
    """
    before: dict[str, list[str]] = defaultdict(list)
    for node, targets in following.items():
        for target in targets:
            if target in following:
                before[target].append(node)
    found: list[set[str]] = []
    taken: set[str] = set()
    for node in reversed(_in_order_of_leaving(following)):
        knot = _unseen_from(node, before, taken)
        taken |= knot
        if len(knot) > 1 or node in following[node]:
            found.append(knot)
    return found


def _in_order_of_leaving(following: Mapping[str, Iterable[str]]) -> list[str]:
    left: list[str] = []
    entered: set[str] = set()
    for first in following:
        stack = [(first, iter(following[first]))] if first not in entered else []
        entered.add(first)
        while stack:
            node, targets = stack[-1]
            new = next((target for target in targets if target in following and target not in entered), None)
            if new is None:
                left.append(node)
                stack.pop()
            else:
                entered.add(new)
                stack.append((new, iter(following[new])))
    return left


def _unseen_from(node: str, before: Mapping[str, list[str]], taken: set[str]) -> set[str]:
    found = set() if node in taken else {node}
    pending = list(found)
    while pending:
        new = [other for other in before.get(pending.pop(), ()) if other not in taken and other not in found]
        found.update(new)
        pending.extend(new)
    return found
