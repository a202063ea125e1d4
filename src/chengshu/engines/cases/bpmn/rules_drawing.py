"""Lint rules about how a model reads: names, size, and the diagram."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import Document, Element
from chengshu.engines.cases.bpmn.graph import is_event_subprocess
from chengshu.engines.cases.bpmn.metamodel import ACTIVITIES, described, is_a, title_of
from chengshu.engines.cases.bpmn.rules import Check, Rule, Subject
from chengshu.engines.cases.bpmn.rules_flow import DECIDING
from chengshu.engines.cases.data import Finding

NO_ID = Rule("bpmn.no_id", "error", _("Every step and every flow has an id."))
ID_TOO_LONG = Rule("bpmn.id_too_long", "error", _("An id has at most 200 characters."))
UNNAMED = Rule("bpmn.unnamed", "warning", _("Every activity has a name."))
DUPLICATE_NAME = Rule(
    "bpmn.duplicate_name", "warning", _("Two activities of a process have different names.")
)
UNLABELLED_FLOW = Rule(
    "bpmn.unlabelled_flow", "warning", _("A flow out of a deciding gateway says when it is taken.")
)
TOO_LARGE = Rule("bpmn.too_many_nodes", "warning", _("A process fits on a page."))
NO_DIAGRAM = Rule("bpmn.no_diagram", "warning", _("A model has a diagram."))
NOT_DRAWN = Rule("bpmn.not_drawn", "warning", _("Every step and every flow is drawn."))
STRAY_SHAPE = Rule("bpmn.stray_shape", "warning", _("The diagram draws only what the model has."))
OVERLAP = Rule("bpmn.overlap", "warning", _("Steps do not cover each other in the diagram."))

MOST_NODES: Final = 60
"""Above this size a diagram is no longer read; the seven process modelling guidelines say 50, which the
correction loops of an approval easily pass."""


LONGEST_ID: Final = 200
MOST_CHECKED: Final = 1_000
"""Nodes of a whole model. Above it the rules would take longer than anybody waits, and nobody could review it."""


def beyond_checking(subject: Subject) -> Iterator[Finding]:
    """The error about a model that is too large to be examined; such a one is neither played through nor measured."""
    count = sum(len(graph.nodes) for graph in subject.graphs)
    if count > MOST_CHECKED:
        message = _("The model has %(count)s steps; %(most)s can be examined.") % {
            "count": count,
            "most": MOST_CHECKED,
        }
        hint = _("Move parts into processes of their own and call them.")
        largest = max(subject.graphs, key=lambda graph: len(graph.nodes)).container
        yield replace(TOO_LARGE, severity="error").broken_at(largest, message, hint)


def identifiers(subject: Subject) -> Iterator[Finding]:
    pools = subject.document.all_of("bpmn:participant")
    inside = [
        child
        for container in subject.containers
        for child in container.children
        if is_a(child, "flowElement")
    ]
    for element in (*subject.document.processes, *pools, *inside):
        if not element.id:
            message = _("%(element)s has no id.") % {"element": described(element)}
            yield NO_ID.broken_at(element, message, _("Save the model again in an editor; it gives the id."))
        elif len(element.id) > LONGEST_ID:
            message = _("The id of %(element)s has %(count)s characters; %(most)s are possible.") % {
                "element": " ".join(element.name.split())[:100] or str(title_of(element.kind)),
                "count": len(element.id),
                "most": LONGEST_ID,
            }
            yield ID_TOO_LONG.broken_at(element, message, _("Give it a shorter id."))


def names(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        seen: set[str] = set()
        for node in graph.nodes.values():
            name = " ".join(node.name.split())
            if node.kind not in ACTIVITIES:
                continue
            if not name and not is_event_subprocess(node):
                message = _("%(node)s has no name.") % {"node": described(node)}
                yield UNNAMED.broken_at(
                    node, message, _("Name it by a verb and its object: “Review the application”.")
                )
            if name and name in seen:
                message = _("Two activities are named “%(name)s”.") % {"name": name}
                yield DUPLICATE_NAME.broken_at(node, message, _("Say how they differ."))
            seen.add(name)


def labels(subject: Subject) -> Iterator[Finding]:
    for graph, node in subject.nodes(*DECIDING):
        if not graph.is_split(node):
            continue
        for flow in graph.outgoing[node.id]:
            if not flow.name.strip() and flow.id != graph.default_of(node):
                message = _("%(flow)s out of %(node)s has no label.") % {
                    "flow": described(flow),
                    "node": described(node),
                }
                yield UNLABELLED_FLOW.broken_at(
                    flow, message, _("Label it with the answer that leads along it.")
                )


def size(subject: Subject) -> Iterator[Finding]:
    for graph in subject.graphs:
        if len(graph.nodes) > MOST_NODES:
            message = _("%(container)s has %(count)s steps on one level.") % {
                "container": described(graph.container),
                "count": len(graph.nodes),
            }
            yield TOO_LARGE.broken_at(
                graph.container, message, _("Put parts that belong together into sub-processes.")
            )


def drawing(subject: Subject) -> Iterator[Finding]:
    document = subject.document
    if not any(graph.nodes for graph in subject.graphs):
        return
    if not document.drawn:
        nothing = _("The model has no diagram.")
        yield NO_DIAGRAM.broken_at(document.root, nothing, _("It can be laid out automatically."))
        return
    for container in subject.containers:
        for child in container.children:
            visible = is_a(child, "flowNode") or child.kind == "sequenceFlow"
            if visible and child.id and child.id not in document.drawn:
                message = _("%(element)s is not drawn.") % {"element": described(child)}
                yield NOT_DRAWN.broken_at(child, message, _("Have the model laid out anew."))


@dataclass(frozen=True, slots=True)
class Box:
    """Where a shape lies, in diagram units."""

    x: float
    y: float
    width: float
    height: float

    def covers(self, other: Box) -> bool:
        """Whether the two have more in common than a border."""
        beside = self.x + self.width <= other.x or other.x + other.width <= self.x
        above = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not (beside or above)


def box_of(document: Document, identifier: str) -> Box | None:
    """The bounds of the element's shape; None when it is not drawn, or not readably."""
    shape = document.shape_of(identifier)
    bounds = shape.first("dc:Bounds") if shape is not None else None
    if bounds is None:
        return None
    try:
        return Box(*(float(bounds.get(name)) for name in ("x", "y", "width", "height")))
    except ValueError:
        return None


