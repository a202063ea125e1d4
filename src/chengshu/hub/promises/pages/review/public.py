"""What everybody may read, without signing in: the published documents by year, to look at, print and download."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chengshu.foundation.errors import Missing
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb, Tab, query_url
from chengshu.hub.promises.actions.publishing import withdraw_publication
from chengshu.hub.promises.models import Publication, PublicationKind
from chengshu.hub.promises.pages.review import words
from chengshu.hub.promises.queries.reviewing import publication_numbered, published, published_years
from chengshu.hub.promises.rows import DEPARTMENT_REF
from chengshu.hub.promises.stepping import GRADES
from chengshu.hub.promises.texts import typed

CSV_HEAD = (
    "年度",
    "部门",
    "单位",
    "编号",
    "项目",
    "预算金额（万元）",
    "指标编号",
    "一级指标",
    "二级指标",
    "指标名称",
    "实施周期指标值",
    "年度指标值",
)
"""The headings that the official form prints."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t")


@require_GET
@door(Door.PUBLIC)
def show_published(request: HttpRequest) -> HttpResponse:
    known = published_years()
    given = request.GET.get("year", "")
    year = (
        int(given)
        if given.isascii() and given.isdigit() and len(given) == 4
        else (known[0] if known else None)
    )
    found = list(published(year)) if year is not None else []
    path = reverse("promises:public")
    context = {
        "year": year,
        "tabs": [Tab(str(one), query_url(path, {"year": one}), one == year) for one in known],
        "department": [p for p in found if p.ref == DEPARTMENT_REF and p.kind == PublicationKind.TARGETS],
        "projects": [p for p in found if p.ref != DEPARTMENT_REF and p.kind == PublicationKind.TARGETS],
        "results": [
            (p, GRADES.get(p.document["grade"], "")) for p in found if p.kind == PublicationKind.RESULT
        ],
        "amount_of": _amount,
        "promises": sum(len(p.document.get("indicators", ())) for p in found),
    }
    return render(request, "promises/public.html", context)


@require_GET
@door(Door.PUBLIC)
def show_publication(request: HttpRequest, number: int) -> HttpResponse:
    publication = publication_numbered(number)
    context = {
        "publication": publication,
        "document": publication.document,
        "grade": GRADES.get(publication.document.get("grade", ""), ""),
        "breadcrumbs": [
            Crumb(_("Published performance targets"), reverse("promises:public")),
            Crumb(publication.ref),
        ],
        "groups": _by_level(publication.document.get("indicators", ())),
    }
    return render(request, "promises/public_detail.html", context)


@require_GET
@door(Door.PUBLIC)
def download_publication(request: HttpRequest, number: str, kind: str) -> HttpResponse:
    publication = publication_numbered(int(number[:18]))
    return _file([publication], kind, f"{publication.year}-{publication.ref}")


@require_GET
@door(Door.PUBLIC)
def download_year(request: HttpRequest, year: str, kind: str) -> HttpResponse:
    found = list(published(int(year)))
    if not found:
        raise Missing(_("Nothing is published for %(year)s.") % {"year": year}, code="publication.missing")
    return _file(found, kind, year)


@require_POST
@door("promises.view")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a publication back, from the form's page."""
    publication = publication_numbered(number)
    reason = typed(request.POST.get("reason", ""), field="reason", required=True)
    withdraw_publication(publication=publication, reason=reason)
    response = HttpResponseRedirect(words.form_url(publication.form))
    return flash(response, "success", _("The publication is withdrawn."))


def _amount(publication: Publication) -> str | None:
    return next((line["amount"] for line in publication.document.get("amounts", ())), None)


def _by_level(indicators: Iterable[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Indicators under their second level, in printed order."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for indicator in indicators:
        groups.setdefault(f"{indicator['level_1']} · {indicator['level_2']}", []).append(indicator)
    return list(groups.items())


def _file(found: Sequence[Publication], kind: str, name: str) -> HttpResponse:
    if kind == "json":
        response = HttpResponse(
            json.dumps([as_json(p) for p in found], ensure_ascii=False, indent=1),
            content_type="application/json; charset=utf-8",
        )
    else:
        response = HttpResponse("\ufeff" + as_csv(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="performance-targets-{name}.{kind}"'
    return response


def as_json(publication: Publication) -> dict[str, Any]:
    """A published document with its digest."""
    return {
        "kind": publication.kind,
        "published_at": publication.published_at.isoformat(),
        "digest_sm3": publication.digest,
        "document": publication.document,
    }


def as_csv(found: Iterable[Publication]) -> str:
    """One line for each published indicator; a cell never starts a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(CSV_HEAD)
    for publication in found:
        document = publication.document
        for indicator in document.get("indicators", ()):
            writer.writerow(
                [
                    _cell(value)
                    for value in (
                        document["year"],
                        document["department"],
                        document["unit"],
                        document["ref"],
                        document["title"],
                        _amount(publication) or "",
                        indicator["ref"],
                        indicator["level_1"],
                        indicator["level_2"],
                        indicator["name"],
                        indicator["period_target"],
                        indicator["annual_target"],
                    )
                ]
            )
    return out.getvalue()


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
