"""Cases wholly in memory: for trial runs at the design desk, simulation, conformance runs and tests.

The same interpreter, plans and rules as with the database; only the store is missing. Time stands still until told to
go on, services answer when told to, and account names become numbers in the order in which they are first met.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.bpmn.document import read_document
from chengshu.engines.cases.interpreter.compiler import compile_process
from chengshu.engines.cases.interpreter.machine import LIMITS, OPEN_JOBS, OPEN_TASKS, Limits
from chengshu.engines.cases.interpreter.plan import EventKind, Node, Plan
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.state import (
    CaseRow,
    CaseState,
    Delta,
    Happening,
    Job,
    State,
    Task,
    Thrown,
    WaitKind,
)
from chengshu.foundation.errors import Conflict, Missing

Decide = Callable[[Mapping[str, Any]], Any]

_BEGINNING = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@dataclass
class MemoryLibrary:
    """Plans and decisions held in memory; the newest process of an id is the one called."""

    plans: dict[str, Plan] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, Decide] = field(default_factory=dict)

    def plan(self, ref: str) -> Plan:
        if ref not in self.plans:
            raise Missing(
                _("The process “%(ref)s” is not deployed.") % {"ref": ref}, code="cases.no_such_process"
            )
        return self.plans[ref]

    def called(self, ref: str, process_id: str) -> str:
        if process_id not in self.newest:
            raise Missing(
                _("The process “%(id)s” that is called here is not deployed.") % {"id": process_id},
                code="cases.no_such_process",
                hint=_("Deploy it, then retry."),
            )
        return self.newest[process_id]

    def decide(self, ref: str, decision_id: str, inputs: Mapping[str, Any]) -> Any:
        if decision_id not in self.decisions:
            raise Missing(
                _("The decision “%(id)s” is not deployed.") % {"id": decision_id},
                code="cases.no_such_decision",
                hint=_("Deploy it, then retry."),
            )
        return self.decisions[decision_id](inputs)

    def add(self, plan: Plan) -> None:
        self.plans[plan.ref] = plan
        self.newest[plan.process_id] = plan.ref


class MemoryCases:
    """A small case engine in memory.

    :param now: where its clock begins
    :param drawing: compile models as drawings; see ``compile_process``
    """

    def __init__(
        self, *models: bytes, now: datetime = _BEGINNING, limits: Limits = LIMITS, drawing: bool = False
    ) -> None:
        self.library = MemoryLibrary()
        self.now = now
        self.limits = limits
        self.drawing = drawing
        self.states: dict[int, State] = {}
        self.histories: dict[int, list[Happening]] = {}
        self.ended_tasks: dict[int, Task] = {}
        self.thrown: list[Thrown] = []
        self.people: dict[str, int] = {}
        self.last_delta = Delta()
        self._ids = itertools.count(1)
        self._versions = itertools.count(1)
        for model in models:
            self.deploy(model)

    # -- definitions ----------------------------------------------------------------------------------------------

    def deploy(self, model: bytes) -> list[str]:
        """Compile every process of the file.

        :returns: their process ids, runnable ones first
        :raises ModelRefused: the file cannot be read, or one of its processes cannot be run
        """
        document = read_document(model)
        version = next(self._versions)
        processes = sorted(document.processes, key=lambda process: process.get("isExecutable") != "true")
        plans = [
            compile_process(document, process.id, ref=f"{process.id}@{version}", drawing=self.drawing)
            for process in processes
        ]
        for plan in plans:
            self.library.add(plan)
        return [plan.process_id for plan in plans]

    def decide_by(self, decision_id: str, decide: Decide) -> None:
        """Answer a decision by a function of the variables."""
        self.library.decisions[decision_id] = decide

    # -- cases ----------------------------------------------------------------------------------------------------

    def start(
        self,
        process_id: str = "",
        variables: Mapping[str, Any] | None = None,
        *,
        by: str | int | None = None,
        node: str = "",
    ) -> int:
        """Begin a case of the newest such process (the first deployed when not said) and return its id."""
        ref = self.library.called("", process_id or next(iter(self.library.newest)))
        state = State(CaseRow(next(self._ids), ref))
        self.states[state.case.id] = state
        self.histories[state.case.id] = []
        self.call(state.case.id, lambda run: run.start(variables, node=node, by=self.person(by)))
        return state.case.id

    def call(self, case_id: int, operation: Callable[[Run], Any]) -> Any:
        """Perform one operation on a case, as the store would: write what it changed, then deliver what it sent."""
        run = self.run(case_id)
        result = operation(run)
        self.keep(run)
        return result

    def run(self, case_id: int) -> Run:
        return Run(
            self.states[case_id],
            self.library,
            now=self.now,
            ids=lambda: next(self._ids),
            limits=self.limits,
            account_of=self.person,
        )

    def adopt(self, state: State, history: Sequence[Happening] = ()) -> None:
        """Take in a case made elsewhere, such as the part split off from another."""
        self.states[state.case.id] = state
        self.histories[state.case.id] = list(history)

    def keep(self, run: Run) -> None:
        """Take over what a run has changed, and deliver what it sent."""
        state, delta = run.state, run.delta
        self.last_delta = delta
        self.histories[state.case.id].extend(delta.history)
        for task in [task for task in state.tasks.values() if task.state not in OPEN_TASKS]:
            self.ended_tasks[task.id] = state.tasks.pop(task.id)
        for job in [job for job in state.jobs.values() if job.state not in OPEN_JOBS]:
            del state.jobs[job.id]
        self._deliver(delta.thrown)

    def new_id(self) -> int:
        return next(self._ids)

    def person(self, name: str | int | None) -> int | None:
        """The number of an account."""
        if name is None or isinstance(name, int):
            return name
        return self.people.setdefault(name, 1000 + len(self.people))

    def name_of(self, account_id: int | None) -> str:
        return next((name for name, known in self.people.items() if known == account_id), "")

    # -- looking --------------------------------------------------------------------------------------------------

    def state(self, case_id: int) -> State:
        return self.states[case_id]

    def history(self, case_id: int) -> list[Happening]:
        return self.histories[case_id]

    def open_tasks(self, case_id: int) -> list[Task]:
        """The tasks that somebody can or will have to do, oldest first; those on hold included."""
        tasks = self.states[case_id].tasks
        return [tasks[key] for key in sorted(tasks)]

    def task(self, case_id: int, name: str, *, of: str | int | None = None) -> Task:
        """The open task of that node id or name, and of that holder if several are open.

        :raises Missing: none is open
        :raises Conflict: several are
        """
        holder = self.person(of)
        found = [task for task in self.open_tasks(case_id) if name in (task.node, task.name)]
        if holder is not None:
            found = [task for task in found if task.assignee_id == holder]
        if not found:
            raise Missing(_("No task “%(name)s” is open.") % {"name": name}, code="cases.no_such_task")
        if len(found) > 1:
            raise Conflict(
                _("Several tasks “%(name)s” are open.") % {"name": name}, code="cases.several_tasks"
            )
        return found[0]

    def nodes(self, case_id: int) -> list[str]:
        """Ids of the nodes where the case stands, sub-processes and the like included, in order of the alphabet."""
        return sorted(
            token.node for token in self.states[case_id].tokens.values() if token.parent is not None
        )

    def variables(self, case_id: int) -> dict[str, Any]:
        return self.states[case_id].case.variables

    def visited(self, case_id: int) -> set[tuple[str, str]]:
        """(plan, node) of every task that was ever completed or taken away."""
        return {
            (task.plan, task.node)
            for task in self.ended_tasks.values()
            if task.token and self._is_of(task, case_id)
        }

    def _is_of(self, task: Task, case_id: int) -> bool:
        return any(happening.task == task.id for happening in self.histories[case_id])

    # -- doing ----------------------------------------------------------------------------------------------------

    def complete(
        self,
        case_id: int,
        name: str,
        *,
        by: str | int | None = None,
        outcome: str = "",
        opinion: str = "",
        variables: Mapping[str, Any] | None = None,
        on_behalf_of: str | int | None = None,
    ) -> None:
        """Complete the open task of that node id or name; with several open, the one held by whoever acts."""
        several = sum(name in (task.node, task.name) for task in self.open_tasks(case_id)) > 1
        task = self.task(case_id, name, of=(on_behalf_of or by) if several else None)
        self.call(
            case_id,
            lambda run: run.complete_task(
                task.id,
                by=self.person(by),
                outcome=outcome,
                opinion=opinion,
                variables=variables,
                on_behalf_of=self.person(on_behalf_of),
            ),
        )

    def message(self, name: str, *, key: str = "", payload: Mapping[str, Any] | None = None) -> int:
        """Send a message: to the first case that waits for it, else to the process that it starts.

        :returns: the case that took it, 0 if none
        """
        for case_id in self._running():
            if self.call(case_id, lambda run: run.deliver_message(name, key=key, payload=payload)):
                return case_id
        return self._started_by(EventKind.MESSAGE, name, payload)

    def signal(self, name: str, *, payload: Mapping[str, Any] | None = None) -> list[int]:
        """Send a signal to every case that waits for it and every process that it starts; returns the cases."""
        took = [
            case_id
            for case_id in self._running()
            if self.call(case_id, lambda run: run.deliver_signal(name, payload=payload))
        ]
        started = self._started_by(EventKind.SIGNAL, name, payload)
        return [*took, started] if started else took

    def _started_by(self, kind: EventKind, name: str, payload: Mapping[str, Any] | None) -> int:
        for process_id, ref in self.library.newest.items():
            plan = self.library.plans[ref]
            for node in _triggers(plan):
                if any(event.kind is kind and event.name == name for event in node.events):
                    return self.start(process_id, payload, node=node.id)
        return 0

    def _running(self) -> list[int]:
        return [key for key, state in self.states.items() if state.case.state is CaseState.RUNNING]

    def _deliver(self, thrown: Iterable[Thrown]) -> None:
        for sent in thrown:
            self.thrown.append(sent)
            if sent.kind is WaitKind.MESSAGE:
                self.message(sent.name, key=sent.key, payload=sent.payload)
            else:
                self.signal(sent.name, payload=sent.payload)

    # -- time and services ----------------------------------------------------------------------------------------

    def advance(self, by: timedelta) -> int:
        """Let time pass, firing every timer in the order in which it falls due; returns how many fired."""
        until = self.now + by
        fired = 0
        while (due := self.next_timer()) is not None and due[0] <= until:
            self.now = max(due[0], self.now)
            self.fire(due[1], due[2])
            fired += 1
        self.now = until
        return fired

    def next_timer(self) -> tuple[datetime, int, int] | None:
        """When the next timer of a running case is due, its case and its wait."""
        return min(
            (
                (wait.due_at, case_id, wait.id)
                for case_id in self._running()
                for wait in self.states[case_id].waits.values()
                if wait.due_at is not None
            ),
            default=None,
        )

    def fire(self, case_id: int, wait_id: int) -> None:
        self.call(case_id, lambda run: run.fire_timer(wait_id))

    def jobs(self, case_id: int) -> list[Job]:
        jobs = self.states[case_id].jobs
        return [jobs[key] for key in sorted(jobs)]

    def answer(self, case_id: int, service: str, variables: Mapping[str, Any] | None = None) -> None:
        """Let the oldest call of that service succeed."""
        self.call(case_id, lambda run: run.finish_job(self._job(case_id, service).id, variables))

    def fail(
        self, case_id: int, service: str, error: str = "failed", *, code: str = "", again: bool = True
    ) -> None:
        """Let the oldest call of that service fail."""
        job = self._job(case_id, service)
        self.call(case_id, lambda run: run.fail_job(job.id, error, code=code, again=again))

    def _job(self, case_id: int, service: str) -> Job:
        found = next((job for job in self.jobs(case_id) if job.service == service), None)
        if found is None:
            raise Missing(_("No call of “%(name)s” is open.") % {"name": service}, code="cases.no_such_job")
        return found


def _triggers(plan: Plan) -> Iterable[Node]:
    """What can begin the process from outside: triggered starts, and events behind instantiating gateways."""
    for start in plan.scopes[""].triggered:
        node = plan.nodes[start]
        yield from [node] if node.events else [plan.nodes[flow.target] for flow in node.outgoing]
