"""One step of a case: read, decide, attach, and do everything else that may be done with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseView, Outcome, Queue, TaskKind, TaskState, TaskView, WorkFilter
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused, FormView, Typed
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Missing, TooMany, Words
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.web.shell import Crumb, query_url
from chengshu.hub.inbox import acts, doing, entry, phrases, showing, wording

HANDLED = (InvalidInput, Conflict, TooMany)
"""Refusals that are told on the page itself, with everything typed kept."""


@require_safe
@door(Door.SIGNED_IN)
def show_task(request: HttpRequest, task_id: int) -> HttpResponse:
    return _page(request, task_id)


@require_POST
@door(Door.SIGNED_IN)
def complete(request: HttpRequest, task_id: int) -> HttpResponse:
    """Decide a step and go on to the next one of the queue; what is wrong stands beside its field."""
    task = api.task_view(task_id)
    case = api.case_view(task.case_id)
    form = entry.form_named(task.form)
    unit = entry.unit_of_asker(task.unit_id)
    typed = entry.read_entry(form, request, unit) if form else None
    if typed is not None and typed.gesture:
        return _page(request, task_id, typed=typed)
    try:
        with transaction.atomic():
            _attach(request, task, unit)
            _decide(request, task, case, form, typed, unit)
    except FormRefused as error:
        return _page(request, task_id, typed=typed, refused=error.errors, status=422)
    except HANDLED as error:
        return _page(request, task_id, typed=typed, error=error, status=status_of(error))
    return _onward(request, task)


@require_POST
@door(Door.SIGNED_IN)
def save_step(request: HttpRequest, task_id: int) -> HttpResponse:
    """Keep what is typed into the step's form while it is typed."""
    task = api.task_view(task_id)
    form = entry.form_named(task.form)
    if form is None:
        return JsonResponse({"message": ""})
    typed = entry.read_entry(form, request, None)
    kept = registers.save_draft(subject=entry.task_subject(task_id), form=form, typed=typed)
    return JsonResponse({"message": saved_words(kept.saved_at)})


def saved_words(moment: Any) -> str:
    return _("Draft saved at %(time)s") % {"time": f"{timezone.localtime(moment):%H:%M:%S}"}


@require_POST
@door(Door.SIGNED_IN)
def act_on_task(request: HttpRequest, task_id: int, act: str) -> HttpResponse:
    """Send back, add a signer, hand over and the like; a refusal opens the dialog again as it was filled in."""
    task = api.task_view(task_id)
    known = acts.act_named(act)
    try:
        if known is not None and known.of == "case":
            doing.on_case(act, task.case_id, request.POST.dict())
        else:
            doing.on_task(act, task_id, request.POST.dict())
    except HANDLED as error:
        return _page(request, task_id, failed=known, error=error, status=status_of(error))
    response = HttpResponseRedirect(_after_act(request, task))
    return flash(response, "success", known.done if known else _("Done."))


def status_of(error: ChengshuError) -> int:
    return 422 if isinstance(error, InvalidInput) else 409 if isinstance(error, Conflict) else 429


def _decide(
    request: HttpRequest, task: TaskView, case: CaseView, form: Form | None, typed: Typed | None, unit: Unit
) -> None:
    """Complete the step with its form; the caller's transaction holds both or neither."""
    opinion = request.POST.get("opinion", "").strip().replace("\x00", "")[:2000]
    if task.kind == TaskKind.DELEGATED:
        api.resolve_delegation(task_id=task.task_id, opinion=opinion)
        return
    variables = _handed_over(task, case, form, typed, unit) if form and typed is not None else {}
    api.complete_task(
        task_id=task.task_id, outcome=request.POST.get("outcome", ""), opinion=opinion, variables=variables
    )


def _handed_over(task: TaskView, case: CaseView, form: Form, typed: Typed, unit: Unit) -> Mapping[str, Any]:
    """Hand the step's form in; gives the variables that it is allowed to pass on."""
    submission = registers.submit_form(
        subject=entry.subject_of_step(task, case),
        form=form,
        typed=typed,
        unit=Unit.objects.get(pk=task.unit_id),
    )
    entry.attach_files(task.case_id, form, submission, node=task.node)
    registers.discard_draft(subject=entry.task_subject(task.task_id))
    return entry.variables_for(form, submission.values)


