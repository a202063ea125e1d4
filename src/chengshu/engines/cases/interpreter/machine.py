"""The state of one case under change: the few primitive edits, and the record of what they changed.

Knows tokens, tasks, waits, jobs, variables and history; knows nothing of BPMN. Everything that alters a ``State``
goes through here, so that the ``Delta`` is exact and every call's last history entry carries what ``replay`` needs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from chengshu.engines.cases import feel
from chengshu.engines.cases.interpreter.plan import Event, Formula, Library, Node, Plan
from chengshu.engines.cases.interpreter.recording import case_fields, recorded
from chengshu.engines.cases.interpreter.sight import Sight
from chengshu.engines.cases.state import (
    CaseRow,
    Delta,
    Happening,
    Job,
    JobState,
    State,
    Task,
    TaskKind,
    TaskState,
    Thrown,
    Token,
    TokenState,
    Wait,
    WaitKind,
)

Step = Literal["enter", "complete", "emptied", "leave"]
"""What the agenda still has to do with a token; ``run.STEPS`` has the functions."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a single call may do at most; beyond it the tokens concerned stop with an incident.

    :param steps: node steps of one call
    :param instances: members of one multi-instance activity
    :param call_depth: call activities inside each other
    """

    steps: int = 10_000
    instances: int = 2_000
    call_depth: int = 20


LIMITS = Limits()


class Machine:
    """A case in memory, with its agenda.

    :param ids: gives a new, larger id at each call
    :param account_of: resolves an account name of an assignment to its id; without it the name stays in
        ``Task.data["assignee"]`` for the store to resolve
    """

    def __init__(
        self,
        state: State,
        library: Library,
        *,
        now: datetime,
        ids: Callable[[], int],
        limits: Limits = LIMITS,
        account_of: Callable[[str], int | None] | None = None,
    ) -> None:
        self.state = state
        self.case = state.case
        self.library = library
        self.now = now
        self.ids = ids
        self.limits = limits
        self.account_of = account_of
        self.delta = Delta()
        self.actor: int | None = None
        self.stand_in: int | None = None
        """Who really acts, when it is done in the name of ``actor`` (代理)."""
        self.agenda: deque[tuple[Step, Token]] = deque()
        self.conditions_stale = False
        self._plans: dict[str, Plan] = {}
        self._inside: dict[int, dict[int, Token]] = {}
        self._waits: dict[int, list[Wait]] = {}
        self._tasks: dict[int, list[Task]] = {}
        self._jobs: dict[int, list[Job]] = {}
        self._before: dict[tuple[str, int], Any] = {}
        self._variables: dict[str, Any] = {}
        self._sealed = 0
        self._said: dict[str, Any] = {}
        self._case_before = case_fields(state.case if state.case.seq else CaseRow(0, ""))
        if not state.case.seq:
            self._variables = dict(state.case.variables)
        self._index()

    def _index(self) -> None:
        """Who is inside whom. Sorted by id, because rows come from the store in any order."""
        state = self.state
        for token_id in sorted(state.tokens):
            token = state.tokens[token_id]
            if token.parent is not None:
                self._inside.setdefault(token.parent, {})[token_id] = token
        for wait_id in sorted(state.waits):
            self._waits.setdefault(state.waits[wait_id].token, []).append(state.waits[wait_id])
        for task_id in sorted(state.tasks):
            if state.tasks[task_id].state in OPEN_TASKS:
                self._tasks.setdefault(state.tasks[task_id].token, []).append(state.tasks[task_id])
        for job_id in sorted(state.jobs):
            if state.jobs[job_id].state in OPEN_JOBS:
                self._jobs.setdefault(state.jobs[job_id].token, []).append(state.jobs[job_id])

    @cached_property
    def feel_limits(self) -> feel.Limits:
        return replace(feel.LIMITS, now=self.now)

    # -- looking --------------------------------------------------------------------------------------------------

    def plan(self, ref: str) -> Plan:
        plan = self._plans.get(ref)
        if plan is None:
            plan = self._plans[ref] = self.library.plan(ref)
        return plan

    def node_of(self, token: Token) -> Node:
        return self.plan(token.plan).nodes[token.node]

    @property
    def root(self) -> Token:
        return next(token for token in self.state.tokens.values() if token.parent is None)

    def parent_of(self, token: Token) -> Token:
        """The scope or multi token around it; only the root has none.

        :raises KeyError: for the root
        """
        return self.state.tokens[token.parent or 0]

    def alive(self, token: Token) -> bool:
        return self.state.tokens.get(token.id) is token

    def inside(self, token: Token) -> list[Token]:
        """The tokens directly inside, oldest first."""
        return list(self._inside.get(token.id, {}).values())

    def waits_of(self, token: Token) -> list[Wait]:
        return list(self._waits.get(token.id, ()))

    def tasks_of(self, token: Token) -> list[Task]:
        """Its open and held tasks."""
        return list(self._tasks.get(token.id, ()))

    def jobs_of(self, token: Token) -> list[Job]:
        return list(self._jobs.get(token.id, ()))

    def around(self, token: Token) -> Iterator[Token]:
        """The token itself, then what it is inside of, up to the root."""
        here: Token | None = token
        while here is not None:
            yield here
            here = self.state.tokens[here.parent] if here.parent is not None else None

    def below(self, token: Token) -> Iterator[Token]:
        """Everything inside, at any depth, not the token itself."""
        for child in self.inside(token):
            yield child
            yield from self.below(child)

    def is_instance(self, token: Token) -> bool:
        """Whether it is one instance of a multi-instance activity or loop."""
        if token.parent is None:
            return False
        parent = self.state.tokens[token.parent]
        return parent.state is TokenState.MULTI and parent.node == token.node

    # -- history --------------------------------------------------------------------------------------------------

    def note(
        self,
        kind: str,
        token: Token | None = None,
        *,
        node: str = "",
        task: Task | None = None,
        details: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Add an entry to the history; see ``history.KINDS`` for what each kind means and what its details hold."""
        self.case.seq += 1
        self.delta.case_changed = True
        self._said = {**details, **more} if details else more
        account = self.actor
        if self.stand_in is not None and account is not None and account != self.stand_in:
            account = self.stand_in
            self._said = {**self._said, "on_behalf_of": self.actor}
        self.delta.history.append(
            Happening(
                seq=self.case.seq,
                at=self.now,
                kind=kind,
                node=node or (token.node if token else task.node if task else ""),
                token=token.id if token else task.token if task else None,
                task=task.id if task else None,
                account_id=account,
                details=self._said,
            )
        )

    def seal(self) -> None:
        """End a call: let its last history entry carry every change, so that replaying rebuilds the state."""
        changes = recorded(self.state, self.delta, self._before, self._case_before, self._variables)
        if not changes:
            return
        self._before.clear()
        self._variables = {}
        self._case_before = case_fields(self.case)
        if len(self.delta.history) == self._sealed:
            self.note("changed")
        self._said["changes"] = changes
        self._sealed = len(self.delta.history)

    # -- tokens ---------------------------------------------------------------------------------------------------

    def new_token(
        self,
        parent: Token | None,
        plan: str,
        node: str,
        *,
        state: TokenState = TokenState.ACTIVE,
        via: str = "",
        local: dict[str, Any] | None = None,
        order: int = 0,
    ) -> Token:
        token = Token(
            self.ids(), parent.id if parent else None, plan, node, state, via, dict(local or {}), order=order
        )
        self.state.tokens[token.id] = token
        if parent is not None:
            self._inside.setdefault(parent.id, {})[token.id] = token
        self._before[("tokens", token.id)] = None
        self.delta.tokens_put.add(token.id)
        return token

    def touch(self, token: Token) -> None:
        """Say that the token is about to change."""
        key = ("tokens", token.id)
        if key not in self._before:
            self._before[key] = _copied(token)
        self.delta.tokens_put.add(token.id)

    def place(self, token: Token, node: str, *, via: str = "", state: TokenState = TokenState.ACTIVE) -> None:
        self.touch(token)
        token.node, token.via, token.state = node, via, state

    def rest(self, token: Token, state: TokenState = TokenState.WAITING) -> None:
        self.touch(token)
        token.state = state

    def keep(self, token: Token, key: str, value: Any) -> None:
        """Keep something in the token's own data; ``#`` keys are the engine's, others are local variables."""
        self.touch(token)
        token.local[key] = value
        if not key.startswith("#"):
            self.conditions_stale = True

    def came_here(self, token: Token) -> bool:
        """Whether the token was made or moved in this very call."""
        before = self._before.get(("tokens", token.id), token)
        return before is None or (before is not token and before["node"] != token.node)

    def forget(self, token: Token, key: str) -> None:
        if key in token.local:
            self.touch(token)
            del token.local[key]

    def clear(self, token: Token) -> None:
        """Take away everything that hangs on the token at its present node: waits, tasks, jobs, local data."""
        for wait in self.waits_of(token):
            self.end_wait(wait)
        for task in self.tasks_of(token):
            if task.kind is not TaskKind.CIRCULATED:
                self.cancel_task(task)
        for job in self.jobs_of(token):
            self.close_job(job, JobState.CANCELLED)
        if token.local:
            self.touch(token)
            token.local = {}

    def drop(self, token: Token) -> None:
        """Remove the token with everything in it and on it, and the guest that works for it elsewhere."""
        if not self.alive(token):
            return
        for child in self.inside(token):
            self.drop(child)
        guest = self.state.tokens.get(token.local.get("#parked", 0))
        self.clear(token)
        if guest is not None:
            self.drop(guest)
        self.touch(token)
        del self.state.tokens[token.id]
        if token.parent is not None:
            self._inside[token.parent].pop(token.id, None)
        self.delta.tokens_put.discard(token.id)
        if self._before[("tokens", token.id)] is not None:
            self.delta.tokens_gone.add(token.id)

    # -- waits, tasks, jobs ---------------------------------------------------------------------------------------

    def wait_for(self, token: Token, node: str, kind: WaitKind, **what: Any) -> Wait:
        plan = token.local.get("#called", token.plan) if what.pop("called", False) else token.plan
        wait = Wait(self.ids(), token.id, plan, node, kind, **what)
        self.state.waits[wait.id] = wait
        self._waits.setdefault(token.id, []).append(wait)
        self.delta.waits_new.add(wait.id)
        return wait

    def end_wait(self, wait: Wait) -> None:
        del self.state.waits[wait.id]
        self._waits[wait.token].remove(wait)
        if wait.id in self.delta.waits_new:
            self.delta.waits_new.discard(wait.id)
        else:
            self.delta.waits_gone.add(wait.id)

    def add_task(self, task: Task) -> Task:
        self.state.tasks[task.id] = task
        self._tasks.setdefault(task.token, []).append(task)
        self._before[("tasks", task.id)] = None
        self.delta.tasks_new.add(task.id)
        return task

    def change_task(self, task: Task, **values: Any) -> None:
        """Set fields of a task; one that is no longer open or held leaves its token."""
        self._set("tasks", task, values)
        if task.id not in self.delta.tasks_new:
            self.delta.tasks_changed.add(task.id)
        if task.state not in OPEN_TASKS and task in self._tasks.get(task.token, ()):
            self._tasks[task.token].remove(task)

    def cancel_task(self, task: Task, state: TaskState = TaskState.CANCELLED) -> None:
        self.change_task(task, state=state, completed_at=self.now)
        self.note("task_withdrawn" if state is TaskState.WITHDRAWN else "task_cancelled", task=task)

    def add_job(self, token: Token, service: str, payload: Mapping[str, Any], attempts: int) -> Job:
        job = Job(self.ids(), token.id, token.plan, token.node, service, dict(payload), attempts)
        self.state.jobs[job.id] = job
        self._jobs.setdefault(token.id, []).append(job)
        self._before[("jobs", job.id)] = None
        self.delta.jobs_new.add(job.id)
        return job

    def change_job(self, job: Job, **values: Any) -> None:
        self._set("jobs", job, values)
        if job.id not in self.delta.jobs_new:
            self.delta.jobs_changed.add(job.id)

    def _set(self, table: str, row: Task | Job, values: Mapping[str, Any]) -> None:
        """Set fields, remembering what they were; of a new row nothing needs remembering."""
        before = self._before.setdefault((table, row.id), {})
        for name, value in values.items():
            if before is not None:
                before.setdefault(name, getattr(row, name))
            setattr(row, name, value)

    def close_job(self, job: Job, state: JobState) -> None:
        self.change_job(job, state=state)
        if job in self._jobs.get(job.token, ()):
            self._jobs[job.token].remove(job)

    def throw(
        self, kind: WaitKind, name: str, key: str = "", payload: Mapping[str, Any] | None = None
    ) -> None:
        self.delta.thrown.append(Thrown(kind, name, key, dict(payload or {})))

    # -- variables ------------------------------------------------------------------------------------------------

    def sight(self, token: Token, extra: Mapping[str, Any] | None = None) -> Sight:
        """The variables as an expression at this token sees them."""
        layers: list[Mapping[str, Any]] = []
        for around in self.around(token):
            if around.local:
                layers.append(around.local)
                if around.local.get("#closed"):
                    return Sight(layers, self.case, extra)
        layers.append(self.case.variables)
        return Sight(layers, self.case, extra)

    def value(self, formula: Formula, token: Token, extra: Mapping[str, Any] | None = None) -> Any:
        sight = self.sight(token, extra)
        if isinstance(formula, feel.Expression):
            return formula.evaluate(sight, limits=self.feel_limits)
        return formula.evaluate(sight)

    def set_variable(self, token: Token | None, name: str, value: Any) -> None:
        """Set where the name is already known, else in the nearest call, else in the case.

        :param token: where the value comes from; None for the case itself
        :param value: as JSON
        """
        for around in self.around(token) if token is not None else ():
            if name in around.local or "#called" in around.local:
                self.keep(around, name, value)
                return
        self.set_case_variable(name, value)

    def set_case_variable(self, name: str, value: Any) -> None:
        self.case.variables[name] = value
        self._variables[name] = value
        self.delta.case_changed = True
        self.conditions_stale = True

    def set_case(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self.case, name, value)
        self.delta.case_changed = True

    @property
    def has_patient_joins(self) -> bool:
        """Whether a plan at work here has joins that wait for whatever can still come."""
        return any(plan.patient for plan in self._plans.values())

    def later(self, step: Step, token: Token) -> None:
        self.agenda.append((step, token))

    def name_of(self, event: Event, token: Token) -> str:
        """The name of a message or signal here and now."""
        return str(self.value(event.named, token)) if event.named is not None else event.name


OPEN_TASKS = (TaskState.OPEN, TaskState.HELD)
OPEN_JOBS = (JobState.WAITING, JobState.RUNNING, JobState.FAILED)
COUNTED_KINDS = (TaskKind.TASK, TaskKind.SIGNER, TaskKind.ADDED, TaskKind.DELEGATED)
"""Kinds of tasks that hold a case up; the rest is for reading only."""


def _copied(row: Any) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in vars(row).items()}
