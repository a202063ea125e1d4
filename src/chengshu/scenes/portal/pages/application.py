"""One application: where it stands, what the applicant must do now, and doing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengshu.engines.cases import api as cases
from chengshu.engines.cases.data import TaskState
from chengshu.engines.registers import api as registers
from chengshu.engines.registers.data import FieldError, Form, FormRefused, Typed
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, Conflict, InvalidInput, Refused, Words
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.problem import status_of
from chengshu.foundation.web.formats import local_datetime
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.services import api as services
from chengshu.hub.services.data import ApplicationView, MaterialState
from chengshu.scenes.portal import checking, forms, uploads, wording
from chengshu.scenes.portal.pages.frame import page, sentence

HANDLED: Final = (InvalidInput, Conflict, Refused)
FILES = "f._materials.{key}.files"


@dataclass(frozen=True)
class ToDo:
    """Something that waits for the applicant."""

    title: Words
    href: str
    label: Words
    note: Words = ""
    lines: tuple[str, ...] = ()


@require_safe
@door(Door.SIGNED_IN)
def show(request: HttpRequest, application_id: int) -> HttpResponse:
    return _page(request, services.application(application_id))


def _page(
    request: HttpRequest,
    application: ApplicationView,
    wrong: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    decided = [each for each in application.children if each.status in wording.FINISHED]
    context = {
        "a": application,
        "must_do": _to_dos(application),
        "is_finished": application.closed_at is not None or application.status in wording.FINISHED,
        "materials": [checking.state_of(each) for each in application.materials],
        "children_done": len(decided),
        "entries": _entries(application),
        "may_withdraw": "withdraw_application" in application.may,
        "given": request.POST,
        "wrong": wrong or {},
        "breadcrumbs": [Crumb(_("My applications"), reverse("portal:mine")), Crumb(application.number)],
    }
    return page(request, "portal/application.html", context, status=status)


def _to_dos(application: ApplicationView) -> list[ToDo]:
    """What the applicant has to do now, most urgent first."""
    here = application.application_id
    found: list[ToDo] = []
    if "supplement" in application.may:
        href = reverse("portal:supplement", args=[here])
        title = _("Complete your application: the list is complete, nothing else is asked for later")
        found.append(ToDo(title, href, _("Complete it"), lines=application.supplement_items))
    if "supply_materials" in application.may:
        lacking = [each for each in application.materials if each.state == MaterialState.LACKING]
        names = tuple(
            f"{each.name}{_(': ')}{_('by %(day)s') % {'day': each.due_on.isoformat()}}"
            if each.due_on
            else each.name
            for each in lacking
        )
        href = reverse("portal:supply", args=[here])
        note = _("After that day the application may be returned and the result withheld.")
        found.append(ToDo(_("Hand in what you promised to bring later"), href, _("Hand it in"), note, names))
    return [*found, *_own_steps(application)]


def _own_steps(application: ApplicationView) -> Iterator[ToDo]:
    """Steps of the case that the applicant does, such as rectifying defects; a supplement has a page of its own."""
    if application.case_id is None or not application.is_mine:
        return
    mine = current_asker().account_id
    for task in cases.case_view(application.case_id).tasks:
        waits = task.state == TaskState.OPEN and task.assignee_id == mine
        if waits and task.task_id != application.supplement_task_id:
            yield ToDo(task.node_name, reverse("inbox:task", args=[task.task_id]), _("Open this step"))


def _entries(application: ApplicationView) -> Any:
    """What was typed into the form, personal values masked; None where the asker may not see it."""
    submitted = registers.submission(services.subject_of(application.application_id))
    return forms.readable(registers.submission_view(submitted)) if submitted else None


@require_POST
@door(Door.SIGNED_IN)
def withdraw(request: HttpRequest, application_id: int) -> HttpResponse:
    try:
        services.withdraw_application(
            application_id=application_id, reason=request.POST.get("reason", "").replace("\x00", "")[:500]
        )
    except InvalidInput as error:
        shown = services.application(application_id)
        return _page(request, shown, {error.field or "reason": sentence(error)}, status=422)
    response = HttpResponseRedirect(reverse("portal:application", args=[application_id]))
    return flash(response, "success", _("The application is withdrawn."))


@dataclass(frozen=True)
class Box:
    """One material to bring."""

    key: str
    name: str
    files: tuple[uploads.Line, ...]
    upload_url: str
    error: str = ""
    note: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def supply(request: HttpRequest, application_id: int) -> HttpResponse:
    """Handing in what was promised to follow."""
    application = services.application(application_id)
    lacking = [each for each in application.materials if each.state == MaterialState.LACKING]
    if "supply_materials" not in application.may or not lacking:
        response = HttpResponseRedirect(reverse("portal:application", args=[application_id]))
        return flash(response, "info", _("Nothing has to follow in this application."))
    if request.method != "POST":
        return _supply_page(request, application, {}, {})
    files, refused = _brought(request, [each.key for each in lacking])
    if refused or not files:
        wrong = refused or {lacking[0].key: _("Choose at least one file.")}
        return _supply_page(request, application, files, wrong, status=422)
    try:
        services.supply_materials(application_id=application_id, files=_as_ids(files))
    except HANDLED as error:
        wrong = {lacking[0].key: sentence(error)}
        return _supply_page(request, application, files, wrong, status=status_of(error))
    response = HttpResponseRedirect(reverse("portal:application", args=[application_id]))
    return flash(response, "success", _("It is handed in."))


def _supply_page(
    request: HttpRequest,
    application: ApplicationView,
    files: Mapping[str, Sequence[str]],
    wrong: Mapping[str, str],
    *,
    status: int = 200,
) -> HttpResponse:
    lacking = [each for each in application.materials if each.state == MaterialState.LACKING]
    boxes = [
        Box(
            each.key,
            each.name,
            uploads.lines(files.get(each.key, ())),
            uploads.counter(),
            wrong.get(each.key, ""),
            _("by %(day)s") % {"day": each.due_on.isoformat()} if each.due_on else "",
        )
        for each in lacking
    ]
    context = {
        "a": application,
        "lines": boxes,
        "errors": [(f"m-{key}", words) for key, words in wrong.items()],
        "most_bytes": uploads.MOST_BYTES,
        "most_words": uploads.MOST_WORDS,
        "breadcrumbs": _trail(application, _("Hand in what follows")),
    }
    return page(request, "portal/supply.html", context, status=status)


def _trail(application: ApplicationView, here: Words) -> list[Crumb]:
    href = reverse("portal:application", args=[application.application_id])
    return [Crumb(_("My applications"), reverse("portal:mine")), Crumb(application.number, href), Crumb(here)]


def _brought(request: HttpRequest, keys: Sequence[str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Stored files by material, those sent along included; and why some could not be stored."""
    sent = uploads.sent_along(request.FILES)
    files: dict[str, tuple[str, ...]] = {}
    for key in keys:
        name = FILES.format(key=key)
        wanted = (*request.POST.getlist(name), *sent.stored.get(name, ()))
        if seen := tuple(str(line.file_id) for line in uploads.lines(tuple(dict.fromkeys(wanted)))):
            files[key] = seen
    refused = {
        key: sent.refused[FILES.format(key=key)] for key in keys if FILES.format(key=key) in sent.refused
    }
    return files, refused