def _attach(request: HttpRequest, task: TaskView, unit: Unit) -> None:
    """Add the files that came with the decision: uploaded in pieces, or with the form itself."""
    ids = [int(text) for text in request.POST.getlist("attachment_id") if text.isascii() and text.isdigit()]
    ids += [
        store_file(unit=unit, name=file.name or "", content=file.read(), purpose="cases.attachment").pk
        for file in request.FILES.getlist("attachment")
    ]
    for file_id in ids:
        api.attach_file(case_id=task.case_id, file_id=file_id, node=task.node)


def _queue_of(request: HttpRequest) -> Queue:
    name = request.GET.get("queue", "")
    return cast(Queue, name) if name in get_args(Queue) else "mine"


def _list_url(request: HttpRequest) -> str:
    queue = _queue_of(request)
    return query_url(reverse("inbox:work"), {} if queue == "mine" else {"queue": queue})


def _onward(request: HttpRequest, task: TaskView) -> HttpResponse:
    """The next task of the list that one came from, or the list itself when it is empty."""
    queue = _queue_of(request)
    kept = {} if queue == "mine" else {"queue": queue}
    done = _("Done: %(step)s.") % {"step": task.node_name}
    found = api.work_items(queue, WorkFilter(), size=2).items if queue in ("mine", "claimable") else ()
    following = next((item for item in found if item.task_id != task.task_id), None)
    if following is None:
        return flash(HttpResponseRedirect(_list_url(request)), "success", done)
    target = query_url(reverse("inbox:task", args=[following.task_id]), kept)
    words = _("%(done)s Next: %(title)s.") % {"done": done, "title": following.title or following.number}
    return flash(HttpResponseRedirect(target), "success", words)


def _after_act(request: HttpRequest, task: TaskView) -> str:
    """Stay where there is still something to do, otherwise go back to the list."""
    try:
        now = api.task_view(task.task_id)
    except Missing:
        return _list_url(request)
    if now.state == TaskState.OPEN and now.may & {"complete_task", "claim_task"}:
        return query_url(reverse("inbox:task", args=[task.task_id]), request.GET.dict())
    return _list_url(request)


def _page(
    request: HttpRequest,
    task_id: int,
    *,
    typed: Typed | None = None,
    refused: tuple[FieldError, ...] = (),
    failed: acts.Act | None = None,
    error: ChengshuError | None = None,
    status: int = 200,
) -> HttpResponse:
    task = api.task_view(task_id)
    case = api.case_view(task.case_id)
    outcomes = _outcomes(task)
    label, tone = wording.TASK_STATES[task.state]
    case_acts = [act for act in acts.offered(case.may, "case") if act.key == "circulate_case"]
    context = {
        "task": task,
        "case": case,
        "kind_word": wording.TASK_KINDS[task.kind],
        "state_label": label,
        "state_tone": tone,
        "limit": showing.limit_of(task.due_at, task.light, is_open=task.state == TaskState.OPEN),
        "case_status": case.status_label or wording.CASE_STATES[case.state][0],
        "hints": _hints(task, case),
        "opinions": showing.opinions(case),
        "next_steps": case.next_steps,
        "outcome_label": _outcome_label(task, outcomes),
        "acts": acts.offered(_worth_offering(task), "task") + case_acts,
        "act_url": reverse("inbox:task", args=[task_id]),
        "choices": showing.choices(_places(task), case),
        "people": showing.suggested_people([task.unit_id, case.unit_id]),
        "why_not": showing.who_has(task),
        "back_url": _list_url(request),
        "typed": request.POST,
        "breadcrumbs": [Crumb(_("My work"), _list_url(request)), Crumb(task.node_name)],
        **_decision(task, case, outcomes, request, typed, refused),
        **_failure(failed, error),
    }
    return render(request, "inbox/task.html", context, status=status)


def _worth_offering(task: TaskView) -> frozenset[str]:
    """Nobody urges themselves."""
    return task.may - {"urge_task"} if "complete_task" in task.may else task.may


def _outcome_label(task: TaskView, outcomes: tuple[Outcome, ...]) -> Words:
    chosen = next((outcome for outcome in outcomes if outcome.key and outcome.key == task.outcome), None)
    return chosen.label if chosen else showing.outcome_of(task)[0]


