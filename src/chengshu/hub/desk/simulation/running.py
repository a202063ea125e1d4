"""The discrete-event simulation: one heap of what happens next, one queue in order of arrival for each role."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidInput
from chengshu.hub.desk.simulation.figures import Figures, RoleFigures, StepFigures, mean, quantile
from chengshu.hub.desk.simulation.hours import DAY_H
from chengshu.hub.desk.simulation.scenario import Flow, Node, Scenario, Staff

LIMIT_EVENTS = 400_000
"""About four seconds of computing."""


@dataclass(eq=False, slots=True)
class _Case:
    arrived: float
    tokens: int
    waiting_at: dict[str, int] = field(default_factory=dict)


@dataclass(eq=False, slots=True)
class _Work:
    case: _Case
    node: Node
    arrived: float


@dataclass(eq=False, slots=True)
class _Queue:
    """The open work of one role and its average length over time."""

    staff: Staff
    free: int
    waiting: deque[_Work] = field(default_factory=deque)
    changed: float = 0.0
    area: float = 0.0
    worked_h: float = 0.0
    by_day: list[int] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Step:
    """What is counted for one step."""

    started: int = 0
    done: int = 0
    timed: int = 0
    overdue: int = 0
    queued: int = 0
    longest: int = 0
    changed: float = 0.0
    area: float = 0.0
    waits: list[float] = field(default_factory=list)


def simulate(scenario: Scenario, *, limit_events: int = LIMIT_EVENTS) -> Figures:
    """Run a scenario to its end.

    :raises InvalidInput: a task has nobody who could do it, or the run is larger than ``limit_events``
    """
    _check(scenario)
    return _Run(scenario, limit_events).figures()


def _check(scenario: Scenario) -> None:
    staffed = {staff.role for staff in scenario.staff if staff.people > 0 and staff.hours.per_week > 0}
    for node in scenario.route.tasks:
        if node.role not in staffed:
            raise InvalidInput(
                _("Nobody works on “%(step)s”: its role has no people or no working hours.")
                % {"step": node.name},
                field="people",
                hint=_("Give the role at least one person and one hour a week."),
            )


class _Run:
    def __init__(self, scenario: Scenario, limit_events: int) -> None:
        self.scenario = scenario
        self.limit_events = limit_events
        self.begin = scenario.warm_up_days * DAY_H
        self.end = self.begin + scenario.days * DAY_H
        self.nodes = {node.key: node for node in scenario.route.nodes}
        self.out: dict[str, list[Flow]] = {node.key: [] for node in scenario.route.nodes}
        self.expected = dict.fromkeys(self.nodes, 0)
        for flow in scenario.route.flows:
            self.out[flow.source].append(flow)
            self.expected[flow.target] += 1
        self.queues = {staff.role: _Queue(staff, staff.people) for staff in scenario.staff}
        self.steps = {node.key: _Step() for node in scenario.route.tasks}
        self.durations: list[float] = []
        self.arrived = self.open = 0
        self.heap: list[tuple[float, int, Callable[[float], None]]] = []
        self.order = count()
        self.arrivals, self.work, self.choices = (
            Random(f"{scenario.seed}:{name}")  # noqa: S311 - a simulation must be repeatable, not unguessable
            for name in ("arrivals", "work", "choices")
        )

    def figures(self) -> Figures:
        self._at(self._next_arrival(0.0), self._arrive)
        for day in range(self.scenario.warm_up_days, self.scenario.warm_up_days + self.scenario.days):
            self._at((day + 1) * DAY_H - 1e-6, self._sample)
        events = 0
        while self.heap and self.heap[0][0] <= self.end:
            moment, _order, happen = heappop(self.heap)
            happen(moment)
            events += 1
            if events > self.limit_events:
                raise _too_large()
        return self._summed_up()

    def _at(self, moment: float, happen: Callable[[float], None]) -> None:
        heappush(self.heap, (moment, next(self.order), happen))

    # arrivals

    def _next_arrival(self, now: float) -> float:
        hours = self.scenario.arrival_hours
        per_hour = self.scenario.arrivals_per_day * len(hours.days) / hours.per_week
        return hours.finishes(hours.opens(now), self.arrivals.expovariate(per_hour))

    def _arrive(self, now: float) -> None:
        self._at(self._next_arrival(now), self._arrive)
        case = _Case(now, tokens=1)
        self.arrived += now >= self.begin
        self.open += 1
        self._enter(case, self.scenario.route.start, now)

    # movement

    def _enter(self, case: _Case, node: Node, now: float) -> None:
        if node.kind == "task":
            self._hand_out(case, node, now)
        elif node.kind == "wait":
            self._at(now + node.duration.drawn(self.work), lambda at: self._leave(case, node, at))
        elif node.kind == "join" and not self._joined(case, node, self.expected[node.key]):
            case.tokens -= 1
        elif node.kind == "end" and not self.out[node.key]:
            self._end_token(case, now)
        else:
            self._leave(case, node, now)

    def _joined(self, case: _Case, node: Node, needed: int) -> bool:
        there = case.waiting_at.get(node.key, 0) + 1
        case.waiting_at[node.key] = 0 if there >= needed else there
        return there >= needed

    def _leave(self, case: _Case, node: Node, now: float) -> None:
        flows = self.out[node.key]
        if node.kind == "choice" and len(flows) > 1:
            flows = self.choices.choices(flows, [flow.share for flow in flows])
        if not flows:
            self._end_token(case, now)
            return
        case.tokens += len(flows) - 1
        for flow in flows:
            self._at(now, self._arrival_at(case, self.nodes[flow.target]))

    def _arrival_at(self, case: _Case, node: Node) -> Callable[[float], None]:
        return lambda now: self._enter(case, node, now)

    def _end_token(self, case: _Case, now: float) -> None:
        case.tokens -= 1
        if case.tokens > 0:
            return
        self.open -= 1
        if now >= self.begin:
            self.durations.append(now - case.arrived)

    # work

    def _hand_out(self, case: _Case, node: Node, now: float) -> None:
        queue = self.queues[node.role]
        for _member in range(node.members):
            work = _Work(case, node, now)
            if queue.free > 0:
                queue.free -= 1
                self._start(queue, work, now)
            else:
                self._count_queue(queue, now)
                queue.waiting.append(work)
                self._count_step(node.key, now, +1)

    def _start(self, queue: _Queue, work: _Work, now: float) -> None:
        hours = queue.staff.hours
        begins = hours.opens(now)
        ends = hours.finishes(begins, work.node.duration.drawn(self.work))
        step = self.steps[work.node.key]
        if work.arrived >= self.begin:
            step.started += 1
            step.waits.append(hours.worked(begins) - hours.worked(work.arrived))
        if ends > self.begin:
            queue.worked_h += hours.worked(min(ends, self.end)) - hours.worked(
                min(max(begins, self.begin), self.end)
            )
        self._at(ends, lambda at: self._finish(queue, work, at))

    def _finish(self, queue: _Queue, work: _Work, now: float) -> None:
        self._count_done(queue, work, now)
        if queue.waiting:
            self._count_queue(queue, now)
            follower = queue.waiting.popleft()
            self._count_step(follower.node.key, now, -1)
            self._start(queue, follower, now)
        else:
            queue.free += 1
        if self._joined(work.case, work.node, work.node.members):
            self._leave(work.case, work.node, now)

    # counting

    def _count_done(self, queue: _Queue, work: _Work, now: float) -> None:
        if work.arrived < self.begin:
            return
        self.steps[work.node.key].done += 1
        self._count_limit(queue, work, now)

    def _count_limit(self, queue: _Queue, work: _Work, now: float) -> None:
        if work.node.limit is None or work.arrived < self.begin:
            return
        step = self.steps[work.node.key]
        step.timed += 1
        step.overdue += now > work.node.limit.due(work.arrived, queue.staff.hours)

    def _count_queue(self, queue: _Queue, now: float) -> None:
        queue.area += len(queue.waiting) * max(0.0, now - max(queue.changed, self.begin))
        queue.changed = now

    def _count_step(self, key: str, now: float, change: int) -> None:
        step = self.steps[key]
        step.area += step.queued * max(0.0, now - max(step.changed, self.begin))
        step.changed = now
        step.queued += change
        if now >= self.begin:
            step.longest = max(step.longest, step.queued)

    def _sample(self, now: float) -> None:
        for queue in self.queues.values():
            queue.by_day.append(len(queue.waiting))

    # the sum

    def _summed_up(self) -> Figures:
        for queue in self.queues.values():
            self._count_queue(queue, self.end)
            for work in queue.waiting:
                self._count_limit(queue, work, self.end)
        for key in self.steps:
            self._count_step(key, self.end, 0)
        steps = self._step_figures()
        roles = tuple(self._role_figures(queue) for queue in self.queues.values())
        worst = max(steps, key=lambda step: step.wait_share, default=None)
        return Figures(
            arrived=self.arrived,
            completed=len(self.durations),
            open_at_end=self.open,
            completed_per_day=len(self.durations) / max(1, self.scenario.days),
            mean_duration_h=mean(self.durations),
            median_duration_h=quantile(self.durations, 0.5),
            p90_duration_h=quantile(self.durations, 0.9),
            steps=steps,
            roles=roles,
            bottleneck=worst.key if worst is not None and worst.wait_share > 0 else "",
            growing=any(role.utilisation > 0.995 for role in roles),
        )

    def _step_figures(self) -> tuple[StepFigures, ...]:
        total = sum(sum(step.waits) for step in self.steps.values())
        return tuple(self._figures_of(self.nodes[key], step, total) for key, step in self.steps.items())

    def _figures_of(self, node: Node, step: _Step, total: float) -> StepFigures:
        return StepFigures(
            key=node.key,
            name=node.name,
            role=node.role,
            started=step.started,
            done=step.done,
            mean_wait_h=mean(step.waits),
            p90_wait_h=quantile(step.waits, 0.9),
            mean_queue=step.area / (self.end - self.begin),
            longest_queue=step.longest,
            overdue_share=step.overdue / step.timed if step.timed else None,
            wait_share=sum(step.waits) / total if total > 0 else 0.0,
        )

    def _role_figures(self, queue: _Queue) -> RoleFigures:
        hours = queue.staff.hours
        available = queue.staff.people * (hours.worked(self.end) - hours.worked(self.begin))
        return RoleFigures(
            role=queue.staff.role,
            people=queue.staff.people,
            utilisation=queue.worked_h / available if available > 0 else 0.0,
            mean_queue=queue.area / (self.end - self.begin),
            queue_by_day=tuple(queue.by_day),
        )


def _too_large() -> InvalidInput:
    return InvalidInput(
        _("This simulation is too large to be run while you wait."),
        field="days",
        hint=_(
            "Simulate fewer days or fewer cases a day, and see whether a loop of the process has a way out."
        ),
    )
