"""The API of cases: lists of work, opening, reading, and what is done to a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Query, Router, Schema, Status

from chengshu.engines.cases import actions, handing_over, keyed
from chengshu.engines.cases.data import WorkFilter
from chengshu.engines.cases.queries.ahead import outcomes_of
from chengshu.engines.cases.queries.cases import case_view, cases, task_view
from chengshu.engines.cases.queries.definitions import startable
from chengshu.engines.cases.queries.operations import operations
from chengshu.engines.cases.queries.work import work_counts, work_items
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures

router = Router()

QueueName = Literal["mine", "claimable", "unit", "circulated", "done", "started"]


class WorkItemOut(Schema):
    """One line of a list of work; ``light`` is green, yellow, red or empty."""

    task_id: int
    case_id: int
    number: str
    title: str
    definition: str
    node: str
    node_name: str
    kind: str
    state: str
    unit_id: int
    unit_name: str
    role: str
    assignee_name: str
    opened_at: datetime
    due_at: datetime | None
    light: str
    urged: int


class WorkPageOut(Schema):
    """One page of a list of work; an empty cursor means that nothing is there."""

    items: list[WorkItemOut]
    next: str
    previous: str


class WorkCountsOut(Schema):
    """How much open work the asker has."""

    mine: int
    claimable: int
    unit: int
    circulated: int
    overdue: int
    due_soon: int


class WorkQuery(Schema):
    """Which list, narrowed how."""

    queue: QueueName = "mine"
    definition: str = ""
    light: Literal["", "green", "yellow", "red"] = ""
    text: str = Field("", max_length=200)
    node: str = ""
    unit_id: int | None = None
    sort: Literal["due", "-due", "opened", "-opened", "priority"] = "due"
    cursor: str = ""
    size: int = Field(50, ge=1, le=200)


class OpenCaseIn(Schema):
    """A case to open."""

    definition: str = Field(max_length=100)
    unit_id: int | None = None
    title: str = Field("", max_length=300)
    variables: dict[str, Any] = {}


class OpenedOut(Schema):
    """The case that was opened."""

    case_id: int


class HandedIn(OpenCaseIn):
    """One of many cases to open; a ``key`` names it, so that sending it again within a day opens it once."""

    key: str = Field("", max_length=200)


class OpenCasesIn(Schema):
    """Cases that another system hands over: all of them are opened, or none."""

    items: list[HandedIn] = Field(min_length=1, max_length=handing_over.MOST)


class OpenedOneOut(Schema):
    """One case that was opened; ``repeated`` if that was done before under the same key."""

    position: int
    case_id: int
    repeated: bool


class OpenedManyOut(Schema):
    """The cases in the order in which they were sent."""

    cases: list[OpenedOneOut]


class CompleteIn(Schema):
    """How a task is completed."""

    outcome: str = Field("", max_length=100)
    opinion: str = Field("", max_length=5000)
    variables: dict[str, Any] = {}


class OutcomeOut(Schema):
    """A decision that a step offers."""

    key: str
    label: str
    tone: str
    needs_opinion: bool


class TaskOut(Schema):
    """A task, open or ended, and the actions that the asker may perform on it now."""

    task_id: int
    case_id: int
    node: str
    node_name: str
    kind: str
    state: str
    unit_id: int
    role: str
    assignee_name: str
    completed_by_name: str
    opened_at: datetime
    due_at: datetime | None
    completed_at: datetime | None
    outcome: str
    opinion: str
    form: str
    light: str
    may: list[str]
    outcomes: list[OutcomeOut] = []


class TimelineOut(Schema):
    """One entry of a case's history."""

    seq: int
    at: datetime
    kind: str
    node: str
    actor: str
    on_behalf_of: str
    text: str


class CaseOut(Schema):
    """A case with its tasks and the newest of its history; ``timeline_left_out`` earlier entries are not shown."""

    case_id: int
    number: str
    title: str
    definition: str
    version: int
    state: str
    status: str
    outcome: str
    unit_id: int
    opened_at: datetime
    ended_at: datetime | None
    variables: dict[str, Any]
    tasks: list[TaskOut]
    timeline: list[TimelineOut]
    timeline_left_out: int
    may: list[str]


class CaseLineOut(Schema):
    """One line of a list of cases."""

    case_id: int
    number: str
    title: str
    definition: str
    state: str
    status: str
    unit_name: str
    opened_at: datetime
    ended_at: datetime | None
    due_at: datetime | None
    light: str


class CasePageOut(Schema):
    """One page of cases, newest first."""

    items: list[CaseLineOut]
    next: str
    previous: str


class StartableOut(Schema):
    """A process that a case can be opened by."""

    key: str
    title: str
    unit_id: int
    start_form: str


class OperationsOut(Schema):
    """The engine's state of health."""

    open_cases: int
    open_tasks: int
    stuck: int
    failed_jobs: int
    waiting_jobs: int
    timers_due: int
    next_timer_at: datetime | None


@router.get(
    "/work",
    response={200: WorkPageOut, **failures(401, 403, 422)},
    operation_id="list_work",
    summary="The asker's work: own, claimable, of the unit, circulated, done, started",
)
@door("cases.view", title=_("See the cases of one's unit"))
def list_work(request: HttpRequest, query: Query[WorkQuery]) -> dict[str, Any]:
    narrowed = WorkFilter(query.definition, query.light, query.text, query.node, query.unit_id, query.sort)
    page = work_items(query.queue, narrowed, query.cursor, query.size)
    return {"items": list(page.items), "next": page.next_cursor, "previous": page.previous_cursor}


