"""The board of targets, one target with its course, its forms, and the availability of a month."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.probes import actions, availability, queries
from chengshu.engines.probes.models import State, Target, TargetKind, WindowDays
from chengshu.engines.probes.pages import showing
from chengshu.engines.probes.pages.forms import HANDLED, maybe_target, target_options
from chengshu.engines.probes.reckoning import Treatment
from chengshu.engines.probes.verifying import verify
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Filter, Option, Tab
from chengshu.foundation.web.typed import errors, maybe_whole, unit_of, units_for

SHOWN = 500
FIELDS = ("title", "kind", "address", "group", "window_days", "window_times")


@door("probes.view", title=_("See targets, their checks, results and outages"))
def board(request: HttpRequest) -> HttpResponse:
    """Targets of the asker's units, the worst first."""
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state", "group")}
    rows = queries.targets(words=given["q"], state=given["state"], group=given["group"])
    context = {
        "rows": showing.lines(list(rows[:SHOWN])),
        "columns": showing.COLUMNS,
        "counts": queries.counts(),
        "maintenance": list(queries.maintenance_now(timezone.now())[:10]),
        "query": {name: value for name, value in given.items() if value},
        "filters": [
            Filter("q", _("Search"), given["q"], "search", placeholder=_("Name, key or address")),
            Filter(
                "state",
                _("State"),
                given["state"],
                options=[Option(one.value, showing.SHORT[one]) for one in State],
            ),
            Filter(
                "group", _("Group"), given["group"], options=[Option(one, one) for one in queries.groups()]
            ),
        ],
        "may_add": current_asker().holds("probes.add_target"),
    }
    return render(request, "probes/board.html", context)


@door("probes.view")
def target(request: HttpRequest, key: str) -> HttpResponse:
    row = queries.target_by_key(key)
    span = request.GET.get("span", "24h")
    span = span if span in showing.SPANS else "24h"
    now = timezone.now()
    since = now - showing.SPANS[span]
    checks = queries.checks_of(row)
    in_force = [check for check in checks if check.retired_at is None]
    (line,) = showing.lines([_with_checks(row, in_force)])
    found, problem = _reckoned(row, since, now)
    drawings = [
        one for check in in_force if (one := showing.drawing(check, since, now, showing.STEPS_S[span]))
    ]
    down = list(found.stretches.down) if found else []
    context = {
        "target": row,
        "line": line,
        "span": span,
        "spans": [
            Tab(title, f"?span={key}", current=key == span)
            for key, title in (("24h", _("24 hours")), ("30d", _("30 days")))
        ],
        "since": since,
        "until": now,
        "checks": showing.check_lines(in_force),
        "retired": [check for check in checks if check.retired_at is not None],
        "pieces": showing.pieces(row, checks, down, since, now),
        "drawings": drawings,
        "found": found,
        "problem": problem,
        "share": showing.share(found.figure.share) if found else "—",
        "terms": showing.terms(found.figure) if found else [],
        "outages": showing.outage_lines(list(row.outages.select_related("check_row")[:20])),
        "children": list(row.children.filter(retired_at=None).select_related("state")),
        "proofs": _proofs(in_force) if request.GET.get("proof") else [],
        "tones": showing.TONES,
        "short": showing.SHORT,
        "may": _may(row),
        "breadcrumbs": [Crumb(_("State of targets"), reverse("probes:board")), Crumb(row.title)],
    }
    return render(request, "probes/target.html", context)


def _with_checks(row: Target, checks: list[Any]) -> Target:
    row.in_force = checks  # type: ignore[attr-defined]
    return row


def _reckoned(row: Target, since: Any, until: Any) -> tuple[availability.OfTarget | None, str]:
    try:
        return availability.of_target(row, since, until), ""
    except InvalidInput as error:
        return None, str(error)


