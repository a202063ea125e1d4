"""Downloads of the official forms, within what the asker may see."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from chengshu.foundation.errors import Missing
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.hub.promises.downloads import FORMS, MEDIA_TYPES, made, scope_note, seen_tables
from chengshu.hub.promises.pages.tables.frame import frame
from chengshu.hub.promises.reading import content_of


@door("promises.view")
def show_downloads(request: HttpRequest) -> HttpResponse:
    year, context = frame(request, _("Downloads"))
    if year:
        tables = seen_tables(year)
        context |= {"content": content_of(tables), "note": scope_note(year, tables), "forms": FORMS}
    return render(request, "promises/downloads.html", context)


@door("promises.view")
def download(request: HttpRequest, form: str, file_format: str) -> HttpResponse:
    year, _context = frame(request, "")
    if year is None:
        raise Missing(_("There is no budget year that you may see."), code="year.missing")
    name, content = made(year, form, file_format)
    response = HttpResponse(content, content_type=MEDIA_TYPES[file_format])
    response["Content-Disposition"] = disposition(name)
    return response
