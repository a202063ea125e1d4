"""Devices: the list, and one with its values, their course, its twin, commands and credentials."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from clickhouse_connect.driver.exceptions import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.engines.streams import actions, queries, series
from chengshu.engines.streams.columns.client import columns
from chengshu.engines.streams.models import PROOFS, Device, DeviceState
from chengshu.engines.streams.pages import showing
from chengshu.engines.streams.things import Definition, Kind, Property
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput, Missing, Unavailable
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.http.pagination import paginate
from chengshu.foundation.web.shell import Crumb, Filter, Option, Page

BELOW = 20
"""Devices below that the page of a device names."""
SPANS = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}
FILTERS = ("q", "model", "group", "presence", "state")


@door("streams.view", title=gettext_lazy("See devices, what they measure and their quarantine"))
def device_list(request: HttpRequest) -> HttpResponse:
    """Devices of the asker's units, those that are online and those that are not."""
    given = {name: request.GET.get(name, "").strip()[:100] for name in FILTERS}
    rows = queries.devices(
        words=given["q"],
        model=given["model"],
        group=given["group"],
        presence=given["presence"],
        state=given["state"],
    )
    page = paginate(rows, order=("code",), cursor=request.GET.get("cursor", ""))
    context = {
        "rows": showing.lines(page.rows),
        "columns": showing.COLUMNS,
        "counts": queries.counts(),
        "filters": _filters(given),
        "query": {name: value for name, value in given.items() if value},
        "page": Page(len(page.rows), previous=page.previous, next=page.next),
        "may_onboard": current_asker().holds("streams.onboard_devices"),
    }
    return render(request, "streams/devices.html", context)


def _filters(given: dict[str, str]) -> list[Filter]:
    models = [Option(model.key, model.title) for model in queries.thing_models()]
    groups = [Option(group.key, group.title) for group in queries.groups()]
    presence = [
        Option("online", _("Online")),
        Option("offline", _("Offline")),
        Option("never", _("Never heard")),
    ]
    states = [Option(value, label) for value, label in DeviceState.choices]
    return [
        Filter("q", _("Search"), given["q"], "search", placeholder=_("Code, name or place")),
        Filter("model", _("Thing model"), given["model"], options=models),
        Filter("group", _("Group"), given["group"], options=groups),
        Filter("presence", _("Connection"), given["presence"], options=presence),
        Filter("state", _("State"), given["state"], options=states),
    ]


@door("streams.view")
def device_detail(request: HttpRequest, code: str) -> HttpResponse:
    return _device(request, queries.device_by_code(code))


def _device(
    request: HttpRequest, device: Device, *, error: InvalidInput | None = None, secret: str = ""
) -> HttpResponse:
    definition = queries.definition_in_use(device.model_id)
    (line,) = showing.lines([device])
    context = {
        "device": device,
        "line": line,
        "facts": showing.facts(device),
        "definition": definition,
        "desired": showing.desired(definition, getattr(device, "twin", None)),
        "twin": getattr(device, "twin", None),
        "typed": request.POST,
        "failed": error.field if error else "",
        "commands": list(queries.commands_of(device)[:10]),
        "command_tones": showing.COMMAND_TONES,
        "credentials": queries.credentials_of(device),
        "proofs": PROOFS,
        "now": timezone.now(),
        "below": list(device.children.select_related("presence").order_by("code")[:BELOW]),
        "states": [Option(value, label) for value, label in DeviceState.choices],
        "parameter_options": _options(definition),
        "may": _may(device),
        "error": error,
        "secret": secret,
        "breadcrumbs": [Crumb(_("Devices"), reverse("streams:devices")), Crumb(device.code)],
        **(_measured(request, device, definition) if definition else {}),
    }
    return render(request, "streams/device.html", context, status=422 if error else 200)


def _options(definition: Definition | None) -> dict[str, list[Option]]:
    """The words of every choice among the parameters of commands."""
    kinds = definition.commands.values() if definition else ()
    return {
        each.key: [Option(word, word) for word in each.options] for kind in kinds for each in kind.parameters
    }


def _may(device: Device) -> set[str]:
    """The actions that the asker may take here."""
    asker = current_asker()
    names = (
        "issue_credential",
        "issue_certificate",
        "issue_address",
        "end_credential",
        "revoke_credential",
        "send_command",
        "set_desired",
        "set_device_state",
        "set_parent",
        "cancel_command",
        "plan_maintenance",
    )
    return {name for name in names if asker.holds_at(f"streams.{name}", device.unit_id)}


