"""Published results of inspections: the list, one with its figures and intervals, the pack."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render
from chengshu.scenes.supervision import queries


@door(Door.PUBLIC)
def listing(request: HttpRequest) -> HttpResponse:
    return render(request, "supervision/publications.html", {"publications": queries.publications()[:100]})


@door(Door.PUBLIC)
def one(request: HttpRequest, slug: str) -> HttpResponse:
    return render(request, "supervision/publication.html", {"publication": queries.publication_by_slug(slug)})


@door(Door.PUBLIC)
def pack(request: HttpRequest, slug: str) -> HttpResponse:
    publication = queries.publication_by_slug(slug)
    with publication.content.open() as stored:
        response = HttpResponse(stored.read(), content_type="application/zip")
    response["Content-Disposition"] = disposition(publication.name)
    return response
