"""Rendering a page: the context that every page shares, and nothing that asks the database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.translation import get_language

from chengshu.foundation.asking import NOBODY, Asker
from chengshu.foundation.http import flash
from chengshu.foundation.http.navigation import navigation_for


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The template with the shell's context: who asks, the menu, language and theme."""
    return HttpResponse(
        render_to_string(template, {**shell(request), **(context or {})}, request), status=status
    )


def shell(request: HttpRequest) -> dict[str, Any]:
    asker: Asker = getattr(request, "asker", NOBODY)
    return {
        "request": request,
        "asker": asker,
        "user": {"name": asker.title or asker.name, "unit": asker.unit_name} if asker.is_signed_in else None,
        "navigation": navigation_for(asker, request.path),
        "district": settings.DISTRICT,
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "theme": request.COOKIES.get("chengshu_theme", ""),
        "csrf_token": get_token(request),
        "messages": flash.read(request),
    }
