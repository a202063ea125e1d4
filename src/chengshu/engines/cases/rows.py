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
ENDED = frozenset({CaseState.COMPLETED, CaseState.TERMINATED, CaseState.VOID})


def state_of(loaded: Mapping[str, Any]) -> State:
    """The state in what ``cases_load`` gives."""
    return State(
        case=_case(loaded["case"]),
        tokens={row["id"]: _token(row) for row in loaded["tokens"] or ()},
        tasks={row["id"]: _task(row) for row in loaded["tasks"] or ()},
        waits={row["id"]: _wait(row) for row in loaded["waits"] or ()},
        jobs={row["id"]: _job(row) for row in loaded["jobs"] or ()},
    )


def ended_task_of(loaded: Mapping[str, Any]) -> Task | None:
    """The task that was asked for, when it has ended."""
    return _task(loaded["wanted"]) if loaded["wanted"] else None


def _case(row: Row) -> CaseRow:
    return CaseRow(
        id=row["id"],
        plan=row["plan"],
        state=CaseState(row["state"]),
        status=row["status"],
        variables=row["variables"],
        seq=row["seq"],
        outcome=row["outcome"],
        unit_id=row["unit_id"],
        opened_by=row["opened_by_id"],
        title=row["title"],
    )


def _token(row: Row) -> Token:
    return Token(
        id=row["id"],
        parent=row["parent_id"],
        plan=row["plan"],
        node=row["node"],
        state=TokenState(row["state"]),
        via=row["via"],
        local=row["local"],
        total=row["total"],
        done=row["done"],
        order=row["order"],
    )


def _task(row: Row) -> Task:
    return Task(
        id=row["id"],
        token=row["token_id"],
        plan=row["plan"],
        node=row["node"],
        name=row["name"],
        kind=TaskKind(row["kind"]),
        state=TaskState(row["state"]),
        unit_id=row["unit_id"],
        role=row["role"],
        assignee_id=row["assignee_id"],
        owner_id=row["owner_id"],
        form=row["form"],
        opened_at=moment(row["opened_at"]),
        due_at=moment(row["due_at"]),
        priority=row["priority"],
        outcome=row["outcome"],
        opinion=row["opinion"],
        completed_by=row["completed_by_id"],
        completed_at=moment(row["completed_at"]),
        on_behalf_of=row["on_behalf_of_id"],
        urged=row["urged"],
        data=row["data"],
    )


def _wait(row: Row) -> Wait:
    return Wait(
        id=row["id"],
        token=row["token_id"],
        plan=row["plan"],
        node=row["node"],
        kind=WaitKind(row["kind"]),
        name=row["name"],
        key=row["key"],
        due_at=moment(row["due_at"]),
        every=row["every"],
        remaining=row["remaining"],
    )


def _job(row: Row) -> Job:
    return Job(
        id=row["id"],
        token=row["token_id"],
        plan=row["plan"],
        node=row["node"],
        service=row["service"],
        payload=row["payload"],
        attempts_left=row["attempts_left"],
        state=JobState(row["state"]),
    )


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


def task_row(
    task: Task, case: CaseRow, kept: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> Row:
    """All columns of a task.

    :param kept: the case's columns that a run does not know: number, definition …
    :param known: the task's own columns as loaded
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
        "warn_at": task.data.get("warn_at") or (known or {}).get("warn_at"),
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