def _as_ids(files: Mapping[str, Sequence[str]]) -> dict[str, list[int]]:
    return {key: [int(each) for each in ids] for key, ids in files.items()}


def supplement_draft(application_id: int) -> str:
    """Where a supplement that was begun is kept."""
    return f"supplement:{application_id}"


registers.register_subject("supplement", lambda number: reverse("portal:supplement", args=[int(number)]))


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def supplement(request: HttpRequest, application_id: int) -> HttpResponse:
    """Completing an application after the one notice of what is missing."""
    application = services.application(application_id)
    if "supplement" not in application.may:
        response = HttpResponseRedirect(reverse("portal:application", args=[application_id]))
        return flash(response, "info", _("Nothing is asked for in this application now."))
    form = _supplement_form(application)
    keys = [each.key for each in application.materials]
    if request.method != "POST":
        draft = registers.draft(supplement_draft(application_id))
        typed = draft.typed if draft else _typed_before(application, form)
        return _supplement_page(request, application, form, typed, saved_at=draft.saved_at if draft else None)
    typed = forms.entered(form, request) if form else Typed()
    files, refused = _brought(request, keys)
    typed = _with_files(typed, files)
    if form is not None:
        registers.save_draft(
            subject=supplement_draft(application_id), form=form, typed=replace(typed, gesture="")
        )
    if typed.gesture or refused:
        return _supplement_page(
            request, application, form, typed, typed.refused, wrong=refused, status=422 if refused else 200
        )
    try:
        services.supplement(application_id=application_id, form=form, typed=typed)
    except FormRefused as found:
        return _supplement_page(request, application, form, typed, found.errors, status=422)
    except HANDLED as error:
        return _supplement_page(
            request, application, form, typed, refusal=sentence(error), status=status_of(error)
        )
    registers.discard_draft(subject=supplement_draft(application_id))
    response = HttpResponseRedirect(reverse("portal:application", args=[application_id]))
    return flash(response, "success", _("Your supplement is handed in; the handling goes on."))