@router.get(
    "/work/counts",
    response={200: WorkCountsOut, **failures(401, 403)},
    operation_id="count_work",
    summary="How much open work the asker has",
)
@door("cases.view")
def count_work(request: HttpRequest) -> Any:
    return work_counts()


@router.get(
    "/startable",
    response={200: list[StartableOut], **failures(401, 403)},
    operation_id="list_startable",
    summary="Processes that a case can be opened by",
)
@door("cases.view")
def list_startable(request: HttpRequest) -> Any:
    return list(startable())


@router.get(
    "/cases",
    response={200: CasePageOut, **failures(401, 403, 422)},
    operation_id="list_cases",
    summary="Cases in scope, newest first",
)
@door("cases.view")
def list_cases(
    request: HttpRequest,
    scope: Literal["all", "mine", "unit"] = "all",
    definition: str = "",
    text: str = "",
    cursor: str = "",
    size: int = 50,
) -> dict[str, Any]:
    page = cases(
        scope=scope, definition=definition, text=text[:200], cursor=cursor, size=max(1, min(size, 200))
    )
    return {"items": list(page.items), "next": page.next_cursor, "previous": page.previous_cursor}


@router.post(
    "/cases",
    response={201: OpenedOut, **failures(401, 403, 404, 409, 422)},
    operation_id="open_case",
    summary="Open a case",
)
@idempotent
@door("cases.view")
def open_case(request: HttpRequest, given: OpenCaseIn) -> Status[dict[str, int]]:
    case_id = actions.open_case(
        definition=given.definition, unit_id=given.unit_id, title=given.title, variables=given.variables
    )
    return Status(201, {"case_id": case_id})


@router.post(
    "/cases/bulk",
    response={201: OpenedManyOut, **failures(401, 403, 409, 422)},
    operation_id="open_cases",
    summary="Open up to 500 cases, all of them or none",
)
@idempotent
@door("cases.view")
def open_cases(request: HttpRequest, given: OpenCasesIn) -> Status[dict[str, Any]]:
    opened = keyed.open_once(
        [
            keyed.Handed(
                item.key,
                {
                    "definition": item.definition,
                    "unit_id": item.unit_id,
                    "title": item.title,
                    "variables": item.variables,
                },
            )
            for item in given.items
        ]
    )
    return Status(201, {"cases": [asdict(each) for each in opened]})


@router.get(
    "/cases/{int:case_id}",
    response={200: CaseOut, **failures(401, 403, 404)},
    operation_id="get_case",
    summary="One case with its tasks and its history",
)
@door("cases.view")
def get_case(request: HttpRequest, case_id: int) -> dict[str, Any]:
    view = case_view(case_id)
    return {
        **_plain(view),
        "variables": dict(view.variables),
        "tasks": [_plain(task) for task in view.tasks],
        "timeline": list(view.timeline),
    }


@router.get(
    "/tasks/{int:task_id}",
    response={200: TaskOut, **failures(401, 403, 404)},
    operation_id="get_task",
    summary="One task, what may be done with it, and the decisions that its step offers",
)
@door("cases.view")
def get_task(request: HttpRequest, task_id: int) -> dict[str, Any]:
    outcomes = [
        {"key": o.key, "label": str(o.label), "tone": o.tone, "needs_opinion": o.needs_opinion}
        for o in outcomes_of(task_id)
    ]
    return {**_plain(task_view(task_id)), "outcomes": outcomes}


@router.post(
    "/tasks/{int:task_id}/claim",
    response={204: None, **failures(401, 403, 404, 409)},
    operation_id="claim_task",
    summary="Take a task on",
)
@idempotent
@door("cases.view")
def claim_task(request: HttpRequest, task_id: int) -> Status[None]:
    actions.claim_task(task_id=task_id)
    return Status(204, None)


@router.post(
    "/tasks/{int:task_id}/complete",
    response={204: None, **failures(401, 403, 404, 409, 422)},
    operation_id="complete_task",
    summary="Complete a task",
)
@idempotent
@door("cases.view")
def complete_task(request: HttpRequest, task_id: int, given: CompleteIn) -> Status[None]:
    actions.complete_task(
        task_id=task_id, outcome=given.outcome, opinion=given.opinion, variables=given.variables
    )
    return Status(204, None)


@router.get(
    "/operations",
    response={200: OperationsOut, **failures(401, 403)},
    operation_id="get_case_operations",
    summary="Stuck cases, failed jobs, timers due, as far as the asker may see the cases",
)
@door("cases.view_operations", title=_("See how cases run: stuck ones, failed services, throughput"))
def get_operations(request: HttpRequest) -> dict[str, Any]:
    view = operations()
    return {
        "open_cases": view.open_cases,
        "open_tasks": view.open_tasks,
        "stuck": len(view.stuck),
        "failed_jobs": len(view.failed_jobs),
        "waiting_jobs": view.waiting_jobs,
        "timers_due": view.timers_due,
        "next_timer_at": view.next_timer_at,
    }


def _plain(view: Any) -> Mapping[str, Any]:
    """The attributes of a view, sets as sorted lists."""
    return {
        name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(view).items()
    }
