"""A monthly report: its figures with the records behind each, and its papers."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.scenes.operations import queries
from chengshu.scenes.operations.actions.reports import WORD
from chengshu.scenes.operations.models import FaultCall, Measure, MonthlyReport, Outage, Round, Survey, Ticket
from chengshu.scenes.operations.words import COUNTS, lasting

KINDS: Final = {"docx": ("word", WORD), "pdf": ("pdf", "application/pdf")}


@door("operations.view")
def one(request: HttpRequest, report_id: int) -> HttpResponse:
    report = queries.report_by_id(report_id)
    figures = report.figures
    context = {
        "report": report,
        "services": [_service(one) for one in figures["services"]],
        "counts": [
            (title, len(figures["records"][key]), _behind(key, figures["records"][key]))
            for key, title in COUNTS
        ],
        "penalties": [{**one, "title": Measure(one["measure"]).label} for one in figures["penalties"]],
        "penalty_yuan": figures["penalty_yuan"],
        "versions": MonthlyReport.objects.filter(contract=report.contract_id, month=report.month),
    }
    return render(request, "operations/report.html", context)


def _service(one: dict[str, Any]) -> dict[str, Any]:
    times = {key: lasting(one[f"{key}_s"]) for key in ("agreed", "excluded", "down", "longest")}
    outages = Outage.objects.filter(pk__in=one["outages"]).select_related("resource", "ticket")
    return {**one, **times, "behind": list(outages)}


def _behind(key: str, ids: list[int]) -> list[tuple[str, str]]:
    """The records of a count: what each is called, and where it stands; those without a page have no address."""
    if key.startswith("rounds"):
        rounds = Round.objects.filter(pk__in=ids).select_related("plan")
        return [
            (f"{one.plan.title} {one.last_day}", reverse("operations:round", args=[one.pk])) for one in rounds
        ]
    if key.startswith("calls"):
        calls = FaultCall.objects.filter(pk__in=ids)
        return [(f"{one.rang_at:%Y-%m-%d %H:%M} {one.subject}", reverse("operations:calls")) for one in calls]
    if key.startswith("surveys"):
        return [(f"{one.score} {one.comment}", "") for one in Survey.objects.filter(pk__in=ids)]
    tickets = Ticket.objects.filter(pk__in=ids)
    return [(f"{one.number} {one.title}", reverse("operations:ticket", args=[one.pk])) for one in tickets]


@door("operations.view")
def file(request: HttpRequest, report_id: int, kind: str) -> HttpResponse:
    """The paper as it was made; ``docx`` or ``pdf``."""
    report = queries.report_by_id(report_id)
    if kind not in KINDS:
        raise Missing(_("There is no such format."), code="operations.format")
    field, media_type = KINDS[kind]
    with getattr(report, field).open() as stored:
        answer = HttpResponse(stored.read(), content_type=media_type)
    name = f"{report.contract.title}-{report.month:%Y%m}-v{report.version}.{kind}"
    answer["Content-Disposition"] = disposition(name)
    return answer
