"""Events: the list, taking one down, one event with everything that can be done with it, pairs that may be one."""

from __future__ import annotations

from collections.abc import Mapping
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
from chengshu.foundation.web.shell import Column, Filter, Option, TimelineEvent
from chengshu.foundation.web.typed import maybe_moment, picked, units_with
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.facts import grade_table, kinds, limit, limit_source
from chengshu.scenes.command.models import CityEvent, EventState, Grade, Source
from chengshu.scenes.command.pages.forms import (
    HANDLED,
    Act,
    Given,
    count,
    degrees,
    errors,
    money,
    options,
    own_desk,
    perform,
)
from chengshu.scenes.command.words import EVENT_TONES, GRADE_TONES, STEP_TONES

COLUMNS: Final = (
    Column("title", _("Event"), header=True),
    Column("kind", _("Kind of event")),
    Column("grade", _("Grade"), kind="fit"),
    Column("place", _("Place")),
    Column("reported_at", _("Taken down at"), kind="datetime"),
    Column("state", _("State"), kind="fit"),
)
WHAT: Final = (
    Option("", _("Real ones and drills")),
    Option("real", _("Real ones only")),
    Option("drill", _("Drills only")),
    Option("simulated", _("Simulated ones only")),
)


@door("command.view", title=_("Events, plans, duty and situation reports of the unit"))
def listing(request: HttpRequest) -> HttpResponse:
    query = request.GET
    state, grade, what = (query.get(name, "") for name in ("state", "grade", "what"))
    states = [
        Option("", _("Not over")),
        *(Option(*one) for one in EventState.choices),
        Option("all", _("All")),
    ]
    grades = [Option("", _("All")), Option("none", _("Not graded")), *(Option(*one) for one in Grade.choices)]
    context = {
        "columns": COLUMNS,
        "events": queries.events(state=state, grade=grade, what=what)[:200],
        "counts": queries.counts(),
        "states": EventState.choices[:4],
        "proposals": len(queries.proposals()),
        "query": query.dict(),
        "tones": EVENT_TONES,
        "grade_tones": GRADE_TONES,
        "filters": [
            Filter("state", _("State"), state, options=states),
            Filter("grade", _("Grade"), grade, options=grades),
            Filter("what", _("Shown"), what, options=WHAT),
        ],
    }
    return render(request, "command/events.html", context)


@door("command.report_event")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        event = actions.report_event(
            unit=picked(units_with("command.report_event"), given.get("unit", ""), "unit"),
            title=given.get("title", ""),
            kind=given.get("kind", ""),
            source=given.get("source", ""),
            happened_at=maybe_moment(given.get("happened_at", ""), "happened_at"),
            description=given.get("description", ""),
            place=given.get("place", ""),
            lat=degrees(given.get("lat", ""), "lat", 90),
            lng=degrees(given.get("lng", ""), "lng", 180),
            external_id=given.get("external_id", ""),
            drill=bool(given.get("drill")),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(event), "success", _("The event is taken down."))


def _form(request: HttpRequest, error: ChengshuError | None) -> HttpResponse:
    known = kinds(timezone.localdate())
    context = {
        "units": options(units_with("command.report_event")),
        "unit": own_desk("command.report_event"),
        "kinds": [Option(one.code, f"　{one.title}" if "." in one.code else one.title) for one in known],
        "sources": Source.choices,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "command/new_event.html", context, status=422 if error else 200)


@door("command.view")
def one(request: HttpRequest, event_id: int) -> HttpResponse:
    return _page(request, queries.event_by_id(event_id))


def _page(
    request: HttpRequest, event: CityEvent, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    others = [row for row in queries.open_events() if row.pk != event.pk and row.unit_id == event.unit_id]
    near = [row for row in queries.proposals() if event.pk in (row.event.pk, row.into.pk)]
    context = {
        "event": event,
        "table": grade_table(event.kind, timezone.localdate(event.happened_at)),
        "gradings": list(event.gradings.select_related("by").order_by("-at", "-id")),
        "links": list(event.links.all()),
        "runs": list(event.runs.all()),
        "instructions": list(event.instructions.select_related("to_unit")),
        "plans": [Option(str(row.pk), row.plan.title) for row in queries.plans_for(event)],
        "merged": list(event.merged.all()),
        "merges": list(event.merges.select_related("into", "decided_by", "split_by")),
        "near": near,
        "others": [Option(str(row.pk), str(row)) for row in others],
        "timeline": [_entry(step) for step in event.steps.select_related("by").order_by("-at", "-id")],
        "grades": [Option("", _("As the table says")), *(Option(*choice) for choice in Grade.choices)],
        "tones": EVENT_TONES,
        "grade_tones": GRADE_TONES,
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/event.html", context, status=422 if error else 200)


def _entry(step: Any) -> TimelineEvent:
    return TimelineEvent(
        step.get_kind_display(),
        step.at,
        str(step.by) if step.by else _("The platform"),
        step.text,
        STEP_TONES.get(step.kind, "neutral"),
    )


def _grade(event: CityEvent, given: Given, _request: HttpRequest) -> object:
    return actions.grade_event(
        event=event,
        deaths=count(given.get("deaths", ""), "deaths"),
        injured=count(given.get("injured", ""), "injured"),
        loss=money(given.get("loss", ""), "loss"),
        grade=given.get("grade", ""),
        reason=given.get("reason", ""),
    )


def _merge(event: CityEvent, given: Given, _request: HttpRequest) -> object:
    into = picked(queries.open_events(), given.get("into", ""), "into")
    if given.get("dismiss"):
        return actions.dismiss_merge(event=event, into=into, reason=given.get("reason", ""))
    return actions.merge_events(event=event, into=into, reason=given.get("reason", ""))


def _start(event: CityEvent, given: Given, _request: HttpRequest) -> object:
    return actions.start_plan(
        version=picked(queries.plans_for(event), given.get("version", ""), "version"), event=event
    )


ACTS: Final[Mapping[str, Act]] = {
    "verify": lambda event, given, _request: actions.verify_event(event=event, note=given.get("note", "")),
    "grade": _grade,
    "handle": lambda event, given, _request: actions.begin_handling(event=event, note=given.get("note", "")),
    "note": lambda event, given, _request: actions.note_event(event=event, note=given.get("note", "")),
    "resolve": lambda event, given, _request: actions.resolve_event(event=event, note=given.get("note", "")),
    "close": lambda event, given, _request: actions.close_event(event=event, review=given.get("review", "")),
    "withdraw": lambda event, given, _request: actions.withdraw_event(
        event=event, reason=given.get("reason", "")
    ),
    "link": lambda event, given, _request: actions.link_event(
        event=event, title=given.get("title", ""), page=given.get("page", "")
    ),
    "start": _start,
    "merge": _merge,
    "split": lambda event, given, _request: actions.split_event(event=event, reason=given.get("reason", "")),
}


@door("command.view")
@require_POST
def act(request: HttpRequest, event_id: int, act: str) -> HttpResponse:
    event = queries.event_by_id(event_id)
    return perform(request, event, act, ACTS, _page, _to(event))


@door("command.view")
def merging(request: HttpRequest) -> HttpResponse:
    context = {
        "pairs": queries.proposals()[:100],
        "minutes": limit("merging", "minutes"),
        "metres": limit("merging", "metres"),
        "source": limit_source("merging"),
    }
    return render(request, "command/merging.html", context)


def _to(event: CityEvent) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("command:event", args=[event.pk]))
