"""Pages: clocks by matter, and what is due of pledges, deferred materials and licences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chengshu.engines.cases import api as cases
from chengshu.foundation.calendar import SHANGHAI, local_day
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Filter, Option
from chengshu.scenes.approvals.actions.credit_notes import withdraw_credit_note
from chengshu.scenes.approvals.actions.deferrals import settle_deferral
from chengshu.scenes.approvals.environment import queries
from chengshu.scenes.approvals.environment.ours import OurProcess, our_processes
from chengshu.scenes.approvals.models import DeferralState, PledgeState

MOST: Final = 200
"""Rows of one page; lists of what is due are worked off, not browsed."""
RENEWAL_AHEAD: Final = timedelta(days=90)


@dataclass(frozen=True)
class MatterClocks:
    """One matter with its limits and this year's figures; a share without cases is None."""

    process: OurProcess
    decided: int
    in_promised: str
    in_legal: str
    promised_share: Decimal | None
    used_share: Decimal | None

    @property
    def title(self) -> str:
        return self.process.title

    @property
    def legal(self) -> str:
        return self.process.legal

    @property
    def promised(self) -> str:
        return self.process.promised


@door("approvals.view", title=_("See approvals, pledges and licences of one's unit"))
def clocks(request: HttpRequest) -> HttpResponse:
    today = local_day(timezone.now())
    since = datetime.combine(date(today.year, 1, 1), time(), tzinfo=SHANGHAI)
    figures = cases.clock_figures(since, timezone.now())
    by_key = {line.definition: line for line in figures.definitions}
    rows = [_matter(process, by_key.get(process.key)) for process in our_processes()]
    context = {"rows": rows, "columns": CLOCK_COLUMNS, "figures": figures, "since": since}
    return render(request, "approvals/clocks.html", context)


def _matter(process: OurProcess, line: Any) -> MatterClocks:
    """
    :param line: this year's figures of the process; None while nothing was decided
    """
    if line is None:
        return MatterClocks(process, 0, "", "", None, None)
    return MatterClocks(
        process,
        line.decided,
        f"{line.in_promised_time}/{line.promised_timed}" if line.promised_timed else "",
        f"{line.in_legal_time}/{line.legal_timed}" if line.legal_timed else "",
        line.promised_share,
        line.used_share,
    )


