"""What the case engine hands out: frozen records for pages, scenes and the API. One of its two doors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from chengshu.engines.cases.state import (
    CaseState as CaseState,
)
from chengshu.engines.cases.state import (
    JobState as JobState,
)
from chengshu.engines.cases.state import (
    TaskKind as TaskKind,
)
from chengshu.engines.cases.state import (
    TaskState as TaskState,
)
from chengshu.engines.cases.state import (
    TokenState as TokenState,
)
from chengshu.engines.cases.state import (
    WaitKind as WaitKind,
)
from chengshu.foundation.errors import Words

Light = Literal["", "green", "yellow", "red"]
"""Green: time left; yellow: the warning share of it is used up; red: overdue. Empty: no clock."""

Queue = Literal["mine", "claimable", "unit", "circulated", "done", "started"]
"""Mine: assigned to me. Claimable: for a post of mine. Unit: all open ones of my units. Done: what I completed.
Started: cases that I opened."""


@dataclass(frozen=True)
class WorkItem:
    """One line of the inbox."""

    task_id: int
    case_id: int
    number: str
    title: str
    definition: str
    definition_title: str
    node: str
    node_name: str
    kind: TaskKind
    state: TaskState
    unit_id: int
    unit_name: str
    role: str
    assignee_id: int | None
    assignee_name: str
    owner_name: str
    opened_at: datetime
    due_at: datetime | None
    light: Light
    priority: int
    urged: int
    simulated: bool


@dataclass(frozen=True)
class WorkPage:
    items: tuple[WorkItem, ...]
    next_cursor: str
    previous_cursor: str = ""


@dataclass(frozen=True)
class WorkFilter:
    """How the inbox is narrowed; empty means "all". ``text`` searches number and title."""

    definition: str = ""
    light: Light = ""
    text: str = ""
    node: str = ""
    unit_id: int | None = None
    sort: Literal["due", "-due", "opened", "-opened", "priority"] = "due"


@dataclass(frozen=True)
class WorkCounts:
    """Exact numbers of open work of the asker, the same rows that the lists show."""

    mine: int
    claimable: int
    unit: int
    circulated: int
    overdue: int
    due_soon: int


@dataclass(frozen=True)
class CaseLine:
    """One line of a list of cases."""

    case_id: int
    number: str
    title: str
    definition: str
    definition_title: str
    state: CaseState
    status: str
    unit_name: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    light: Light
    simulated: bool


@dataclass(frozen=True)
class CasePage:
    """A page of a list of cases with the cursors around it; an empty cursor means that nothing is there."""

    items: tuple[CaseLine, ...]
    next_cursor: str
    previous_cursor: str = ""


@dataclass(frozen=True)
class TaskView:
    """A task as its page shows it, open or ended."""

    task_id: int
    case_id: int
    node: str
    node_name: str
    kind: TaskKind
    state: TaskState
    unit_id: int
    unit_name: str
    role: str
    role_title: str
    assignee_id: int | None
    assignee_name: str
    owner_name: str
    completed_by_name: str
    on_behalf_of_name: str
    opened_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    outcome: str
    opinion: str
    form: str
    urged: int
    light: Light
    may: frozenset[str] = frozenset()
    """Actions that the asker may perform on it now, by name: ``complete_task``, ``return_case`` …"""


@dataclass(frozen=True)
class Outcome:
    """A button of a task: what the process offers as a decision, such as agree and disagree."""

    key: str
    label: Words
    tone: Literal["positive", "negative", "neutral"] = "neutral"
    needs_opinion: bool = False


@dataclass(frozen=True)
class Place:
    """A node that a case can be returned or moved to."""

    node: str
    name: str
    visited: bool


@dataclass(frozen=True)
class TimelineEntry:
    seq: int
    at: datetime
    kind: str
    title: Words
    node: str
    node_name: str
    actor: str
    unit_name: str = ""
    text: str = ""
    on_behalf_of: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class TokenView:
    """Where the case stands, for the diagram."""

    node: str
    state: TokenState
    count: int
    note: str = ""


@dataclass(frozen=True)
class ClockView:
    """One clock of a case.

    :param layer: ``legal``, ``promised`` or ``step``
    :param unit: ``wd`` working days, ``d`` natural days, ``h`` hours
    :param used: in the clock's unit, pauses excluded; ``left`` is negative when overdue
    """

    clock_id: int
    layer: Literal["legal", "promised", "step"]
    title: Words
    unit: Literal["wd", "d", "h"]
    limit: int
    started_at: datetime
    due_at: datetime
    forecast_at: datetime | None
    stopped_at: datetime | None
    paused_since: datetime | None
    used: float
    left: float
    light: Light
    source: str
    pauses: tuple[tuple[datetime, datetime | None, str], ...] = ()


@dataclass(frozen=True)
class NextStep:
    """What can come after the present steps, and on what condition."""

    node: str
    name: str
    kind: str
    condition: str = ""
    who: str = ""


@dataclass(frozen=True)
class AttachmentView:
    attachment_id: int
    file_id: int
    name: str
    kind: str
    node_name: str
    added_at: datetime
    added_by: str
    size: int = 0


@dataclass(frozen=True)
class CaseView:
    """Everything of one case that its page shows, already narrowed to what the asker may see."""

    case_id: int
    number: str
    title: str
    definition: str
    definition_title: str
    version: int
    state: CaseState
    status: str
    status_label: Words
    outcome: str
    unit_id: int
    unit_name: str
    opened_by_name: str
    opened_at: datetime
    ended_at: datetime | None
    simulated: bool
    variables: Mapping[str, Any]
    tasks: tuple[TaskView, ...]
    timeline: tuple[TimelineEntry, ...]
    tokens: tuple[TokenView, ...]
    clocks: tuple[ClockView, ...]
    next_steps: tuple[NextStep, ...]
    attachments: tuple[AttachmentView, ...]
    related: tuple[CaseLine, ...] = ()
    may: frozenset[str] = frozenset()
    timeline_left_out: int = 0
    """How many earlier entries of the history are not in ``timeline``."""


@dataclass(frozen=True)
class Finding:
    """One remark on a model, located.

    :param severity: ``error`` refuses deployment, ``warning`` does not
    :param element: id of the element, empty for the whole file
    """

    severity: Literal["error", "warning"]
    code: str
    element: str
    element_name: str
    message: Words
    hint: Words = ""
    line: int = 0


@dataclass(frozen=True)
class VersionView:
    version_id: int
    number: int
    state: Literal["draft", "review", "deployed", "retired"]
    note: str
    author: str
    reviewer: str
    saved_at: datetime
    deployed_at: datetime | None
    digest: str
    running_cases: int = 0


@dataclass(frozen=True)
class DefinitionView:
    """A process or a decision with its versions, newest first."""

    definition_id: int
    key: str
    kind: Literal["process", "decision"]
    title: str
    unit_id: int
    unit_name: str
    origin: str
    start_form: str
    versions: tuple[VersionView, ...] = ()


@dataclass(frozen=True)
class MigrationEffect:
    """What moving one running case to another version would do."""

    case_id: int
    number: str
    moves: tuple[tuple[str, str], ...]
    """(node now, node afterwards) of each token."""
    refused: Words = ""
    """Why it cannot be moved; empty when it can."""
    gains: tuple[str, ...] = ()
    """Names of steps still ahead that the old version did not have."""
    loses: tuple[str, ...] = ()


@dataclass(frozen=True)
class JobView:
    job_id: int
    case_id: int
    number: str
    node: str
    service: str
    state: JobState
    attempts: int
    next_at: datetime | None
    error: str


@dataclass(frozen=True)
class OperationsView:
    """The engine's state of health."""

    open_cases: int
    open_tasks: int
    stuck: tuple[CaseLine, ...]
    failed_jobs: tuple[JobView, ...]
    timers_due: int
    next_timer_at: datetime | None
    waiting_jobs: int
    completed_per_day: tuple[tuple[str, int], ...]
    opened_per_day: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class NodeFigures:
    """History of one node of a version, for the heat map. Hours are wall-clock hours."""

    node: str
    name: str
    entered: int
    open: int
    median_h: float | None
    p90_h: float | None
    returned: int
