"""The ledger of delegated powers, which says how much of it is known."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.given import count_given, day_given, optional_day
from chengshu.scenes.matters.models import Assessment, DelegatedPower, Manner
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
    Column("number", _("No."), "fit"),
    Column("name", _("Name of the power"), header=True),
    Column("unit", _("Taken on by")),
    Column("manner", _("Manner"), "fit"),
    Column("document", _("Document")),
    Column("agreement", _("Agreement until"), "fit"),
    Column("use", _("Use"), "fit"),
    Column("assessment", _("Assessment of its use"), "fit"),
)


@require_safe
@door("matters.view")
def ledger(request: HttpRequest) -> HttpResponse:
    query = {name: request.GET.get(name, "") for name in ("q", "manner", "assessment")}
    found = queries.delegated_powers(
        text=query["q"][:100], manner=query["manner"], assessment=query["assessment"]
    )
    rows, page = one_page(request, found, ("number",))
    context = {
        "state": queries.ledger_state(),
        "expired": queries.expired_agreements().count(),
        "rows": rows,
        "page": page,
        "columns": COLUMNS,
        "query": query,
        "today": timezone.localdate(),
        "filters": [
            Filter("q", _("Name or document"), query["q"], "search"),
            Filter("manner", _("Manner"), query["manner"], options=_choices(Manner.choices)),
            Filter(
                "assessment",
                _("Assessment of its use"),
                query["assessment"],
                options=_choices([one for one in Assessment.choices if one[0]]),
            ),
        ],
        "exports": export_links("matters.ledger", query),
    }
    return render(request, "matters/ledger.html", context)


def _choices(choices: Any) -> list[Option]:
    return [Option("", _("All")), *(Option(value, label) for value, label in choices)]


@door("matters.view")
def new_delegated_power(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    given = request.POST
    try:
        power = actions.record_delegated_power(
            unit=unit_given(given.get("unit", "")),
            name=given.get("name", ""),
            manner=given.get("manner", ""),
            from_authority=given.get("from_authority", ""),
            document_number=given.get("document_number", ""),
            since=optional_day(given.get("since", ""), "since"),
            plan=given.get("plan", ""),
            agreement_from=optional_day(given.get("agreement_from", ""), "agreement_from"),
            agreement_until=optional_day(given.get("agreement_until", ""), "agreement_until"),
            announced_on=optional_day(given.get("announced_on", ""), "announced_on"),
            local_code=given.get("local_code", ""),
            remark=given.get("remark", ""),
        )
    except HANDLED as error:
        return _form(request, error)
    return gone_to("matters:delegated_power", power.number, said=_("The line is added to the ledger."))


def _form(request: HttpRequest, error: ChengshuError | None = None) -> HttpResponse:
    context = {
        "given": request.POST.dict(),
        "units": units_for("matters.record_delegated_power"),
        "manners": options(dict(Manner.choices)),
        "breadcrumbs": [Crumb(_("Delegated powers"), reverse("matters:ledger")), Crumb(_("New line"))],
        **problem(error),
    }
    return render(request, "matters/new_delegated_power.html", context, status=status_of(error))


@require_safe
@door("matters.view")
def delegated_power(request: HttpRequest, number: str) -> HttpResponse:
    found = queries.delegated_power(number)
    today = timezone.localdate()
    context = {
        "power": found,
        "uses": list(found.uses.all()),
        "assessments": options({one[0]: one[1] for one in Assessment.choices if one[0]}),
        "year": today.year,
        "today": today.isoformat(),
        "has_ended": bool(found.agreement_until and found.agreement_until < today),
        "breadcrumbs": [Crumb(_("Delegated powers"), reverse("matters:ledger")), Crumb(found.name)],
    }
    return render(request, "matters/delegated_power.html", context)


@require_POST
@door("matters.view")
def change(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Renew the agreement, record use, assess, give back, or stop accepting."""
    found = queries.delegated_power(number)
    try:
        said = _VERBS[verb](found, request.POST)
    except HANDLED as error:
        return told("matters:delegated_power", number, error=error)
    return gone_to("matters:delegated_power", number, said=said)


def _renew(power: DelegatedPower, given: Any) -> Any:
    actions.renew_agreement(
        power=power,
        agreement_from=day_given(given.get("agreement_from", ""), "agreement_from"),
        agreement_until=day_given(given.get("agreement_until", ""), "agreement_until"),
        announced_on=optional_day(given.get("announced_on", ""), "announced_on"),
    )
    return _("The agreement is entered.")


def _use(power: DelegatedPower, given: Any) -> Any:
    actions.record_use(
        power=power,
        year=count_given(given.get("year", ""), "year", most=9999),
        count=count_given(given.get("count", ""), "count", most=9_999_999),
    )
    return _("The use is recorded.")


def _assess(power: DelegatedPower, given: Any) -> Any:
    actions.assess_power(power=power, assessment=given.get("assessment", ""), remark=given.get("remark", ""))
    return _("The assessment is recorded.")


def _return(power: DelegatedPower, given: Any) -> Any:
    actions.return_power(
        power=power,
        returned_on=day_given(given.get("returned_on", ""), "returned_on"),
        reason=given.get("reason", ""),
    )
    return _("The power is given back.")


def _suspend(power: DelegatedPower, given: Any) -> Any:
    done = actions.suspend_expired(power=power)
    return _("Its matter is not accepted any more.") if done else _("The agreement has not ended.")


_VERBS: Final = {"renew": _renew, "use": _use, "assess": _assess, "return": _return, "suspend": _suspend}

contribute_export(
    Export(
        "matters.ledger",
        _("Delegated powers"),
        "matters.view",
        (
            ExportColumn(_("No."), lambda one: one.number),
            ExportColumn(_("Name of the power"), lambda one: one.name),
            ExportColumn(_("Taken on by"), lambda one: one.unit.name),
            ExportColumn(_("Handed down by"), lambda one: one.from_authority),
            ExportColumn(_("Document"), lambda one: one.document_number),
            ExportColumn(_("Manner"), lambda one: one.get_manner_display()),
            ExportColumn(_("Taken on since"), lambda one: one.since),
            ExportColumn(_("Agreement until"), lambda one: one.agreement_until),
            ExportColumn(_("Use"), lambda one: one.use),
            ExportColumn(_("Assessment of its use"), lambda one: one.get_assessment_display()),
            ExportColumn(_("Given back on"), lambda one: one.returned_on),
            ExportColumn(_("Remark"), lambda one: one.remark),
        ),
        lambda given: queries.delegated_powers(
            text=given.get("q", "")[:100],
            manner=given.get("manner", ""),
            assessment=given.get("assessment", ""),
        ),
    )
)
