"""Cases as pages show them: one with everything of it, and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO, Literal

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases.data import (
    AttachmentView,
    CaseLine,
    CasePage,
    CaseView,
    ClockView,
    Light,
    TaskView,
    TimelineEntry,
    TokenView,
)
from chengshu.engines.cases.lights import light_of
from chengshu.engines.cases.models import Attachment, Case, Happening, Task, Token
from chengshu.engines.cases.queries import ahead, powers, scopes
from chengshu.engines.cases.queries.names import account_names, role_titles, unit_names
from chengshu.engines.cases.state import CaseState, TaskKind, TaskState, TokenState
from chengshu.engines.cases.words import happening_title, status_label
from chengshu.foundation.asking import EVERYWHERE, current_asker
from chengshu.foundation.compiled import compiled
from chengshu.foundation.errors import Missing
from chengshu.foundation.http.pagination import paginate

if TYPE_CHECKING:
    from chengshu.engines.cases.clocks.queries import ClockChoices

MOST_HAPPENINGS = 1000


def case_row(case_id: int) -> Case:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = _cases_by_id(case_id) if 0 < case_id < 2**63 else []
    if not found:
        raise Missing(
            _("There is no such case, or you may not see it."),
            code="cases.missing",
            hint=_("Go back to the list of cases."),
        )
    return found[0]


@compiled
def _cases_by_id(case_id: int) -> QuerySet[Case]:
    joined = Case.objects.select_related("definition", "version", "unit", "opened_by")
    return joined.defer("version__content", "version__facts", "version__pins").filter(pk=case_id).order_by()


def task_row(task_id: int) -> Task:
    """
    :raises Missing: if there is none that the asker may see
    """
    found = (
        Task.objects.select_related("unit", "assignee", "definition").filter(pk=task_id).first()
        if 0 < task_id < 2**63
        else None
    )
    if found is None:
        raise Missing(
            _("There is no such task, or you may not see it."),
            code="cases.task_missing",
            hint=_("Go back to your list of work."),
        )
    return found


def case_view(case_id: int) -> CaseView:
    """Everything of one case that its page shows.

    :raises Missing: if there is none that the asker may see
    """
    return _case_view(case_row(case_id), _clocks(case_id))


def case_with_choices(case_id: int) -> tuple[CaseView, ClockChoices]:
    """A case, and what the law leaves open for its clocks now; the clocks are read once for both.

    :raises Missing: if there is none that the asker may see
    """
    from chengshu.engines.cases.clocks import queries as clocks

    case = case_row(case_id)
    rows, now = clocks.clock_rows(case_id), timezone.now()
    return _case_view(case, clocks.views_of(rows, now)), clocks.choices_of(rows, now)


def _case_view(case: Case, clocks: tuple[ClockView, ...]) -> CaseView:
    tasks, tokens, happenings = _tasks_of(case.pk), _tokens_of(case.pk), _newest_happenings(case.pk)[::-1]
    people = account_names([*_people_of_tasks(tasks), *_people_of_happenings(happenings)])
    plans = [case.plan, *(task.plan for task in tasks), *(token.plan for token in tokens)]
    timeline = _timeline(case, happenings, people, plans)
    has_attachments, has_related = _has_more(case)
    return CaseView(
        case_id=case.pk,
        number=case.number,
        title=case.title,
        definition=case.definition.key,
        definition_title=case.definition.title,
        version=case.version.number,
        state=CaseState(case.state),
        status=case.status,
        status_label=status_label(case.status),
        outcome=case.outcome,
        unit_id=case.unit_id,
        unit_name=case.unit.shown_name,
        opened_by_name=str(case.opened_by.title or case.opened_by.username) if case.opened_by else "",
        opened_at=case.opened_at,
        ended_at=case.ended_at,
        simulated=case.simulated,
        variables=dict(case.variables),
        tasks=_task_views(tasks, case, people),
        timeline=timeline,
        timeline_left_out=timeline[0].seq - 1 if timeline else 0,
        tokens=_token_views(tokens),
        clocks=clocks,
        next_steps=ahead.next_steps(case, tokens),
        attachments=attachments_of(case.pk) if has_attachments else (),
        related=_related(case) if has_related else (),
        may=powers.of_case(case, current_asker()),
    )


@compiled
def _tasks_of(case_id: int) -> QuerySet[Task]:
    return Task.objects.filter(case_id=case_id).select_related("unit").order_by("id")


@compiled
def _tokens_of(case_id: int) -> QuerySet[Token]:
    return Token.objects.filter(case_id=case_id).order_by("id")


@compiled
def _newest_happenings(case_id: int) -> QuerySet[Happening]:
    return Happening.objects.filter(case_id=case_id).order_by("-seq")[:MOST_HAPPENINGS]


def case_version_id(case_id: int) -> int:
    """The version of the model that a case runs by: its diagram.

    :raises Missing: if there is no case that the asker may see
    """
    return case_row(case_id).version_id


def task_view(task_id: int) -> TaskView:
    """One task, open or ended, with what the asker may do with it now.

    :raises Missing: if there is none that the asker may see
    """
    task = task_row(task_id)
    return _task_views([task], case_row(task.case_id), account_names(_people_of_tasks([task])))[0]


def cases(
    *,
    scope: Literal["all", "mine", "unit"] = "all",
    definition: str = "",
    state: CaseState | None = None,
    light: Light = "",
    text: str = "",
    unit_id: int | None = None,
    cursor: str = "",
    size: int = 50,
) -> CasePage:
    """Cases that the asker may see, newest first.

    :param scope: ``mine``: opened by the asker; ``unit``: of the asker's units; ``all``: whatever may be seen
    :param text: part of number or title
    """
    found = _scoped(scope).filter(_narrowed(definition, state, text, unit_id))
    page = paginate(_lit(found, light), order=("-opened_at",), cursor=cursor, size=size)
    return CasePage(tuple(case_lines(page.rows)), page.next, page.previous)


def case_lines(rows: Iterable[Case]) -> list[CaseLine]:
    now = timezone.now()
    return [
        CaseLine(
            case_id=case.pk,
            number=case.number,
            title=case.title,
            definition=case.definition.key,
            definition_title=case.definition.title,
            state=CaseState(case.state),
            status=case.status,
            unit_name=case.unit.shown_name,
            opened_at=case.opened_at,
            ended_at=case.ended_at,
            due_at=case.due_at,
            light="" if case.ended_at else light_of(case.due_at, case.warn_at, now),
            simulated=case.simulated,
        )
        for case in rows
    ]


def attachments_of(case_id: int) -> tuple[AttachmentView, ...]:
    """The files of a case, in the order they came; those taken off are left out."""
    rows = list(Attachment.objects.filter(case_id=case_id, removed_at=None))
    names = account_names(row.added_by_id for row in rows)
    nodes = ahead.node_names(case_id, {row.node for row in rows if row.node})
    return tuple(
        AttachmentView(
            attachment_id=row.pk,
            file_id=row.file_id,
            name=row.name,
            kind=row.kind,
            node_name=nodes.get(row.node, row.node),
            added_at=row.added_at,
            added_by=names.get(row.added_by_id or 0, ""),
            size=row.size,
        )
        for row in rows
    )


def open_attachment(attachment_id: int) -> tuple[str, BinaryIO]:
    """Name and bytes of a file of a case that the asker may read.

    :raises Missing: if there is none that the asker may see
    """
    row = Attachment.objects.select_related("content").filter(pk=attachment_id).first()
    if row is None:
        raise Missing(
            _("There is no such attachment, or you may not see it."), code="cases.attachment_missing"
        )
    return row.name, row.content.open()


def _scoped(scope: str) -> QuerySet[Case]:
    asker = current_asker()
    rows = Case.objects.select_related("definition", "unit")
    if scope == "mine":
        return rows.filter(opened_by_id=asker.account_id)
    units = scopes.viewed_units(asker)
    if scope == "unit" and units != EVERYWHERE:
        return rows.filter(unit_id__in=list(units))
    return rows


def _narrowed(definition: str, state: CaseState | None, text: str, unit_id: int | None) -> Q:
    condition = Q()
    if definition:
        condition &= Q(definition__key=definition)
    if state is not None:
        condition &= Q(state=state.value)
    if unit_id is not None:
        condition &= Q(unit_id=unit_id)
    if wanted := text.strip().replace("\x00", ""):
        condition &= Q(number__icontains=wanted) | Q(title__icontains=wanted)
    return condition


def _lit(rows: QuerySet[Case], light: Light) -> QuerySet[Case]:
    now = timezone.now()
    if light == "red":
        return rows.filter(due_at__lte=now, ended_at=None)
    if light == "yellow":
        return rows.filter(due_at__gt=now, warn_at__lte=now, ended_at=None)
    if light == "green":
        return rows.filter(due_at__gt=now, ended_at=None).exclude(warn_at__lte=now)
    return rows


def _has_more(case: Case) -> tuple[bool, bool]:
    """Whether there are files of the case, and cases that it belongs with: most have neither."""
    with connection.cursor() as cursor:
        cursor.execute(_MORE, [case.pk, case.pk, case.pk])
        attachments, related = cursor.fetchone()
    return attachments, related or case.origin_case_id is not None or case.merged_into_id is not None


_MORE = """
    SELECT EXISTS (SELECT FROM cases_attachment WHERE case_id = %s AND removed_at IS NULL),
        EXISTS (SELECT FROM cases_case WHERE origin_case_id = %s OR merged_into_id = %s)
