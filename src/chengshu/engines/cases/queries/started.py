"""The queue of cases that the asker opened: one line a case, with the steps it stands at."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from chengshu.engines.cases.data import WorkFilter, WorkItem, WorkPage
from chengshu.engines.cases.lights import light_of
from chengshu.engines.cases.models import Case, Task
from chengshu.engines.cases.state import TaskKind, TaskState
from chengshu.foundation.asking import Asker
from chengshu.foundation.http.pagination import paginate


def started_items(asker: Asker, narrowed: WorkFilter, cursor: str, size: int) -> WorkPage:
    """Newest first."""
    found = paginate(_started(asker, narrowed), order=("-opened_at",), cursor=cursor, size=size)
    steps = _steps([case.pk for case in found.rows])
    return WorkPage(
        items=tuple(_item(case, steps.get(case.pk, [])) for case in found.rows),
        next_cursor=found.next,
        previous_cursor=found.previous,
    )


def started_count(asker: Asker, narrowed: WorkFilter) -> int:
    return _started(asker, narrowed).count()


def _started(asker: Asker, narrowed: WorkFilter) -> QuerySet[Case]:
    found = Case.objects.select_related("definition", "unit").filter(opened_by_id=asker.account_id)
    if narrowed.definition:
        found = found.filter(definition__key=narrowed.definition)
    if narrowed.unit_id is not None:
        found = found.filter(unit_id=narrowed.unit_id)
    if text := narrowed.text.strip().replace("\x00", ""):
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    now = timezone.now()
    if narrowed.light == "red":
        return found.filter(due_at__lte=now, ended_at=None)
    if narrowed.light == "yellow":
        return found.filter(due_at__gt=now, warn_at__lte=now, ended_at=None)
    if narrowed.light == "green":
        return found.filter(due_at__gt=now, ended_at=None).exclude(warn_at__lte=now)
    return found


def _steps(case_ids: list[int]) -> dict[int, list[Task]]:
    steps: dict[int, list[Task]] = {}
    open_tasks = Task.objects.filter(case_id__in=case_ids, state=TaskState.OPEN)
    for task in open_tasks.exclude(kind=TaskKind.CIRCULATED).order_by("id"):
        steps.setdefault(task.case_id, []).append(task)
    return steps


def _item(case: Case, steps: list[Task]) -> WorkItem:
    first = steps[0] if steps else None
    return WorkItem(
        task_id=0,
        case_id=case.pk,
        number=case.number,
        title=case.title,
        definition=case.definition.key,
        definition_title=case.definition.title,
        node=first.node if first else "",
        node_name="、".join(dict.fromkeys(task.name for task in steps)),
        kind=TaskKind.TASK,
        state=TaskState.OPEN if case.ended_at is None else TaskState.COMPLETED,
        unit_id=case.unit_id,
        unit_name=case.unit.shown_name,
        role="",
        assignee_id=None,
        assignee_name="",
        owner_name="",
        opened_at=case.opened_at,
        due_at=case.due_at,
        light="" if case.ended_at else light_of(case.due_at, case.warn_at, timezone.now()),
        priority=50,
        urged=0,
        simulated=case.simulated,
    )
