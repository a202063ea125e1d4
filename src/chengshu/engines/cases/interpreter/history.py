"""What the entries of a case's history mean, and how the open state is rebuilt from them alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chengshu.engines.cases.interpreter.machine import OPEN_JOBS, OPEN_TASKS
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

KINDS: Mapping[str, str] = {
    "case_started": "The case began; details: start node.",
    "case_completed": "Nothing is left to do; details: outcome.",
    "case_terminated": "The case ended before its time; details: reason.",
    "case_suspended": "Put on hold (挂起); details: reason.",
    "case_resumed": "Taken up again (恢复).",
    "case_withdrawn": "Withdrawn by the applicant; details: reason.",
    "case_voided": "Declared void (作废); details: reason.",
    "cases_merged": "Another case was joined to this one (并案); details: other.",
    "merged_into": "This case was joined to another one; details: other.",
    "case_split": "A part became a case of its own (拆分); details: other.",
    "split_from": "This case was split from another one; details: other.",
    "entered": "A token came to rest at a node: an event, a join, a sub-process, a multi-instance activity.",
    "passed": "A node was gone through without rest.",
    "left": "An activity was completed and left.",
    "ended": "A token came to an end.",
    "joined": "A join fired; details: tokens that became one.",
    "credited": "A join will not wait for a branch that a return or jump has passed over.",
    "cancelled": "A token and everything in it was taken away; details: reason.",
    "event": "An event happened: timer, message, signal, condition; details: event, name.",
    "thrown": "A message or signal was sent; details: event, name.",
    "error": "An error was caught or ended the case; details: code.",
    "escalation": "An escalation was raised; details: code, caught.",
    "incident": "A node could not go on and waits for an operator; details: code, message.",
    "retried": "An operator let a stopped node try again.",
    "moved": "An operator moved a token; details: source, to.",
    "status": "The case reached a status of the national code list; details: status.",
    "clock": "The clocks are to be started, stopped, paused or resumed; details: do, layer, ground.",
    "compensated": "An activity is being undone; details: activity.",
    "job_created": "A service was asked for; details: service, job.",
    "job_done": "The service answered; details: job.",
    "job_failed": "The service failed; details: job, error, attempts_left.",
    "task_opened": "Somebody has something to do.",
    "task_held": "A task waits for signers added before it, or is one added after another.",
    "task_released_from_hold": "Its turn has come.",
    "task_claimed": "Somebody took the task.",
    "task_released": "Somebody gave the task back to the unit.",
    "task_completed": "Done; details: outcome, opinion, on_behalf_of.",
    "task_cancelled": "No longer needed.",
    "task_withdrawn": "Taken back by the one who completed the step before (撤回).",
    "task_transferred": "Handed over for good (转办); details: source, to.",
    "task_delegated": "Handed over for an opinion (委托); details: source, to.",
    "delegation_resolved": "The opinion was given and the task went back to its owner.",
    "task_urged": "Urged (催办); details: reason.",
    "signer_added": "A signer was added (加签); details: side, of.",
    "signer_removed": "A signer was removed (减签).",
    "countersign_decided": "A countersign (会签) was decided; details: result, agreed, disagreed, share.",
    "circulated": "Given to read (传阅); details: to.",
    "circulation_acknowledged": "Read.",
    "case_returned": "Sent back (退回); details: source, to, rerun, reason.",
    "came_back": "The step returned to is done again; the case is back at the step that returned it.",
    "completion_withdrawn": "The last completion was taken back (撤回); details: task.",
    "case_jumped": "Moved by right (跳转); details: source, to, reason.",
    "changed": "Something changed that none of the others names.",
}
"""Every kind of history entry, with what its details hold."""

_TYPES: Mapping[type[Any], Mapping[str, type[Any]]] = {
    Token: {"state": TokenState},
    Task: {"state": TaskState, "kind": TaskKind},
    Wait: {"kind": WaitKind},
    Job: {"state": JobState},
    CaseRow: {"state": CaseState},
}
_TIMES = frozenset({"opened_at", "due_at", "completed_at"})
_TABLES: Mapping[str, type[Any]] = {"tokens": Token, "tasks": Task, "waits": Wait, "jobs": Job}


def replay(history: Iterable[Happening], *, until: int | None = None) -> State:
    """Rebuild what was open after the last entry, or after entry ``until``, from the history alone.

    :param history: all entries of one case, in order
    :raises ValueError: an entry is missing or out of order
    """
    state = State(CaseRow(0, ""))
    for expected, happening in enumerate(history, start=1):
        if happening.seq != expected:
            raise ValueError(f"entry {expected} is missing; found {happening.seq}")
        if until is not None and happening.seq > until:
            break
        state.case.seq = happening.seq
        if changes := happening.details.get("changes"):
            _apply(state, changes)
    return state


def _apply(state: State, changes: Mapping[str, Any]) -> None:
    for row_id in changes.get("gone", ()):
        state.tokens.pop(row_id, None)
    for row_id in changes.get("waits_gone", ()):
        state.waits.pop(row_id, None)
    for table, kind in _TABLES.items():
        for row_id, values in changes.get(table, {}).items():
            _put(getattr(state, table), kind, int(row_id), values)
    for name, value in changes.get("case", {}).items():
        setattr(state.case, name, _typed(CaseRow, name, value))
    state.case.variables.update(changes.get("variables", {}))
    state.tasks = {key: task for key, task in state.tasks.items() if task.state in OPEN_TASKS}
    state.jobs = {key: job for key, job in state.jobs.items() if job.state in OPEN_JOBS}


def _put(rows: dict[int, Any], kind: type[Any], row_id: int, values: Mapping[str, Any]) -> None:
    if row_id not in rows:
        rows[row_id] = kind(**{name: _typed(kind, name, value) for name, value in values.items()})
        return
    row = rows[row_id]
    if kind is Token:
        _put_keys(row.local, values)
    for name, value in values.items():
        if name not in ("set", "longer", "forgotten"):
            setattr(row, name, _typed(kind, name, value))


def _put_keys(local: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Follow ``recording``: keys set, lists lengthened, keys forgotten."""
    local.update(values.get("set", {}))
    for key, added in values.get("longer", {}).items():
        local[key] = [*local[key], *added]
    for key in values.get("forgotten", ()):
        del local[key]


def _typed(kind: type[Any], name: str, value: Any) -> Any:
    if name in _TIMES and value is not None:
        return datetime.fromisoformat(value)
    as_type = _TYPES[kind].get(name)
    if as_type is not None:
        return as_type(value)
    return dict(value) if isinstance(value, dict) else value