def overlaps(subject: Subject) -> Iterator[Finding]:
    """Steps of one level whose shapes cover each other, found from left to right."""
    for graph in subject.graphs:
        drawn = [(node, box_of(subject.document, node.id)) for node in graph.nodes.values()]
        boxes = [(node, box) for node, box in drawn if box is not None and node.kind != "boundaryEvent"]
        beside: list[tuple[Element, Box]] = []
        for node, box in sorted(boxes, key=lambda entry: entry[1].x):
            beside = [(other, its) for other, its in beside if its.x + its.width > box.x]
            other = next(
                (other for other, its in beside if box.covers(its) and _same_plane(subject, node, other)),
                None,
            )
            if other is not None:
                message = _("%(node)s covers %(other)s in the diagram.") % {
                    "node": described(node),
                    "other": described(other),
                }
                yield OVERLAP.broken_at(node, message, _("Move one of the two."))
            beside.append((node, box))


def _same_plane(subject: Subject, one: Element, other: Element) -> bool:
    shapes = (subject.document.shape_of(element.id) for element in (one, other))
    planes = {id(shape.parent) if shape is not None else 0 for shape in shapes}
    return len(planes) == 1


def stray_shapes(subject: Subject) -> Iterator[Finding]:
    for identifier, shape in subject.document.drawn.items():
        if subject.document.element(identifier) is None:
            message = _("The diagram draws “%(id)s”, which the model does not have.") % {"id": identifier}
            hint = _("Delete it from the diagram, or have the model laid out anew.")
            yield STRAY_SHAPE.broken_at(shape, message, hint)


CHECKS: tuple[Check, ...] = (identifiers, names, labels, size, drawing, overlaps, stray_shapes)
