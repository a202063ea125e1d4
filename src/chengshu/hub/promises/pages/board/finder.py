"""The finder: promises by words and filters, one address for every search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengshu.foundation.errors import InvalidInput, Words
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.exports import Export, ExportColumn, contribute_export, export_links
from chengshu.foundation.http.pages import render
from chengshu.foundation.orgs.models import Unit
from chengshu.foundation.papers.lists import ListValue
from chengshu.foundation.web.shell import Column, Crumb, Filter, Option, Page, query_url
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.pages.board import findings as finding_words
from chengshu.hub.promises.pages.board import wording
from chengshu.hub.promises.queries.finder import Found, Search, every_promise, find_promises
from chengshu.hub.promises.queries.years import year_named, years

SHOWN_CODES = 12
"""How many of the most frequent rules are offered beside the results."""


@door("promises.view")
def find(request: HttpRequest) -> HttpResponse:
    known = years()
    year = year_named(request.GET.get("year", ""), known)
    if year is None:
        return render(request, "promises/board_empty.html", {"may_import": False})
    search, found, error = _look(request, year)
    year_query = {} if year.pk == known[0].pk else {"year": year.year}
    query = {**search.query, **year_query}
    units = dict(Unit.objects.filter(pk__in=found.facets.get("unit_id", {})).values_list("pk", "name"))
    context = {
        "year": year,
        "search": search,
        "error": error,
        "path": request.path,
        "query": query,
        "columns": _columns(),
        "rows": [_row(row, year, known) for row in found.rows],
        "total": found.total,
        "page": Page(shown=len(found.rows), total=found.total, previous="", next=found.next_cursor),
        "first_page": query_url(request.path, query) if request.GET.get("cursor") else "",
        "filters": _filters(search, units, year, known),
        "facets": _facets(found, search, query, units, request.path),
        "density": request.GET.get("density", ""),
        "export_urls": export_links(FOUND.name, query),
        "breadcrumbs": [Crumb(_("Promise board"), reverse("promises:board")), Crumb(_("Finder"))],
    }
    return render(request, "promises/finder.html", context, status=422 if error else 200)


def _look(request: HttpRequest, year: BudgetYear) -> tuple[Search, Found, InvalidInput | None]:
    """What was found; an unreadable filter finds nothing and is said on the page."""
    try:
        search = Search.of(request.GET)
        return search, find_promises(year, search, cursor=request.GET.get("cursor", "")), None
    except InvalidInput as error:
        return Search(words=request.GET.get("q", "")[:100]), Found((), 0, "", {}), error


def _columns() -> list[Column]:
    return [
        Column("name", _("Promise"), header=True, sort="ref"),
        Column("annual_raw", _("Annual target")),
        Column("family", _("Family"), kind="fit"),
        Column("project_name", _("Project")),
        Column("amount", _("Amount (10,000 yuan)"), kind="money", sort="amount"),
        Column("findings", _("Findings"), kind="fit", sort="findings"),
        Column("verdict", _("Verdict"), kind="fit"),
    ]


def _row(row: Mapping[str, Any], year: BudgetYear, known: Sequence[BudgetYear]) -> dict[str, Any]:
    suffix = wording.with_year("", year, known[0])
    is_project = row["form_ref"] != "D"
    return {
        **row,
        "href": reverse("promises:indicator", kwargs={"slug": wording.slug_of(row["ref"])}) + suffix,
        "project_href": reverse("promises:project", kwargs={"ref": row["form_ref"]}) + suffix,
        "project_name": row["project_name"] if is_project else _("The department as a whole"),
        "amount": row["amount"] if is_project else None,
        "family": wording.FAMILY_SHORT[row["family"]],
        "tone": wording.VERDICT_TONES[row["verdict"]],
        "verdict": wording.VERDICTS[row["verdict"]],
    }


def _filters(
    search: Search, units: Mapping[int, str], year: BudgetYear, known: Sequence[BudgetYear]
) -> list[Filter]:
    titles = finding_words.titles()
    families = [Option(code, title) for code, title in wording.FAMILY_TITLES.items()]
    filters = [
        Filter(
            "q", _("Words"), search.words, "search", placeholder=_("Name, printed text, project or P36#1")
        ),
        _select("unit", _("Unit"), search.unit, {str(key): name for key, name in units.items()}),
        Filter(
            "family",
            _("Family"),
            search.family,
            options=[*families, Option(wording.NO_FAMILY, wording.FAMILY_SHORT[""])],
        ),
        _select("verdict", _("Verdict"), search.verdict, wording.VERDICTS),
        _select("severity", _("Severity"), search.severity, wording.SEVERITIES),
        _select("code", _("Rule"), search.code, {code: f"{code} {title}" for code, title in titles.items()}),
        _select("kind", _("Kind of target"), search.kind, wording.TARGET_KINDS),
        _select("direction", _("Direction"), search.direction, wording.DIRECTIONS),
        _select("binding", _("Evidence"), search.binding, wording.BINDINGS),
        Filter("least", _("Amount from"), str(search.least or ""), "search", placeholder="100"),
        Filter("most", _("Amount to"), str(search.most or ""), "search", placeholder="1000"),
    ]
    if len(known) > 1:
        options = [Option(str(one.year), str(one.year)) for one in known]
        filters.insert(1, Filter("year", _("Year"), str(year.year), options=options))
    return filters


def _select(name: str, label: Words, value: object, options: Mapping[str, Words]) -> Filter:
    shown = "" if value is None else str(value)
    return Filter(name, label, shown, options=[Option(key, label) for key, label in options.items()])


def _facets(
    found: Found, search: Search, query: Mapping[str, Any], units: Mapping[int, str], path: str
) -> list[dict[str, Any]]:
    """The ways to narrow what was found, with how many each leaves; a chosen one can be taken back."""
    titles = finding_words.titles()
    codes = dict(list(found.facets.get("code", {}).items())[:SHOWN_CODES])
    groups: list[tuple[str, Words, Mapping[str, int], Mapping[str, Words], str]] = [
        ("verdict", _("Verdict"), found.facets.get("verdict", {}), wording.VERDICTS, search.verdict),
        (
            "family",
            _("Family"),
            _families(found),
            {**wording.FAMILY_SHORT, wording.NO_FAMILY: wording.FAMILY_SHORT[""]},
            search.family,
        ),
        ("binding", _("Evidence"), found.facets.get("binding", {}), wording.BINDINGS, search.binding),
        (
            "unit",
            _("Unit"),
            found.facets.get("unit_id", {}),
            {str(key): name for key, name in units.items()},
            str(search.unit or ""),
        ),
        ("code", _("Rule"), codes, {code: f"{code} {title}" for code, title in titles.items()}, search.code),
    ]
    return [
        {
            "label": label,
            "choices": [
                {
                    "label": words.get(value, value),
                    "count": count,
                    "chosen": value == chosen,
                    "href": query_url(path, query, **{name: "" if value == chosen else value}),
                }
                for value, count in counts.items()
            ],
        }
        for name, label, counts, words, chosen in groups
        if counts
    ]


def _families(found: Found) -> dict[str, int]:
    return {code or wording.NO_FAMILY: count for code, count in found.facets.get("family", {}).items()}


def _rows_to_export(arguments: Mapping[str, str]) -> Sequence[Mapping[str, Any]]:
    """Everything that was found, not one page of it."""
    year = year_named(arguments.get("year", ""), years())
    return every_promise(year, Search.of(arguments)) if year else ()


def _cell(name: str) -> Callable[[Mapping[str, Any]], ListValue]:
    return lambda row: row[name]


FOUND = contribute_export(
    Export(
        name="promises.found",
        title=gettext_lazy("Promises found"),
        opens="promises.view",
        columns=(
            ExportColumn(gettext_lazy("Reference"), _cell("ref")),
            ExportColumn(gettext_lazy("Promise"), _cell("name")),
            ExportColumn(gettext_lazy("Annual target"), _cell("annual_raw")),
            ExportColumn(
                gettext_lazy("Family"),
                lambda row: str(wording.FAMILY_SHORT.get(row["family"], row["family"])),
            ),
            ExportColumn(gettext_lazy("Verdict"), lambda row: str(wording.VERDICTS[row["verdict"]])),
        ),
        rows=_rows_to_export,
    )
)
