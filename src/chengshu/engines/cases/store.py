"""The hot path: lock and load a case in one statement, run it in memory, write what changed in another.

Raw SQL, only here, and only called inside actions: the two statements are the functions ``cases_load`` and
``cases_apply``, whose text is in the migrations. Row security holds in them as everywhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticSerializationError, from_json, to_json

from chengshu.engines.cases import after, places
from chengshu.engines.cases.ids import ids
from chengshu.engines.cases.interpreter.run import Run
from chengshu.engines.cases.library import library
from chengshu.engines.cases.rows import (
    DONE_FIELDS,
    case_row,
    changed_columns,
    done_row,
    ended_task_of,
    happening_row,
    job_row,
    state_of,
    task_row,
    token_row,
    wait_row,
    warnings_of,
)
from chengshu.engines.cases.state import CaseState, Delta, State, Task, TaskState
from chengshu.engines.cases.who import Doer, Post, doer_of
from chengshu.foundation import prepared
from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import chain
from chengshu.foundation.audit.changes import collecting, record
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing

_LOAD = "SELECT cases_load(%s::bigint, %s::bigint, %s::boolean)"
_APPLY = "SELECT cases_apply(%s::bigint, %s::jsonb)"
_OPEN = "SELECT cases_open(%s::jsonb)"


class StoredRun(Run):
    """A run whose new tasks get their unit and their due date before the history is sealed.

    :ivar columns: the columns of the case that a run does not know, such as its number and who may read it
    """

    columns: dict[str, Any]

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._changed: dict[int, set[str]] = {}

    def seal(self) -> None:
        after.assign(self, self.columns)
        self._note_changed_tasks()
        super().seal()

    def forget_delta(self) -> None:
        """Everything up to here is written."""
        self.delta = Delta()
        self._changed.clear()

    def merely_done(self) -> set[int]:
        """Ids of the tasks of which nothing changed but what completing or cancelling them changes."""
        self._note_changed_tasks()
        return {task_id for task_id, names in self._changed.items() if names <= DONE_FIELDS}

    def _note_changed_tasks(self) -> None:
        for (table, row_id), before in self._before.items():
            if table == "tasks" and before:
                self._changed.setdefault(row_id, set()).update(before)


@dataclass
class Work:
    """One case in one's hands, locked until the transaction ends.

    :param doer: who acts, and for whom
    :param stored: the columns of the case as they are in the database
    :param warnings: when the light of each loaded task turns yellow
    :param ended: the task asked for, when it has ended: a run does not know it
    """

    run: StoredRun
    doer: Doer
    known_tokens: frozenset[int]
    stored: dict[str, Any] = field(default_factory=dict)
    warnings: dict[int, str | None] = field(default_factory=dict)
    ended: Task | None = None

    @property
    def state(self) -> State:
        return self.run.state

    @property
    def delta(self) -> Delta:
        return self.run.delta

    @property
    def columns(self) -> dict[str, Any]:
        return self.run.columns

    @property
    def case_id(self) -> int:
        return self.run.case.id

    def task(self, task_id: int) -> Task:
        return self.state.tasks[task_id]

    def stand_for(self, task: Task, permission: str) -> None:
        """Find out who acts, and for whom.

        :raises Refused: if the task is somebody else's
        """
        post = Post(task.unit_id, task.role, task.assignee_id, task.kind)
        self.doer = doer_of(post, current_asker(), f"cases.{permission}")


@contextmanager
def at_task(
    task_id: int,
    permission: str,
    *,
    whose: Callable[[Work, int], None] | None = None,
    ended: bool = False,
    may_be_held: bool = False,
    must_run: bool = True,
) -> Iterator[Work]:
    """Take the case of a task in hand, as whoever the task belongs to; written at the end of the block.

    :param permission: the action's name without the app, as ``complete_task``
    :param whose: asks instead whether the asker may, where it is not the task's own person who acts
    :param ended: the task is meant to have ended already
    :param may_be_held: also while others have to sign before it
    :param must_run: the case must be running
    :raises Missing: if there is no such task that the asker may change
    :raises Refused: if it is somebody else's
    :raises Conflict: if it is ended (says by whom and when), or the case is not running
    """
    work = _loaded(None, task_id)
    if must_run:
        _require_open(work, task_id, ended=ended)
    if not ended:
        task = _open_task(work, task_id, may_be_held=may_be_held)
        if whose is None:
            work.stand_for(task, permission)
        else:
            whose(work, task_id)
    yield work
    write(work)


@contextmanager
def at_case(case_id: int, *, must_run: bool = True) -> Iterator[Work]:
    """Take a case in hand; written at the end of the block.

    :param must_run: it must be running, neither suspended nor ended
    :raises Missing: if there is no such case that the asker may change
    :raises Conflict: if it is not running
    """
    work = _loaded(case_id, None)
    if must_run:
        _require_running(work)
    yield work
    write(work)


def take(case_id: int) -> Work:
    """Take a running case in hand; the caller writes it. For work on several cases, taken in the order of their ids.

    :raises Missing: if there is no such case that the asker may change
    :raises Conflict: if it is not running
    """
    work = _loaded(case_id, None)
    _require_running(work)
    return work


def if_free(case_id: int) -> Work | None:
    """Take a case in hand unless somebody else has it; the caller writes it. For the worker, which comes again."""
    return _load(case_id, None, may_skip=True)


def write(work: Work) -> None:
    """Write what the run changed, and what follows from it."""
    payload = _payload(work)
    if payload:
        prepared.later(_APPLY, [work.case_id, _json(payload)])
        _record(work)
        after.follow(work.run, work.columns, is_new="opened" in payload)
    work.run.forget_delta()
    work.known_tokens = frozenset(work.state.tokens)


def run_over(state: State, columns: dict[str, Any], now: datetime | None = None) -> StoredRun:
    """A run over a state, with this process's plans and ids."""
    run = StoredRun(
        state,
        library,
        now=now or timezone.localtime(),
        ids=ids.__next__,
        account_of=places.account_of,
    )
    run.columns = columns
    return run


