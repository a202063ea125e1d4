"""Where the nodes of a flow go on a grid: columns from left to right along the flow, rows without collisions.

Pure numbers: it knows neither sizes nor XML. The method is the usual layered one: loops are cut, nodes ranked by their
longest way from a beginning, long edges get places of their own in the columns they pass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

Edge = tuple[str, str]


@dataclass
class Grid:
    """The outcome.

    :param column: of each node
    :param row: of each node
    :param passes: of each edge that goes forward over more than one column, its row in every column between
    :param back: edges that go against the flow
    """

    column: dict[str, int] = field(default_factory=dict)
    row: dict[str, int] = field(default_factory=dict)
    passes: dict[Edge, list[int]] = field(default_factory=dict)
    back: set[Edge] = field(default_factory=set)
    bands: list[tuple[int, int]] = field(default_factory=list)
    """First and last row of each band."""

    @property
    def columns(self) -> int:
        return max(self.column.values(), default=-1) + 1

    @property
    def rows(self) -> int:
        return self.bands[-1][1] + 1 if self.bands else 0


def place(
    nodes: Sequence[str], edges: Iterable[Edge], starts: Iterable[str], bands: Mapping[str, int]
) -> Grid:
    """Give every node a column and a row.

    :param nodes: in the order in which they are to be preferred
    :param starts: nodes that belong into the first column
    :param bands: of nodes that must keep to a lane, the lane's number from the top; 0 for all others
    """
    forward, back = _without_loops(nodes, list(dict.fromkeys(edges)), starts)
    column = _ranks(nodes, forward)
    grid = Grid(column=column, back=back)
    _Rows(grid, nodes, forward, bands).fill()
    return grid


def _without_loops(
    nodes: Sequence[str], edges: list[Edge], starts: Iterable[str]
) -> tuple[list[Edge], set[Edge]]:
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        following[source].append(target)
    back: set[Edge] = set()
    done: set[str] = set()
    for first in (*starts, *nodes):
        if first not in done:
            _mark_back_edges(first, following, done, back)
    return [edge for edge in edges if edge not in back], back


def _mark_back_edges(first: str, following: Mapping[str, list[str]], done: set[str], back: set[Edge]) -> None:
    """Depth first, without recursion, since a long process would exhaust the stack."""
    on_way = {first}
    done.add(first)
    stack = [(first, iter(following.get(first, ())))]
    while stack:
        node, targets = stack[-1]
        for target in targets:
            if target in on_way:
                back.add((node, target))
            elif target not in done:
                done.add(target)
                on_way.add(target)
                stack.append((target, iter(following.get(target, ()))))
                break
        else:
            on_way.discard(node)
            stack.pop()


def _ranks(nodes: Sequence[str], forward: list[Edge]) -> dict[str, int]:
    """The longest way to each node, in edges."""
    missing = dict.fromkeys(nodes, 0)
    following: dict[str, list[str]] = defaultdict(list)
    for source, target in forward:
        following[source].append(target)
        missing[target] += 1
    rank = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not missing[node]]
    while ready:
        node = ready.pop()
        for target in following[node]:
            rank[target] = max(rank[target], rank[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    return rank


class _Rows:
    """Column by column: each node as near as possible to the rows it is reached from, within its band."""

    def __init__(
        self, grid: Grid, nodes: Sequence[str], forward: list[Edge], bands: Mapping[str, int]
    ) -> None:
        self.grid = grid
        self.bands = bands
        self.taken: set[tuple[int, int]] = set()
        self.before: dict[str, list[str]] = defaultdict(list)
        for source, target in forward:
            self.before[target].append(source)
        self.inside: list[list[str]] = [[] for _column in range(grid.columns)]
        for node in nodes:
            self.inside[grid.column[node]].append(node)
        self.passing: list[list[Edge]] = [[] for _column in range(grid.columns)]
        for edge in forward:
            for column in range(grid.column[edge[0]] + 1, grid.column[edge[1]]):
                self.passing[column].append(edge)
        crowd = (len(here) + len(through) for here, through in zip(self.inside, self.passing, strict=True))
        self.height = max(crowd, default=0) + 1
        """Rows of a band: enough for whatever may come to stand in one of its columns."""

    def fill(self) -> None:
        for column, nodes in enumerate(self.inside):
            wishes = {node: self._wish(node) for node in nodes}
            for node in sorted(nodes, key=wishes.__getitem__):
                self.grid.row[node] = self._take(column, wishes[node], self.bands.get(node, 0))
            for edge in self.passing[column]:
                rows = self.grid.passes.setdefault(edge, [])
                wish = rows[-1] if rows else self.grid.row[edge[0]]
                rows.append(self._take(column, wish, wish // self.height))
        self._close_gaps()

    def _wish(self, node: str) -> int:
        """The middle one of the rows it is reached from, brought into its band."""
        lowest = self.bands.get(node, 0) * self.height
        rows = sorted(self.grid.row[source] for source in self.before[node])
        wished = rows[(len(rows) - 1) // 2] if rows else lowest
        return min(max(wished, lowest), lowest + self.height - 1)

    def _take(self, column: int, wish: int, band: int) -> int:
        """The free row of the band that is nearest to the wish, the lower of two."""
        rows = range(band * self.height, (band + 1) * self.height)
        free = [row for row in rows if (column, row) not in self.taken]
        row = min(free, key=lambda row: (abs(row - wish), -row))
        self.taken.add((column, row))
        return row

    def _close_gaps(self) -> None:
        """Number the rows anew without those that stayed empty; a band keeps one row at least."""
        grid = self.grid
        count = max(self.bands.values(), default=0) + 1
        used = {*grid.row.values(), *(row for rows in grid.passes.values() for row in rows)}
        spans = [range(band * self.height, (band + 1) * self.height) for band in range(count)]
        used.update(span[0] for span in spans if used.isdisjoint(span))
        new = {row: number for number, row in enumerate(sorted(used))}
        grid.row = {node: new[row] for node, row in grid.row.items()}
        grid.passes = {edge: [new[row] for row in rows] for edge, rows in grid.passes.items()}
        kept = [[new[row] for row in span if row in new] for span in spans]
        grid.bands = [(rows[0], rows[-1]) for rows in kept]
