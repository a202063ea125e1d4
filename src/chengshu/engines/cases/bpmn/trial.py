"""Runs a process in memory, again and again on different ways, to see whether it comes to its end.

A trial completes every task, answers every service, lets every event happen, and chooses at gateways. It knows nothing
of people, time and data; ``conformance`` reports what it made up.
"""

from __future__ import annotations

import itertools
import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.completing import WAYS
from chengshu.engines.cases.interpreter.machine import OPEN_JOBS, OPEN_TASKS, Limits
from chengshu.engines.cases.interpreter.memory import MemoryLibrary
from chengshu.engines.cases.interpreter.plan import EventKind, Kind, Node, Plan
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.state import CaseRow, CaseState, State, TokenState, Wait, WaitKind
from chengshu.foundation.errors import ChengshuError, Words

MOST_OPERATIONS: Final = 600
"""Of one run: completed tasks, answers and events."""
MOST_RUNS: Final = 60
"""From one start."""
RANDOM_RUNS: Final = 8
MOST_FIRINGS: Final = 3
"""How often one listening event may happen in a run, so that a repeating timer does not hold the case up."""

_LIMITS: Final = Limits(steps=2_000, instances=50)
_NOW: Final = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
_SPLITS: Final = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.COMPLEX})


@dataclass
class TrialLibrary(MemoryLibrary):
    """Plans in memory under ``file#process``, and decisions that decide nothing."""

    beside: dict[tuple[str, str], str] = field(default_factory=dict)
    """The plan that a folder holds for a process."""

    def add(self, plan: Plan) -> None:
        super().add(plan)
        self.beside[_folder(plan.ref), plan.process_id] = plan.ref

    def called(self, ref: str, process_id: str) -> str:
        """A process of the caller's own file before one of the same folder before those of the others."""
        own = f"{ref.rpartition('#')[0]}#{process_id}"
        if own in self.plans:
            return own
        return self.beside.get((_folder(ref), process_id)) or super().called(ref, process_id)

    def decide(self, ref: str, decision_id: str, inputs: Mapping[str, Any]) -> Any:
        return None


def _folder(ref: str) -> str:
    return str(PurePath(ref.rpartition("#")[0]).parent)


@dataclass(frozen=True, slots=True)
class Choice:
    """How one run decides.

    :param ways: gateway or activity → the flows to take
    :param events_first: let events happen before the work that they wait beside is done
    :param reverse: take the last of several possibilities, not the first
    :param seed: choose anew after every operation, by chance but always the same; 0 keeps to ``ways``
    """

    ways: Mapping[str, tuple[str, ...]]
    events_first: bool = False
    reverse: bool = False
    seed: int = 0


@dataclass
class Outcome:
    """How the runs from one start went.

    :param ended: whether one of them at least came to its end
    :param reason: why the first one did not, when none did
    :param at: the node at which it stopped
    """

    start: str
    ended: bool = False
    reason: Words = ""
    at: str = ""
    runs: int = 0
    runs_ended: int = 0
    visited: set[str] = field(default_factory=set)


def try_process(plan: Plan, library: TrialLibrary) -> list[Outcome]:
    """Run the process from each of its starts on as many different ways as needed to see every branch.

    :param library: holds the plan and those it calls
    """
    scope = plan.scopes[""]
    starts = [
        *([""] if scope.starts else []),
        *(start for trigger in scope.triggered for start in _events(plan, trigger)),
    ]
    return [_try_from(plan, library, start) for start in starts]


def _events(plan: Plan, trigger: str) -> Iterator[str]:
    """The node by whose event a case begins: the start itself, or what stands behind an instantiating gateway."""
    node = plan.nodes[trigger]
    if node.kind is Kind.EVENT_GATEWAY:
        yield from (flow.target for flow in node.outgoing)
    else:
        yield trigger


def _try_from(plan: Plan, library: TrialLibrary, start: str) -> Outcome:
    outcome = Outcome(start)
    for choice in itertools.islice(_choices(library), MOST_RUNS):
        run = _TrialRun(plan, library, start, choice)
        reason, at = run.play()
        outcome.runs += 1
        outcome.visited |= run.visited
        if not reason:
            outcome.ended = True
            outcome.runs_ended += 1
        elif outcome.runs == 1:
            outcome.reason, outcome.at = reason, at
    return outcome


