"""Words, tones and addresses that the review pages share."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.action import registered_actions
from chengshu.foundation.errors import Words
from chengshu.foundation.web.shell import Crumb
from chengshu.hub.promises.evaluation.lifecycle import STATE_NAMES, State
from chengshu.hub.promises.models import BudgetYear, Form
from chengshu.hub.promises.queries.reviewing import form_named
from chengshu.hub.promises.queries.years import year_named, years
from chengshu.hub.promises.subjects import Deadline

TONES: dict[State, str] = {
    State.DRAFT: "neutral",
    State.ADJUSTMENT: "neutral",
    State.RETURNED: "negative",
    State.UNIT_SUBMITTED: "info",
    State.DEPT_REVIEW: "info",
    State.FINANCE_REVIEW: "info",
    State.APPROVED: "positive",
    State.PUBLISHED: "positive",
    State.MONITORING: "positive",
    State.SELF_EVAL: "caution",
    State.SELF_SUBMITTED: "info",
    State.DEPT_EVAL: "info",
    State.FIN_EVAL: "info",
    State.RESULT_APPLIED: "positive",
    State.ARCHIVED: "neutral",
    State.SUPERSEDED: "neutral",
    State.WITHDRAWN: "neutral",
}
DEADLINES: dict[str, Words] = {
    "lifecycle.finance_reply": _("Reply of the finance department"),
    "lifecycle.publication": _("Publication by the department"),
    "lifecycle.department_reply": _("Reply to the units"),
}


def step_title(name: str) -> Words:
    """The title of a step, which is the title of its action."""
    found = registered_actions().get(f"promises.{name}")
    return found.title if found else name


def state_name(value: str) -> Words:
    return STATE_NAMES.get(State(value), value)


def state_tone(state: State) -> str:
    return TONES[state]


def deadline_tone(deadline: Deadline | None) -> str:
    if deadline is None:
        return "neutral"
    if deadline.days_left < 0:
        return "negative"
    return "caution" if deadline.days_left <= 5 else "info"


def year_of(request: HttpRequest) -> tuple[BudgetYear | None, list[BudgetYear]]:
    """The year asked for, or the latest, and all the asker may see."""
    known = years()
    return year_named(request.GET.get("year", ""), known), known


def form_asked(request: HttpRequest, ref: str) -> Form:
    """The form of the year asked for.

    :raises Missing: if there is none that the asker may see
    """
    year, _known = year_of(request)
    return form_named(ref, year)


def crumbs(form: Form, last: Words = "") -> list[Crumb]:
    """The way to a form."""
    way = [Crumb(_("Review"), reverse("promises:review"))]
    if not last:
        return [*way, Crumb(form.ref)]
    return [*way, Crumb(form.ref, form_url(form)), Crumb(last)]


def form_url(form: Form) -> str:
    """The address of a form's page, with its year."""
    return f"{reverse('promises:form', kwargs={'ref': form.ref})}?year={form.budget_year.year}"
