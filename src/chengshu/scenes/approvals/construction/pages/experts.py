"""The expert panel, its draws with their log, and reviews."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import Conflict, InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import day, whole
from chengshu.scenes.approvals.actions import construction_experts as acts
from chengshu.scenes.approvals.construction import queries
from chengshu.scenes.approvals.construction.drawing import VERDICT_WORDS, Verdict, is_same
from chengshu.scenes.approvals.construction.pages import parsing
from chengshu.scenes.approvals.construction.pages.projects import VIEW
from chengshu.scenes.approvals.construction.plan import shipped_plan
from chengshu.scenes.approvals.models_construction import ExpertDraw, ExpertReview, ReviewSeat
from chengshu.scenes.approvals.models_construction_experts import ConflictKind, Opinion

COLUMNS = (
    Column("number", _("Number"), kind="fit", header=True),
    Column("name_masked", _("Name")),
    Column("fields", _("Fields of expertise")),
    Column("employer_name", _("Employer")),
    Column("conflicts", _("Conflicts"), kind="number"),
    Column("state", _("State")),
)
REVIEW_COLUMNS = (
    Column("title", _("Expert review"), header=True),
    Column("kind", _("Field of expertise")),
    Column("seats_wanted", _("Seats"), kind="number"),
    Column("opened_at", _("Review opened"), kind="date"),
    Column("state", _("State")),
)


@dataclass(frozen=True)
class DrawShown:
    """A draw with its verdicts in words, and whether computing it again gives the same."""

    draw: ExpertDraw
    same: bool
    lines: tuple[tuple[str, Words, bool], ...]


@door(VIEW)
def experts(request: HttpRequest) -> HttpResponse:
    field = request.GET.get("field", "")
    fields = shipped_plan().fields
    options = [Option("", _("All")), *(Option(key, title) for key, title in fields.items())]
    context = {
        "rows": queries.experts(field)[:500],
        "columns": COLUMNS,
        "fields": fields,
        "field": field,
        "filters": [Filter("field", _("Field of expertise"), value=field, options=options)],
        "reviews": queries.reviews()[:50],
        "review_columns": REVIEW_COLUMNS,
    }
    return render(request, "approvals/con_experts.html", context)


@door(VIEW)
def new_expert(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _expert_form(request, None)
    given = request.POST
    try:
        expert = acts.register_expert(
            unit=parsing.unit_given(request, "approvals.register_expert"),
            name=given.get("name", ""),
            fields=given.getlist("fields"),
            employer_name=given.get("employer_name", ""),
            employer_code=given.get("employer_code", ""),
            title=given.get("title", ""),
        )
    except InvalidInput as error:
        return _expert_form(request, error)
    answer = HttpResponseRedirect(reverse("approvals:expert", args=[expert.number]))
    return flash(answer, "success", _("The expert is on the panel."))


def _expert_form(request: HttpRequest, error: InvalidInput | None) -> HttpResponse:
    context = {
        "given": parsing.typed(request),
        "fields": [Option(key, title) for key, title in shipped_plan().fields.items()],
        "units": [(str(u.pk), u.shown_name) for u in parsing.units_for("approvals.register_expert")],
        **parsing.errors(error),
    }
    return render(request, "approvals/con_new_expert.html", context, status=422 if error else 200)


@door(VIEW)
def expert(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.expert_by_number(number)
    name = ""
    if request.method == "POST":
        if request.POST.get("act") != "reveal":
            return _expert_act(request, number)
        name = acts.reveal_expert(expert=found, purpose=request.POST.get("purpose", ""))
    context = {
        "expert": found,
        "name": name,
        "fields": shipped_plan().fields,
        "kinds": [Option(value, label) for value, label in ConflictKind.choices],
        "seats": ReviewSeat.objects.filter(expert=found).select_related("review").order_by("-drawn_on")[:50],
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_expert.html", context)


def _expert_act(request: HttpRequest, number: str) -> HttpResponse:
    found, given = queries.expert_by_number(number), request.POST
    back = reverse("approvals:expert", args=[number])
    if given.get("act") == "suspend":
        reason = given.get("reason", "")
        return parsing.done(
            back, lambda: acts.suspend_expert(expert=found, reason=reason), _("The expert is suspended.")
        )
    if given.get("act") == "reinstate":
        return parsing.done(
            back, lambda: acts.reinstate_expert(expert=found), _("The expert may be drawn again.")
        )
    until = given.get("until", "")
    return parsing.done(
        back,
        lambda: acts.declare_conflict(
            expert=found,
            kind=given.get("kind", ""),
            with_code=given.get("with_code", ""),
            reason=given.get("reason", ""),
            until=day(until, "until") if until else None,
        ),
        _("The conflict is on record."),
    )


# -- reviews ------------------------------------------------------------------------------------------------------


@door(VIEW)
def new_review(request: HttpRequest, code: str) -> HttpResponse:
    project = queries.project_by_code(code)
    if request.method != "POST":
        return _review_form(request, project, None)
    given = request.POST
    case = given.get("case_id", "")
    try:
        review = acts.open_review(
            unit=parsing.unit_given(request, "approvals.open_review"),
            project=project,
            kind=given.get("kind", ""),
            title=given.get("title", ""),
            seats=whole(given.get("seats", ""), "seats"),
            notice_number=given.get("notice_number", ""),
            expected_until=day(given.get("expected_until", ""), "expected_until"),
            case_id=int(case) if case.isascii() and case.isdigit() and len(case) < 19 else None,
        )
    except (InvalidInput, Conflict) as error:
        return _review_form(request, project, error)
    answer = HttpResponseRedirect(reverse("approvals:review", args=[review.pk]))
    return flash(answer, "success", _("The review is open; now draw the experts."))


def _review_form(request: HttpRequest, project: Any, error: InvalidInput | Conflict | None) -> HttpResponse:
    waiting = project.items.filter(case_id__isnull=False, decided_at=None)
    context = {
        "project": project,
        "given": parsing.typed(request) if request.method == "POST" else {"seats": "5"},
        "kinds": [Option(key, title) for key, title in shipped_plan().fields.items()],
        "cases": [
            Option("", _("No case")),
            *(Option(str(i.case_id), f"{i.case_number} {i.title}") for i in waiting),
        ],
        "units": [(str(u.pk), u.shown_name) for u in parsing.units_for("approvals.open_review")],
        **parsing.errors(error),
    }
    return render(request, "approvals/con_new_review.html", context, status=422 if error else 200)


@door(VIEW)
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    found = queries.review_by_id(review_id)
    if request.method == "POST":
        return _review_act(request, found)
    context = {
        "review": found,
        "field_title": shipped_plan().fields.get(found.kind, found.kind),
        "seats": list(found.seats.select_related("expert")),
        "draws": [_shown(one) for one in found.draws.select_related("drawn_by")],
        "opinions": [Option(value, label) for value, label in Opinion.choices],
        "given": {},
        **parsing.errors(None),
    }
    return render(request, "approvals/con_review.html", context)


def _shown(draw: ExpertDraw) -> DrawShown:
    lines = tuple(
        (
            entry["number"],
            VERDICT_WORDS.get(entry["verdict"], entry["verdict"]),
            entry["verdict"] == Verdict.DRAWN,
        )
        for entry in draw.log
    )
    return DrawShown(draw, is_same(draw.frame, draw.frame_digest, draw.seed, draw.log), lines)


def _review_act(request: HttpRequest, found: ExpertReview) -> HttpResponse:
    given, back = request.POST, reverse("approvals:review", args=[found.pk])
    if given.get("act") == "draw":
        reason = given.get("reason", "")
        return parsing.done(
            back, lambda: acts.draw_experts(review=found, reason=reason), _("The experts are drawn.")
        )
    conclusion = given.get("conclusion", "")
    return parsing.done(
        back,
        lambda: acts.conclude_review(review=found, conclusion=conclusion),
        _("The review is concluded; its case goes on."),
    )


@door(VIEW)
@require_POST
def seat(request: HttpRequest, seat_id: int) -> HttpResponse:
    """Enter an opinion, or excuse an expert."""
    found = ReviewSeat.objects.select_related("review", "expert").filter(pk=seat_id).first()
    if found is None:
        raise Missing(_("There is no such seat, or you may not see it."), code="seat.missing")
    given, back = request.POST, reverse("approvals:review", args=[found.review_id])
    text = given.get("text", "")
    if given.get("act") == "excuse":
        return parsing.done(
            back, lambda: acts.excuse_expert(seat=found, reason=text), _("The seat is free again.")
        )
    return parsing.done(
        back,
        lambda: acts.enter_expert_opinion(seat=found, opinion=given.get("opinion", ""), text=text),
        _("The opinion is on record."),
    )
