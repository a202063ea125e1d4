"""The one list of work: queues with exact counts, filters, saved views, and steps for many lines at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final, cast, get_args

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.cases import api
from chengshu.engines.cases.data import Light, Queue, TaskState, WorkCounts, WorkFilter, WorkItem
from chengshu.foundation.asking import EVERYWHERE, signed_in_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.filters import Filters
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.saved_views import save_view_url, views_of
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Column, Filter, Option, Page, Tab, query_url
from chengshu.hub.inbox import people, together, wording

SIZE: Final = 50
MOST_EXPORTED: Final = 20_000
COUNTED: Final[tuple[Queue, ...]] = ("mine", "claimable", "unit", "circulated")
"""Queues of open work, whose numbers the tabs show."""
SORTS: Final = ("due", "-due", "opened", "-opened", "priority")

TASK_COLUMNS: Final = (
    Column("due_at", gettext_lazy("Time limit"), "fit", sort="due"),
    Column("title", gettext_lazy("Case"), header=True),
    Column("node_name", gettext_lazy("Step")),
    Column("unit_name", gettext_lazy("Unit")),
    Column("who", gettext_lazy("With"), "fit"),
    Column("opened_at", gettext_lazy("Since"), "datetime", sort="opened"),
)
CASE_COLUMNS: Final = (
    Column("due_at", gettext_lazy("Time limit"), "fit"),
    Column("title", gettext_lazy("Case"), header=True),
    Column("node_name", gettext_lazy("Stands at")),
    Column("unit_name", gettext_lazy("Unit")),
    Column("opened_at", gettext_lazy("Filed"), "datetime"),
)


class WorkQuery(Filters):
    """What the address of the inbox may say."""

    queue: Queue = "mine"
    type: str = ""
    light: Light = ""
    q: str = ""
    step: str = ""
    unit: int | None = None

    def filter(self, sort: str) -> WorkFilter:
        return WorkFilter(
            definition=self.type,
            light=self.light,
            text=" ".join(self.q.split())[:100],
            node=self.step,
            unit_id=self.unit if self.unit is not None and abs(self.unit) < 2**63 else None,
            sort=cast(Any, sort),
        )


@require_safe
@door(Door.SIGNED_IN)
def show_work(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_safe
@door(Door.SIGNED_IN)
def show_counts(request: HttpRequest) -> HttpResponse:
    """The tabs with their numbers alone, for the page that renews them."""
    queue = _queue_named(request.GET.get("queue", ""))
    context = {**_counts(queue, ""), "counts_url": _counts_url(queue)}
    return render(request, "inbox/counts.html", context)


@require_POST
@door(Door.SIGNED_IN)
def do_together(request: HttpRequest) -> HttpResponse:
    """Take one step for the chosen lines and show what became of each."""
    try:
        results = together.take(
            request.POST.get("step", ""),
            together.chosen(request.POST.getlist("tasks")),
            person=request.POST.get("person", ""),
        )
    except InvalidInput as error:
        return _page(request, error=error)
    return _page(request, results)


def _page(
    request: HttpRequest, results: Sequence[together.Result] = (), *, error: InvalidInput | None = None
) -> HttpResponse:
    wanted, wrong = _wanted(request)
    sort = request.GET.get("sort", "due") if request.GET.get("sort", "due") in SORTS else "due"
    rows, page = _rows(wanted, sort, request.GET.get("cursor", ""))
    query = {name: value for name, value in wanted.model_dump().items() if value}
    error = error or wrong
    steps = together.STEPS_OF[wanted.queue]
    context = {
        "query": {**query, "sort": "" if sort == "due" else sort},
        "queue": wanted.queue,
        "queue_title": wording.QUEUES[wanted.queue],
        "columns": CASE_COLUMNS if wanted.queue == "started" else TASK_COLUMNS,
        "rows": rows,
        "page": page,
        "sort": sort if wanted.queue != "started" else "",
        "density": request.GET.get("density", ""),
        "filters": _filters(wanted, rows),
        "views": views_of(request) if request.method == "GET" else (),
        "save_view_url": save_view_url(request) if request.method == "GET" else "",
        "export_urls": export_links(WORK.name, query) if _may_export(wanted.queue) else (),
        "bulk_steps": steps,
        "bulk_url": query_url(reverse("inbox:together"), query, sort=sort),
        "people": _people() if any(step.wants_person for step in steps) else (),
        "results": results,
        "results_title": _title_of(request.POST.get("step", "")),
        "bulk_error": (f"bulk-{error.field}", error) if error else None,
        "typed": request.POST,
        "counts_url": _counts_url(wanted.queue),
        **_counts(wanted.queue, wanted.light),
        **_emptiness(wanted),
    }
    return render(request, "inbox/work.html", context, status=422 if error else 200)


def _wanted(request: HttpRequest) -> tuple[WorkQuery, InvalidInput | None]:
    """What is asked for; an address that cannot be understood shows the plain list and says why."""
    try:
        return WorkQuery.from_query(request.GET), None
    except InvalidInput as error:
        return WorkQuery(), error


def _queue_named(name: str) -> Queue:
    return cast(Queue, name) if name in get_args(Queue) else "mine"


def _title_of(step: str) -> str:
    found = next((one for one in together.STEPS if one.key == step), None)
    return str(found.label) if found else ""


def _rows(wanted: WorkQuery, sort: str, cursor: str) -> tuple[list[dict[str, Any]], Page]:
    found = api.work_items(wanted.queue, wanted.filter(sort), cursor=cursor, size=SIZE)
    rows = [work_row(item, wanted.queue) for item in found.items]
    return rows, Page(len(rows), previous=found.previous_cursor, next=found.next_cursor)


def work_row(item: WorkItem, queue: Queue) -> dict[str, Any]:
    """A line as the table draws it: a task, or among “filed by me” a case."""
    if queue == "started":
        address = reverse("inbox:case", args=[item.case_id])
    else:
        address = query_url(
            reverse("inbox:task", args=[item.task_id]), {} if queue == "mine" else {"queue": queue}
        )
    return {
        **asdict(item),
        "id": item.task_id,
        "href": address,
        "who": item.assignee_name or _("nobody yet"),
        "kind_word": wording.TASK_KINDS[item.kind],
        "light_tone": wording.LIGHT_TONES[item.light],
        "light_word": wording.LIGHTS[item.light],
        "left": wording.time_left(item.due_at, timezone.now()) if item.state == TaskState.OPEN else "",
        "is_ended": item.state != TaskState.OPEN,
    }


def _filters(wanted: WorkQuery, rows: Sequence[Mapping[str, Any]]) -> list[Filter]:
    types = [Option(key, title) for key, title in api.process_titles()]
    filters = [
        Filter("q", _("Number or title"), wanted.q, "search"),
        Filter("type", _("Type"), wanted.type, options=types),
        Filter("light", _("Time limit"), wanted.light, options=_lights()),
    ]
    if wanted.queue != "started":
        filters.append(Filter("step", _("Step"), wanted.step, options=_steps(wanted, rows)))
    if wanted.queue == "unit" and len(units := _units()) > 1:
        filters.append(Filter("unit", _("Unit"), str(wanted.unit or ""), options=units))
    return filters


def _lights() -> list[Option]:
    return [Option(key, label) for key, label in wording.LIGHTS.items() if key]


def _steps(wanted: WorkQuery, rows: Sequence[Mapping[str, Any]]) -> list[Option]:
    """The steps that occur on this page, and the one that is chosen."""
    names = {str(row["node"]): str(row["node_name"]) for row in rows if row["node"]}
    if wanted.step:
        names.setdefault(wanted.step, wanted.step)
    return [Option(node, name) for node, name in sorted(names.items(), key=lambda pair: pair[1])]


def _units() -> list[Option]:
    held = signed_in_asker().units("cases.view")
    shown = Unit.objects.all() if held == EVERYWHERE else Unit.objects.filter(pk__in=held)
    return [Option(str(unit.pk), unit.shown_name) for unit in shown[:200]]


def _people() -> list[people.Choice]:
    unit_id = signed_in_asker().unit_id
    return people.choices([unit_id] if unit_id else [], timezone.localdate())


def _counts_url(queue: Queue) -> str:
    return query_url(reverse("inbox:counts"), {"queue": queue})


def _counts(queue: Queue, light: Light) -> dict[str, Any]:
    counts = api.work_counts()
    path = reverse("inbox:work")
    tabs = [
        Tab(
            title,
            query_url(path, {} if key == "mine" else {"queue": key}),
            key == queue,
            getattr(counts, key) if key in COUNTED else None,
        )
        for key, title in wording.QUEUES.items()
    ]
    return {"tabs": tabs, "chips": _chips(counts, light), "lead": _lead(counts)}


def _chips(counts: WorkCounts, light: Light) -> list[dict[str, Any]]:
    numbers: tuple[tuple[Light, int], ...] = (("red", counts.overdue), ("yellow", counts.due_soon))
    return [
        {
            "label": wording.LIGHTS[key],
            "tone": wording.LIGHT_TONES[key],
            "count": number,
            "current": light == key,
            "href": query_url(reverse("inbox:work"), {"light": "" if light == key else key}),
        }
        for key, number in numbers
        if number or light == key
    ]


def _lead(counts: WorkCounts) -> str:
    if not counts.mine and not counts.claimable:
        return _("Everything is done.")
    return _("%(mine)s to do, %(claimable)s to claim, %(overdue)s overdue.") % {
        "mine": counts.mine,
        "claimable": counts.claimable,
        "overdue": counts.overdue,
    }


def _emptiness(wanted: WorkQuery) -> dict[str, Any]:
    """What the empty table says: why, and what to do."""
    if wanted.type or wanted.light or wanted.q or wanted.step or wanted.unit:
        return {}
    title, text = wording.EMPTY[wanted.queue]
    label, address = _("File a case"), reverse("inbox:start")
    if wanted.queue == "mine":
        label, address = _("Show what I may claim"), query_url(reverse("inbox:work"), {"queue": "claimable"})
    return {
        "empty_title": title,
        "empty_text": text,
        "empty_action_label": label,
        "empty_action_href": address,
    }


def _may_export(queue: Queue) -> bool:
    return queue != "started" and signed_in_asker().holds("cases.view")


def _rows_to_export(arguments: Mapping[str, str]) -> Sequence[WorkItem]:
    """Every line of the queue that the filters leave, not one page of it."""
    given = {name: value for name, value in arguments.items() if value and name in WorkQuery.model_fields}
    wanted = WorkQuery(**cast(Any, given))
    return list(_every(wanted, arguments.get("sort", "due")))


def _every(wanted: WorkQuery, sort: str) -> Iterator[WorkItem]:
    cursor, sort = "", sort if sort in SORTS else "due"
    for _page_number in range(MOST_EXPORTED // 200):
        found = api.work_items(wanted.queue, wanted.filter(sort), cursor=cursor, size=200)
        yield from found.items
        cursor = found.next_cursor
        if not cursor:
            return


WORK = contribute_export(
    Export(
        name="inbox.work",
        title=gettext_lazy("Work"),
        opens="cases.view",
        columns=(
            ExportColumn(gettext_lazy("Case number"), lambda item: item.number),
            ExportColumn(gettext_lazy("Title"), lambda item: item.title),
            ExportColumn(gettext_lazy("Type"), lambda item: item.definition_title),
            ExportColumn(gettext_lazy("Step"), lambda item: item.node_name),
            ExportColumn(gettext_lazy("Unit"), lambda item: item.unit_name),
            ExportColumn(gettext_lazy("With"), lambda item: item.assignee_name),
            ExportColumn(gettext_lazy("Since"), lambda item: timezone.localtime(item.opened_at)),
            ExportColumn(
                gettext_lazy("Due"), lambda item: timezone.localtime(item.due_at) if item.due_at else None
            ),
            ExportColumn(gettext_lazy("Time limit"), lambda item: str(wording.LIGHTS[item.light])),
            ExportColumn(gettext_lazy("Urged"), lambda item: item.urged),
        ),
        rows=_rows_to_export,
    )
)
