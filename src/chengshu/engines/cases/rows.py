"""Between the rows of the database and the state that a run works on. Plain conversions, nothing decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chengshu.engines.cases import models
from chengshu.engines.cases.state import (
    CaseRow,
    CaseState,
    Happening,
    Job,
    JobState,
    State,
    Task,
    TaskKind,
    TaskState,
    Token,
    TokenState,
    Wait,
    WaitKind,
)

Row = dict[str, Any]
Fields = list[Any]
Loaded = list[Any]
"""What ``cases_load`` gives: the case as a row, lists of tokens, of open tasks, the task that was asked for when it is
not open, lists of waits and of open jobs."""

_TOKEN_STATES = {state.value: state for state in TokenState}
_TASK_KINDS = {kind.value: kind for kind in TaskKind}
_TASK_STATES = {state.value: state for state in TaskState}
_WAIT_KINDS = {kind.value: kind for kind in WaitKind}
ENDED = frozenset({CaseState.COMPLETED, CaseState.TERMINATED, CaseState.VOID})


def state_of(loaded: Loaded) -> State:
    """The state in what ``cases_load`` gives."""
    case, tokens, tasks, _wanted, waits, jobs = loaded
    return State(
        case=_case(case),
        tokens={row[0]: _token(row) for row in tokens or ()},
        tasks={row[0]: _task(row) for row in tasks or ()},
        waits={row[0]: _wait(row) for row in waits or ()},
        jobs={row[0]: _job(row) for row in jobs or ()},
    )


def warnings_of(loaded: Loaded) -> dict[int, str | None]:
    """When the light of each open task turns yellow, which a run does not know."""
    return {row[0]: row[23] for row in loaded[2] or ()}


def ended_task_of(loaded: Loaded) -> Task | None:
    """The task that was asked for, when it has ended."""
    wanted = loaded[3]
    return _task(wanted) if wanted else None


def _case(row: Row) -> CaseRow:
    return CaseRow(
        id=row["id"],
        plan=row["plan"],
        state=CaseState(row["state"]),
        status=row["status"],
        variables=dict(row["variables"]),
        seq=row["seq"],
        outcome=row["outcome"],
        unit_id=row["unit_id"],
        opened_by=row["opened_by_id"],
        title=row["title"],
    )


# The lists hold what the classes of ``state`` have, in the order of their fields.


def _token(row: Fields) -> Token:
    row[4] = _TOKEN_STATES[row[4]]
    return Token(*row)


def _task(row: Fields) -> Task:
    row[5], row[6] = _TASK_KINDS[row[5]], _TASK_STATES[row[6]]
    row[13], row[14], row[19] = moment(row[13]), moment(row[14]), moment(row[19])
    return Task(*row[:23])


def _wait(row: Fields) -> Wait:
    row[4], row[7] = _WAIT_KINDS[row[4]], moment(row[7])
    return Wait(*row)


def _job(row: Fields) -> Job:
    row[7] = JobState(row[7])
    return Job(*row)


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def case_row(case: CaseRow, kept: Mapping[str, Any]) -> Row:
    """All columns of the case: what a run knows, and what was loaded beside it."""
    return {
        **kept,
        "id": case.id,
        "plan": case.plan,
        "title": case.title[:300],
        "state": case.state.value,
        "status": case.status,
        "outcome": case.outcome[:100],
        "variables": case.variables,
        "seq": case.seq,
    }


def changed_columns(now: Row, loaded: Row) -> Row:
    """The columns of the case that are to be written."""
    return {name: now[name] for name in _CHANGING if now[name] != loaded.get(name, _NOTHING)}


_NOTHING = object()
_CHANGING = (
    "seq",
    "variables",
    "state",
    "status",
    "outcome",
    "title",
    "plan",
    "version_id",
    "ended_at",
    "reader_units",
    "people",
    "merged_into_id",
)


def token_row(token: Token, case_id: int) -> Row:
    return {
        "id": token.id,
        "case_id": case_id,
        "parent_id": token.parent,
        "plan": token.plan,
        "node": token.node,
        "state": token.state.value,
        "via": token.via,
        "local": token.local,
        "total": token.total,
        "done": token.done,
        "order": token.order,
    }


def task_row(task: Task, case: CaseRow, kept: Mapping[str, Any], warn_at: str | None = None) -> Row:
    """All columns of a task.

    :param kept: the case's columns that a run does not know: number, definition …
    :param warn_at: as loaded
    """
    return {
        "id": task.id,
        "case_id": case.id,
        "definition_id": kept["definition_id"],
        "token_id": task.token,
        "plan": task.plan,
        "node": task.node,
        "name": task.name[:300],
        "kind": task.kind.value,
        "state": task.state.value,
        "unit_id": task.unit_id,
        "role": task.role,
        "assignee_id": task.assignee_id,
        "owner_id": task.owner_id,
        "form": task.form,
        "number": kept["number"],
        "title": case.title[:300],
        "opened_at": task.opened_at,
        "due_at": task.due_at,
        "warn_at": task.data.get("warn_at") or warn_at,
        "priority": task.priority,
        "outcome": task.outcome,
        "opinion": task.opinion,
        "completed_by_id": task.completed_by,
        "completed_at": task.completed_at,
        "on_behalf_of_id": task.on_behalf_of,
        "urged": task.urged,
        "data": task.data,
        "simulated": kept["simulated"],
    }


def done_row(task: Task) -> Row:
    """The columns of a task that completing or cancelling it changes."""
    return {
        "id": task.id,
        "state": task.state.value,
        "outcome": task.outcome,
        "opinion": task.opinion,
        "completed_by_id": task.completed_by,
        "completed_at": task.completed_at,
        "on_behalf_of_id": task.on_behalf_of,
    }


DONE_FIELDS = frozenset({"state", "outcome", "opinion", "completed_by", "completed_at", "on_behalf_of"})
"""The fields of a task that ``done_row`` has."""


def wait_row(wait: Wait, case_id: int) -> Row:
    return {
        "id": wait.id,
        "case_id": case_id,
        "token_id": wait.token,
        "plan": wait.plan,
        "node": wait.node,
        "kind": wait.kind.value,
        "name": wait.name,
        "key": wait.key,
        "due_at": wait.due_at,
        "every": wait.every,
        "remaining": wait.remaining,
    }


def job_row(job: Job, case_id: int, **columns: Any) -> Row:
    """All columns of a job.

    :param columns: when it is next tried, and what became of the attempts so far
    """
    return {
        "id": job.id,
        "case_id": case_id,
        "token_id": job.token,
        "plan": job.plan,
        "node": job.node,
        "service": job.service,
        "payload": job.payload,
        "attempts_left": job.attempts_left,
        "state": job.state.value,
        "attempts": 0,
        "error": "",
        **columns,
    }


def happening_row(happening: Happening, case_id: int) -> Row:
    return {
        "case_id": case_id,
        "seq": happening.seq,
        "at": happening.at,
        "kind": happening.kind,
        "node": happening.node,
        "token_id": happening.token,
        "task_id": happening.task,
        "account_id": happening.account_id,
        "details": dict(happening.details),
    }


def happening_of(row: models.Happening) -> Happening:
    """An entry of the history as a run knows it."""
    return Happening(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        node=row.node,
        token=row.token_id,
        task=row.task_id,
        account_id=row.account_id,
        details=row.details,
    )
