"""Payments: what of each project's budget is paid, one figure or a whole table at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.promises.actions.payments import (
    Recorded,
    import_payments,
    read_figures,
    read_figures_file,
    record_payment,
)
from chengshu.hub.promises.entry import read_amount
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.pages.proof.shared import chosen_year, day, may, said, summary
from chengshu.hub.promises.queries import proof

FIELDS = ("as_of", "adjusted", "paid", "source", "reason")
IMPORT_FIELDS = ("table", "source", "reason")
ZERO = Decimal("0.00")


@door("promises.view")
def show_payments(request: HttpRequest) -> HttpResponse:
    """Every project with the latest figure of what is paid."""
    year, suffix = chosen_year(request)
    return _overview(request, year, suffix)


def _overview(
    request: HttpRequest,
    year: BudgetYear,
    suffix: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    wrong_rows: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    rows = proof.paid(year)
    known = [row.payment for row in rows if row.payment]
    adjusted = sum((payment.adjusted_budget for payment in known), ZERO)
    paid = sum((payment.paid for payment in known), ZERO)
    context = {
        "year": year,
        "suffix": suffix,
        "rows": rows,
        "initial": sum((row.project.amount for row in rows), ZERO),
        "adjusted": adjusted,
        "paid": paid,
        "rate": paid / adjusted if adjusted else None,
        "reported": len(known),
        "expected": _expected(year),
        "may_import": may("import_payments", year.unit_id),
        "typed": typed or {},
        "errors": errors or {},
        "summary": summary(errors or {}),
        "wrong_rows": wrong_rows or [],
        "import_url": reverse("promises:import_payments") + suffix,
        "chart": _chart(rows),
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board") + suffix), Crumb(_("Payments"))],
    }
    return render(request, "promises/payments.html", context, status=422 if errors else 200)


def _expected(year: BudgetYear) -> float:
    """The share of the year that has passed today."""
    today, first = timezone.localdate(), date(year.year, 1, 1)
    length = (date(year.year + 1, 1, 1) - first).days
    return min(max((today - first).days + 1, 0), length) / length


def _chart(rows: list[proof.Paid]) -> dict[str, Any] | None:
    """The largest projects: paid beside budget."""
    known = sorted(
        ((row.project, row.payment) for row in rows if row.payment),
        key=lambda pair: pair[0].amount,
        reverse=True,
    )[:12]
    if not known:
        return None
    budgets = [payment.adjusted_budget for _project, payment in known]
    return {
        "kind": "bar",
        "unit": "万元",
        "categories": [project.ref for project, _payment in known],
        "series": [
            {"name": _("Adjusted budget"), "values": budgets, "tone": "neutral"},
            {"name": _("Paid"), "values": [payment.paid for _project, payment in known], "tone": "info"},
        ],
    }


@door("promises.view")
def record(request: HttpRequest, ref: str) -> HttpResponse:
    """The figures of one project, and a form for a further one."""
    year, suffix = chosen_year(request)
    project = proof.project_named(year, ref)
    known = proof.payments_of(project)
    typed: dict[str, str] = {
        "as_of": min(timezone.localdate(), date(year.year, 12, 31)).isoformat(),
        "adjusted": f"{known[0].adjusted_budget if known else project.amount:.2f}",
        "source": known[0].source.partition(" · ")[0] if known else "",
    }
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in FIELDS}
        try:
            done = record_payment(
                project=project,
                as_of=day(typed["as_of"]),
                adjusted_budget=read_amount(typed["adjusted"], "adjusted"),
                paid=read_amount(typed["paid"], "paid"),
                source=typed["source"],
                reason=typed["reason"],
            )
            return _done(done, reverse("promises:payment", kwargs={"ref": ref}) + suffix)
        except InvalidInput as error:
            errors = {error.field or "paid": said(error)}
    context = {
        "year": year,
        "project": project,
        "payments": known,
        "typed": typed,
        "errors": errors,
        "summary": summary(errors),
        "may_record": may("record_payment", project.unit_id),
        "breadcrumbs": [Crumb(_("Payments"), reverse("promises:payments") + suffix), Crumb(ref)],
    }
    return render(request, "promises/payment.html", context, status=422 if errors else 200)


@door("promises.view")
def import_table(request: HttpRequest) -> HttpResponse:
    """Take over a pasted table or a file; every wrong row is named and nothing is stored then."""
    year, suffix = chosen_year(request)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("promises:payments") + suffix)
    typed = {name: request.POST.get(name, "") for name in IMPORT_FIELDS}
    given = request.FILES.get("file")
    try:
        if isinstance(given, UploadedFile):
            rows = read_figures_file(given.read(), given.name or "table")
        else:
            rows = read_figures(typed["table"])
        done = import_payments(budget_year=year, rows=rows, source=typed["source"], reason=typed["reason"])
    except InvalidInput as error:
        wrong = list(error.data.get("rows", []))
        field = "table" if error.field in ("", "rows") else error.field
        return _overview(request, year, suffix, typed, {field: said(error)}, wrong)
    return _done(done, reverse("promises:payments") + suffix)


def _done(done: Recorded, address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    if done.warnings:
        text: Words = _("Stored, but look at this: %(warnings)s") % {
            "warnings": " ".join(map(str, done.warnings))
        }
        return flash(response, "warning", text)
    return flash(response, "success", _("%(count)s payment figures stored.") % {"count": len(done.payments)})
