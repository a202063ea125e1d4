"""Double monitoring: every form with its two lights, one checkpoint filled in, the official form to download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Option
from chengshu.hub.promises.actions.monitoring import (
    FormEntry,
    LineEntry,
    missing_in,
    open_monitorings,
    save_monitoring,
    submit_monitoring,
)
from chengshu.hub.promises.entry import Unfinished
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.monitoring import LIKELIHOOD_NAMES, checkpoints
from chengshu.hub.promises.evaluation.rules import label
from chengshu.hub.promises.judging import promises_of
from chengshu.hub.promises.measured import WORDS, value_unit, words_for
from chengshu.hub.promises.models import BudgetYear, Indicator, Monitoring, MonitoringLine
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.pages.proof.shared import (
    LIGHTS,
    TONES,
    chosen_year,
    day,
    file_answer,
    may,
    reasons,
    said,
    summary,
)
from chengshu.hub.promises.printouts import monitoring_form
from chengshu.hub.promises.queries import proof

LINE_FIELDS = tuple(field.name for field in fields(LineEntry))
FORM_FIELDS = ("paid", "forecast_paid", "explanation")
ORDER = ("green", "yellow", "red")


@door("promises.view")
def show_monitoring(request: HttpRequest) -> HttpResponse:
    """All forms at one checkpoint, each with its light for money and its light for results."""
    year, suffix = chosen_year(request)
    return _overview(request, year, suffix)


def _overview(
    request: HttpRequest, year: BudgetYear, suffix: str, errors: Mapping[str, str] | None = None
) -> HttpResponse:
    known = proof.checkpoints(year)
    chosen = _chosen(request.GET.get("as_of", ""), known)
    found = proof.monitorings(year, chosen.as_of) if chosen else []
    context = {
        "year": year,
        "suffix": suffix,
        "checkpoints": [
            {"point": point, "href": _query(year, suffix, point.as_of), "current": point == chosen}
            for point in known
        ],
        "chosen": chosen,
        "rows": [_told(one) for one in found],
        "matrix": _matrix(found),
        "order": ORDER,
        "lights": LIGHTS,
        "tones": TONES,
        "unjudged": [_told(one) for one in found if {one.budget_light, one.goal_light} & {"grey", ""}],
        "may_open": may("open_monitorings", year.unit_id),
        "suggested": _suggested(year, known),
        "typed": {"as_of": request.POST.get("as_of", "")},
        "errors": errors or {},
        "summary": summary(errors or {}),
        "open_url": reverse("promises:open_monitoring") + suffix,
        "breadcrumbs": [
            Crumb(_("Promise board"), reverse("promises:board") + suffix),
            Crumb(_("Double monitoring")),
        ],
    }
    return render(request, "promises/monitoring.html", context, status=422 if errors else 200)


def _chosen(given: str, known: list[proof.Checkpoint]) -> proof.Checkpoint | None:
    named = [point for point in known if point.as_of.isoformat() == given]
    return named[0] if named else known[0] if known else None


def _query(year: BudgetYear, suffix: str, as_of: date) -> str:
    return f"{reverse('promises:monitoring')}{suffix}{'&' if suffix else '?'}as_of={as_of.isoformat()}"


def _suggested(year: BudgetYear, known: list[proof.Checkpoint]) -> list[dict[str, Any]]:
    """The checkpoints that the rules name for the year, with those that are open already marked."""
    opened = {point.as_of for point in known}
    named = rules.at(min(timezone.localdate(), date(year.year, 12, 31)))
    found = {
        p.covers_to: p
        for table in ("central", "quarterly")
        for p in checkpoints(year.year, named, table=table)
    }
    return [
        {"point": point, "open": point.covers_to in opened}
        for point in sorted(found.values(), key=lambda point: point.covers_to)
        if point.covers_to <= timezone.localdate()
    ]


def _told(one: Monitoring) -> dict[str, Any]:
    rate = one.paid / one.adjusted_budget if one.paid is not None and one.adjusted_budget else None
    return {
        "one": one,
        "href": reverse("promises:checkpoint", kwargs={"number": one.pk}),
        "rate": rate,
        "reading": readings().get(one.reading, _("Too little is reported for a joint reading.")),
        "overdue": one.submitted_at is None and one.response_due_on is not None
        and one.response_due_on < timezone.localdate(),
    }  # fmt: skip


def readings() -> dict[str, Words]:
    """What two lights say together, by code."""
    return {str(row["code"]): label(row) for row in rules.at(timezone.localdate())["monitoring.matrix"].rows}


def _matrix(found: list[Monitoring]) -> list[dict[str, Any]]:
    """Money down, results across: which forms stand in each of the nine fields, and what that says."""
    rows = rules.at(timezone.localdate())["monitoring.matrix"].rows
    texts = {(row["budget"], row["goal"]): (label(row), int(row["risk"])) for row in rows}
    return [
        {
            "budget": budget,
            "cells": [
                {
                    "goal": goal,
                    "text": texts[budget, goal][0],
                    "risk": texts[budget, goal][1],
                    "forms": [
                        _told(one) for one in found if (one.budget_light, one.goal_light) == (budget, goal)
                    ],
                }
                for goal in ORDER
            ],
        }
        for budget in ORDER
    ]


@door("promises.view")
def open_checkpoint(request: HttpRequest) -> HttpResponse:
    """Open a checkpoint of every form that has none on that day."""
    year, suffix = chosen_year(request)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("promises:monitoring") + suffix)
    try:
        as_of = day(request.POST.get("as_of", ""))
        opened = open_monitorings(budget_year=year, as_of=as_of)
    except InvalidInput as error:
        return _overview(request, year, suffix, {"as_of": said(error)})
    response = HttpResponseRedirect(_query(year, suffix, as_of))
    return flash(
        response, "success", _("%(count)s forms are open for this checkpoint.") % {"count": len(opened)}
    )


@door("promises.view")
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """One checkpoint of one form: what is done, what the year will bring, and why it deviates."""
    one = proof.monitoring_numbered(number)
    if request.method != "POST":
        return _form_page(request, one)
    lines = {
        line.indicator.ref: LineEntry(
            **{name: request.POST.get(f"{name}-{line.indicator.ref}", "") for name in LINE_FIELDS}
        )
        for line in one.lines.select_related("indicator")
    }
    entry = FormEntry(lines, **{name: request.POST.get(name, "") for name in FORM_FIELDS})
    address = reverse("promises:checkpoint", kwargs={"number": one.pk})
    try:
        save_monitoring(monitoring=one, entry=entry)
    except Unfinished as error:
        return _form_page(request, one, entry, error.errors)
    if request.POST.get("do") == "submit":
        return submit(request, number)
    return flash(HttpResponseRedirect(address), "success", _("Saved. The lights are up to date."))


@door("promises.view")
def submit(request: HttpRequest, number: int) -> HttpResponse:
    """Hand in a checkpoint; what is still missing is shown at its field."""
    one = proof.monitoring_numbered(number)
    address = reverse("promises:checkpoint", kwargs={"number": one.pk})
    if request.method == "POST":
        try:
            submit_monitoring(monitoring=one)
        except Unfinished as error:
            return _form_page(request, proof.monitoring_numbered(number), None, error.errors)
        return flash(HttpResponseRedirect(address), "success", _("Submitted."))
    return HttpResponseRedirect(address)


def _form_page(
    request: HttpRequest,
    one: Monitoring,
    entry: FormEntry | None = None,
    errors: Mapping[str, Words] | None = None,
) -> HttpResponse:
    promises = {p.indicator.ref: p for p in promises_of(Indicator.objects.filter(form_id=one.form_id))}
    lines = list(one.lines.select_related("indicator").order_by("indicator__number"))
    told = _told(one)
    context = {
        **told,
        "form": one.form,
        "lines": [_line(line, promises, entry) for line in lines],
        "lights": LIGHTS,
        "tones": TONES,
        "missing": missing_in(one) if one.submitted_at is None and not errors else {},
        "likelihoods": [
            Option("", "—"),
            *(Option(code.value, name) for code, name in LIKELIHOOD_NAMES.items()),
        ],
        "likelihood_words": {code.value: name for code, name in LIKELIHOOD_NAMES.items()},
        "reasons": reasons(one.as_of),
        "reason_words": {option["value"]: option["label"] for option in reasons(one.as_of)},
        "typed": _typed(one, entry),
        "errors": errors or {},
        "summary": summary(errors or {}),
        "may_save": one.submitted_at is None and may("save_monitoring", one.unit_id),
        "may_submit": one.submitted_at is None and may("submit_monitoring", one.unit_id),
        "downloads": [
            (kind.upper(), reverse("promises:monitoring_file", kwargs={"number": one.pk, "format": kind}))
            for kind in ("xlsx", "docx", "pdf")
        ],
        "breadcrumbs": [
            Crumb(_("Double monitoring"), _query(one.form.budget_year, "", one.as_of)),
            Crumb(one.form.ref),
        ],
    }
    return render(request, "promises/monitoring_form.html", context, status=422 if errors else 200)


def _typed(one: Monitoring, entry: FormEntry | None) -> dict[str, str]:
    if entry is not None:
        return {name: str(getattr(entry, name)) for name in FORM_FIELDS}
    return {
        "paid": "" if one.paid is None else f"{one.paid:.2f}",
        "forecast_paid": "" if one.forecast_paid is None else f"{one.forecast_paid:.2f}",
        "explanation": one.explanation,
    }


def _line(line: MonitoringLine, promises: Mapping[str, Any], entry: FormEntry | None) -> dict[str, Any]:
    ref = line.indicator.ref
    promise = promises[ref]
    found, commitment = promise.measured, promise.commitment
    typed = entry.lines.get(ref) if entry else None
    values = {name: getattr(typed or line, name) for name in LINE_FIELDS}
    return {
        "line": line,
        "ref": ref,
        "href": reverse("promises:indicator", kwargs={"slug": wording.slug_of(ref)}),
        "name": commitment.name if commitment else ref,
        "target": (commitment.annual_raw or commitment.period_raw) if commitment else "",
        "unit": value_unit(found.measure) if found else "",
        "choices": [Option("", "—"), *(Option(w, WORDS[w]) for w in words_for(found.measure))]
        if found and words_for(found.measure) else [],
        "doubt": found.doubt if found else None,
        "deviates": line.light in ("yellow", "red"),
        "shown": WORDS.get(line.actual, line.actual),
        **values,
    }  # fmt: skip


@door("promises.view")
def download(request: HttpRequest, number: str, format: str) -> HttpResponse:  # noqa: A002
    """The official monitoring form."""
    one = proof.monitoring_numbered(int(number[:15]))
    name = f"{one.form.ref}-{one.as_of.isoformat()}-绩效运行监控表"
    return file_answer(monitoring_form(one), name, format)
