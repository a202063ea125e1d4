"""Contracts: the register, a new one, one with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from chengshu.foundation.errors import ChengshuError, Missing, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column
from chengshu.foundation.web.typed import (
    day,
    errors,
    maybe_day,
    maybe_moment,
    maybe_number,
    maybe_picked,
    maybe_whole,
    moment,
    picked,
    unit_of,
    units_for,
    whole,
)
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.models import Contract, Formula, Hours, LimitKind, Measure, Outcome, Severity
from chengshu.scenes.operations.pages.forms import HANDLED, options, suppliers
from chengshu.scenes.operations.words import GROUPS, OUTCOME_TONES, SCORES

COLUMNS: Final = (
    Column("title", _("Contract"), header=True),
    Column("number", _("Contract number"), kind="fit"),
    Column("supplier_name", _("Service supplier")),
    Column("ends_on", _("Ends"), kind="date"),
    Column("open_tickets", _("Open tickets"), kind="number"),
    Column("last_month", _("Last monthly report"), kind="fit"),
)


@door("operations.view", title=_("See contracts, tickets, rounds and reports"))
def listing(request: HttpRequest) -> HttpResponse:
    context = {
        "columns": COLUMNS,
        "contracts": queries.contracts()[:500],
        "export_urls": export_links(EXPORT.name),
    }
    return render(request, "operations/contracts.html", context)


EXPORT: Final = contribute_export(
    Export(
        "operations.contracts",
        _("Contracts"),
        "operations.view",
        (
            ExportColumn(_("Contract number"), lambda row: row.number),
            ExportColumn(_("Contract"), lambda row: row.title),
            ExportColumn(_("Project"), lambda row: row.project),
            ExportColumn(_("Unit"), lambda row: row.unit.name),
            ExportColumn(_("Service supplier"), lambda row: row.supplier_name),
            ExportColumn(_("Begins"), lambda row: row.starts_on),
            ExportColumn(_("Ends"), lambda row: row.ends_on),
            ExportColumn(_("Service hours"), lambda row: row.hours if row.hours_known else ""),
            ExportColumn(_("Monthly fee (10,000 yuan)"), lambda row: row.monthly_fee),
            ExportColumn(_("Open tickets"), lambda row: row.open_tickets),
            ExportColumn(_("Source"), lambda row: row.source),
        ),
        lambda _given: queries.contracts(),
    )
)


@door("operations.register_contract")
def new(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request, None)
    given = request.POST
    try:
        row = actions.register_contract(
            unit=unit_of(request),
            number=given.get("number", ""),
            project=given.get("project", ""),
            **_read(given),
        )
    except HANDLED as error:
        return _form(request, error)
    return flash(_to(row.pk), "success", _("The contract is in the register. Add its services and limits."))


@door("operations.change_contract")
def change(request: HttpRequest, contract_id: int) -> HttpResponse:
    contract = queries.contract_by_id(contract_id)
    if request.method != "POST":
        return _form(request, None, contract)
    try:
        actions.change_contract(contract=contract, **_read(request.POST))
    except HANDLED as error:
        return _form(request, error, contract)
    return flash(_to(contract_id), "success", _("The contract is changed."))


def _read(given: QueryDict) -> dict[str, Any]:
    return {
        "title": given.get("title", ""),
        "supplier": maybe_picked(suppliers(), given.get("supplier", ""), "supplier"),
        "supplier_name": given.get("supplier_name", ""),
        "starts_on": maybe_day(given.get("starts_on", ""), "starts_on"),
        "ends_on": maybe_day(given.get("ends_on", ""), "ends_on"),
        "hours": given.get("hours", ""),
        "windows": given.get("windows", ""),
        "phone": given.get("phone", ""),
        "monthly_fee": maybe_number(given.get("monthly_fee", ""), "monthly_fee"),
    }


def _form(
    request: HttpRequest, error: ChengshuError | None, contract: Contract | None = None
) -> HttpResponse:
    given = request.POST.dict()
    if contract is not None and request.method != "POST":
        given = {name: str(value) for name, value in _fields(contract).items() if value is not None}
    context = {
        "contract": contract,
        "units": units_for("operations.register_contract"),
        "suppliers": options(suppliers()),
        "hours": Hours.choices,
        "given": given,
        **errors(error),
    }
    return render(request, "operations/contract_form.html", context, status=422 if error else 200)


def _fields(contract: Contract) -> dict[str, Any]:
    names = ("title", "supplier_name", "starts_on", "ends_on", "hours", "windows", "phone", "monthly_fee")
    return {name: getattr(contract, name) for name in names} | {"supplier": contract.supplier_id}


@door("operations.view")
def one(request: HttpRequest, contract_id: int) -> HttpResponse:
    return _page(request, queries.contract_by_id(contract_id))


def _page(
    request: HttpRequest, contract: Contract, error: ChengshuError | None = None, failed: str = ""
) -> HttpResponse:
    now = timezone.now()
    services = list(contract.services.all())
    context = {
        "contract": contract,
        "services": services,
        "limits": contract.limits.all(),
        "rules": contract.penalty_rules.all(),
        "tickets": queries.tickets(contract_id=contract.pk)[:20],
        "reports": contract.reports.all()[:24],
        "deliverables": queries.deliverables(state="all", contract_id=contract.pk)[:20],
        "outcomes": dict(Outcome.choices),
        "outcome_tones": OUTCOME_TONES,
        "outages": queries.outages_of(contract)[:20],
        "changes": contract.changes.select_related("service")[:20],
        "surveys": contract.surveys.all()[:10],
        "plans": contract.plans.all()[:50],
        "service_options": options(services),
        "formulas": Formula.choices,
        "hours": Hours.choices,
        "kinds": LimitKind.choices,
        "severities": Severity.choices,
        "measures": Measure.choices,
        "scores": SCORES,
        "groups": GROUPS,
        "now": now,
        "failed": failed,
        "given": request.POST.dict(),
        **errors(error),
    }
    return render(request, "operations/contract.html", context, status=422 if error else 200)


def _add_service(contract: Contract, given: QueryDict) -> None:
    actions.add_service(
        contract=contract,
        key=given.get("key", ""),
        name=given.get("name", ""),
        formula=given.get("formula", ""),
        hours=given.get("hours", ""),
        target=maybe_number(given.get("target", ""), "target"),
        notice_hours=whole(given.get("notice_hours", "") or "0", "notice_hours"),
        longest_minutes=maybe_whole(given.get("longest_minutes", ""), "longest_minutes"),
        source=given.get("source", ""),
    )


def _set_limit(contract: Contract, given: QueryDict) -> None:
    actions.set_limit(
        contract=contract,
        kind=given.get("kind", ""),
        severity=given.get("severity", ""),
        minutes=whole(given.get("minutes", ""), "minutes"),
        valid_from=day(given.get("valid_from", ""), "valid_from"),
        source=given.get("source", ""),
    )


def _add_penalty(contract: Contract, given: QueryDict) -> None:
    actions.add_penalty(
        contract=contract,
        measure=given.get("measure", ""),
        below=maybe_number(given.get("below", ""), "below"),
        percent=maybe_number(given.get("percent", ""), "percent"),
        yuan=maybe_number(given.get("yuan", ""), "yuan"),
        valid_from=day(given.get("valid_from", ""), "valid_from"),
        source=given.get("source", ""),
    )


def _announce(contract: Contract, given: QueryDict) -> None:
    actions.announce_change(
        contract=contract,
        title=given.get("title", ""),
        reason=given.get("reason", ""),
        starts_at=moment(given.get("starts_at", ""), "starts_at"),
        ends_at=moment(given.get("ends_at", ""), "ends_at"),
        service=maybe_picked(contract.services.all(), given.get("service", ""), "service"),
    )


def _record_outage(contract: Contract, given: QueryDict) -> None:
    service = picked(contract.services.all(), given.get("service", ""), "service")
    actions.record_outage(
        service=service,
        starts_at=moment(given.get("starts_at", ""), "starts_at"),
        ends_at=maybe_moment(given.get("ends_at", ""), "ends_at"),
        note=given.get("note", ""),
    )


def _make_report(contract: Contract, given: QueryDict) -> None:
    month = given.get("month", "")
    actions.make_report(contract=contract, month=day(f"{month}-01" if len(month) == 7 else month, "month"))


def _survey(contract: Contract, given: QueryDict) -> None:
    actions.record_survey(
        contract=contract,
        score=whole(given.get("score", "") or "0", "score"),
        group=given.get("group", ""),
        comment=given.get("comment", ""),
    )


def _open_problem(contract: Contract, given: QueryDict) -> None:
    actions.open_problem(contract=contract, title=given.get("title", ""))


def _close(contract: Contract, given: QueryDict) -> None:
    actions.close_contract(contract=contract, on=day(given.get("on", ""), "on"))


ACTS: Final[dict[str, tuple[Callable[[Contract, QueryDict], None], Words]]] = {
    "service": (_add_service, _("The service is added.")),
    "limit": (_set_limit, _("The limit is set.")),
    "penalty": (_add_penalty, _("The penalty is added.")),
    "announce": (_announce, _("The change is announced.")),
    "outage": (_record_outage, _("The outage is recorded.")),
    "report": (_make_report, _("The report is made.")),
    "survey": (_survey, _("The answer is recorded.")),
    "problem": (_open_problem, _("The problem is open.")),
    "close": (_close, _("The contract is closed.")),
}


@door("operations.view")
@require_POST
def act(request: HttpRequest, contract_id: int, act: str) -> HttpResponse:
    """One of the forms on the contract's page; each action asks for its own power."""
    contract = queries.contract_by_id(contract_id)
    if act not in ACTS:
        raise Missing(_("There is no such form."), code="operations.act")
    perform, said = ACTS[act]
    try:
        perform(contract, request.POST)
    except HANDLED as error:
        return _page(request, contract, error, act)
    return flash(_to(contract_id), "success", said)


@door("operations.end_outage")
@require_POST
def end(request: HttpRequest, outage_id: int) -> HttpResponse:
    outage = queries.outage_by_id(outage_id)
    given = request.POST.get("ends_at", "")
    try:
        actions.end_outage(outage=outage, ends_at=moment(given, "ends_at") if given else timezone.now())
    except HANDLED as error:
        return _page(request, outage.service.contract, error, "end")
    return flash(_to(outage.service.contract_id), "success", _("The outage has ended."))


@door("operations.withdraw_change")
@require_POST
def withdraw(request: HttpRequest, change_id: int) -> HttpResponse:
    change = queries.change_by_id(change_id)
    try:
        actions.withdraw_change(change=change)
    except HANDLED as error:
        return flash(_to(change.contract_id), "error", error.message)
    return flash(_to(change.contract_id), "success", _("The change is withdrawn."))


def _to(contract_id: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("operations:contract", args=[contract_id]))
