"""Problems and known errors."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chengshu.foundation.http.doors import door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column
from chengshu.foundation.web.typed import errors
from chengshu.scenes.operations import actions, queries
from chengshu.scenes.operations.models import ProblemState
from chengshu.scenes.operations.pages.forms import HANDLED

COLUMNS: Final = (
    Column("title", _("Problem"), header=True),
    Column("contract", _("Contract")),
    Column("opened_at", _("Open since"), kind="datetime"),
    Column("ticket_count", _("Tickets"), kind="number"),
    Column("state", _("State"), kind="fit"),
)
TONES: Final = {"open": "caution", "known": "info", "solved": "positive"}


@door("operations.view")
def listing(request: HttpRequest) -> HttpResponse:
    context = {"columns": COLUMNS, "problems": queries.problems()[:200], "tones": TONES}
    return render(request, "operations/problems.html", context)


@door("operations.view")
def one(request: HttpRequest, problem_id: int) -> HttpResponse:
    problem = queries.problem_by_id(problem_id)
    given = request.POST
    error = None
    if request.method == "POST":
        try:
            actions.settle_problem(
                problem=problem,
                state=given.get("state", ""),
                cause=given.get("cause", ""),
                workaround=given.get("workaround", ""),
            )
            there = HttpResponseRedirect(reverse("operations:problem", args=[problem_id]))
            return flash(there, "success", _("The cause is written down."))
        except HANDLED as caught:
            error = caught
    context = {
        "problem": problem,
        "tickets": problem.tickets.all()[:50],
        "states": [one for one in ProblemState.choices if one[0] != "open"],
        "tones": TONES,
        "given": given.dict() or {"cause": problem.cause, "workaround": problem.workaround},
        **errors(error),
    }
    return render(request, "operations/problem.html", context, status=422 if error else 200)