def _proofs(checks: list[Any]) -> list[dict[str, Any]]:
    """What verification says of each check; asked for, as it reads every result."""
    found = []
    for check in checks:
        outcome = verify(check.pk)
        found.append({"check": check, "outcome": outcome, "broken": outcome.broken[:5]})
    return found


def _may(row: Target) -> set[str]:
    asker = current_asker()
    names = (
        "change_target",
        "retire_target",
        "define_check",
        "revise_check",
        "retire_check",
        "want_check",
        "announce_maintenance",
    )
    return {name for name in names if asker.holds_at(f"probes.{name}", row.unit_id)}


@door("probes.add_target")
def new_target(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None, None)
    try:
        given = request.POST
        row = actions.add_target(unit=unit_of(request), key=given.get("key", "").strip(), **_given(request))
    except HANDLED as error:
        return _form(request, None, error)
    answer = HttpResponseRedirect(reverse("probes:new_check", args=[row.key]))
    return flash(answer, "success", _("The target is added. Say now how it is to be asked."))


@door("probes.change_target")
def change_target(request: HttpRequest, key: str) -> HttpResponse:
    row = queries.target_by_key(key)
    if request.method != "POST":
        return _form(request, row, None)
    try:
        actions.change_target(target=row, **_given(request))
    except HANDLED as error:
        return _form(request, row, error)
    return flash(_to(row), "success", _("The target is changed."))


@require_POST
@door("probes.retire_target")
def retire_target(request: HttpRequest, key: str) -> HttpResponse:
    row = queries.target_by_key(key)
    actions.retire_target(target=row)
    return flash(_to(row), "success", _("The target is retired."))


def _to(row: Target) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("probes:target", args=[row.key]))


def _given(request: HttpRequest) -> dict[str, Any]:
    given = request.POST
    return {
        **{name: given.get(name, "") for name in FIELDS},
        "parent": maybe_target(given.get("parent", ""), "parent"),
        "service": maybe_whole(given.get("service", ""), "service"),
    }


def _form(request: HttpRequest, row: Target | None, error: ChengshuError | None) -> HttpResponse:
    given: dict[str, Any] = request.POST.dict()
    if not given and row is not None:
        given = {name: getattr(row, name) for name in FIELDS}
        given |= {"parent": row.parent.key if row.parent else "", "service": row.service or ""}
    context = {
        "target": row,
        "units": units_for("probes.add_target"),
        "kinds": [Option(value, label) for value, label in TargetKind.choices],
        "days": [Option(value, label) for value, label in WindowDays.choices],
        "parents": target_options(_("Nothing"), but=row),
        "given": {"kind": TargetKind.SITE, "window_days": WindowDays.EVERY, **given},
        **errors(error),
    }
    return render(request, "probes/target_form.html", context, status=422 if error else 200)


@door("probes.view")
def availability_page(request: HttpRequest) -> HttpResponse:
    """A month, group by group, with every term."""
    month = request.GET.get("month", "") or f"{timezone.localdate():%Y-%m}"
    strict = request.GET.get("gaps") == "down"
    context: dict[str, Any] = {"month": month, "strict": strict, "groups": [], **errors(None)}
    try:
        since, until = availability.month_of(month)
        rows = list(queries.targets()[:SHOWN])
        context["groups"] = [
            _group(one) for one in availability.of_groups(rows, since, until, Treatment(gaps_are_down=strict))
        ]
    except InvalidInput as error:
        context |= errors(error)
    return render(request, "probes/availability.html", context, status=422 if context["error_list"] else 200)


def _group(found: availability.OfGroup) -> dict[str, Any]:
    return {
        "name": found.name,
        "share": showing.share(found.service.share) if found.name else "",
        "mean": showing.share(found.mean) if found.name else "",
        "rows": [
            {
                "target": one.target,
                "share": showing.share(one.figure.share),
                "outages": one.outages,
                "terms": showing.terms(one.figure),
            }
            for one in found.each
        ],
    }
