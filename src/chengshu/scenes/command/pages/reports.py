"""Situation reports: the list with its templates, and one with where each figure comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.engines.indicators import api as indicators
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.foundation.web.typed import picked, units_with
from chengshu.scenes.command import actions, queries
from chengshu.scenes.command.facts import limit_source
from chengshu.scenes.command.figures import FIGURES
from chengshu.scenes.command.models import ReportState, SituationReport
from chengshu.scenes.command.pages.forms import HANDLED, Act, Given, errors, options, own_desk, perform
from chengshu.scenes.command.pages.runs import paper
from chengshu.scenes.command.words import REPORT_TONES

COLUMNS: Final = (
    Column("title", _("Situation report"), header=True),
    Column("until", _("Falls due at"), kind="datetime"),
    Column("issued_at", _("Signed off at"), kind="datetime"),
    Column("state", _("State"), kind="fit"),
)


@door("command.view")
def listing(request: HttpRequest) -> HttpResponse:
    return _listing(request)


def _listing(request: HttpRequest, error: ChengshuError | None = None, act: str = "") -> HttpResponse:
    state = request.GET.get("state", "")
    names = sorted({one.name for one in indicators.definitions()})
    context = {
        "columns": COLUMNS,
        "reports": queries.reports(state=state)[:200],
        "templates": queries.report_templates(),
        "figure_titles": {key: title for key, (title, _reckon) in FIGURES.items()},
        "figures": [Option(key, title) for key, (title, _reckon) in FIGURES.items()],
        "known_names": names,
        "closable": options(queries.report_templates()),
        "units": options(units_with("command.set_report_template")),
        "unit": own_desk("command.set_report_template"),
        "now": timezone.now(),
        "query": request.GET.dict(),
        "tones": REPORT_TONES,
        "source": limit_source("reports"),
        "filters": [
            Filter(
                "state",
                _("State"),
                state,
                options=[Option("", _("All")), *(Option(*one) for one in ReportState.choices)],
            )
        ],
        "given": request.POST.dict(),
        "chosen": request.POST.getlist("figures"),
        **errors(error, act),
    }
    return render(request, "command/reports.html", context, status=422 if error else 200)


def _set(given: Given) -> object:
    return actions.set_report_template(
        unit=picked(units_with("command.set_report_template"), given.get("unit", ""), "unit"),
        title=given.get("title", ""),
        times=given.get("times", "").replace("，", ",").replace("、", ",").split(","),
        figures=given.getlist("figures"),
        names=given.get("names", "").split(),
    )


def _close(given: Given) -> object:
    return actions.close_report_template(
        template=picked(queries.report_templates(), given.get("template", ""), "template")
    )


@door("command.view")
@require_POST
def act_on_template(request: HttpRequest) -> HttpResponse:
    given = request.POST
    act = "close" if given.get("template") else "template"
    try:
        (_close if act == "close" else _set)(given)
    except HANDLED as error:
        return _listing(request, error, act)
    return HttpResponseRedirect(reverse("command:reports"))


@door("command.view")
def one(request: HttpRequest, report_id: int) -> HttpResponse:
    return _page(request, queries.report_by_id(report_id))


def _page(
    request: HttpRequest, report: SituationReport, error: ChengshuError | None = None, act: str = ""
) -> HttpResponse:
    context: dict[str, Any] = {
        "report": report,
        "tones": REPORT_TONES,
        "now": timezone.now(),
        "given": request.POST.dict(),
        **errors(error, act),
    }
    return render(request, "command/report.html", context, status=422 if error else 200)


ACTS: Final[Mapping[str, Act]] = {
    "redraft": lambda report, _given, _request: actions.redraft_report(report=report),
    "check": lambda report, given, _request: actions.confirm_report(
        report=report, remark=given.get("remark", "")
    ),
    "issue": lambda report, _given, _request: actions.issue_report(report=report),
}


@door("command.view")
@require_POST
def act(request: HttpRequest, report_id: int, act: str) -> HttpResponse:
    report = queries.report_by_id(report_id)
    to = HttpResponseRedirect(reverse("command:report", args=[report.pk]))
    return perform(request, report, act, ACTS, _page, to)


@door("command.view")
def file(request: HttpRequest, report_id: int, kind: str) -> HttpResponse:
    """The paper as it was issued; ``docx`` or ``pdf``."""
    report = queries.report_by_id(report_id)
    return paper(report, kind, f"{report.template.title}-{report.number}")
