"""Saved views, exports of the tables that apps described, and the API's own description."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.http import actions, saved_views
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.exports import export_table
from chengshu.foundation.http.flash import flash
from chengshu.foundation.http.idempotency import once
from chengshu.foundation.http.pages import render


@require_safe
@door(Door.SIGNED_IN)
def my_views(request: HttpRequest) -> HttpResponse:
    return render(request, "http/views.html", {"views": saved_views.my_views()})


@require_http_methods(["GET", "HEAD", "POST"])
@once
@door(Door.SIGNED_IN)
def save_view(request: HttpRequest) -> HttpResponse:
    """The address names the page and its filters; the form only asks for a name."""
    typed = request.POST if request.method == "POST" else request.GET
    facts = {key: typed.get(key, "") for key in ("page", "query", "name")}
    if request.method != "POST":
        return render(request, "http/save_view.html", {"facts": facts})
    try:
        view = actions.save_view(page=facts["page"], name=facts["name"], query=facts["query"])
    except InvalidInput as error:
        return render(request, "http/save_view.html", {"facts": facts, "error": error}, status=422)
    return flash(HttpResponseRedirect(view.href), "success", _("The view was saved."))


@require_POST
@door(Door.SIGNED_IN)
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    actions.delete_view(view=saved_views.my_view(pk))
    return flash(HttpResponseRedirect(reverse("http:my_views")), "success", _("The view was deleted."))


@require_safe
@door(Door.SIGNED_IN)
def export(request: HttpRequest, name: str) -> HttpResponse:
    """The rows of a page as a file; the table's own permission is asked for as well."""
    arguments = {key: str(value) for key, value in request.GET.items() if key != "format" and value}
    return export_table(request, name, form=request.GET.get("format", "csv"), arguments=arguments)


@require_safe
@door(Door.PUBLIC)
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 of everything under ``/api/v1/``, the same that is committed."""
    from chengshu.foundation.http.api import api
    from chengshu.foundation.http.openapi import text_of

    return HttpResponse(text_of(api), content_type="application/json")