@door("approvals.view")
def pledges(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", PledgeState.DUE)
    context = {
        "rows": queries.pledges(state)[:MOST],
        "state": state,
        "columns": PLEDGE_COLUMNS,
        "filters": [_by_state(state, PledgeState.choices)],
        "today": local_day(timezone.now()),
    }
    return render(request, "approvals/pledges.html", context)


@door("approvals.view")
def deferrals(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", DeferralState.WAITING)
    context = {
        "rows": queries.deferrals(state)[:MOST],
        "state": state,
        "columns": DEFERRAL_COLUMNS,
        "filters": [_by_state(state, DeferralState.choices)],
        "today": local_day(timezone.now()),
    }
    return render(request, "approvals/deferrals.html", context)


@door("approvals.view")
def deferral(request: HttpRequest, deferral_id: int) -> HttpResponse:
    row = queries.deferral_by_id(deferral_id)
    if request.method != "POST":
        return _deferral_page(request, row, None)
    try:
        settle_deferral(deferral=row, note=request.POST.get("note", ""))
    except InvalidInput as error:
        return _deferral_page(request, row, error)
    answer = HttpResponseRedirect(reverse("approvals:deferrals"))
    return flash(answer, "success", _("The material is taken in."))


def _deferral_page(request: HttpRequest, row: Any, error: InvalidInput | None) -> HttpResponse:
    context = {"row": row, "given": request.POST.dict(), "today": local_day(timezone.now()), **_errors(error)}
    return render(request, "approvals/deferral.html", context, status=422 if error else 200)


@door("approvals.view")
def licences(request: HttpRequest) -> HttpResponse:
    due = request.GET.get("renewal", "") == "due"
    today = local_day(timezone.now())
    context = {
        "rows": queries.licences(renewal_before=today + RENEWAL_AHEAD if due else None)[:MOST],
        "columns": LICENCE_COLUMNS,
        "renewal": "due" if due else "",
        "filters": [
            Filter(
                "renewal",
                _("Renewal"),
                value="due" if due else "",
                options=[Option("due", _("To be applied for within 90 days"))],
            )
        ],
        "today": today,
    }
    return render(request, "approvals/licences.html", context)


@door("approvals.view")
def licence(request: HttpRequest, licence_id: int) -> HttpResponse:
    row = queries.licence_by_id(licence_id)
    context = {
        "row": row,
        "conditions": queries.conditions_of_case(row.case_id),
        "columns": CONDITION_COLUMNS,
        "today": local_day(timezone.now()),
    }
    return render(request, "approvals/licence.html", context)


@door("approvals.view")
def credit_notes(request: HttpRequest) -> HttpResponse:
    context = {"rows": queries.credit_notes()[:MOST], "columns": CREDIT_COLUMNS}
    return render(request, "approvals/credit_notes.html", context)


@door("approvals.view")
def credit_note(request: HttpRequest, note_id: int) -> HttpResponse:
    note = queries.credit_note_by_id(note_id)
    if request.method != "POST":
        return _credit_page(request, note, None)
    try:
        withdraw_credit_note(note=note, because=request.POST.get("because", ""))
    except InvalidInput as error:
        return _credit_page(request, note, error)
    answer = HttpResponseRedirect(reverse("approvals:credit_notes"))
    return flash(answer, "success", _("The note is withdrawn."))


def _credit_page(request: HttpRequest, note: Any, error: InvalidInput | None) -> HttpResponse:
    context = {"note": note, "given": request.POST.dict(), **_errors(error)}
    return render(request, "approvals/credit_note.html", context, status=422 if error else 200)


def _by_state(state: str, choices: Any) -> Filter:
    options = [Option(value, label) for value, label in choices]
    return Filter("state", _("State"), kind="select", options=options, value=state)


def _errors(error: InvalidInput | None) -> dict[str, object]:
    """The error by its field, and the same for the summary above the form."""
    if error is None:
        return {"errors": {}, "error_list": []}
    words = f"{error.message} {error.hint}"
    return {"errors": {error.field: words}, "error_list": [(f"id_{error.field}", words)]}


CLOCK_COLUMNS: Final = (
    Column("title", _("Service matter"), header=True),
    Column("legal", _("By law"), kind="fit"),
    Column("promised", _("Promised"), kind="fit"),
    Column("decided", _("Applications decided"), kind="number"),
    Column("in_promised", _("Within the promise"), kind="fit"),
    Column("in_legal", _("Within the law"), kind="fit"),
    Column("promised_share", _("Compression promised"), kind="percent"),
    Column("used_share", _("Compression reached"), kind="percent"),
)
PLEDGE_COLUMNS: Final = (
    Column("number", _("Case"), header=True),
    Column("unit", _("Unit")),
    Column("check_mode", _("How it is checked")),
    Column("given_on", _("Given on"), kind="date"),
    Column("check_by", _("Check by"), kind="date"),
    Column("state", _("State")),
)
DEFERRAL_COLUMNS: Final = (
    Column("material_name", _("Material"), header=True),
    Column("number", _("Case")),
    Column("unit", _("Unit")),
    Column("due_on", _("Due on"), kind="date"),
    Column("state", _("State")),
)
LICENCE_COLUMNS: Final = (
    Column("licence_number", _("Number"), header=True),
    Column("title", _("For")),
    Column("unit", _("Unit")),
    Column("valid_from", _("Valid from"), kind="date"),
    Column("valid_until", _("Valid until"), kind="date"),
    Column("renew_by", _("Renew by"), kind="date"),
    Column("state", _("State")),
)
CONDITION_COLUMNS: Final = (
    Column("quantity", _("Measure"), header=True),
    Column("outfall", _("Outfall")),
    Column("comparison", _("Relation")),
    Column("limit", _("Limit"), kind="number"),
    Column("measured_in", _("Unit of measure")),
    Column("standard", _("Standard")),
    Column("holds_until", _("Holds until"), kind="date"),
)
CREDIT_COLUMNS: Final = (
    Column("number", _("Case"), header=True),
    Column("unit", _("Unit")),
    Column("reason", _("Reason")),
    Column("noted_on", _("Noted on"), kind="date"),
    Column("withdrawn_on", _("Withdrawn on"), kind="date"),
)