def _choices(library: TrialLibrary) -> Iterator[Choice]:
    """The straight way first, then the unusual orders, then chance, then every single way out of every split."""
    splits = {
        node.id: node for plan in library.plans.values() for node in plan.nodes.values() if _decides(node)
    }
    straight: dict[str, tuple[str, ...]] = {}
    for plan in library.plans.values():
        steps = _steps_to_the_end(plan)
        straight.update(
            {node.id: _straight(node, steps) for node in plan.nodes.values() if node.id in splits}
        )
    yield Choice(straight)
    yield Choice(straight, events_first=True)
    yield Choice(straight, events_first=True, reverse=True)
    yield Choice(straight, reverse=True)
    yield from (Choice(straight, seed=seed) for seed in range(1, RANDOM_RUNS))
    for split, node in splits.items():
        others = ((flow.id,) for flow in node.outgoing if (flow.id,) != straight[split])
        yield from (Choice({**straight, split: other}) for other in others)


def _decides(node: Node) -> bool:
    return len(node.outgoing) > 1 and (node.kind in _SPLITS or any(flow.condition for flow in node.outgoing))


def _straight(node: Node, steps: Mapping[str, int]) -> tuple[str, ...]:
    """Of an exclusive gateway the flow nearest to an end; of all others every flow, so that later joins are served."""
    if node.kind is not Kind.EXCLUSIVE:
        return tuple(flow.id for flow in node.outgoing)
    return (min(node.outgoing, key=lambda flow: steps.get(flow.target, len(steps))).id,)


def _steps_to_the_end(plan: Plan) -> dict[str, int]:
    steps = {node.id: 0 for node in plan.nodes.values() if not node.outgoing}
    pending = deque(steps)
    while pending:
        reached = plan.nodes[pending.popleft()]
        for flow in reached.incoming:
            if flow.source not in steps:
                steps[flow.source] = steps[reached.id] + 1
                pending.append(flow.source)
    return steps


