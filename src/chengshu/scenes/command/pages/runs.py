"""Plans carried out: the list, one for the phone of whoever works on it, its evidence and its reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import picked
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.keeping import PDF, WORD
from chengshu.scenes.command.models import Lesson, PlanRun, RunState, RunStep
from chengshu.scenes.command.pages.forms import HANDLED, Act, Given, errors, perform, stored
from chengshu.scenes.command.texts import no_such
from chengshu.scenes.command.words import RUN_STEP_TONES, RUN_TONES

KINDS: Final = {"docx": ("word", WORD), "pdf": ("pdf", PDF)}
COLUMNS: Final = (
    Column("title", _("Plan"), header=True),
    Column("event", _("Event")),
    Column("started_at", _("Started at"), kind="datetime"),
    Column("ended_at", _("Ended at"), kind="datetime"),
    Column("state", _("State"), kind="fit"),
)


@door("command.view")
def listing(request: HttpRequest) -> HttpResponse:
    state, what = request.GET.get("state", ""), request.GET.get("what", "")
    states = [Option("", _("All")), *(Option(*one) for one in RunState.choices)]
    kinds = [
        Option("", _("Real ones and drills")),
        Option("real", _("Real ones only")),
        Option("drill", _("Drills only")),
    ]
    context = {
        "columns": COLUMNS,
        "runs": queries.runs(state=state, what=what)[:200],
        "query": request.GET.dict(),
        "tones": RUN_TONES,
        "filters": [
            Filter("state", _("State"), state, options=states),
            Filter("what", _("Shown"), what, options=kinds),
        ],
    }
    return render(request, "command/runs.html", context)


@door("command.view")
def one(request: HttpRequest, run_id: int) -> HttpResponse:
    return _page(request, queries.run_by_id(run_id))


def _page(
    request: HttpRequest, run: PlanRun, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    now = timezone.now()
    steps = list(run.steps.select_related("settled_by").order_by("number"))
    context = {
        "run": run,
        "steps": steps,
        "settled": sum(step.settled_at is not None for step in steps),
        "late": [
            step.pk
            for step in steps
            if step.is_late or (step.due_at and step.settled_at is None and step.due_at < now)
        ],
        "lessons": list(run.lessons.select_related("by", "version")),
        "reports": list(run.reports.all()),
        "tones": RUN_TONES,
        "step_tones": RUN_STEP_TONES,
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/run.html", context, status=422 if error else 200)


def _decide(run: PlanRun, given: Given, _request: HttpRequest) -> object:
    lesson = picked(Lesson.objects.filter(run=run), given.get("lesson", ""), "lesson")
    return actions.decide_lesson(lesson=lesson, taken=bool(given.get("take")))


ACTS: Final[Mapping[str, Act]] = {
    "end": lambda run, given, _request: actions.end_run(run=run, conclusion=given.get("conclusion", "")),
    "abort": lambda run, given, _request: actions.abort_run(run=run, reason=given.get("reason", "")),
    "lesson": lambda run, given, _request: actions.add_lesson(
        run=run, text=given.get("text", ""), proposal=given.get("proposal", "")
    ),
    "decide": _decide,
    "report": lambda run, _given, _request: actions.make_run_report(run=run),
}


@door("command.view")
@require_POST
def act(request: HttpRequest, run_id: int, act: str) -> HttpResponse:
    run = queries.run_by_id(run_id)
    return perform(request, run, act, ACTS, _page, _to(run.pk))


@door("command.view")
@require_POST
def act_on_step(request: HttpRequest, step_id: int, act: str) -> HttpResponse:
    step = queries.step_by_id(step_id)
    given = request.POST
    try:
        if act == "finish":
            actions.finish_step(step=step, note=given.get("note", ""), file=stored(request, step.unit))
        elif act == "skip":
            actions.skip_step(step=step, reason=given.get("reason", ""))
        else:
            raise no_such()
    except HANDLED as error:
        return _page(request, queries.run_by_id(step.run_id), error, f"{act}-{step.number}")
    return HttpResponseRedirect(f"{reverse('command:run', args=[step.run_id])}#step-{step.number}")


@door("command.view")
def evidence(request: HttpRequest, step_id: int) -> HttpResponse:
    """The file that proves a step."""
    step: RunStep = queries.step_by_id(step_id)
    if step.file is None:
        raise no_such()
    return download(step.file, f"{step.run.number}-{step.number}")


def download(content: Any, name: str) -> HttpResponse:
    """A stored photo or PDF file, as what it is and nothing else."""
    with content.open() as kept:
        data = kept.read()
    kinds = ((b"\x89PNG", "image/png", "png"), (b"\xff\xd8", "image/jpeg", "jpg"), (b"%PDF", PDF, "pdf"))
    found = next(
        (kind for kind in kinds if data.startswith(kind[0])), (b"", "application/octet-stream", "bin")
    )
    answer = HttpResponse(data, content_type=found[1])
    answer["Content-Disposition"] = disposition(f"{name}.{found[2]}")
    return answer


@door("command.view")
def file(request: HttpRequest, report_id: int, kind: str) -> HttpResponse:
    """The paper as it was made; ``docx`` or ``pdf``."""
    report = queries.run_report_by_id(report_id)
    return paper(report, kind, f"{report.run.number}-v{report.number}")


def paper(report: Any, kind: str, name: str) -> HttpResponse:
    """One of the two papers kept with a report.

    :raises Missing: if there is no such format, or it was not made yet
    """
    field, media_type = KINDS.get(kind, ("", ""))
    content = getattr(report, field, None) if field else None
    if content is None:
        raise no_such()
    with content.open() as kept:
        answer = HttpResponse(kept.read(), content_type=media_type)
    answer["Content-Disposition"] = disposition(f"{name}.{kind}")
    return answer


def _to(run_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("command:run", args=[run_id]))
