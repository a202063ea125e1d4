"""From a drawing and what somebody filled in to a scenario that can be simulated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, cast

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import NodeFigures
from chengshu.foundation.errors import InvalidInput, Words
from chengshu.hub.desk.outline import FOR_PEOPLE, SCOPES, Outline, Step
from chengshu.hub.desk.simulation import (
    ALWAYS,
    OFFICE,
    Duration,
    Flow,
    Hours,
    Limit,
    Node,
    Route,
    Scenario,
    Staff,
)
from chengshu.hub.desk.simulation.scenario import NodeKind

SHIFTS: Final[dict[str, tuple[Words, Hours]]] = {
    "office": (_("Office hours: weekdays 9–12 and 14–17"), OFFICE),
    "window": (_("Extended window: weekdays 9–20"), Hours.of(range(5), (9, 20))),
    "daily": (_("Every day 9–17, weekends too"), Hours.of(range(7), (9, 17))),
    "always": (_("Round the clock"), ALWAYS),
}
_CHOICES = ("exclusiveGateway", "eventBasedGateway", "inclusiveGateway", "complexGateway")
_DURATION = re.compile(r"^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$")
NOBODY = "anybody"
"""Stands for the role of tasks that anybody of the unit may do."""


@dataclass(frozen=True)
class Filled:
    """What the form of the simulation holds, as typed: name → text."""

    values: Mapping[str, str]

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, default).strip() or default

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """
        :raises InvalidInput: if it is not a number between the bounds
        """
        text = self.text(name, str(default))
        try:
            value = float(Decimal(text))
        except InvalidOperation:
            value = float("nan")
        if not least <= value <= most:
            raise InvalidInput(
                _("“%(text)s” is not a number between %(least)s and %(most)s.")
                % {"text": text, "least": f"{least:g}", "most": f"{most:g}"},
                field=name,
                hint=_("Write digits, with a point for a fraction."),
            )
        return value


def roles_of(drawn: Outline) -> tuple[str, ...]:
    """The roles that the people's tasks of a drawing go to, in the order of the steps."""
    return tuple(dict.fromkeys(step.role or NOBODY for step in people_steps(drawn)))


def people_steps(drawn: Outline) -> tuple[Step, ...]:
    return tuple(step for step in drawn.steps if step.tag in FOR_PEOPLE)


def choices_of(drawn: Outline) -> dict[str, list[str]]:
    """The ways out of each branching, by the key of its node: keys of flows."""
    found = {
        step.key: [w.key for w in drawn.ways if w.source == step.key]
        for step in drawn.steps
        if step.tag in _CHOICES
    }
    return {key: ways for key, ways in found.items() if len(ways) > 1}


def usual_shares(drawn: Outline, history: Iterable[NodeFigures]) -> dict[str, float]:
    """For each way out of a branching its share in per cent: from history where steps follow, otherwise even."""
    entered = {figures.node: figures.entered for figures in history}
    shares: dict[str, float] = {}
    for ways in choices_of(drawn).values():
        counts = {key: entered.get(_target(drawn, key), 0) for key in ways}
        total = sum(counts.values())
        for key in ways:
            shares[key] = (
                round(100 * counts[key] / total) if total and all(counts.values()) else round(100 / len(ways))
            )
    return shares


def _target(drawn: Outline, way: str) -> str:
    return next(one.target for one in drawn.ways if one.key == way)


def scenario_of(drawn: Outline, filled: Filled) -> Scenario:
    """
    :raises InvalidInput: a number is missing or out of bounds, named by its field
    """
    return Scenario(
        route=route_of(drawn, filled),
        staff=tuple(_staff(role, filled) for role in roles_of(drawn)),
        arrivals_per_day=filled.number("arrivals", 5, least=0.1, most=5000),
        arrival_hours=_hours(filled, "arrival_hours"),
        days=int(filled.number("days", 90, least=7, most=730)),
        warm_up_days=int(filled.number("warm_up", 14, least=0, most=365)),
        seed=int(filled.number("seed", 1, least=0, most=1_000_000)),
    )


