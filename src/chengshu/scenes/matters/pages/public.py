"""For everybody: the lists, and the catalogue as open data. Nothing here is about a person."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render
from chengshu.foundation.papers.lists import write_csv
from chengshu.foundation.web.shell import Crumb
from chengshu.scenes.matters import lists, opendata, queries
from chengshu.scenes.matters.pages.listing import COLUMNS, kinds_with_newest, list_rows

_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


@require_safe
@door(Door.PUBLIC)
def public_lists(request: HttpRequest) -> HttpResponse:
    context = {"kinds": kinds_with_newest(), "count": opendata.count()}
    return render(request, "matters/public_lists.html", context)


@require_safe
@door(Door.PUBLIC)
def public_list(request: HttpRequest, kind: str) -> HttpResponse:
    described = lists.kind_named(kind)
    versions = queries.list_versions(kind)
    context = {
        "kind": described,
        "shown": versions[0] if versions else None,
        "rows": list_rows(versions[0] if versions else None),
        "columns": COLUMNS,
        "breadcrumbs": [
            Crumb(_("Lists of matters"), reverse("matters:public_lists")),
            Crumb(described.title),
        ],
    }
    return render(request, "matters/public_list.html", context)


@require_safe
@door(Door.PUBLIC)
def open_json(request: HttpRequest) -> HttpResponse:
    """Every matter in force with all its elements."""
    answer = JsonResponse(opendata.as_json(), json_dumps_params={"ensure_ascii": False})
    answer["Link"] = f'<{_LICENCE}>; rel="license"'
    return answer


@require_safe
@door(Door.PUBLIC)
def open_csv(request: HttpRequest) -> HttpResponse:
    """Every matter in force, one line each."""
    content = b"".join(write_csv(opendata.rows(), opendata.COLUMNS))
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="matters.csv"'
    return answer
