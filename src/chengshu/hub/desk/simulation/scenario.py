"""What is simulated: a route of steps, the people who work on it, how cases arrive, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from chengshu.hub.desk.simulation.hours import OFFICE, Hours

Law = Literal["exponential", "fixed", "uniform"]
"""Exponential: most are short, some long. Uniform: between half and one and a half of the mean."""
NodeKind = Literal["start", "end", "task", "choice", "split", "join", "wait", "pass"]


@dataclass(frozen=True)
class Duration:
    """How long one piece of work takes, in working hours."""

    mean_h: float
    law: Law = "exponential"

    def drawn(self, random: Random) -> float:
        if self.law == "exponential":
            return random.expovariate(1.0 / self.mean_h) if self.mean_h > 0 else 0.0
        if self.law == "uniform":
            return random.uniform(0.5, 1.5) * self.mean_h
        return self.mean_h


@dataclass(frozen=True)
class Limit:
    """The time limit of a step; ``unit``: ``wd`` working days, ``d`` natural days, ``h`` hours."""

    amount: int
    unit: Literal["wd", "d", "h"] = "wd"

    def due(self, at: float, hours: Hours) -> float:
        if self.unit == "wd":
            return hours.end_of_working_day(at, self.amount)
        return at + self.amount * (24.0 if self.unit == "d" else 1.0)


@dataclass(frozen=True)
class Node:
    """A place of the route.

    :param role: who works on a task
    :param duration: of a task's work, in working hours; of a ``wait`` in hours by the clock
    :param members: how many people get a task at once (a countersign); the case goes on when all are done
    """

    key: str
    name: str
    kind: NodeKind
    role: str = ""
    duration: Duration = Duration(1.0)
    limit: Limit | None = None
    members: int = 1


@dataclass(frozen=True)
class Flow:
    """A way from node to node; ``share`` is its weight among the ways out of a choice."""

    source: str
    target: str
    share: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Route:
    nodes: tuple[Node, ...]
    flows: tuple[Flow, ...]

    @property
    def start(self) -> Node:
        return next(node for node in self.nodes if node.kind == "start")

    @property
    def tasks(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.kind == "task")


@dataclass(frozen=True)
class Staff:
    """The people of a role who work on this process."""

    role: str
    people: int
    hours: Hours = OFFICE


@dataclass(frozen=True)
class Scenario:
    """One simulation.

    :param arrivals_per_day: mean number of new cases on a day on which cases arrive
    :param arrival_hours: when cases arrive
    :param days: simulated calendar days after the warm-up
    :param warm_up_days: days before the count begins, so that the queues are not empty
    :param seed: the same seed gives the same result
    """

    route: Route
    staff: tuple[Staff, ...]
    arrivals_per_day: float
    arrival_hours: Hours = OFFICE
    days: int = 90
    warm_up_days: int = 14
    seed: int = 1
    notes: tuple[str, ...] = field(default=())
