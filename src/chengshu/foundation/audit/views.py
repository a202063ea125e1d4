"""The audit administrator's pages: search, one entry, verification, export. Nobody else's."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.asking import current_asker
from chengshu.foundation.audit import actions, queries
from chengshu.foundation.audit.readable import OUTCOMES, changes_of, given_of
from chengshu.foundation.audit.verify import is_sound
from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.permissions import permission_title
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option

COLUMNS = (
    Column("at", gettext_lazy("Time"), kind="datetime"),
    Column("actor", gettext_lazy("Who")),
    Column("unit_name", gettext_lazy("Unit")),
    Column("action", gettext_lazy("What"), header=True),
    Column("thing", gettext_lazy("On what")),
    Column("outcome", gettext_lazy("Outcome"), kind="fit"),
    Column("ip", gettext_lazy("Address"), kind="fit"),
)


@door("audit.view", title=gettext_lazy("Read the audit record"))
def entries(request: HttpRequest) -> HttpResponse:
    """The search page, newest entries first."""
    search = queries.Search.of(request.GET.dict())
    error: InvalidInput | None = None
    try:
        found = queries.page_of(search, request.GET.get("cursor", ""))
    except InvalidInput as caught:
        error, found = caught, queries.page_of(queries.Search())
    context = {**_search_context(search, found), "error": error, "verification": queries.last_verification()}
    return render(request, "audit/entries.html", context, status=422 if error else 200)


def _search_context(search: queries.Search, found: queries.Found) -> dict[str, Any]:
    asker = current_asker()
    return {
        "rows": found.rows,
        "page": found.page,
        "columns": COLUMNS,
        "filters": _filters(search),
        "query": search.as_query(),
        "title_of": permission_title,
        "anchor": queries.last_anchor(),
        "outcomes": OUTCOMES,
        "may_verify": asker.holds("audit.verify_chain"),
        "may_export": asker.holds("audit.export_entries"),
    }


def _filters(search: queries.Search) -> list[Filter]:
    outcomes = [Option(value, label) for value, label in OUTCOMES.items()]
    return [
        Filter("actor", _("Who"), search.actor, kind="search", placeholder=_("User name")),
        Filter("action", _("What"), search.action, kind="search", placeholder=_("Action or its name")),
        Filter("outcome", _("Outcome"), search.outcome, options=outcomes),
        Filter("unit", _("Unit"), search.unit, kind="search"),
        Filter("thing", _("On what"), search.thing, kind="search", placeholder="promises.form:17"),
        Filter("ip", _("Address"), search.ip, kind="search"),
        Filter("since", _("From"), search.since, kind="date"),
        Filter("until", _("To"), search.until, kind="date"),
        Filter("text", _("Words"), search.text, kind="search", placeholder=_("Reason or content")),
    ]


@door("audit.view")
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry in words, with its place in the chain."""
    found = queries.entry_by_id(entry_id)
    before, after = queries.neighbours(found)
    context = {
        "entry": found,
        "title": permission_title(found.action),
        "given": given_of(found),
        "changes": changes_of(found),
        "outcomes": OUTCOMES,
        "before": before,
        "after": after,
        "is_sound": is_sound(found),
        "is_linked": found.previous == before.digest if before else None,
        "title_of": permission_title,
        "breadcrumbs": [Crumb(_("Audit"), reverse("audit:entries")), Crumb(permission_title(found.action))],
    }
    return render(request, "audit/entry.html", context)


@door("audit.verify_chain")
def verify(request: HttpRequest) -> HttpResponse:
    """Prove the chain now and show what was found."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("audit:entries"))
    outcome = actions.verify_chain()
    context = {
        "outcome": outcome,
        "breadcrumbs": [Crumb(_("Audit"), reverse("audit:entries")), Crumb(_("Verification"))],
    }
    return render(request, "audit/verification.html", context)


@door("audit.export_entries")
def export(request: HttpRequest) -> HttpResponse:
    """The entries that match as a signed package."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("audit:entries"))
    search = queries.Search.of(request.POST.dict())
    content = actions.export_entries(search=search)
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="audit-{timezone.localtime():%Y%m%d-%H%M%S}.zip"'
    return response