def _staff(role: str, filled: Filled) -> Staff:
    people = int(filled.number(f"people_{role}", 2, least=1, most=1000))
    return Staff(role, people, _hours(filled, f"hours_{role}"))


def _hours(filled: Filled, name: str) -> Hours:
    return SHIFTS.get(filled.text(name, "office"), SHIFTS["office"])[1]


def route_of(drawn: Outline, filled: Filled) -> Route:
    """The graph with durations and shares; a sub-process is entered at its start and left at its ends."""
    nodes = [_node(step, drawn, filled) for step in drawn.steps]
    flows: list[Flow] = []
    for step in drawn.steps:
        if step.tag in SCOPES:
            nodes.append(Node(_left(step.key), step.name, "pass"))
            flows += _inside(step, drawn)
    flows += [_flow(way.key, way.source, way.target, drawn, filled) for way in drawn.ways]
    reached = _reached(nodes, flows)
    return Route(
        tuple(node for node in nodes if node.key in reached),
        tuple(flow for flow in flows if flow.source in reached),
    )


def _left(scope: str) -> str:
    return f"{scope}#left"


def _inside(scope: Step, drawn: Outline) -> list[Flow]:
    inner = [step for step in drawn.steps if step.scope == scope.key]
    starts = [Flow(scope.key, step.key) for step in inner if step.tag == "startEvent"]
    ends = [Flow(step.key, _left(scope.key)) for step in inner if step.tag == "endEvent"]
    return starts + ends or [Flow(scope.key, _left(scope.key))]


def _flow(key: str, source: str, target: str, drawn: Outline, filled: Filled) -> Flow:
    step = drawn.step(source)
    leaves = _left(source) if step is not None and step.tag in SCOPES else source
    share = filled.number(f"share_{key}", 50, least=0, most=100) if step and step.tag in _CHOICES else 1.0
    return Flow(leaves, target, share)


def _node(step: Step, drawn: Outline, filled: Filled) -> Node:
    kind = _kind(step, drawn)
    duration = Duration(0.0)
    if kind == "task":
        law = cast(Literal["exponential", "fixed", "uniform"], filled.text("law", "exponential"))
        law = law if law in ("exponential", "fixed", "uniform") else "exponential"
        duration = Duration(filled.number(f"work_{step.key}", 1, least=0.01, most=1000), law)
    elif kind == "wait":
        duration = Duration(_hours_in(step.timer), "fixed")
    limit = Limit(step.limit[0], cast(Literal["wd", "d", "h"], step.limit[1])) if step.limit else None
    return Node(step.key, step.name, kind, step.role or NOBODY, duration, limit, step.members)


def _kind(step: Step, drawn: Outline) -> NodeKind:
    incoming = sum(way.target == step.key for way in drawn.ways)
    if step.tag in FOR_PEOPLE:
        return "task"
    if step.tag == "startEvent":
        return "start" if not step.scope else "pass"
    if step.tag == "endEvent":
        return "end"
    if step.tag in _CHOICES:
        return "choice"
    if step.tag == "parallelGateway":
        return "join" if incoming > 1 else "split"
    return "wait" if step.timer and step.tag == "intermediateCatchEvent" else "pass"


def _hours_in(duration: str) -> float:
    """Hours of an ISO 8601 duration of days, hours and minutes; 24 for one that is computed."""
    match = _DURATION.fullmatch(duration)
    if match is None:
        return 24.0
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return days * 24 + hours + minutes / 60


def _reached(nodes: list[Node], flows: list[Flow]) -> set[str]:
    """What a case can come to: boundary events and event sub-processes are not simulated."""
    start = next((node.key for node in nodes if node.kind == "start"), "")
    if not start:
        raise InvalidInput(
            _("The process has no start."), field="days", hint=_("Draw a start event and a flow from it.")
        )
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        for flow in flows:
            if flow.source == here and flow.target not in seen:
                seen.add(flow.target)
                ahead.append(flow.target)
    return seen