def adopted(run: Run, columns: dict[str, Any]) -> StoredRun:
    """A run that the interpreter made by itself, to be written like one of ours."""
    ours = run_over(run.state, columns, run.now)
    ours.delta = run.delta
    after.assign(ours, columns)
    return ours


def write_new(run: StoredRun, doer: Doer) -> None:
    """Write a case that did not exist."""
    run.columns["is_new"] = True
    write(Work(run, doer, frozenset()))


@dataclass(frozen=True)
class New:
    """A case that did not exist, ready to be written.

    :param changes: what the audit chain says about it
    """

    run: StoredRun
    content: bytes
    changes: list[dict[str, Any]]


def new_of(run: StoredRun, doer: Doer) -> New:
    """What is to be written of a new case.

    :raises InvalidInput: ``variables`` if something in it cannot be kept
    """
    run.columns["is_new"] = True
    work = Work(run, doer, frozenset())
    content = _json(_payload(work))
    with collecting() as changes:
        _record(work)
    return New(run, content, changes)


def write_all_new(cases: Sequence[New]) -> None:
    """Write many new cases, each kind of row in one statement, and what follows from them."""
    prepared.later(_OPEN, [b"[" + b",".join(case.content for case in cases) + b"]"])
    after.follow_new([(case.run, case.run.columns) for case in cases])
    for case in cases:
        case.run.forget_delta()


def _loaded(case_id: int | None, task_id: int | None) -> Work:
    found = _load(case_id, task_id)
    if found is None:
        raise _task_missing() if task_id is not None else _case_missing()
    return found


def _load(case_id: int | None, task_id: int | None, *, may_skip: bool = False) -> Work | None:
    if not 0 < (case_id or task_id or 0) < 2**63:
        return None
    row, place = prepared.run_all((_LOAD, [case_id, task_id, may_skip]), chain.place_query())
    chain.reserve(place)
    if row is None or row[0] is None:
        return None
    loaded = from_json(row[0])
    state = state_of(loaded)
    return Work(
        run=run_over(state, loaded[0]),
        doer=Doer(current_asker().account_id),
        known_tokens=frozenset(state.tokens),
        stored=dict(loaded[0]),
        warnings=warnings_of(loaded),
        ended=ended_task_of(loaded),
    )


def _payload(work: Work) -> dict[str, Any]:
    """The delta as the rows that ``cases_apply`` takes; empty when nothing changed."""
    delta, state, kept = work.delta, work.state, work.columns
    case, case_id = work.run.case, work.case_id
    put = [state.tokens[token_id] for token_id in sorted(delta.tokens_put)]
    done = delta.tasks_changed & work.run.merely_done() if delta.tasks_changed else set()
    rows: dict[str, Any] = {
        "tokens_new": [token_row(t, case_id) for t in put if t.id not in work.known_tokens],
        "tokens_changed": [token_row(t, case_id) for t in put if t.id in work.known_tokens],
        "tokens_gone": sorted(delta.tokens_gone),
        "tasks_new": [task_row(state.tasks[i], case, kept) for i in sorted(delta.tasks_new)],
        "tasks_done": [done_row(state.tasks[i]) for i in sorted(done)],
        "tasks_changed": [
            task_row(state.tasks[i], case, kept, work.warnings.get(i))
            for i in sorted(delta.tasks_changed - done)
        ],
        "waits_new": [wait_row(state.waits[i], case_id) for i in sorted(delta.waits_new)],
        "waits_gone": sorted(delta.waits_gone),
        "jobs_new": [job_row(state.jobs[i], case_id) for i in sorted(delta.jobs_new)],
        "jobs_changed": [job_row(state.jobs[i], case_id) for i in sorted(delta.jobs_changed)],
        "history": [happening_row(h, case_id) for h in delta.history],
    }
    rows = {name: found for name, found in rows.items() if found}
    if rows or delta.case_changed:
        is_new = kept.pop("is_new", False)
        now = case_row(case, kept)
        changed = changed_columns(now, work.stored)
        if is_new:
            rows["opened"] = now
        elif changed.keys() <= _USUAL:
            rows.update(changed)
        else:
            rows["case"] = changed
        work.stored = {**now, "variables": dict(case.variables)}
    return rows