def _measured(request: HttpRequest, device: Device, definition: Definition) -> dict[str, Any]:
    """Values, their quality and one course; without the columnar store at least the values."""
    numbers = [key for key, each in definition.properties.items() if each.kind in (Kind.NUMBER, Kind.INTEGER)]
    metric = request.GET.get("metric", "")
    metric = metric if metric in numbers else next(iter(numbers), "")
    span = request.GET.get("span", "1d")
    span = span if span in SPANS else "1d"
    now = timezone.now()
    context: dict[str, Any] = {"metric": metric, "metrics": numbers, "span": span, "spans": SPANS}
    quality, points, told = {}, [], []
    try:
        store = columns()
        heartbeat_s = device.heartbeat_s or definition.heartbeat_s
        judged = (
            series.quality(store, device.pk, numbers, heartbeat_s=heartbeat_s, now=now) if numbers else []
        )
        quality = {each.metric: each for each in judged}
        if metric:
            points = series.course(store, device.pk, metric, since=now - SPANS[span], until=now)
        told = series.events(store, device.pk, most=10)
    except (Unavailable, DatabaseError):
        context["is_away"] = True
    titles = {event.key: event.title for event in definition.events.values()}
    return {
        **context,
        "values": showing.values(definition, queries.latest_of(device), quality),
        "chart": showing.chart(definition.properties[metric], points) if metric else None,
        "events": [(at, titles.get(event, event), detail) for at, event, detail in told],
    }


@door("streams.view")
@require_POST
def device_step(request: HttpRequest, code: str, step: str) -> HttpResponse:
    """One action on a device; what was wrong is said on its page."""
    device = queries.device_by_code(code)
    typed = {name: value.strip() for name, value in request.POST.items() if isinstance(value, str)}
    back = HttpResponseRedirect(reverse("streams:device", args=[device.code]))
    try:
        match step:
            case "issue_credential":
                issued = actions.issue_credential(device=device, overlap_h=_hours(typed.get("overlap_h", "")))
                return _device(request, device, secret=issued.secret)
            case "issue_certificate":
                actions.issue_certificate(device=device, certificate=typed.get("certificate", ""))
                return flash(back, "success", _("The certificate stands for the device from now on."))
            case "issue_address":
                actions.issue_address(device=device, address=typed.get("address", ""))
                return flash(back, "success", _("The address stands for the device from now on."))
            case "end_credential":
                credential = queries.credential_by_id(device, _number(typed.get("credential", "")))
                actions.end_credential(credential=credential, reason=typed.get("reason", ""))
                return flash(back, "success", _("The credential is ended."))
            case "revoke_credential":
                actions.revoke_credential(device=device, reason=typed.get("reason", ""))
                return flash(back, "success", _("Its credentials are revoked."))
            case "set_device_state":
                actions.set_device_state(
                    device=device, state=typed.get("state", ""), reason=typed.get("reason", "")
                )
                return flash(back, "success", _("Its state is noted."))
            case "send_command":
                name = typed.get("name", "")
                actions.send_command(device=device, name=name, parameters=_parameters(device, name, typed))
                return flash(back, "success", _("The command waits for the device."))
            case "set_parent":
                actions.set_parent(device=device, parent=queries.device_above(typed.get("parent", "")))
                return flash(back, "success", _("It is noted what the device hangs on."))
            case "set_desired":
                actions.set_desired(device=device, values=_desired(device, typed))
                return flash(back, "success", _("The desired values go to the device as a command."))
            case "cancel_command":
                actions.cancel_command(command=queries.command_by_id(_number(typed.get("command", ""))))
                return flash(back, "success", _("The command is called off."))
    except InvalidInput as error:
        return _device(request, queries.device_by_code(code), error=error)
    raise Missing(_("There is no such step."))


def _number(typed: str) -> int:
    return int(typed) if typed.isdecimal() and len(typed) < 19 else 0


def _hours(typed: str) -> int:
    if not typed.isdigit() or len(typed) > 5:
        raise InvalidInput(_("Whole hours."), field="overlap_h")
    return int(typed)


def _desired(device: Device, typed: dict[str, str]) -> dict[str, Any]:
    """The fields ``desired.PROPERTY`` that were filled in, as the twin has them."""
    declared = queries.definition_of(device).properties
    found: dict[str, Any] = {}
    for each in declared.values():
        text = typed.get(f"desired.{each.key}", "")
        if each.is_writable and text:
            found[each.key] = _value(each, text, f"values.{each.key}")
    return found


def _value(declared: Property, text: str, field: str) -> Any:
    """What was typed, as a value of this kind; whether it may be that is for the action to say."""
    if declared.kind is Kind.BOOLEAN:
        return text == "1"
    if declared.kind not in (Kind.NUMBER, Kind.INTEGER):
        return text
    try:
        number = float(text)
        return int(number) if declared.kind is Kind.INTEGER and number.is_integer() else number
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            _("“%(title)s” needs a number.") % {"title": declared.title}, field=field
        ) from error


def _parameters(device: Device, name: str, typed: dict[str, str]) -> dict[str, Any]:
    """The fields ``NAME.PARAMETER`` of the form, as the command's parameters have them."""
    kind = queries.definition_of(device).commands.get(name)
    given: dict[str, Any] = {}
    for each in kind.parameters if kind else ():
        text = typed.get(f"{name}.{each.key}", "")
        if each.kind is Kind.BOOLEAN:
            given[each.key] = text == "1"
        elif each.kind in (Kind.NUMBER, Kind.INTEGER):
            try:
                given[each.key] = float(text)
            except ValueError as error:
                raise InvalidInput(_("This is no number."), field=f"parameters.{each.key}") from error
        else:
            given[each.key] = text
    return given
