"""Rendering a page: the context that every page shares, and nothing that asks the database."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup

from chengshu.foundation.asking import NOBODY, Asker
from chengshu.foundation.errors import Words
from chengshu.foundation.http import flash
from chengshu.foundation.http.navigation import navigation_for, signature, way_to
from chengshu.foundation.web.jinja import url

_TOKEN_FIELD = Markup('<input type="hidden" name="csrfmiddlewaretoken" value="{}">')


def render(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The template with the shell's context: who asks, the menu, language and theme."""
    # without the request, for which the engine would make form tokens of its own
    return HttpResponse(render_to_string(template, {**shell(request), **(context or {})}), status=status)


def shell(request: HttpRequest) -> dict[str, Any]:
    asker: Asker = getattr(request, "asker", NOBODY)
    token = getattr(request, "form_token", "") or get_token(request)
    navigation = navigation_for(asker, request.path)
    return {
        "request": request,
        "asker": asker,
        "user": _user(asker),
        "set_language_url": url("web:choose_language"),
        "current_path": request.get_full_path(),
        "finder_url": _optional("promises:find") if asker.holds("promises.view") else "",
        "home_url": url("web:home"),
        "sign_in_url": url("identity:sign_in"),
        "public_links": _public_links(),
        "navigation": navigation,
        "navigation_key": signature(navigation),
        "way_here": way_to(navigation, request.path),
        "district": settings.DISTRICT,
        "language": get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "theme": request.COOKIES.get("chengshu_theme", ""),
        "csrf_token": token,
        "csrf_input": _TOKEN_FIELD.format(token),
        "messages": flash.read(request),
    }


def _user(asker: Asker) -> dict[str, Any] | None:
    """The account menu: what every account may reach."""
    if not asker.is_signed_in:
        return None
    links = [
        (_("My sessions"), "identity:sessions"),
        (_("Change password"), "identity:change_password"),
        (_("Second factor"), "identity:second_factor"),
        (_("Sign-in history"), "identity:history"),
        (_("My long work"), "jobs:mine"),
        (_("My delegations"), "orgs:my_delegations"),
    ]
    return {
        "name": asker.title or asker.name,
        "unit": asker.unit_name,
        "links": [(label, address) for label, route in links if (address := _optional(route))],
        "sign_out_url": url("identity:sign_out"),
    }


def _public_links() -> list[tuple[Words, str]]:
    address = _optional("promises:public")
    return [(_("Published budget performance"), address)] if address else []


def _optional(route: str) -> str:
    """The address of a page that an app above may bring; empty without it."""
    try:
        return url(route)
    except NoReverseMatch:
        return ""