def _supplement_form(application: ApplicationView) -> Form | None:
    """The form of the applicant's task; None where only materials are asked for."""
    task = cases.task_view(application.supplement_task_id or 0)
    return registers.form(task.form) if task.form else None


def _typed_before(application: ApplicationView, form: Form | None) -> Typed:
    """What was handed in the first time, to be corrected."""
    earlier = registers.submission(services.subject_of(application.application_id))
    if earlier is None or form is None or earlier.form_key != form.key:
        return Typed()
    return registers.entries_of(earlier)


def _with_files(typed: Typed, files: Mapping[str, Sequence[str]]) -> Typed:
    brought = {f"_materials.{key}.files": tuple(ids) for key, ids in files.items()}
    return Typed({**typed.entries, **brought}, typed.gesture, typed.refused)


def _supplement_page(
    request: HttpRequest,
    application: ApplicationView,
    form: Form | None,
    typed: Typed,
    errors: Sequence[FieldError] = (),
    *,
    wrong: Mapping[str, str] | None = None,
    refusal: str = "",
    saved_at: Any = None,
    status: int = 200,
) -> HttpResponse:
    problems = {error.path.removeprefix("_materials."): sentence_of(error) for error in errors}
    problems.update(wrong or {})
    boxes = [
        Box(
            each.key,
            each.name,
            uploads.lines(typed.all(f"_materials.{each.key}.files")),
            uploads.counter(),
            problems.get(each.key, ""),
        )
        for each in application.materials
        if each.state not in (MaterialState.NOT_NEEDED, MaterialState.WAIVED)
    ]
    context = {
        "a": application,
        "form": forms.view(form, typed, errors) if form else None,
        "lines": boxes,
        "refusal": refusal,
        "saved_at": saved_at,
        "most_bytes": uploads.MOST_BYTES,
        "most_words": uploads.MOST_WORDS,
        "keep_url": reverse("portal:keep_supplement", args=[application.application_id]),
        "breadcrumbs": _trail(application, _("Complete the application")),
    }
    return page(request, "portal/supplement.html", context, status=status)


def sentence_of(error: FieldError) -> str:
    return f"{error.reason} {error.next_step}".strip()


@require_POST
@door(Door.SIGNED_IN)
def keep_supplement(request: HttpRequest, application_id: int) -> HttpResponse:
    """Keep a supplement while it is typed."""
    application = services.application(application_id)
    try:
        form = _supplement_form(application)
    except ChengshuError:
        form = None
    if form is None:
        return JsonResponse({"message": ""})
    typed = forms.entered(form, request, files=False)
    files = {
        each.key: tuple(request.POST.getlist(FILES.format(key=each.key))) for each in application.materials
    }
    kept = registers.save_draft(
        subject=supplement_draft(application_id),
        form=form,
        typed=_with_files(replace(typed, gesture=""), files),
    )
    return JsonResponse({"message": _("Saved %(time)s") % {"time": local_datetime(kept.saved_at)}})