"""


def _people_of_tasks(tasks: Iterable[Task]) -> list[int | None]:
    return [
        account_id
        for task in tasks
        for account_id in (task.assignee_id, task.owner_id, task.completed_by_id, task.on_behalf_of_id)
    ]


def _people_of_happenings(rows: Iterable[Happening]) -> list[int | None]:
    return [account_id for row in rows for account_id in (row.account_id, row.details.get("on_behalf_of"))]


def _task_views(tasks: list[Task], case: Case, people: Mapping[int, str]) -> tuple[TaskView, ...]:
    """
    :param people: names of everybody who has to do with the tasks, by account
    """
    roles = role_titles(task.role for task in tasks)
    now, asker = timezone.now(), current_asker()
    return tuple(
        TaskView(
            task_id=task.pk,
            case_id=task.case_id,
            node=task.node,
            node_name=task.name,
            kind=TaskKind(task.kind),
            state=TaskState(task.state),
            unit_id=task.unit_id,
            unit_name=task.unit.shown_name,
            role=task.role,
            role_title=roles.get(task.role, task.role),
            assignee_id=task.assignee_id,
            assignee_name=people.get(task.assignee_id or 0, ""),
            owner_name=people.get(task.owner_id or 0, ""),
            completed_by_name=people.get(task.completed_by_id or 0, ""),
            on_behalf_of_name=people.get(task.on_behalf_of_id or 0, ""),
            opened_at=task.opened_at,
            due_at=task.due_at,
            completed_at=task.completed_at,
            outcome=task.outcome,
            opinion=task.opinion,
            form=task.form,
            urged=task.urged,
            light=_light_of_task(task, now),
            may=powers.of_task(task, case, asker),
        )
        for task in tasks
    )


def _light_of_task(task: Task, now: datetime) -> Light:
    """An ended task keeps the light of the moment it ended."""
    if task.state == TaskState.OPEN:
        return light_of(task.due_at, task.warn_at, now)
    return light_of(task.due_at, task.warn_at, task.completed_at) if task.completed_at else ""


def _timeline(
    case: Case, rows: list[Happening], people: Mapping[int, str], plans: Iterable[str]
) -> tuple[TimelineEntry, ...]:
    units = unit_names(row.details.get("unit_id") for row in rows)
    names = ahead.node_names(case.pk, {row.node for row in rows if row.node}, plans=plans)
    return tuple(
        TimelineEntry(
            seq=row.seq,
            at=row.at,
            kind=row.kind,
            title=happening_title(row.kind),
            node=row.node,
            node_name=names.get(row.node, row.node),
            actor=people.get(row.account_id or 0, ""),
            on_behalf_of=people.get(row.details.get("on_behalf_of") or 0, ""),
            unit_name=units.get(row.details.get("unit_id") or 0, ""),
            text=str(
                row.details.get("opinion") or row.details.get("reason") or row.details.get("note") or ""
            ),
            details=row.details,
        )
        for row in rows
    )


def _token_views(tokens: list[Token]) -> tuple[TokenView, ...]:
    """Where the case stands; scopes and multi-instance frames are shown by what is inside them."""
    views: dict[tuple[str, str], TokenView] = {}
    for token in tokens:
        if token.parent_id is None or not token.node:
            continue
        key = (token.node, token.state)
        known = views.get(key)
        note = (
            str(token.local.get("#incident", {}).get("message", ""))
            if token.state == TokenState.FAULTY
            else ""
        )
        views[key] = (
            replace(known, count=known.count + 1)
            if known
            else TokenView(token.node, TokenState(token.state), 1, note)
        )
    return tuple(views.values())


def _clocks(case_id: int) -> tuple[ClockView, ...]:
    from chengshu.engines.cases.clocks import keeping

    return keeping.clock_views(case_id)


def _related(case: Case) -> tuple[CaseLine, ...]:
    """Cases it was split from or into, merged into it or it into."""
    others = Q(origin_case_id=case.pk) | Q(merged_into_id=case.pk)
    for other in (case.origin_case_id, case.merged_into_id):
        if other is not None:
            others |= Q(pk=other)
    rows = Case.objects.select_related("definition", "unit").filter(others).order_by("pk")[:50]
    return tuple(case_lines(rows))
