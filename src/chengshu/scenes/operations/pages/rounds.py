"""Inspection rounds: the list, a new plan, and one round for the phone of whoever walks it."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import chosen, day, errors, maybe_day, picked, whole
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.models import Contract, Rhythm, Round, RoundState, Seen, Service, Severity
from chengshu.scenes.operations.pages.forms import HANDLED, options, stored
from chengshu.scenes.operations.texts import degrees

COLUMNS: Final = (
    Column("plan", _("Round"), header=True),
    Column("place", _("Place")),
    Column("last_day", _("Due by"), kind="date"),
    Column("by", _("Walked by")),
    Column("state", _("State"), kind="fit"),
)


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    choices = [
        Option("", _("Rounds to be done")),
        Option("missed", _("Past its day")),
        Option("done", _("Round done")),
    ]
    context = {
        "columns": COLUMNS,
        "rounds": queries.rounds(state=state)[:200],
        "today": timezone.localdate(),
        "query": request.GET.dict(),
        "filters": [Filter("state", _("State"), state, options=choices)],
    }
    return render(request, "operations/rounds.html", context)


@door("operations.plan_rounds")
def plan(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        actions.plan_rounds(
            service=picked(_services(), given.get("service", ""), "service"),
            title=given.get("title", ""),
            points=given.get("points", "").splitlines(),
            rhythm=given.get("rhythm", ""),
            starts_on=day(given.get("starts_on", ""), "starts_on"),
            ends_on=maybe_day(given.get("ends_on", ""), "ends_on"),
            place=given.get("place", ""),
            lat=degrees(given.get("lat", ""), "lat", 90),
            lng=degrees(given.get("lng", ""), "lng", 180),
            radius_m=whole(given.get("radius_m", "") or "200", "radius_m"),
            needs_photo=bool(given.get("needs_photo")),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(
        HttpResponseRedirect(reverse("operations:rounds")),
        "success",
        _("The plan is kept; its rounds open in time."),
    )


def _services() -> list[Service]:
    seen = Contract.objects.filter(closed_on=None).values("pk")
    return list(queries.services_to_report().filter(contract_id__in=seen).select_related("contract", "unit"))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    context = {
        "services": options(_services()),
        "rhythms": Rhythm.choices,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/plan_rounds.html", context, status=422 if error else 200)


@door("operations.view")
def one(request: HttpRequest, round_id: int) -> HttpResponse:
    return _page(request, queries.round_by_id(round_id))


def _page(
    request: HttpRequest, walked: Round, error: ChengshuError | None = None, failed: str = ""
) -> HttpResponse:
    last = {one.point: one for one in walked.checks.select_related("ticket", "photo")}
    context = {
        "round": walked,
        "plan": walked.plan,
        "points": [(at, text, last.get(at)) for at, text in enumerate(walked.plan.points)],
        "checked": len(last),
        "is_begun": walked.state == RoundState.BEGUN,
        "is_over": walked.last_day < timezone.localdate() and walked.state != RoundState.DONE,
        "seen": Seen.choices,
        "severities": [one for one in Severity.choices if one[0] != "4"],
        "failed": failed,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/round.html", context, status=422 if error else 200)


@door("operations.begin_round")
@require_POST
def begin(request: HttpRequest, round_id: int) -> HttpResponse:
    walked, given = queries.round_by_id(round_id), request.POST
    try:
        actions.begin_round(
            walk=walked,
            lat=degrees(given.get("lat", ""), "lat", 90),
            lng=degrees(given.get("lng", ""), "lng", 180),
            far_because=given.get("far_because", ""),
        )
    except HANDLED as error:
        walked.refresh_from_db()
        return _page(request, walked, error, "begin")
    return _to(round_id)


@door("operations.record_check")
@require_POST
def check(request: HttpRequest, round_id: int) -> HttpResponse:
    walked, given = queries.round_by_id(round_id), request.POST
    point = given.get("point", "")
    try:
        actions.record_check(
            walk=walked,
            point=whole(point, "point"),
            seen=given.get("seen", ""),
            note=given.get("note", ""),
            photo=stored(request, walked.unit),
            severity=given.get("severity", "") or Severity.MINOR,
        )
    except HANDLED as error:
        return _page(request, walked, error, point)
    following = min(chosen(point) + 1, len(walked.plan.points) - 1)
    return HttpResponseRedirect(f"{reverse('operations:round', args=[round_id])}#point-{following}")


@door("operations.finish_round")
@require_POST
def finish(request: HttpRequest, round_id: int) -> HttpResponse:
    walked = queries.round_by_id(round_id)
    try:
        actions.finish_round(walk=walked)
    except HANDLED as error:
        return _page(request, walked, error, "finish")
    return flash(_to(round_id), "success", _("The round is done."))


@door("operations.view")
def photo(request: HttpRequest, check_id: int) -> HttpResponse:
    found: Any = queries.check_by_id(check_id)
    return picture_of(found.photo)


def picture_of(content: Any) -> HttpResponse:
    """A stored picture, shown as what it is and nothing else."""
    with content.open() as kept:
        data = kept.read()
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(data, content_type=kind)


def _to(round_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:round", args=[round_id]))
