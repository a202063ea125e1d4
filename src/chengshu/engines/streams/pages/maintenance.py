"""Maintenance windows: those that run or are to come, those that are over, announcing one and ending it early."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries, queries_rules
from chengshu.engines.streams.models_rules import MaintenanceWindow
from chengshu.engines.streams.pages.choosing import by_field, moment, summary, unit_of, units_for
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option

COLUMNS = (
    Column("title", gettext_lazy("Work to be done"), header=True),
    Column("what", gettext_lazy("Devices")),
    Column("starts_at", gettext_lazy("Window begins"), "datetime"),
    Column("ends_at", gettext_lazy("Window ends"), "datetime"),
    Column("state", gettext_lazy("State"), "fit"),
    Column("unit", gettext_lazy("Unit")),
)
LABELS: dict[str, Words] = {
    "title": gettext_lazy("Work to be done"),
    "unit": gettext_lazy("Unit"),
    "device": gettext_lazy("Device"),
    "group": gettext_lazy("Group"),
    "starts_at": gettext_lazy("Window begins"),
    "ends_at": gettext_lazy("Window ends"),
}
SHOWN = 200


@door("streams.view")
def show_windows(request: HttpRequest) -> HttpResponse:
    """Windows that run or are to come; or, if asked for, those that are over."""
    state = "over" if request.GET.get("state") == "over" else ""
    found = queries_rules.maintenance_over() if state else queries_rules.maintenance_ahead()
    asker = current_asker()
    states = [Option("", _("Running or to come")), Option("over", _("Over or called off"))]
    context = {
        "columns": COLUMNS,
        "rows": [_row(window) for window in found[:SHOWN]],
        "ending": {
            window.pk
            for window in found[:SHOWN]
            if not state and asker.holds_at("streams.call_off_maintenance", window.unit_id)
        },
        "path": request.path,
        "query": {"state": state} if state else {},
        "filters": [Filter("state", _("State"), state, options=states)],
        "may_plan": asker.holds("streams.plan_maintenance"),
        "breadcrumbs": _crumbs(),
    }
    return render(request, "streams/windows.html", context)


def _crumbs(*last: Crumb) -> list[Crumb]:
    here = reverse("streams:maintenance") if last else ""
    return [Crumb(_("Alarms"), reverse("streams:alarms")), Crumb(_("Maintenance windows"), here), *last]


def _row(window: MaintenanceWindow) -> dict[str, Any]:
    now = timezone.now()
    if window.called_off_at:
        state, tone = _("Called off"), "neutral"
    elif window.ends_at <= now:
        state, tone = _("Over already"), "neutral"
    else:
        state, tone = (_("Running now"), "caution") if window.starts_at <= now else (_("To come"), "info")
    return {
        "pk": window.pk,
        "title": window.title,
        "device": window.device,
        "what": window.group.title if window.group else _("All of the unit and of the units below it"),
        "starts_at": window.starts_at,
        "ends_at": window.ends_at,
        "called_off_at": window.called_off_at,
        "state": state,
        "tone": tone,
        "unit": window.unit.shown_name,
    }


@door("streams.plan_maintenance")
def plan(request: HttpRequest) -> HttpResponse:
    """Announce maintenance of a device, of a group, or of all of a unit."""
    if request.method != "POST":
        return _form(request, {"device": request.GET.get("device", "")[:60]})
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    try:
        window = _planned(request, typed)
    except InvalidInput as error:
        return _form(request, typed, error)
    response = HttpResponseRedirect(reverse("streams:maintenance"))
    return flash(response, "success", _("“%(title)s” is announced.") % {"title": window.title})


def _planned(request: HttpRequest, typed: Mapping[str, str]) -> MaintenanceWindow:
    if typed.get("device") and typed.get("group"):
        raise InvalidInput(_("Name a device or a group, not both."), field="group")
    unit = unit_of(request)
    try:
        device = queries.device_by_code(typed["device"]) if typed.get("device") else None
    except Missing as error:
        raise InvalidInput(error.message, field="device") from error
    return actions.plan_maintenance(
        unit=unit,
        title=typed.get("title", ""),
        starts_at=moment(typed.get("starts_at", ""), "starts_at"),
        ends_at=moment(typed.get("ends_at", ""), "ends_at"),
        device=device,
        group=queries.group_by_key(typed["group"]) if typed.get("group") else None,
    )


def _form(request: HttpRequest, given: Mapping[str, str], error: InvalidInput | None = None) -> HttpResponse:
    errors = by_field([error] if error else ())
    context = {
        "given": given,
        "errors": errors,
        "error_list": summary(errors, LABELS),
        "units": units_for("streams.plan_maintenance"),
        "groups": [Option("", _("No group")), *(Option(one.key, one.title) for one in queries.groups())],
        "breadcrumbs": _crumbs(Crumb(_("Announce a maintenance window"))),
    }
    return render(request, "streams/window_form.html", context, status=422 if errors else 200)


@door("streams.view")
@require_POST
def end(request: HttpRequest, window: int) -> HttpResponse:
    """End a window before its time."""
    actions.call_off_maintenance(window=queries_rules.maintenance_by_id(window))
    response = HttpResponseRedirect(reverse("streams:maintenance"))
    return flash(response, "success", _("The window has ended: what it suppressed and still holds comes up."))


maintenance_routes = [
    path("maintenance/", show_windows, name="maintenance"),
    path("maintenance/announce/", plan, name="plan_maintenance"),
    path("maintenance/<int:window>/end/", end, name="end_maintenance"),
]
