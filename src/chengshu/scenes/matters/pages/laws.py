"""Texts of law, and the matters that rest on one that changes."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option
from chengshu.scenes.matters import actions, queries
from chengshu.scenes.matters.given import day_given, optional_day
from chengshu.scenes.matters.pages.common import (
    HANDLED,
    STATE_TONES,
    gone_to,
    one_page,
    problem,
    status_of,
    told,
)

COLUMNS: Final = (
    Column("name", _("Text of law"), header=True),
    Column("number", _("Document number")),
    Column("from", _("In force from"), "fit"),
    Column("state", _("State"), "fit"),
    Column("matters", _("Matters in force on it"), "number"),
)
MATTER_COLUMNS: Final = (
    Column("name", _("Service matter"), header=True),
    Column("unit", _("Unit")),
    Column("articles", _("Article"), "fit"),
    Column("state", _("State"), "fit"),
)


@require_safe
@door("matters.view")
def laws(request: HttpRequest) -> HttpResponse:
    query = {"q": request.GET.get("q", "")[:100], "ceased": request.GET.get("ceased", "")}
    rows, page = one_page(
        request, queries.laws(text=query["q"], only_ceased=query["ceased"] == "yes"), ("name",)
    )
    counted = queries.matters_by_law()
    today = timezone.localdate()
    context = {
        "rows": [
            {
                "law": law,
                "matters": counted.get(law.name, 0),
                "has_ceased": bool(law.in_force_until and law.in_force_until <= today),
            }
            for law in rows
        ],
        "affected": [
            (law, counted[law.name]) for law in queries.laws(only_ceased=True) if counted.get(law.name)
        ],
        "page": page,
        "columns": COLUMNS,
        "query": query,
        "filters": [
            Filter("q", _("Name or number"), query["q"], "search"),
            Filter(
                "ceased",
                _("State"),
                query["ceased"],
                options=[Option("", _("All")), Option("yes", _("Ceased"))],
            ),
        ],
    }
    return render(request, "matters/laws.html", context)


@door("matters.view")
def new_law(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _form(request)
    given = request.POST
    try:
        law = actions.record_legal_text(
            name=given.get("name", ""),
            number=given.get("number", ""),
            in_force_from=optional_day(given.get("in_force_from", ""), "in_force_from"),
            source=given.get("source", ""),
        )
    except HANDLED as error:
        return _form(request, error)
    return gone_to("matters:law", law.key, said=_("The text is recorded."))


def _form(request: HttpRequest, error: ChengshuError | None = None) -> HttpResponse:
    context = {
        "given": request.POST.dict(),
        "breadcrumbs": [Crumb(_("Texts of law"), reverse("matters:laws")), Crumb(_("New text"))],
        **problem(error),
    }
    return render(request, "matters/new_law.html", context, status=status_of(error))


@require_safe
@door("matters.view")
def law(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.law_named(key)
    resting = queries.matters_resting_on(found.name)
    context = {
        "law": found,
        "has_ceased": bool(found.in_force_until and found.in_force_until <= timezone.localdate()),
        "columns": MATTER_COLUMNS,
        "rows": [
            {
                "local_code": one.local_code,
                "name": one.name,
                "unit": one.unit.shown_name,
                "articles": "、".join(
                    basis.get("article", "") for basis in one.elements["basis"] if basis["law"] == found.name
                ),
                "state": one.get_state_display(),
                "tone": STATE_TONES[one.state],
            }
            for one in resting
        ],
        "today": timezone.localdate().isoformat(),
        "breadcrumbs": [Crumb(_("Texts of law"), reverse("matters:laws")), Crumb(found.name)],
    }
    return render(request, "matters/law.html", context)


@require_POST
@door("matters.view")
def repeal(request: HttpRequest, key: str) -> HttpResponse:
    found = queries.law_named(key)
    try:
        actions.repeal_legal_text(
            law=found,
            in_force_until=day_given(request.POST.get("in_force_until", ""), "in_force_until"),
            replaced_by=request.POST.get("replaced_by", ""),
        )
    except HANDLED as error:
        return told("matters:law", key, error=error)
    return gone_to("matters:law", key, said=_("It is noted; the matters below rest on it."))
