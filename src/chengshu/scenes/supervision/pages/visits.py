"""One visit, for the phone of whoever makes it: step after step, with photo and digest of the recording."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import asking, current_asker, system
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import declare_purpose
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Option
from chengshu.foundation.web.typed import errors
from chengshu.scenes.supervision import actions, queries
from chengshu.scenes.supervision.models import AnswerCode, Evidence, InspectionKind, Visit, VisitState
from chengshu.scenes.supervision.scripts import script_by_key
from chengshu.scenes.supervision.words import DISPOSITIONS, no_such

PURPOSE = declare_purpose("supervision.evidence", most_bytes=15_000_000, kinds=("jpeg", "png"))


@door("supervision.view_inspections")
def one(request: HttpRequest, visit_id: int) -> HttpResponse:
    return _page(request, queries.visit_by_id(visit_id))


def _page(
    request: HttpRequest, visit: Visit, error: InvalidInput | Conflict | None = None, at: str = ""
) -> HttpResponse:
    script = script_by_key(visit.inspection.script)
    last = {entry.step: entry for entry in visit.evidence.select_related("photo")}
    me = current_asker().account_id
    coders = set(visit.codings.values_list("coder_id", flat=True))
    context = {
        "visit": visit,
        "script": script,
        "last": last,
        "answered": len(set(last) & {step.key for step in script.steps}),
        "answers": [Option(value, label) for value, label in AnswerCode.choices],
        "is_open": visit.state == VisitState.OPEN,
        "is_phone": visit.inspection.kind == InspectionKind.PHONE,
        "may_code": visit.state == VisitState.DONE and me not in coders and len(coders) < 2,
        "coder_count": len(coders),
        "dispositions": [Option(code, label) for code, label in DISPOSITIONS.items()],
        "disposition_names": DISPOSITIONS,
        "findings": visit.findings.all(),
        "now": timezone.localtime(),
        "failed_at": at,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "supervision/visit.html", context, status=422 if error else 200)


@door("supervision.record_evidence")
@require_POST
def evidence(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit, given = queries.visit_by_id(visit_id), request.POST
    step = given.get("step", "")
    try:
        actions.record_evidence(
            visit=visit,
            step=step,
            answer=given.get("answer", ""),
            note=given.get("note", ""),
            photo_id=_stored_photo(request, visit),
            audio_sha256=given.get("audio_sha256", ""),
        )
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, error, step)
    return HttpResponseRedirect(f"{reverse('supervision:visit', args=[visit_id])}#step-{step}")


def _stored_photo(request: HttpRequest, visit: Visit) -> int | None:
    """The photo that was sent along, kept for the unit that inspects."""
    sent = request.FILES.get("photo")
    if sent is None:
        return None
    with asking(system("supervision evidence", current_asker().channel)):
        return store_file(
            unit=visit.inspection.unit,
            name=sent.name or "photo.jpg",
            content=sent.read(),
            purpose=PURPOSE.key,
        ).pk


@door("supervision.finish_visit")
@require_POST
def finish(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit = queries.visit_by_id(visit_id)
    try:
        actions.finish_visit(visit=visit)
    except Conflict as error:
        return _page(request, visit, error)
    return flash(_to(visit_id), "success", _("The visit is finished."))


@door("supervision.void_visit")
@require_POST
def void(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit = queries.visit_by_id(visit_id)
    try:
        actions.void_visit(visit=visit, reason=request.POST.get("reason", ""))
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, error)
    return flash(_to(visit_id), "success", _("The visit is ended as not usable."))


@door("supervision.record_call")
@require_POST
def call(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit, given = queries.visit_by_id(visit_id), request.POST
    steps = script_by_key(visit.inspection.script).steps
    try:
        actions.record_call(
            visit=visit,
            disposition=given.get("disposition", ""),
            answers={step.key: given.get(f"answer_{step.key}", "") for step in steps},
        )
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, error)
    return flash(_to(visit_id), "success", _("The call is recorded."))


@door("supervision.code_visit")
@require_POST
def code(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit, given = queries.visit_by_id(visit_id), request.POST
    steps = script_by_key(visit.inspection.script).steps
    try:
        actions.code_visit(visit=visit, codes={step.key: given.get(f"code_{step.key}", "") for step in steps})
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, error)
    return flash(_to(visit_id), "success", _("Your codes are kept."))


@door("supervision.add_finding")
@require_POST
def finding(request: HttpRequest, visit_id: int) -> HttpResponse:
    visit, given = queries.visit_by_id(visit_id), request.POST
    try:
        actions.add_finding(visit=visit, text=given.get("text", ""), step=given.get("finding_step", ""))
    except (InvalidInput, Conflict) as error:
        return _page(request, visit, error)
    return flash(_to(visit_id), "success", _("The finding is kept; the unit sees it from the release on."))


@door("supervision.view_inspections")
def photo(request: HttpRequest, evidence_id: int) -> HttpResponse:
    entry = Evidence.objects.filter(pk=evidence_id, photo__isnull=False).first()
    if entry is None or entry.photo_id is None:
        raise no_such()
    with asking(system("supervision evidence", current_asker().channel)):
        file = File.objects.select_related("content").get(pk=entry.photo_id)
    with file.content.open() as stored:
        return HttpResponse(stored.read(), content_type=file.media_type)


def _to(visit_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("supervision:visit", args=[visit_id]))