_USUAL = frozenset({"seq", "variables"})
"""Columns of the case that nearly every call changes."""


_NULS = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""The escape of a NUL, told from the six characters that somebody typed after a backslash."""


def _json(payload: Mapping[str, Any]) -> bytes:
    """
    :raises InvalidInput: ``variables`` if something in it is no number or no text that can be kept
    """
    try:
        content = to_json(payload)
    except PydanticSerializationError:
        content = b""
    if not content or _is_suspicious(content):
        content = _carefully(payload)
    return content


def _is_suspicious(content: bytes) -> bool:
    """Whether something may be in it that PostgreSQL cannot keep; or text that looks like it."""
    return b"NaN" in content or b"Infinity" in content or b"\\u0000" in content


def _carefully(payload: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps(payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_plain)
        return _NULS.sub(r"\1", text).encode()
    except ValueError as error:
        raise InvalidInput(
            _("A value cannot be kept: it is not a finite number, or not readable text."),
            field="variables",
            code="cases.value_unreadable",
            hint=_("Correct the value and send it again."),
        ) from error


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no process variable")


def _record(work: Work) -> None:
    """What the audit chain says about it: the case, and which steps of its history came about."""
    history = work.delta.history
    record(
        "change",
        f"cases.case:{work.case_id}",
        number=work.columns["number"],
        history=[history[0].seq, history[-1].seq] if history else [],
        kinds=[f"{happening.kind}:{happening.node}" for happening in history[:20]],
        **({"on_behalf_of": work.doer.on_behalf_of} if work.doer.on_behalf_of else {}),
    )


def _open_task(work: Work, task_id: int, *, may_be_held: bool) -> Task:
    task = work.state.tasks.get(task_id)
    if task is None or (task.state != TaskState.OPEN and not may_be_held):
        raise _task_ended(task or work.ended)
    return task


def _require_open(work: Work, task_id: int, *, ended: bool) -> None:
    """The case must be running; of a task that has ended it is said first how."""
    if not ended and work.ended is not None:
        raise _task_ended(work.ended)
    _require_running(work)


def _require_running(work: Work) -> None:
    state = work.run.case.state
    if state == CaseState.RUNNING:
        return
    if state == CaseState.SUSPENDED:
        raise Conflict(
            _("The case is suspended."),
            code="cases.suspended",
            hint=_("It has to be resumed before anything can be done in it."),
        )
    raise Conflict(
        _("The case is ended."), code="cases.ended", hint=_("Reload the page to see how it ended.")
    )


def _task_missing() -> Missing:
    return Missing(
        _("There is no such task, or you may not see it."),
        code="cases.task_missing",
        hint=_("Go back to your list of work."),
    )


def _case_missing() -> Missing:
    return Missing(
        _("There is no such case, or you may not change it."),
        code="cases.missing",
        hint=_("Go back to the list of cases."),
    )


def _task_ended(task: Task | None) -> ChengshuError:
    """Says who ended it and when, so that nobody wonders."""
    if task is None:
        return _task_missing()
    when = timezone.localtime(task.completed_at) if task.completed_at else None
    data = {"completed_by": task.completed_by, "completed_at": when.isoformat() if when else None}
    if task.state == TaskState.HELD:
        return Conflict(
            _("This task waits for others to sign first."),
            code="task.held",
            hint=_("It comes back to your list by itself."),
        )
    if task.state == TaskState.COMPLETED and when is not None:
        message = _("%(who)s completed this task on %(when)s.") % {
            "who": places.account_name(task.completed_by),
            "when": f"{when:%Y-%m-%d %H:%M:%S}",
        }
        return Conflict(message, code="task.completed", hint=_("Reload your list of work."), data=data)
    return Conflict(
        _("This task is no longer needed."),
        code="task.ended",
        hint=_("Reload your list of work."),
        data=data,
    )