class _TrialRun:
    """One case from its beginning to its end, or to where it stays."""

    def __init__(self, plan: Plan, library: TrialLibrary, start: str, choice: Choice) -> None:
        self.plan = plan
        self.library = library
        self.start = start
        self.choice = choice
        self.state = State(CaseRow(1, plan.ref))
        self.ids = itertools.count(2)
        self.chance = random.Random(choice.seed)  # noqa: S311 — a repeatable choice, not a secret
        self.fired: Counter[str] = Counter()
        self.visited: set[str] = set()

    def play(self) -> tuple[Words, str]:
        """Run it; say why and where it stayed, or nothing when it came to its end."""
        try:
            self._call(lambda run: run.start({WAYS: self._ways()}, node=self.start))
            for _operation in range(MOST_OPERATIONS):
                if self.state.case.state is not CaseState.RUNNING:
                    return "", ""
                faulty = next((t for t in self.state.tokens.values() if t.state is TokenState.FAULTY), None)
                if faulty is not None:
                    return faulty.local["#incident"]["message"], faulty.node
                if not self._go_on():
                    return self._stuck()
        except ChengshuError as error:
            return error.message, ""
        return _("The case goes on without coming to an end."), ""

    def _call(self, operation: Any) -> Any:
        run = Run(self.state, self.library, now=_NOW, ids=lambda: next(self.ids), limits=_LIMITS)
        result = operation(run)
        self.visited.update(happening.node for happening in run.delta.history)
        for task in [task for task in self.state.tasks.values() if task.state not in OPEN_TASKS]:
            del self.state.tasks[task.id]
        for job in [job for job in self.state.jobs.values() if job.state not in OPEN_JOBS]:
            del self.state.jobs[job.id]
        return result

    def _go_on(self) -> bool:
        """Do the next thing that can be done; say whether there was one."""
        if self.choice.seed:
            self._call(lambda run: run.evaluate_conditions({WAYS: self._ways()}))
            if self.state.case.state is not CaseState.RUNNING:
                return True
        return any(step() for step in self._order())

    def _order(self) -> list[Callable[[], bool]]:
        """What to try first, second and last."""
        steps = [self._fail, self._let_happen, self._work]
        if self.choice.seed:
            self.chance.shuffle(steps)
        elif not self.choice.events_first:
            return [self._work, self._let_happen]
        elif self.choice.reverse:
            return [self._let_happen, self._fail, self._work]
        return steps

    def _work(self) -> bool:
        """Complete a task or answer a service."""
        if self.state.tasks:
            task = self.state.tasks[self._pick(sorted(self.state.tasks))]
            node = self.library.plan(task.plan).nodes[task.node]
            outcomes = [offered.key for offered in node.work.outcomes] if node.work else []
            outcome = self._pick(outcomes) if outcomes else ""
            who = task.assignee_id
            self._call(lambda run: run.complete_task(task.id, by=who, outcome=outcome, opinion="-"))
            return True
        if self.state.jobs:
            job = self._pick(sorted(self.state.jobs))
            self._call(lambda run: run.finish_job(job))
            return True
        return False

    def _fail(self) -> bool:
        """Let a service fail with an error that some event of the process catches, each of them once."""
        codes = [code for code in self._error_codes() if not self.fired[f"error {code}"]]
        if not codes or not self.state.jobs:
            return False
        code = self._pick(codes)
        self.fired[f"error {code}"] += 1
        job = self._pick(sorted(self.state.jobs))
        caught = self._call(lambda run: run.fail_job(job, "-", code=code or "trial", again=False))
        return bool(caught)

    def _error_codes(self) -> list[str]:
        """What the events on the border of waiting services and around them catch."""
        caught: set[str] = set()
        for job in self.state.jobs.values():
            plan = self.library.plan(job.plan)
            place = job.node
            while place:
                around = [plan.nodes[boundary] for boundary in plan.nodes[place].boundaries]
                caught.update(
                    event.code for node in around for event in node.events if event.kind is EventKind.ERROR
                )
                place = plan.nodes[place].scope
        return sorted(caught)

    def _let_happen(self) -> bool:
        """Let one awaited event happen: those that a case stands at before those that listen beside it."""
        waits = [wait for wait in self.state.waits.values() if self._may_happen(wait)]
        if not waits:
            return False
        standing = [wait for wait in waits if not self._listens(wait)]
        wait = self._pick(sorted(standing or waits, key=lambda wait: wait.id))
        self.fired[wait.node] += 1
        self._call(lambda run: self._happen(run, wait))
        return True

    def _may_happen(self, wait: Wait) -> bool:
        return not self._listens(wait) or self.fired[wait.node] < (
            1 if self.choice.events_first else MOST_FIRINGS
        )

    def _listens(self, wait: Wait) -> bool:
        return self._node(wait).kind in (Kind.BOUNDARY, Kind.START)

    def _node(self, wait: Wait) -> Node:
        return self.library.plan(wait.plan).nodes[wait.node]

    def _happen(self, run: Run, wait: Wait) -> None:
        if wait.kind is WaitKind.TIMER:
            run.fire_timer(wait.id)
        elif wait.kind is WaitKind.MESSAGE:
            run.deliver_message(wait.name, key=wait.key, wait_id=wait.id)
        elif wait.kind is WaitKind.SIGNAL:
            run.deliver_signal(wait.name)
        else:
            run.evaluate_conditions({WAYS: [*self._ways(), wait.node]})
            run.evaluate_conditions({WAYS: self._ways()})

    def _ways(self) -> list[str]:
        """Ids of the flows to take from now on."""
        chosen = self.choice.ways
        if self.choice.seed:
            chosen = {split: self._any_ways(split) for split in chosen}
        return [flow for flows in chosen.values() for flow in flows]

    def _any_ways(self, split: str) -> tuple[str, ...]:
        node = next(plan.nodes[split] for plan in self.library.plans.values() if split in plan.nodes)
        flows = [flow.id for flow in node.outgoing]
        count = 1 if node.kind is Kind.EXCLUSIVE else self.chance.randint(1, len(flows))
        return tuple(self.chance.sample(flows, count))

    def _pick(self, possible: list[Any]) -> Any:
        if self.choice.seed:
            return self.chance.choice(possible)
        return possible[-1 if self.choice.reverse else 0]

    def _stuck(self) -> tuple[Words, str]:
        waiting = [token for token in self.state.tokens.values() if token.state is TokenState.WAITING]
        places = sorted({self.library.plan(token.plan).nodes[token.node].title for token in waiting})
        message = _("The case stays at %(places)s, and nothing can happen there any more.") % {
            "places": ", ".join(places)
        }
        return message, waiting[0].node if waiting else ""
