"""What the shape of a process says before any case runs: which joins a node can reach, which nodes run side by side.

Pure graph work on node and flow ids of one scope; knows no events, variables or people.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from chengshu.engines.cases.interpreter.plan import (
    ACTIVITIES,
    Branches,
    EventKind,
    Flow,
    Kind,
    Node,
    Scope,
)

_EXIT = "\0exit"


@dataclass(frozen=True)
class Graph:
    """The nodes of one scope and what leads from each to each: flows, boundary attachments, links."""

    nodes: Mapping[str, Node]
    after: Mapping[str, tuple[str, ...]]
    before: Mapping[str, tuple[str, ...]]
    starts: tuple[str, ...] = field(default=())


def graph_of(scope: Scope, nodes: Mapping[str, Node], links: Mapping[tuple[str, str], str]) -> Graph:
    members = {node_id: nodes[node_id] for node_id in scope.members}
    after = {node_id: tuple(_successors(node, members, links)) for node_id, node in members.items()}
    before: dict[str, list[str]] = {node_id: [] for node_id in members}
    for source, targets in after.items():
        for target in targets:
            before[target].append(source)
    return Graph(members, after, {key: tuple(value) for key, value in before.items()}, scope.starts)


def _successors(node: Node, members: Collection[str], links: Mapping[tuple[str, str], str]) -> Iterable[str]:
    found = [flow.target for flow in node.outgoing]
    found += node.boundaries
    if node.kind is Kind.THROW:
        found += [
            links[node.scope, event.name]
            for event in node.events
            if event.kind is EventKind.LINK and (node.scope, event.name) in links
        ]
    return (target for target in dict.fromkeys(found) if target in members)


def reach_of(graph: Graph, join: Node) -> dict[str, frozenset[str]]:
    """For each node the incoming flows of ``join`` that a token there can still arrive by, not passing the join."""
    found: dict[str, set[str]] = {}
    for flow in join.incoming:
        for node_id in _walk([flow.source], graph.before, barred={join.id}):
            found.setdefault(node_id, set()).add(flow.id)
    return {node_id: frozenset(flows) for node_id, flows in found.items()}


def branches_of(graph: Graph) -> list[Branches]:
    """Every place of the scope where one token becomes several, with what lies on each branch."""
    splits = {node.id: arms for node in graph.nodes.values() if len(arms := _arms(node, graph)) > 1}
    if not splits and len(graph.starts) < 2:
        return []
    meeting = _meeting_points(graph)
    found = [
        Branches(split, join, tuple(_region(arm, graph, {join, split}) for arm in arms))
        for split, arms in splits.items()
        for join in [meeting[split]]
    ]
    if len(graph.starts) > 1:
        found.insert(0, Branches("", "", tuple(_region([start], graph, set()) for start in graph.starts)))
    return found


_Arm = list[Flow | str]


def _arms(node: Node, graph: Graph) -> list[_Arm]:
    """The branches on which tokens can be at once: own flows, and each boundary event that does not interrupt."""
    beside: list[_Arm] = [[b] for b in node.boundaries if not graph.nodes[b].interrupting]
    instead: _Arm = [b for b in node.boundaries if graph.nodes[b].interrupting]
    if node.kind in (Kind.EXCLUSIVE, Kind.EVENT_GATEWAY) or len(node.outgoing) < 2:
        own: list[_Arm] = [[*node.outgoing, *instead]]
    else:
        own = [[flow] for flow in node.outgoing]
        own[0] += instead
    return own + beside if node.outgoing or node.kind in ACTIVITIES else beside


def _region(arm: Iterable[Flow | str], graph: Graph, barred: set[str]) -> frozenset[str]:
    starts = []
    flows = set()
    for entry in arm:
        if isinstance(entry, str):
            starts.append(entry)
        else:
            flows.add(entry.id)
            starts.append(entry.target)
    inside = _walk(starts, graph.after, barred)
    flows |= {flow.id for node_id in inside for flow in graph.nodes[node_id].outgoing}
    return frozenset(inside | flows)


def _walk(starts: Iterable[str], edges: Mapping[str, tuple[str, ...]], barred: Collection[str]) -> set[str]:
    seen: set[str] = set()
    pending = [start for start in starts if start not in barred]
    while pending:
        here = pending.pop()
        if here not in seen:
            seen.add(here)
            pending.extend(there for there in edges.get(here, ()) if there not in barred)
    return seen


def _meeting_points(graph: Graph) -> dict[str, str]:
    """For each node the first one that every path from it comes to; empty when there is none."""
    order = [*graph.nodes, _EXIT]
    bit = {node_id: 1 << index for index, node_id in enumerate(order)}
    everything = (1 << len(order)) - 1
    on_every_path = dict.fromkeys(order, everything)
    on_every_path[_EXIT] = bit[_EXIT]
    changed = True
    while changed:
        changed = False
        for node_id in reversed(list(graph.nodes)):
            common = everything
            for target in _ways_out(graph, node_id):
                common &= on_every_path[target]
            common |= bit[node_id]
            if common != on_every_path[node_id]:
                on_every_path[node_id] = common
                changed = True
    return {node_id: _nearest(node_id, on_every_path, bit) for node_id in graph.nodes}


def _ways_out(graph: Graph, node_id: str) -> tuple[str, ...]:
    """Where a token can go from the node; a node without a flow of its own lets its token end."""
    node = graph.nodes[node_id]
    after = graph.after[node_id]
    linked = node.kind is Kind.THROW and after
    return after if node.outgoing or linked else (*after, _EXIT)


def _nearest(node_id: str, on_every_path: Mapping[str, int], bit: Mapping[str, int]) -> str:
    candidates = [
        other for other in bit if other != node_id and other != _EXIT and on_every_path[node_id] & bit[other]
    ]
    return max(candidates, key=lambda other: on_every_path[other].bit_count(), default="")
