"""The API's own description, the same that is committed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from chengshu.foundation.http.doors import Door, door


@door(Door.PUBLIC)
def openapi(request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1 of everything under ``/api/v1/``."""
    from chengshu.foundation.http.api import api
    from chengshu.foundation.http.openapi import text_of

    return HttpResponse(text_of(api), content_type="application/json")
