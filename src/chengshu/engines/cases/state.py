"""What one case is while a call works on it, and what the call changed: plain data, no database.

``State`` is loaded by the store, changed in memory by the interpreter, and written back as a ``Delta``. Only open
things are loaded; history is the events and the ended tasks, which no run needs to read back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class CaseState(StrEnum):
    RUNNING = "running"
    SUSPENDED = "suspended"
    COMPLETED = "completed"
    TERMINATED = "terminated"
    VOID = "void"


class TokenState(StrEnum):
    """What a token does at its node."""

    ACTIVE = "active"
    """Being moved; never stored between two calls."""
    WAITING = "waiting"
    """At a task, an event, a gateway that joins, or a service job."""
    SCOPE = "scope"
    """The token of an open sub-process, call, or case root: its children are the tokens inside."""
    MULTI = "multi"
    """The token of a multi-instance or loop: its children are the instances."""
    PENDING = "pending"
    """A sequential instance or a later signer whose turn has not come."""
    FAULTY = "faulty"
    """Stopped by an incident: an expression failed, a service gave up. An operator retries or moves it."""


class TaskState(StrEnum):
    OPEN = "open"
    HELD = "held"
    """Not yet its turn: signers added before it (加签) sign first, or it was itself added after another. Nobody can
    complete it now; it is still an open thing and is loaded with the state."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    """Taken away by the process: an interrupting event, a decided countersign, a return."""
    WITHDRAWN = "withdrawn"
    """Taken back by the one who completed the step before."""


class TaskKind(StrEnum):
    TASK = "task"
    SIGNER = "signer"
    """One member of a countersign (会签)."""
    ADDED = "added"
    """A signer added before or after (加签)."""
    DELEGATED = "delegated"
    """Handed over for an opinion, to come back to its owner (委托)."""
    CIRCULATED = "circulated"
    """To be read only (传阅); never holds the case up."""


class WaitKind(StrEnum):
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "condition"


class JobState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass
class CaseRow:
    """The case itself. ``status`` is the national status code (domain handbook 2.2), empty until a node sets one.

    :param plan: reference of the compiled process, as the library resolves it
    :param variables: JSON-able; keys and decisions, never whole forms
    :param seq: number of the last history event
    """

    id: int
    plan: str
    state: CaseState = CaseState.RUNNING
    status: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    outcome: str = ""
    unit_id: int | None = None
    opened_by: int | None = None
    title: str = ""


@dataclass
class Token:
    """One place where the case stands.

    :param parent: the scope or multi token it lives in; None only for the root
    :param plan: the process whose node it is at; differs from the case's inside a call activity
    :param via: the flow it arrived by, which joins count
    :param local: variables of this scope or instance, and what the node keeps for itself under ``"#…"`` keys
    :param total: expected instances, for a multi token
    :param done: ended instances, for a multi token
    """

    id: int
    parent: int | None
    plan: str
    node: str
    state: TokenState
    via: str = ""
    local: dict[str, Any] = field(default_factory=dict)
    total: int = 0
    done: int = 0
    order: int = 0


@dataclass
class Task:
    """Work for a person. The candidate is a role at a unit; the assignee has claimed it or was given it.

    :param unit: unit key or id as the assignment expression gave it; the store resolves and checks it
    :param owner_id: who gets a delegated task back
    :param data: what the node wants kept with the task: weight, signer order, what an added signer precedes
    """

    id: int
    token: int
    plan: str
    node: str
    name: str
    kind: TaskKind = TaskKind.TASK
    state: TaskState = TaskState.OPEN
    unit_id: int | None = None
    unit: str = ""
    role: str = ""
    assignee_id: int | None = None
    owner_id: int | None = None
    form: str = ""
    opened_at: datetime | None = None
    due_at: datetime | None = None
    priority: int = 50
    outcome: str = ""
    opinion: str = ""
    completed_by: int | None = None
    completed_at: datetime | None = None
    on_behalf_of: int | None = None
    urged: int = 0
    data: dict[str, Any] = field(default_factory=dict)


@dataclass
class Wait:
    """Something that must happen outside before its token goes on.

    :param name: message or signal name; for a condition the node id
    :param key: correlation key of a message; empty matches by case only
    :param due_at: for a timer
    :param remaining: further repetitions of a timer cycle; -1 for no end, 0 for none
    """

    id: int
    token: int
    plan: str
    node: str
    kind: WaitKind
    name: str = ""
    key: str = ""
    due_at: datetime | None = None
    every: str = ""
    remaining: int = 0


@dataclass
class Job:
    """A call of an outside service: written with the case, performed by the worker after the commit."""

    id: int
    token: int
    plan: str
    node: str
    service: str
    payload: dict[str, Any] = field(default_factory=dict)
    attempts_left: int = 3
    state: JobState = JobState.WAITING


@dataclass(frozen=True)
class Happening:
    """One entry of a case's history: append-only, ordered by ``seq``."""

    seq: int
    at: datetime
    kind: str
    node: str = ""
    token: int | None = None
    task: int | None = None
    account_id: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Thrown:
    """A message or signal leaving this case; the store delivers it after the commit."""

    kind: WaitKind
    name: str
    key: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class State:
    """Everything open of one case."""

    case: CaseRow
    tokens: dict[int, Token] = field(default_factory=dict)
    tasks: dict[int, Task] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)


@dataclass
class Delta:
    """What one call changed; the store writes exactly this. Ids that are in no set are untouched."""

    case_changed: bool = False
    tokens_put: set[int] = field(default_factory=set)
    tokens_gone: set[int] = field(default_factory=set)
    tasks_new: set[int] = field(default_factory=set)
    tasks_changed: set[int] = field(default_factory=set)
    waits_new: set[int] = field(default_factory=set)
    waits_gone: set[int] = field(default_factory=set)
    jobs_new: set[int] = field(default_factory=set)
    jobs_changed: set[int] = field(default_factory=set)
    history: list[Happening] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
