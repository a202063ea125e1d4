"""Public notices: what everybody sees, objecting, and the desk behind it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.calendar import local_day, published_calendar
from chengshu.foundation.errors import Conflict, InvalidInput, Missing
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import moment, whole
from chengshu.scenes.approvals.actions import construction_notices as acts
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.pages import parsing
from chengshu.scenes.approvals.construction.pages.projects import VIEW
from chengshu.scenes.approvals.construction.plan import shipped_plan
from chengshu.scenes.approvals.models_construction import PublicNotice
from chengshu.scenes.approvals.models_construction_notices import NoticeKind, NoticeState

COLUMNS = (
    Column("title", _("Notice"), header=True),
    Column("kind", _("Kind")),
    Column("unit", _("Unit")),
    Column("ends_on", _("Objections until"), kind="date"),
    Column("state", _("State")),
)
TONES = {
    NoticeState.DRAFT: "neutral",
    NoticeState.POSTED: "info",
    NoticeState.CLOSED: "positive",
    NoticeState.WITHDRAWN: "caution",
}


def days_left(notice: PublicNotice) -> int | None:
    """Working days on which one may still object; None when the period is over or has not begun."""
    if notice.state != NoticeState.POSTED or notice.ends_on is None:
        return None
    today = local_day(timezone.now())
    return max(published_calendar().count_wd(today, notice.ends_on), 0) if today <= notice.ends_on else None


@door(Door.PUBLIC)
def notices(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")
    context = {
        "notices": [(one, days_left(one)) for one in queries.public_notices(text)[:100]],
        "q": text,
        "tones": TONES,
        "kinds": [(value, label) for value, label in NoticeKind.choices],
    }
    return render(request, "approvals/con_notices.html", context)


@door(Door.PUBLIC)
def notice(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.notice_by_number(number)
    if found.posted_at is None:
        raise Missing(_("There is no such notice."), code="notice.missing")
    return _public_page(request, found, None)


def _public_page(
    request: HttpRequest, found: PublicNotice, error: InvalidInput | Conflict | None
) -> HttpResponse:
    left = days_left(found)
    context = {
        "notice": found,
        "left": left,
        "tones": TONES,
        "corrections": list(found.corrections.all()),
        "proof": queries.proof_of(found),
        "may_object": left is not None and found.kind == NoticeKind.BEFORE,
        "given": parsing.typed(request),
        **parsing.errors(error),
    }
    return render(request, "approvals/con_notice.html", context, status=422 if error else 200)


@door(Door.SIGNED_IN)
def object_to(request: HttpRequest, number: str) -> HttpResponse:
    """Object; the page itself for whoever comes here by its address."""
    found = queries.notice_by_number(number)
    if request.method != "POST":
        return _public_page(request, found, None)
    given = request.POST
    try:
        objection = acts.file_objection(
            notice=found, interest=given.get("interest", ""), text=given.get("text", "")
        )
    except (InvalidInput, Conflict) as error:
        return _public_page(request, found, error)
    answer = HttpResponseRedirect(reverse("approvals:notice", args=[number]))
    return flash(
        answer,
        "success",
        _("Your objection has the number %(number)s; you will find its answer among your matters.")
        % {"number": objection.case_number},
    )


# -- the desk behind it -------------------------------------------------------------------------------------------


@door(VIEW)
def notice_desk(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    found = queries.notices().order_by("-drafted_at")
    options = [Option("", _("All")), *(Option(value, label) for value, label in NoticeState.choices)]
    context = {
        "rows": (found.filter(state=state) if state in NoticeState.values else found)[:200],
        "columns": COLUMNS,
        "state": state,
        "tones": TONES,
        "filters": [Filter("state", _("State"), value=state, options=options)],
    }
    return render(request, "approvals/con_notice_desk.html", context)


@door(VIEW)
def new_notice(request: HttpRequest, code: str) -> HttpResponse:
    project = queries.project_by_code(code)
    given = request.POST
    try:
        if request.method != "POST":
            raise StopIteration
        made = acts.draft_notice(
            unit=parsing.unit_given(request, "approvals.draft_notice"),
            kind=given.get("kind", ""),
            title=given.get("title", ""),
            facts=facts_in(given.get("facts", "")),
            days=whole(given.get("days", ""), "days"),
            project=project,
        )
    except StopIteration:
        return _notice_form(request, project, None)
    except InvalidInput as error:
        return _notice_form(request, project, error)
    answer = HttpResponseRedirect(reverse("approvals:notice_on_desk", args=[made.number]))
    return flash(answer, "success", _("The notice is drafted."))


def _notice_form(request: HttpRequest, project: object, error: InvalidInput | None) -> HttpResponse:
    context = {
        "project": project,
        "given": parsing.typed(request)
        if request.method == "POST"
        else {"days": str(shipped_plan().notice_days[NoticeKind.BEFORE]), "kind": NoticeKind.BEFORE.value},
        "kinds": [Option(value, label) for value, label in NoticeKind.choices],
        "units": [(str(u.pk), u.shown_name) for u in parsing.units_for("approvals.draft_notice")],
        **parsing.errors(error),
    }
    return render(request, "approvals/con_new_notice.html", context, status=422 if error else 200)


def facts_in(text: str) -> list[list[str]]:
    """Lines such as ``Place: …``, one entry each; a line without a colon is a text of its own.

    :raises InvalidInput: ``facts`` when there are none
    """
    found = []
    for line in text.replace("\x00", "").splitlines():
        heading, colon, rest = line.replace("：", ":", 1).partition(":")
        if line.strip():
            found.append([heading.strip() or "—", rest.strip() or "—"] if colon else ["—", line.strip()])
    if not found:
        raise InvalidInput(
            _("Write what the notice says."),
            field="facts",
            code="notice.facts",
            hint=_("One line for each entry, such as “Place: …”."),
        )
    return found


@door(VIEW)
def notice_on_desk(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.notice_by_number(number)
    if request.method == "POST":
        return _desk_act(request, found)
    context = {
        "notice": found,
        "left": days_left(found),
        "tones": TONES,
        "proof": queries.proof_of(found),
        "snapshots": list(found.snapshots.order_by("-seen_at")[:30]),
        "postings": list(found.postings.select_related("file")),
        "objections": list(found.objections.all()),
        "corrections": list(found.corrections.all()),
        "facts_text": "\n".join(f"{heading}: {text}" for heading, text in found.facts),
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_notice_on_desk.html", context)


def _desk_act(request: HttpRequest, found: PublicNotice) -> HttpResponse:
    given, act = request.POST, request.POST.get("act", "")
    back = reverse("approvals:notice_on_desk", args=[found.number])
    if act == "post":
        return parsing.done(back, lambda: acts.post_notice(notice=found), _("The notice is public now."))
    if act == "close":
        return parsing.done(back, lambda: acts.close_notice(notice=found), _("The notice is closed."))
    if act == "withdraw":
        reason = given.get("reason", "")
        return parsing.done(
            back, lambda: acts.withdraw_notice(notice=found, reason=reason), _("The notice is withdrawn.")
        )
    if act == "posting":
        return parsing.done(back, lambda: _posting(request, found), _("The photograph is on record."))
    if act == "change":
        return parsing.done(
            back,
            lambda: acts.change_notice(
                notice=found,
                title=given.get("title", ""),
                facts=facts_in(given.get("facts", "")),
                days=whole(given.get("days", ""), "days"),
            ),
            _("The draft is changed."),
        )
    return parsing.done(
        back,
        lambda: acts.correct_notice(
            notice=found,
            title=given.get("title", ""),
            facts=facts_in(given.get("facts", "")),
            reason=given.get("reason", ""),
            restarts=given.get("restarts") == "on",
        ),
        _("The notice is corrected."),
    )


def _posting(request: HttpRequest, found: PublicNotice) -> object:
    file = parsing.file_given(request, found.unit)
    if file is None:
        raise InvalidInput(
            _("A photograph is needed."), field="file", code="posting.file", hint=_("Choose a picture.")
        )
    return acts.record_posting(
        notice=found,
        place=request.POST.get("place", ""),
        taken_at=moment(request.POST.get("taken_at", ""), "taken_at"),
        file=file,
    )
