"""The engine's health for those who run it: stuck cases with remedies, failed jobs, timers due, throughput."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chengshu.engines.cases import api
from chengshu.engines.cases.data import CaseLine, JobView, OperationsView, TokenState
from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb
from chengshu.hub.inbox.pages.task import HANDLED, status_of

DAYS: Final = 14
STUCK_COLUMNS: Final = (
    Column("title", gettext_lazy("Case"), header=True),
    Column("unit_name", gettext_lazy("Unit")),
    Column("reason", gettext_lazy("Why it is stuck")),
    Column("opened_at", gettext_lazy("Filed"), "datetime"),
    Column("remedy", gettext_lazy("What can be done"), "fit"),
)
JOB_COLUMNS: Final = (
    Column("number", gettext_lazy("Case"), "fit", header=True),
    Column("node", gettext_lazy("Step")),
    Column("service", gettext_lazy("Service"), "fit"),
    Column("attempts", gettext_lazy("Attempts"), "number"),
    Column("error", gettext_lazy("Error")),
    Column("remedy", gettext_lazy("What can be done"), "fit"),
)


CARD_COLUMNS: Final = (
    Column("colour", gettext_lazy("Card"), "fit"),
    Column("title", gettext_lazy("Case"), header=True),
    Column("cause", gettext_lazy("Cause")),
    Column("raised_at", gettext_lazy("Raised"), "datetime"),
    Column("correct_by", gettext_lazy("Answer by"), "datetime"),
    Column("answer", gettext_lazy("Answer"), "fit"),
)
COLOURS: Final = {
    "yellow": (gettext_lazy("Yellow card"), "caution"),
    "red": (gettext_lazy("Red card"), "negative"),
}


@require_safe
@door(
    "cases.view_operations", title=gettext_lazy("See how cases run: stuck ones, failed services, throughput")
)
def show_operations(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@door("cases.view_operations")
def retry_job(request: HttpRequest, job_id: int) -> HttpResponse:
    """Let a service that gave up be tried again."""
    return _done(request, lambda: api.retry_job(job_id=job_id), _("The service is tried again."))


@require_POST
@door("cases.view_operations")
def retry_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """Let every stopped step of a case try again."""
    api.case_view(case_id)
    return _done(request, lambda: api.retry_step(case_id=case_id), _("The case is tried again."))


@require_POST
@door("cases.view_operations")
def answer_card(request: HttpRequest, card_id: int) -> HttpResponse:
    """Answer a supervision card: what happened and what was done."""
    reply = request.POST.get("reply", "").replace("\x00", "")
    return _done(
        request, lambda: api.reply_supervision(card_id=card_id, reply=reply), _("The card is answered.")
    )


def _done(request: HttpRequest, act: Callable[[], object], words: str) -> HttpResponse:
    """Perform an act and come back; what is refused is told on the page, with what was typed."""
    try:
        act()
    except HANDLED as error:
        return _page(request, error=error, status=status_of(error))
    return flash(HttpResponseRedirect(reverse("inbox:operations")), "success", words)


def _page(request: HttpRequest, *, error: ChengshuError | None = None, status: int = 200) -> HttpResponse:
    view = api.operations()
    asker = current_asker()
    context = {
        "view": view,
        "failure_message": error.message if error else "",
        "failure_hint": error.hint if error else "",
        "cards": [_card_row(card) for card in api.cards()],
        "card_columns": CARD_COLUMNS,
        "may_answer": asker.holds("cases.reply_supervision"),
        "may_retry_job": asker.holds("cases.retry_job"),
        "may_retry_step": asker.holds("cases.retry_step"),
        "typed": request.POST,
        "lead": _lead(view),
        "chart": throughput(view, timezone.localdate()),
        "stuck": [_stuck_row(line) for line in view.stuck],
        "stuck_columns": STUCK_COLUMNS,
        "jobs": [_job_row(job) for job in view.failed_jobs],
        "job_columns": JOB_COLUMNS,
        "breadcrumbs": [Crumb(_("My work"), reverse("inbox:work")), Crumb(_("Running of cases"))],
    }
    return render(request, "inbox/operations.html", context, status=status)


def _lead(view: OperationsView) -> str:
    if view.stuck or view.failed_jobs:
        return _("%(stuck)s cases are stuck and %(jobs)s service jobs failed; each needs a decision.") % {
            "stuck": len(view.stuck),
            "jobs": len(view.failed_jobs),
        }
    return _("Everything runs.")


def throughput(view: OperationsView, today: date) -> dict[str, Any]:
    """The chart of the last days; a day on which nothing happened is a zero, not a gap."""
    days = [(today - timedelta(days=back)).isoformat() for back in reversed(range(DAYS))]
    return {
        "kind": "bar",
        "unit": "",
        "categories": [day[5:] for day in days],
        "series": [
            _series(_("Cases filed"), view.opened_per_day, days),
            _series(_("Steps completed"), view.completed_per_day, days),
        ],
    }


def _series(name: str, counted: Sequence[tuple[str, int]], days: Sequence[str]) -> dict[str, Any]:
    numbers: Mapping[str, int] = dict(counted)
    return {"name": name, "values": [numbers.get(day, 0) for day in days]}


def _stuck_row(line: CaseLine) -> dict[str, Any]:
    case = api.case_view(line.case_id)
    names = {one.node: one.node_name for one in case.timeline if one.node}
    reasons = [
        {"node": names.get(token.node, token.node), "text": token.note or _("The step failed.")}
        for token in case.tokens
        if token.state == TokenState.FAULTY
    ]
    if not reasons:
        reasons = [{"node": _("Nowhere"), "text": _("Nothing waits and nothing is open: move it or end it.")}]
    is_stopped = any(token.state == TokenState.FAULTY for token in case.tokens)
    address = reverse("inbox:case", args=[line.case_id])
    return {**asdict(line), "reasons": reasons, "is_stopped": is_stopped, "href": address}


def _card_row(card: Any) -> dict[str, Any]:
    label, tone = COLOURS[card.colour]
    address = reverse("inbox:case", args=[card.case_id])
    return {**asdict(card), "colour_label": label, "tone": tone, "href": address}


def _job_row(job: JobView) -> dict[str, Any]:
    return {**asdict(job), "href": reverse("inbox:case", args=[job.case_id])}
