"""What waits for me: forms by the step they wait for, with deadlines, and steps for many forms at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Tab, query_url
from chengshu.hub.promises.actions.lifecycle import record_budget_dates
from chengshu.hub.promises.actions.together import BULK_STEPS, Outcome, take_many
from chengshu.hub.promises.evaluation import rules
from chengshu.hub.promises.evaluation.lifecycle import deadline
from chengshu.hub.promises.models import BudgetYear, Form
from chengshu.hub.promises.pages.review import words
from chengshu.hub.promises.queries.reviewing import Waiting, counts_by_step, inbox

COLUMNS = (
    Column("ref", gettext_lazy("No."), "fit"),
    Column("title", gettext_lazy("Form"), header=True),
    Column("unit", gettext_lazy("Unit")),
    Column("amount", gettext_lazy("Amount"), "money"),
    Column("state", gettext_lazy("State"), "fit"),
    Column("errors", gettext_lazy("Errors"), "number"),
    Column("since", gettext_lazy("Since"), "date"),
    Column("deadline", gettext_lazy("Time limit of the step"), "fit"),
    Column("step", gettext_lazy("Next step"), "fit"),
)
EVERYTHING = "all"


@door("promises.view")
def show_inbox(request: HttpRequest) -> HttpResponse:
    return _page(request, ())


@require_POST
@door("promises.view")
def advance_many(request: HttpRequest) -> HttpResponse:
    """Take one step for the chosen forms and show what became of each."""
    step = request.POST.get("step", "")
    year, _known = words.year_of(request)
    chosen = [int(value) for value in request.POST.getlist("forms") if value.isascii() and value.isdigit()][
        :500
    ]
    if not chosen:
        raise InvalidInput(
            _("Choose at least one form."),
            field="forms",
            code="bulk.none",
            hint=_("Tick the forms in the list."),
        )
    forms = Form.objects.select_related("budget_year", "project", "current").filter(
        pk__in=chosen, budget_year=year
    )
    return _page(request, take_many(step, list(forms)))


@require_POST
@door("promises.view")
def record_dates(request: HttpRequest) -> HttpResponse:
    """Record when the budget was approved and replied to."""
    year, _known = words.year_of(request)
    if year is None:
        return HttpResponseRedirect(reverse("promises:review"))
    try:
        record_budget_dates(
            budget_year=year,
            adopted_on=_day(request, "adopted_on"),
            replied_on=_day(request, "replied_on"),
        )
    except InvalidInput as error:
        return _page(request, (), date_errors={error.field: str(error)}, status=422)
    response = HttpResponseRedirect(query_url(reverse("promises:review"), {"year": year.year}))
    return flash(response, "success", _("The dates are recorded; the deadlines follow from them."))


def _day(request: HttpRequest, field: str) -> date | None:
    text = request.POST.get(field, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            _("“%(text)s” is not a day.") % {"text": text[:20]},
            field=field,
            code="day",
            hint=_("Such as 2025-01-20."),
        ) from error


def _page(
    request: HttpRequest,
    outcomes: Sequence[Outcome],
    *,
    date_errors: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    asker = current_asker()
    year, known = words.year_of(request)
    rows = inbox(asker, year) if year else []
    counts = counts_by_step(rows)
    wanted = request.GET.get("step", "")
    shown = _shown(rows, wanted)
    context = {
        "year": year,
        "years": known,
        "rows": shown,
        "columns": COLUMNS,
        "tabs": _tabs(year, rows, counts, wanted),
        "counts": counts,
        "waiting": sum(counts.values()),
        "total": len(rows),
        "overdue": sum(1 for row in rows if row.deadline and row.deadline.days_left < 0),
        "bulk_steps": [(name, words.step_title(name)) for name in BULK_STEPS if counts[name]],
        "outcomes": outcomes,
        "words": words,
        "deadlines": _deadlines(year),
        "may_date": year is not None and asker.holds_at("promises.record_budget_dates", year.unit_id),
        "date_errors": date_errors or {},
        "typed": request.POST,
    }
    return render(request, "promises/review.html", context, status=status)


def _shown(rows: Sequence[Waiting], wanted: str) -> list[Waiting]:
    if wanted == EVERYTHING:
        return list(rows)
    mine = [row for row in rows if row.step]
    return [row for row in mine if row.step == wanted] if wanted else mine


def _tabs(year: BudgetYear | None, rows: Sequence[Waiting], counts: Any, wanted: str) -> list[Tab]:
    path = reverse("promises:review")
    query = {"year": year.year} if year else {}
    tabs = [Tab(_("Waiting for me"), query_url(path, query), not wanted, sum(counts.values()))]
    for name, count in counts.items():
        tabs.append(Tab(words.step_title(name), query_url(path, query, step=name), wanted == name, count))
    tabs.append(Tab(_("All forms"), query_url(path, query, step=EVERYTHING), wanted == EVERYTHING, len(rows)))
    return tabs


def _deadlines(year: BudgetYear | None) -> list[tuple[str, date | None, date | None]]:
    """The legal deadlines of the year: what, counted from, due on."""
    if year is None:
        return []
    found = []
    for rule_id, since in (
        ("lifecycle.finance_reply", year.adopted_on),
        ("lifecycle.department_reply", year.replied_on),
        ("lifecycle.publication", year.replied_on),
    ):
        due = deadline(rule_id, since, rules.at(since)) if since else None
        found.append((str(words.DEADLINES[rule_id]), since, due))
    return found
