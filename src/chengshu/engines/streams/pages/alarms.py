"""Alarms: what waits for somebody, and one alarm with its history."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries, queries_rules, showing_alarms
from chengshu.engines.streams.models_rules import Alarm, AlarmLevel, AlarmState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Filter, Option, Page

SHOWN = 50
HOURS = (1, 4, 12, 24, 72)


@door("streams.view")
def show_alarms(request: HttpRequest) -> HttpResponse:
    """Alarms, the gravest first; those that wait for somebody unless another state is asked for."""
    state, level, words = (request.GET.get(name, "").strip()[:60] for name in ("state", "level", "q"))
    start = _whole(request.GET.get("cursor", ""))
    rows = queries_rules.alarms(state=state or "open", level=_whole(level), words=words)
    found = list(rows[start : start + SHOWN + 1])
    counts = queries_rules.alarm_counts()
    behind = queries_rules.hidden_behind(found[:SHOWN])
    context = {
        "columns": showing_alarms.COLUMNS,
        "rows": [showing_alarms.listed(alarm, behind.get(alarm.pk)) for alarm in found[:SHOWN]],
        "counts": counts,
        "filters": _filters(state, level, words),
        "path": request.path,
        "query": {name: value for name, value in (("state", state), ("level", level), ("q", words)) if value},
        "page": Page(
            shown=min(len(found), SHOWN),
            start=start + 1 if found else 0,
            previous=str(start - SHOWN) if start >= SHOWN else "",
            next=str(start + SHOWN) if len(found) > SHOWN else "",
        ),
        "maintenance": list(queries_rules.maintenance_ahead()[:5]),
    }
    return render(request, "streams/alarms.html", context)


def _filters(state: str, level: str, words: str) -> list[Filter]:
    states = [Option("", _("All that waits")), Option("all", _("All"))]
    states += [Option(value, label) for value, label in AlarmState.choices]
    levels = [Option("", _("All")), *(Option(str(value), label) for value, label in AlarmLevel.choices)]
    return [
        Filter("q", _("Device"), words, "search", placeholder=_("Beginning of its code")),
        Filter("state", _("State"), state, options=states),
        Filter("level", _("Level"), level, options=levels),
    ]


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


@door("streams.view")
def show_alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """One alarm: what it is about, what happened to it, and what may be done."""
    return _alarm(request, queries_rules.alarm_by_id(alarm_id))


def _alarm(request: HttpRequest, alarm: Alarm, error: InvalidInput | None = None) -> HttpResponse:
    asker = current_asker()

    def may(verb: str) -> bool:
        return asker.holds_at(f"streams.{verb}", alarm.unit_id)

    is_open = alarm.state in (AlarmState.RAISED, AlarmState.ACKNOWLEDGED)
    context = {
        "alarm": alarm,
        "told": showing_alarms.listed(alarm, queries_rules.hidden_behind([alarm]).get(alarm.pk)),
        "behind_it": [showing_alarms.listed(one) for one in queries_rules.alarms_behind(alarm)],
        "facts": showing_alarms.facts(alarm, queries.metrics_in_use()),
        "history": showing_alarms.history(alarm),
        "may_acknowledge": alarm.state in (AlarmState.RAISED, AlarmState.CLEARED)
        and may("acknowledge_alarm"),
        "may_clear": (is_open or alarm.state == AlarmState.SUPPRESSED) and may("clear_alarm"),
        "may_suppress": is_open and may("suppress_alarm"),
        "hours": [Option(str(hours), _("%(count)s h") % {"count": hours}) for hours in HOURS],
        "typed": request.POST,
        "errors": {error.field: f"{error.message} {error.hint}"} if error else {},
        "failed": request.resolver_match.url_name if error and request.resolver_match else "",
        "breadcrumbs": [Crumb(_("Alarms"), reverse("streams:alarms")), Crumb(str(alarm.pk))],
    }
    return render(request, "streams/alarm.html", context, status=422 if error else 200)


@door("streams.view")
@require_POST
def acknowledge(request: HttpRequest, alarm_id: int) -> HttpResponse:
    alarm = queries_rules.alarm_by_id(alarm_id)
    actions.acknowledge_alarm(alarm=alarm, note=request.POST.get("note", ""))
    return _back(alarm, _("Acknowledged: it does not escalate any more."))


@door("streams.view")
@require_POST
def clear(request: HttpRequest, alarm_id: int) -> HttpResponse:
    alarm = queries_rules.alarm_by_id(alarm_id)
    try:
        actions.clear_alarm(alarm=alarm, note=request.POST.get("note", ""))
    except InvalidInput as error:
        return _alarm(request, alarm, error)
    return _back(alarm, _("The alarm is ended."))


@door("streams.view")
@require_POST
def suppress(request: HttpRequest, alarm_id: int) -> HttpResponse:
    alarm = queries_rules.alarm_by_id(alarm_id)
    until = timezone.now() + timedelta(hours=_whole(request.POST.get("hours", "")))
    try:
        actions.suppress_alarm(alarm=alarm, until=until, note=request.POST.get("note", ""))
    except InvalidInput as error:
        return _alarm(request, alarm, error)
    return _back(alarm, _("The alarm is suppressed."))


def _back(alarm: Alarm, message: str) -> HttpResponse:
    response = HttpResponseRedirect(reverse("streams:alarm", args=[alarm.pk]))
    return flash(response, "success", message)


alarm_routes = [
    path("alarms/", show_alarms, name="alarms"),
    path("alarms/<int:alarm_id>/", show_alarm, name="alarm"),
    path("alarms/<int:alarm_id>/acknowledge/", acknowledge, name="acknowledge"),
    path("alarms/<int:alarm_id>/clear/", clear, name="clear"),
    path("alarms/<int:alarm_id>/suppress/", suppress, name="suppress"),
]