def _places(task: TaskView) -> tuple[Any, ...]:
    return api.places_to_return(task.task_id) if "return_case" in task.may else ()


def _outcomes(task: TaskView) -> tuple[Outcome, ...]:
    """The buttons: what the model offers, or one that says what completing means here."""
    if task.kind == TaskKind.DELEGATED:
        return (Outcome("", _("Give it back with my opinion"), "positive"),)
    return api.outcomes_of(task.task_id) or (Outcome("", _("Complete the step"), "positive"),)


def _decision(
    task: TaskView,
    case: CaseView,
    outcomes: tuple[Outcome, ...],
    request: HttpRequest,
    typed: Typed | None,
    refused: tuple[FieldError, ...],
) -> dict[str, Any]:
    """What the page needs to decide the step; the application for reading beside it."""
    may_complete = bool(task.may & {"complete_task", "resolve_delegation"})
    needing = [outcome for outcome in outcomes if outcome.needs_opinion]
    step_form = _step_form(task, case, typed, refused) if may_complete else None
    materials = entry.materials_of(case)
    is_application = step_form is not None and entry.subject_of_step(task, case).startswith("case:")
    return {
        "may_complete": may_complete,
        "outcomes": outcomes,
        "decision_title": task.node_name,
        "step_form": step_form,
        "application": None if is_application else entry.application_view(case),
        "materials": materials,
        "steps_entered": entry.steps_entered(case),
        "documents": entry.documents_of(case, materials),
        "variables": entry.shown_variables(case),
        "phrases": phrases.phrases_for({outcome.tone for outcome in outcomes}),
        "opinion_hint": _("Needed for: %(outcomes)s.")
        % {"outcomes": "、".join(str(o.label) for o in needing)}
        if needing
        else "",
        "complete_url": query_url(reverse("inbox:complete", args=[task.task_id]), request.GET.dict()),
        "autosave_url": reverse("inbox:save_step", args=[task.task_id]) if step_form else "",
        "upload_url": _upload_url(task) if may_complete else "",
        "errors": list(step_form.errors) if step_form else [],
        "opinion_error": "",
    }


def _step_form(
    task: TaskView, case: CaseView, typed: Typed | None, refused: tuple[FieldError, ...]
) -> FormView | None:
    form = entry.form_named(task.form) if task.kind != TaskKind.DELEGATED else None
    if form is None:
        return None
    if typed is None:
        typed = entry.typed_for_step(
            form, entry.subject_of_step(task, case), entry.task_subject(task.task_id)
        )
    return entry.drawn(form, typed, refused, unit=entry.unit_of_asker(task.unit_id))


def _upload_url(task: TaskView) -> str:
    asker = current_asker()
    if not asker.holds("files.store_file"):
        return ""
    return query_url(
        reverse("files:begin_upload"), {"unit": asker.unit_id or task.unit_id, "purpose": "cases.attachment"}
    )


def _failure(failed: acts.Act | None, error: ChengshuError | None) -> dict[str, Any]:
    """Where a refusal is told: in its dialog, beside the opinion, or on top."""
    if error is None:
        return {"failed": None}
    failure = showing.Failure.of(error, failed.fields if failed else ())
    if failed is not None:
        return {"failed": failed, "failure": failure}
    if isinstance(error, InvalidInput) and error.field == "opinion":
        return {"failed": None, "opinion_error": failure.message, "errors": [("id_opinion", failure.message)]}
    return {"failed": None, "failure_message": error.message, "failure_hint": error.hint}


def _hints(task: TaskView, case: CaseView) -> list[dict[str, Any]]:
    """What whoever opens the step must know first: why it came back, who asks, who urged."""
    hints = []
    for found in reversed(case.timeline):
        if found.kind == "case_returned" and found.at <= task.opened_at:
            words = _("%(who)s sent this back") % {"who": found.actor or _("Somebody")}
            hints.append({"title": words, "text": found.text, "tone": "caution"})
            break
        if found.kind == "task_completed" and found.node != task.node:
            break
    if task.kind == TaskKind.DELEGATED and task.state == TaskState.OPEN:
        words = _("%(who)s asks for your opinion") % {"who": task.owner_name}
        text = _("Your opinion goes back to them; they decide the step.")
        hints.append({"title": words, "text": text, "tone": "info"})
    return hints
