"""What follows from a run: units and due dates of new tasks, who may now read the case, messages, jobs, clocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import transaction

from chengshu.engines.cases import places
from chengshu.engines.cases.clocks import keeping
from chengshu.engines.cases.events import CaseEnded, CaseOpened, CaseStatusChanged, MessageThrown
from chengshu.engines.cases.interpreter.machine import Machine
from chengshu.engines.cases.rows import ENDED
from chengshu.engines.cases.state import JobState, Task, TaskState
from chengshu.foundation.events.bus import Event, emit_all

Columns = dict[str, Any]


def assign(run: Machine, columns: Columns) -> None:
    """Give new tasks their unit and due date, and let whoever has to do with the case from now on read it."""
    state, delta = run.state, run.delta
    _leave_unknown_people_out([state.tasks[task_id] for task_id in delta.tasks_new])
    for task_id in delta.tasks_new:
        task = state.tasks[task_id]
        task.unit_id = places.resolve(task, run.case.unit_id)
        if task.state is TaskState.OPEN and "warn_at" not in task.data:
            _limit(run, task)
    for task_id in (*delta.tasks_new, *delta.tasks_changed):
        _let_in(columns, state.tasks[task_id])
    if run.case.state in ENDED and columns["ended_at"] is None:
        columns["ended_at"] = run.now


def _leave_unknown_people_out(tasks: list[Task]) -> None:
    """A task given to an account that there is not, or no more, is for its post to claim; nobody would find it else."""
    given = {task.assignee_id for task in tasks if task.assignee_id is not None}
    unknown = given - places.active_accounts(given) if given else given
    for task in tasks:
        if task.assignee_id in unknown:
            task.data = {**task.data, "assignee": str(task.assignee_id)}
            task.assignee_id = None


def _limit(run: Machine, task: Task) -> None:
    """The step's own limit, where it has one: when the light turns yellow, and when it is due."""
    node = run.plan(task.plan).nodes.get(task.node)
    if node is None or node.limit is None or task.opened_at is None:
        return
    times = keeping.task_times(node.limit, task.opened_at)
    task.due_at = min(task.due_at, times.due_at) if task.due_at else times.due_at
    task.data = {**task.data, "warn_at": min(times.warn_at, task.due_at).isoformat()}


def _let_in(columns: Columns, task: Task) -> None:
    if task.unit_id is not None and task.unit_id not in columns["reader_units"]:
        columns["reader_units"] = [*columns["reader_units"], task.unit_id]
    if task.assignee_id is not None and task.assignee_id not in columns["people"]:
        columns["people"] = [*columns["people"], task.assignee_id]


def follow(run: Machine, columns: Columns, *, is_new: bool) -> None:
    """Keep the clocks, and announce what leaves the case: messages, service jobs, its beginning and end."""
    keeping.follow(run.case.id, run.plan(run.case.plan), run.delta.history, run.now)
    emit_all(list(_announced(run, columns, is_new=is_new)))
    _perform_later(run)


def follow_new(cases: Sequence[tuple[Machine, Columns]]) -> None:
    """The same for many cases that have just begun."""
    keeping.follow_new(
        keeping.Begun(run.case.id, run.plan(run.case.plan), run.delta.history, run.now)
        for run, _columns in cases
    )
    emit_all([event for run, columns in cases for event in _announced(run, columns, is_new=True)])
    for run, _columns in cases:
        _perform_later(run)


def _announced(run: Machine, columns: Columns, *, is_new: bool) -> Iterator[Event]:
    case, delta = run.case, run.delta
    for thrown in delta.thrown:
        yield MessageThrown(case.id, thrown.kind.value, thrown.name, thrown.key, dict(thrown.payload))
    if is_new:
        yield CaseOpened(case.id, columns["definition_id"])
    for happening in delta.history:
        if happening.kind == "status":
            status = str(happening.details.get("status", ""))
            yield CaseStatusChanged(case.id, columns["definition_id"], status, happening.at.isoformat())
    if case.state in ENDED and columns["ended_at"] == run.now:
        yield CaseEnded(case.id, columns["definition_id"], case.state.value, case.outcome)


def _perform_later(run: Machine) -> None:
    delta = run.delta
    waiting = [job_id for job_id in delta.jobs_new if run.state.jobs[job_id].state is JobState.WAITING]
    if waiting:
        _have_performed(waiting)


def _have_performed(jobs: list[int]) -> None:
    """Queue the calls: they are made if and only if this transaction commits, and never inside it."""
    from chengshu.engines.cases.tasks import (
        perform_service,  # the queue's task calls the store, which calls this
    )

    with transaction.atomic():
        for job_id in jobs:
            perform_service.defer(job_id=job_id)
