"""The engine's state of health, and what history says about a model's steps."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef
from django.db.models.functions import TruncDate
from django.utils import timezone

from chengshu.engines.cases.data import JobView, NodeFigures, OperationsView
from chengshu.engines.cases.interpreter.plan import HUMAN
from chengshu.engines.cases.library import library
from chengshu.engines.cases.models import Case, Job, Task, Token, Wait
from chengshu.engines.cases.queries.cases import case_lines
from chengshu.engines.cases.state import CaseState, JobState, TaskState, TokenState, WaitKind

DAYS = 14
MOST_STUCK = 100
STUCK_AFTER = timedelta(minutes=1)
"""A case that nothing waits for: not even a running call leaves one in this state for a minute."""


def operations() -> OperationsView:
    """Stuck cases, failed jobs, timers due and throughput, as far as the asker may see the cases."""
    timers = Wait.objects.filter(kind=WaitKind.TIMER)
    return OperationsView(
        open_cases=Case.objects.filter(state__in=[CaseState.RUNNING, CaseState.SUSPENDED]).count(),
        open_tasks=Task.objects.filter(state=TaskState.OPEN).count(),
        stuck=tuple(case_lines(_stuck())),
        failed_jobs=_failed_jobs(),
        timers_due=timers.filter(due_at__lte=timezone.now()).count(),
        next_timer_at=timers.aggregate(first=Min("due_at"))["first"],
        waiting_jobs=Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count(),
        completed_per_day=_per_day(Task, "completed_at"),
        opened_per_day=_per_day(Case, "opened_at"),
    )


def _stuck() -> list[Case]:
    """Running cases with a token stopped by an incident, and those where nothing can happen any more."""
    faulty = Token.objects.filter(state=TokenState.FAULTY).values("case_id")
    running = Case.objects.select_related("definition", "unit").filter(state=CaseState.RUNNING)
    broken = list(running.filter(pk__in=faulty)[:MOST_STUCK])
    return broken + list(_waiting_for_nothing()[: MOST_STUCK - len(broken)])


def _waiting_for_nothing() -> list[Case]:
    mine = {"case_id": OuterRef("pk")}
    found = (
        Case.objects.select_related("definition", "unit")
        .filter(state=CaseState.RUNNING, opened_at__lt=timezone.now() - STUCK_AFTER)
        .filter(
            ~Exists(Task.objects.filter(state=TaskState.OPEN, **mine)),
            ~Exists(Wait.objects.filter(**mine)),
            ~Exists(
                Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING, JobState.FAILED], **mine)
            ),
            ~Exists(Token.objects.filter(state=TokenState.FAULTY, **mine)),
        )
    )
    return list(found[:MOST_STUCK])


def _failed_jobs() -> tuple[JobView, ...]:
    rows = Job.objects.filter(state=JobState.FAILED).select_related("case").order_by("-id")[:MOST_STUCK]
    return tuple(job_view(row) for row in rows)


def job_view(row: Job) -> JobView:
    return JobView(
        job_id=row.pk,
        case_id=row.case_id,
        number=row.case.number,
        node=row.node,
        service=row.service,
        state=JobState(row.state),
        attempts=row.attempts,
        next_at=row.next_at,
        error=row.error,
    )


def _per_day(model: type[Case] | type[Task], column: str) -> tuple[tuple[str, int], ...]:
    """(day, number) of the last two weeks, days without any left out."""
    since = timezone.now() - timedelta(days=DAYS)
    rows = (
        model._default_manager.filter(**{f"{column}__gte": since})
        .annotate(day=TruncDate(column))
        .values("day")
        .annotate(number=Count("pk"))
        .order_by("day")
    )
    return tuple((row["day"].isoformat(), row["number"]) for row in rows)


_FIGURES = """
    SELECT t.node, count(*), count(*) FILTER (WHERE t.state = 'open'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM t.completed_at - t.opened_at))
               FILTER (WHERE t.state = 'completed') / 3600,
           percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM t.completed_at - t.opened_at))
               FILTER (WHERE t.state = 'completed') / 3600
    FROM cases_task AS t JOIN cases_case AS c ON c.id = t.case_id
    WHERE c.version_id = %s AND t.kind <> 'circulated' GROUP BY t.node
"""
_RETURNS = """
    SELECT h.details ->> 'to', count(*) FROM cases_happening AS h JOIN cases_case AS c ON c.id = h.case_id
    WHERE c.version_id = %s AND h.kind = 'case_returned' GROUP BY 1
"""


def node_figures(version_id: int) -> tuple[NodeFigures, ...]:
    """For each human step of a version: how often, how long, how many wait there now, how often returned to."""
    with connection.cursor() as cursor:
        cursor.execute(_FIGURES, [version_id])
        rows = cursor.fetchall()
        cursor.execute(_RETURNS, [version_id])
        returned = dict(cursor.fetchall())
    nodes = library.plan(str(version_id)).nodes
    return tuple(
        NodeFigures(
            node=node,
            name=nodes[node].title,
            entered=entered,
            open=waiting,
            median_h=float(median) if median is not None else None,
            p90_h=float(slow) if slow is not None else None,
            returned=returned.get(node, 0),
        )
        for node, entered, waiting, median, slow in rows
        if node in nodes and nodes[node].kind in HUMAN
    )
