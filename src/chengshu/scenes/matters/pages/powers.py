"""The list of powers and duties."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.models import PowerKind
from chengshu.scenes.matters.pages.common import (
    HANDLED,
    gone_to,
    one_page,
    options,
    problem,
    status_of,
    told,
    unit_given,
    units_for,
)

COLUMNS: Final = (
    Column("name", _("Name of the power"), header=True),
    Column("kind", _("Kind"), "fit"),
    Column("unit", _("Unit")),
    Column("basis", _("Legal basis")),
    Column("state", _("State"), "fit"),
)


@require_safe
@door("matters.view")
def powers(request: HttpRequest) -> HttpResponse:
    query = {name: request.GET.get(name, "") for name in ("q", "kind", "unit")}
    rows, page = one_page(
        request, queries.powers(text=query["q"][:100], kind=query["kind"], unit=query["unit"]), ("code",)
    )
    units = [Option("", _("All units")), *(Option(*pair) for pair in queries.units_with_matters())]
    kinds = [Option("", _("All kinds")), *(Option(value, label) for value, label in PowerKind.choices)]
    context = {
        "rows": rows,
        "page": page,
        "columns": COLUMNS,
        "query": query,
        "filters": [
            Filter("q", _("Name or basis"), query["q"], "search"),
            Filter("kind", _("Kind"), query["kind"], options=kinds),
            Filter("unit", _("Unit"), query["unit"], options=units),
        ],
        "exports": export_links("matters.powers", query),
    }
    return render(request, "matters/powers.html", context)


@door("matters.view")
def new_power(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    given = request.POST
    try:
        power = actions.record_power(
            unit=unit_given(given.get("unit", "")),
            name=given.get("name", ""),
            kind=given.get("kind", ""),
            basis=given.get("basis", ""),
            content=given.get("content", ""),
            duties=given.get("duties", ""),
            accountability=given.get("accountability", ""),
            local_code=given.get("local_code", ""),
        )
    except HANDLED as error:
        return _form(request, error)
    return gone_to("matters:power", power.code, said=_("The power is recorded."))


def _form(request: HttpRequest, error: ChengshuError | None = None) -> HttpResponse:
    context = {
        "given": request.POST.dict(),
        "units": units_for("matters.record_power"),
        "kinds": options(dict(PowerKind.choices)),
        "breadcrumbs": [Crumb(_("Powers and duties"), reverse("matters:powers")), Crumb(_("New power"))],
        **problem(error),
    }
    return render(request, "matters/new_power.html", context, status=status_of(error))


@require_safe
@door("matters.view")
def power(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.power_named(code)
    context = {
        "power": found,
        "breadcrumbs": [Crumb(_("Powers and duties"), reverse("matters:powers")), Crumb(found.name)],
    }
    return render(request, "matters/power.html", context)


@require_POST
@door("matters.view")
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    found = queries.power_named(code)
    try:
        actions.cancel_power(power=found, reason=request.POST.get("reason", ""))
    except HANDLED as error:
        return told("matters:power", code, error=error)
    return gone_to("matters:power", code, said=_("The power is cancelled."))


contribute_export(
    Export(
        "matters.powers",
        _("Powers and duties"),
        "matters.view",
        (
            ExportColumn(_("Code of the power"), lambda one: one.code),
            ExportColumn(_("Name of the power"), lambda one: one.name),
            ExportColumn(_("Kind"), lambda one: one.get_kind_display()),
            ExportColumn(_("Unit"), lambda one: one.unit.name),
            ExportColumn(_("Legal basis"), lambda one: one.basis),
            ExportColumn(_("Duties"), lambda one: one.duties),
            ExportColumn(_("Accountability"), lambda one: one.accountability),
            ExportColumn(_("State"), lambda one: one.get_state_display()),
        ),
        lambda given: queries.powers(
            text=given.get("q", "")[:100], kind=given.get("kind", ""), unit=given.get("unit", "")
        ),
    )
)
