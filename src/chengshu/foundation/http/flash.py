"""A notice for the next page, in a signed cookie: redirects stay plain and nothing is stored."""

from __future__ import annotations

import json
from typing import Literal

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from chengshu.foundation.errors import Words

COOKIE = "chengshu_flash"
Kind = Literal["success", "info", "warning", "error"]


def flash(response: HttpResponse, kind: Kind, message: Words) -> HttpResponse:
    """Have the next page show ``message``; returns the same response."""
    value = signing.dumps([{"kind": kind, "message": str(message)}], salt=COOKIE, compress=True)
    response.set_cookie(COOKIE, value, max_age=60, httponly=True, samesite="Lax", secure=settings.HTTPS)
    return response


def read(request: HttpRequest) -> list[dict[str, str]]:
    raw = request.COOKIES.get(COOKIE)
    if not raw:
        return []
    request.flash_shown = True  # type: ignore[attr-defined]
    try:
        return list(signing.loads(raw, salt=COOKIE, max_age=60))
    except (signing.BadSignature, json.JSONDecodeError):
        return []
