"""Draws models that have no diagram: adds the diagram interchange that editors and our pages show.

Left to right, sub-processes opened, boundary events on the lower border, flows with right angles between rows and
columns so that none runs through a step. An existing diagram is replaced; the model itself is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from chengshu.engines.cases.bpmn.document import Document, Element, element, local_name
from chengshu.engines.cases.bpmn.graph import Graph, ends
from chengshu.engines.cases.bpmn.layers import Grid, place
from chengshu.engines.cases.bpmn.metamodel import DRAWN_CONTAINERS, EVENTS, GATEWAYS, SUB_PROCESSES, is_a

Point = tuple[int, int]

EVENT: Final = (36, 36)
GATEWAY: Final = (50, 50)
TASK: Final = (100, 80)
DATA: Final = (50, 60)
NOTE: Final = (140, 50)
COLUMN_GAP: Final = 60
ROW_GAP: Final = 50
PADDING: Final = 40
POOL_LABEL: Final = 30
POOL_GAP: Final = 60
EMPTY_POOL: Final = (600, 60)
BESIDE: Final = 44
"""Distance of boundary events on the same border."""


@dataclass
class Box:
    """Where a shape goes, from the upper left corner of what it is in."""

    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> Point:
        return self.x + self.width // 2, self.y + self.height // 2

    def moved(self, by: Point) -> Box:
        return Box(self.x + by[0], self.y + by[1], self.width, self.height)


@dataclass
class Picture:
    """Shapes and edges of one container, with its size."""

    boxes: dict[str, Box] = field(default_factory=dict)
    edges: dict[str, list[Point]] = field(default_factory=dict)
    width: int = 0
    height: int = 0

    def include(self, inner: Picture, by: Point) -> None:
        self.boxes.update({identifier: box.moved(by) for identifier, box in inner.boxes.items()})
        for identifier, points in inner.edges.items():
            self.edges[identifier] = [(x + by[0], y + by[1]) for x, y in points]


def lay_out(document: Document) -> Document:
    """A copy of the document with a diagram of its own making, and no other."""
    drawn = document.copy()
    for diagram in drawn.diagrams:
        drawn.root.remove(diagram)
    shown: set[str] = set()
    for collaboration in drawn.root.all("bpmn:collaboration"):
        picture = _collaboration(drawn, collaboration)
        shown.update(local_name(pool.get("processRef")) for pool in collaboration.all("bpmn:participant"))
        _add_diagram(drawn, collaboration, picture)
    for container in drawn.root.children:
        if container.kind in DRAWN_CONTAINERS and container.id not in shown:
            picture = Picture()
            picture.include(_container(drawn, container), (2 * PADDING, PADDING))
            _add_diagram(drawn, container, picture)
    drawn.index()
    return drawn


def _collaboration(document: Document, collaboration: Element) -> Picture:
    """Pools one below the other, as wide as the widest."""
    picture = Picture()
    y = 0
    for pool in collaboration.all("bpmn:participant"):
        process = document.referred(pool, "processRef")
        inner = _container(document, process) if process is not None and process.kind == "process" else None
        width, height = (
            (inner.width + 2 * PADDING, inner.height + 2 * PADDING) if inner is not None else EMPTY_POOL
        )
        picture.boxes[pool.id] = Box(PADDING, y + PADDING, width + POOL_LABEL, height)
        if inner is not None:
            picture.include(inner, (2 * PADDING + POOL_LABEL, y + 2 * PADDING))
        y += height + POOL_GAP
    widest = max((box.width for box in picture.boxes.values()), default=EMPTY_POOL[0])
    for pool in collaboration.all("bpmn:participant"):
        picture.boxes[pool.id].width = max(picture.boxes[pool.id].width, widest)
    conversations = [child for child in collaboration.children if is_a(child, "conversationNode")]
    _strip(picture, conversations, y + PADDING)
    for link in collaboration.all("bpmn:messageFlow", "bpmn:conversationLink", "bpmn:association"):
        _straight(picture, link, link.get("sourceRef"), link.get("targetRef"))
    return picture


def _container(document: Document, container: Element) -> Picture:
    """The inside of a process, sub-process or choreography."""
    graph = Graph(document, container)
    inner = {node.id: _container(document, node) for node in graph.nodes.values() if _is_opened(node)}
    sizes = {node.id: _size(node, inner.get(node.id)) for node in graph.nodes.values()}
    picture = _Drawing(graph, sizes).picture()
    for identifier, inside in inner.items():
        box = picture.boxes[identifier]
        picture.include(inside, (box.x + PADDING, box.y + PADDING))
    extras = [
        child for child in container.children if child.id and child.id not in graph.nodes and _is_extra(child)
    ]
    _strip(picture, extras, picture.height + ROW_GAP)
    for connection in container.all("bpmn:association"):
        _straight(picture, connection, connection.get("sourceRef"), connection.get("targetRef"))
    for node in graph.nodes.values():
        for connection in node.all("bpmn:dataInputAssociation", "bpmn:dataOutputAssociation"):
            _data_edge(picture, node, connection)
    return picture


def _is_opened(node: Element) -> bool:
    return node.kind in SUB_PROCESSES | {"subChoreography"} and any(
        is_a(child, "flowNode") for child in node.children
    )


def _is_extra(child: Element) -> bool:
    return child.kind in ("dataObjectReference", "dataStoreReference", "textAnnotation")


def _size(node: Element, inner: Picture | None) -> Point:
    if node.kind in EVENTS:
        return EVENT
    if node.kind in GATEWAYS:
        return GATEWAY
    return (inner.width + 2 * PADDING, inner.height + 2 * PADDING) if inner is not None else TASK


class _Drawing:
    """One container's flow, from grid to coordinates."""

    def __init__(self, graph: Graph, sizes: dict[str, Point]) -> None:
        self.graph = graph
        self.sizes = sizes
        self.hosts = {
            event.id: host for host, events in graph.boundaries.items() for event in events if host in sizes
        }
        self.nodes = [identifier for identifier in graph.nodes if identifier not in self.hosts]
        flows = [flow for flows in graph.outgoing.values() for flow in flows]
        self.lanes = _leaf_lanes(graph.container)
        self.bands = _bands(self.lanes)
        self.flows = {flow.id: ends(flow) for flow in flows if flow.id}
        self.grid = self._grid()
        self.lefts, self.widths = self._columns()
        self.tops, self.heights = self._rows()

    def picture(self) -> Picture:
        picture = Picture()
        for node in self.nodes:
            width, height = self.sizes[node]
            column, row = self.grid.column[node], self.grid.row[node]
            x = self.lefts[column] + (self.widths[column] - width) // 2
            y = self.tops[row] + (self.heights[row] - height) // 2
            picture.boxes[node] = Box(x, y, width, height)
        for host, events in self.graph.boundaries.items():
            for number, event in enumerate(events):
                if host in picture.boxes:
                    picture.boxes[event.id] = self._on_border(picture.boxes[host], number)
        for flow, (source, target) in self.flows.items():
            picture.edges[flow] = self._way(picture, source, target)
        picture.width = self.lefts[-1] - COLUMN_GAP if self.nodes else TASK[0]
        picture.height = self.tops[-1] - ROW_GAP if self.nodes else TASK[1]
        if self.nodes and self.lanes:
            self._add_lanes(picture)
        return picture

    def _add_lanes(self, picture: Picture) -> None:
        """Bands over the whole width; a lane that is divided spans its parts."""
        for lane, (first, last) in zip(self.lanes, self.grid.bands, strict=False):
            top, bottom = self.tops[first] - ROW_GAP // 2, self._below(last)
            picture.boxes[lane.id] = Box(-PADDING, top, picture.width + 2 * PADDING, bottom - top)
            for around in (outer for outer in lane.ancestors() if outer.kind == "lane"):
                box = picture.boxes.setdefault(
                    around.id, Box(-2 * PADDING, top, picture.width + 3 * PADDING, 0)
                )
                box.height = bottom - box.y

    def _grid(self) -> Grid:
        host = self.hosts
        edges = [(host.get(source, source), target) for source, target in self.flows.values()]
        edges += [(node, target) for node, targets in self.graph.link_targets.items() for target in targets]
        starts = [node.id for node in self.graph.starts()]
        proper = [edge for edge in edges if edge[0] != edge[1]]
        return place(
            self.nodes,
            proper,
            starts,
            {node: band for node, band in self.bands.items() if node in self.nodes},
        )

    def _columns(self) -> tuple[list[int], list[int]]:
        widths = [0] * self.grid.columns
        for node in self.nodes:
            column = self.grid.column[node]
            widths[column] = max(widths[column], self.sizes[node][0])
        return _running(widths, COLUMN_GAP), widths

    def _rows(self) -> tuple[list[int], list[int]]:
        heights = [EVENT[1]] * self.grid.rows
        for node in self.nodes:
            row = self.grid.row[node]
            heights[row] = max(heights[row], self.sizes[node][1])
        return _running(heights, ROW_GAP), heights

    def _on_border(self, host: Box, number: int) -> Box:
        width, height = EVENT
        x = host.x + host.width - 10 - width - number * BESIDE
        return Box(max(x, host.x - width // 2), host.y + host.height - height // 2, width, height)

    def _way(self, picture: Picture, source: str, target: str) -> list[Point]:
        start, end = picture.boxes[source], picture.boxes[target]
        arrival = (end.x, end.middle[1])
        channel = self._before(self.grid.column[target], target)
        if source in self.hosts:
            below = self._below(self.grid.row[self.hosts[source]])
            down = (start.middle[0], start.y + start.height)
            return _bends(down, (down[0], below), (channel, below), (channel, arrival[1]), arrival)
        leaving = (start.x + start.width, start.middle[1])
        if (source, target) in self.grid.back or source == target:
            aside = self._right_of(self.grid.column[source])
            below = self._below(self.grid.row[source]) - 8  # beside a lane's border, not on it
            around = ((aside, leaving[1]), (aside, below), (channel, below), (channel, arrival[1]))
            return _bends(leaving, *around, arrival)
        points = [leaving]
        for offset, row in enumerate(self.grid.passes.get((source, target), ()), start=1):
            column = self.grid.column[source] + offset
            y = self.tops[row] + self.heights[row] // 2
            before = self._before(column, target)
            points += [(before, points[-1][1]), (before, y)]
        points += [(channel, points[-1][1]), (channel, arrival[1]), arrival]
        return _bends(*points)

    def _before(self, column: int, target: str) -> int:
        """Where flows towards the target turn in the gap before a column: each target has its own line there."""
        rivals = [node for node in self.nodes if self.grid.column[node] == self.grid.column[target]]
        step = min(8, COLUMN_GAP // 2 // len(rivals))
        return self.lefts[column] - COLUMN_GAP // 2 + (rivals.index(target) - len(rivals) // 2) * step

    def _right_of(self, column: int) -> int:
        return self.lefts[column] + self.widths[column] + COLUMN_GAP // 2

    def _below(self, row: int) -> int:
        """The middle of the gap under a row, which is free of steps."""
        return self.tops[row] + self.heights[row] + ROW_GAP // 2


def _leaf_lanes(container: Element) -> list[Element]:
    """The lanes that are not divided further, from the top; only those of the first lane set."""
    lane_set = container.first("bpmn:laneSet")
    lanes = (
        [found for found in lane_set.walk() if found.kind == "lane" and found.id]
        if lane_set is not None
        else []
    )
    return [lane for lane in lanes if lane.first("bpmn:childLaneSet") is None]


def _bands(lanes: list[Element]) -> dict[str, int]:
    """The number of the lane that each node is in."""
    return {
        local_name(ref.value): band for band, lane in enumerate(lanes) for ref in lane.all("bpmn:flowNodeRef")
    }


def _running(lengths: list[int], gap: int) -> list[int]:
    """Where each of the lengths begins when laid out one after the other, and at last where the next would."""
    positions = [0]
    for length in lengths:
        positions.append(positions[-1] + length + gap)
    return positions


def _bends(*points: Point) -> list[Point]:
    """The points without those that lie on the straight line between their neighbours."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (
            kept[-2][0] == kept[-1][0] == point[0] or kept[-2][1] == kept[-1][1] == point[1]
        ):
            kept.pop()
        kept.append(point)
    return kept


def _strip(picture: Picture, elements: Iterable[Element], y: int) -> None:
    """Things outside the flow in one row at the height y."""
    x = 0
    for extra in elements:
        width, height = NOTE if extra.kind == "textAnnotation" else DATA
        picture.boxes[extra.id] = Box(x, y, width, height)
        x += width + COLUMN_GAP
        picture.width = max(picture.width, x - COLUMN_GAP)
        picture.height = max(picture.height, y + height)


def _data_edge(picture: Picture, node: Element, connection: Element) -> None:
    inward = connection.kind == "dataInputAssociation"
    end = connection.first("bpmn:sourceRef" if inward else "bpmn:targetRef")
    if end is not None:
        _straight(picture, connection, *((end.value, node.id) if inward else (node.id, end.value)))


def _straight(picture: Picture, connection: Element, source: str, target: str) -> None:
    start, end = picture.boxes.get(local_name(source)), picture.boxes.get(local_name(target))
    if start is not None and end is not None and connection.id:
        picture.edges[connection.id] = [_border(start, end.middle), _border(end, start.middle)]


def _border(box: Box, towards: Point) -> Point:
    """The middle of the upper or lower border, whichever is nearer to the other end."""
    x, y = box.middle
    return x, box.y if towards[1] < y else box.y + box.height


def _add_diagram(document: Document, owner: Element, picture: Picture) -> None:
    diagram = document.root.append(
        element("bpmndi:BPMNDiagram", id=_free_id(document, f"{owner.id}_diagram"))
    )
    plane = diagram.append(
        element("bpmndi:BPMNPlane", id=_free_id(document, f"{owner.id}_plane"), bpmnElement=owner.id)
    )
    for identifier, box in picture.boxes.items():
        if identifier not in document.by_id:
            continue  # What has no id cannot be referred to, and so not be drawn.
        shape = plane.append(
            element("bpmndi:BPMNShape", id=_free_id(document, f"{identifier}_di"), bpmnElement=identifier)
        )
        drawn = document.by_id[identifier]
        if drawn.kind in SUB_PROCESSES:
            shape.set("isExpanded", "true" if _is_opened(drawn) else "false")
        if drawn.kind == "participant":
            shape.set("isHorizontal", "true")
        if drawn.kind == "exclusiveGateway":
            shape.set("isMarkerVisible", "true")
        size = {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
        shape.append(element("dc:Bounds", **{name: str(value) for name, value in size.items()}))
    for identifier, points in picture.edges.items():
        edge = plane.append(
            element("bpmndi:BPMNEdge", id=_free_id(document, f"{identifier}_di"), bpmnElement=identifier)
        )
        for x, y in points:
            edge.append(element("di:waypoint", x=str(x), y=str(y)))


def _free_id(document: Document, wished: str) -> str:
    identifier = wished
    while identifier in document.by_id:
        identifier += "_"
    return identifier
