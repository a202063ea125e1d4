"""Announcing and withdrawing maintenance; keeping secrets of checks."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.probes import actions, queries
from chengshu.engines.probes.models import Maintenance
from chengshu.engines.probes.pages.forms import HANDLED, maybe_target, target_options
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.typed import errors, moment, unit_of, units_for

SHOWN = 200


@door("probes.view")
def maintenance(request: HttpRequest) -> HttpResponse:
    """What was announced; who may announce finds the form beside it."""
    error: ChengshuError | None = None
    if request.method == "POST":
        try:
            _announce(request)
            answer = HttpResponseRedirect(reverse("probes:maintenance"))
            return flash(answer, "success", _("It is announced as of now."))
        except HANDLED as caught:
            error = caught
    may = current_asker().holds("probes.announce_maintenance")
    rows = Maintenance.objects.select_related("unit", "target")[:SHOWN]
    context: dict[str, Any] = {
        "rows": [(row, row.withdrawn_at is None and row.announced_at < row.starts_at) for row in rows],
        "may": may,
        "withdrawing": {
            row.pk for row in rows if current_asker().holds_at("probes.withdraw_maintenance", row.unit_id)
        },
        "units": units_for("probes.announce_maintenance") if may else [],
        "targets": target_options(_("A whole group")) if may else [],
        "given": request.POST.dict() or {"target": request.GET.get("of", "")[:60]},
        **errors(error),
    }
    return render(request, "probes/maintenance.html", context, status=422 if error else 200)


def _announce(request: HttpRequest) -> None:
    given = request.POST
    target = maybe_target(given.get("target", ""), "target")
    actions.announce_maintenance(
        unit=target.unit if target else unit_of(request),
        title=given.get("title", ""),
        starts_at=moment(given.get("starts_at", ""), "starts_at"),
        ends_at=moment(given.get("ends_at", ""), "ends_at"),
        target=target,
        group="" if target else given.get("group", ""),
    )


@require_POST
@door("probes.withdraw_maintenance")
def withdraw(request: HttpRequest, maintenance_id: int) -> HttpResponse:
    actions.withdraw_maintenance(maintenance=queries.maintenance_by_id(maintenance_id))
    answer = HttpResponseRedirect(reverse("probes:maintenance"))
    return flash(answer, "success", _("It is withdrawn, and excludes nothing any more."))


@door("probes.keep_secret")
def secrets(request: HttpRequest) -> HttpResponse:
    """The names of what is kept; the content is typed in and never shown again."""
    error: ChengshuError | None = None
    if request.method == "POST":
        given = request.POST
        try:
            actions.keep_secret(
                unit=unit_of(request), name=given.get("name", "").strip(), content=given.get("content", "")
            )
            answer = HttpResponseRedirect(reverse("probes:secrets"))
            return flash(answer, "success", _("The secret is kept."))
        except HANDLED as caught:
            error = caught
    context = {
        "rows": list(queries.secrets_kept()[:SHOWN]),
        "units": units_for("probes.keep_secret"),
        "given": {name: request.POST.get(name, "") for name in ("unit", "name")},
        **errors(error),
    }
    return render(request, "probes/secrets.html", context, status=422 if error else 200)
