"""Public pages kept whole: drawn once for everybody who is nobody in particular, until something published changes.

A page may be kept when its view says so (:func:`same_for_everybody`) and the visitor brings nothing of their own: no
session, no token of a machine, no notice from the page before. It is kept without the one thing in it that is a
visitor's: where the token against forged requests stood there is a gap, and each visitor gets their own in it with
their own cookie. Nothing else may differ between two visitors with the same address, language and appearance.

:class:`Front` stands before Django and answers from what was kept as long as the stamp of everything published
(``foundation.published``) is the one that stood there before the page was drawn. It is asked of the database for every
answer, so a change by any process shows at once.
"""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.cookie import parse_cookie
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.utils import timezone
from django.utils.translation import get_language_from_request

from chengshu.foundation import published
from chengshu.foundation.asking import current_asker
from chengshu.foundation.calendar import local_day
from chengshu.foundation.http import flash
from chengshu.foundation.http.middleware import trace_of
from chengshu.foundation.identity.sessions import COOKIE as SESSION

View = TypeVar("View", bound=Callable[..., HttpResponse])
Headers = list[tuple[str, str]]

KEEP_S: Final = 60
"""Seconds after which a page is drawn anew in any case: some tell the time of day."""
MOST_PAGES: Final = 500
LARGEST_PAGE: Final = 200_000
"""Bytes."""
GAP: Final = secrets.token_hex(32)
"""Stands for the visitor's form token while a page is drawn; nobody outside this process can know it."""
_OWN_HEADERS: Final = frozenset({"set-cookie", "x-trace-id", "content-length"})
_THEME: Final = "chengshu_theme"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page with gaps for the form token.

    :param stamp: of everything published, read before the page was drawn
    """

    parts: tuple[bytes, ...]
    stamp: str


def same_for_everybody(view: View) -> View:
    """Say of a public view that everybody who is not signed in sees the same under the same address."""

    @functools.wraps(view)
    def drawn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not _brings_nothing(request.method, request.META, request.COOKIES) or current_asker().is_signed_in:
            return view(request, *args, **kwargs)
        stamp = published.stamp()
        request.form_token = GAP  # type: ignore[attr-defined]
        response = view(request, *args, **kwargs)
        parts = tuple(response.content.split(GAP.encode()))
        if response.status_code == 200 and not response.cookies and len(response.content) <= LARGEST_PAGE:
            response.drawn = Drawn(parts, stamp)  # type: ignore[attr-defined]
        if len(parts) > 1:
            response.content = get_token(request).encode().join(parts)
        return response

    return drawn  # type: ignore[return-value]


def _brings_nothing(method: str | None, meta: dict[str, Any], cookies: dict[str, str]) -> bool:
    """Whether a request carries nothing that could make its page another than everybody's."""
    return (
        method == "GET"
        and SESSION not in cookies
        and flash.COOKIE not in cookies
        and "HTTP_AUTHORIZATION" not in meta
        and "HTTP_HX_REQUEST" not in meta
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    drawn: Drawn
    headers: Headers
    until: float


class Front:
    """The WSGI application in front of Django's, which it asks for everything that it has not kept."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self.application = application
        self.kept: dict[tuple[Any, ...], _Kept] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = _visitor(environ)
        if request is None:
            return self.application(environ, start_response)  # type: ignore[no-any-return]
        key = _key(request)
        found = self.kept.get(key)
        if found is not None and found.until > time.monotonic() and found.drawn.stamp == _stamp():
            return _answer(found, request, start_response)
        return self._draw(key, environ, start_response)

    def _draw(
        self, key: tuple[Any, ...], environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        seen: Headers = []

        def note(status: str, headers: Headers, *rest: Any) -> Any:
            seen.extend(headers)
            return start_response(status, headers, *rest)

        response = self.application(environ, note)
        drawn: Drawn | None = getattr(response, "drawn", None)
        if drawn is not None:
            headers = [(name, value) for name, value in seen if name.lower() not in _OWN_HEADERS]
            self._keep(key, _Kept(drawn, headers, time.monotonic() + KEEP_S))
        return response  # type: ignore[no-any-return]

    def _keep(self, key: tuple[Any, ...], page: _Kept) -> None:
        """Keep it as the latest; the oldest goes when there are too many."""
        self.kept.pop(key, None)
        while len(self.kept) >= MOST_PAGES:
            self.kept.pop(next(iter(self.kept)), None)
        self.kept[key] = page


def _visitor(environ: dict[str, Any]) -> HttpRequest | None:
    """What little of a request is looked at; None for one that brings something of its own."""
    if environ["REQUEST_METHOD"] != "GET" or environ["PATH_INFO"].startswith(settings.STATIC_URL):
        return None
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    if not _brings_nothing("GET", environ, cookies):
        return None
    request = HttpRequest()
    request.META, request.COOKIES = environ, cookies
    return request


def _key(request: HttpRequest) -> tuple[Any, ...]:
    """Everything on which a page of everybody's depends, beside what is published."""
    meta = request.META
    theme = request.COOKIES.get(_THEME, "")
    return (
        meta.get("wsgi.url_scheme"),
        meta.get("HTTP_HOST"),
        meta.get("SCRIPT_NAME"),
        meta["PATH_INFO"],
        meta.get("QUERY_STRING", ""),
        "json" if "application/json" in meta.get("HTTP_ACCEPT", "") else "",
        get_language_from_request(request),
        theme if theme in ("light", "dark") else "",
        local_day(timezone.now()),
    )


def _stamp() -> str:
    """The stamp now; none when the database does not answer, which Django then deals with."""
    try:
        return published.stamp()
    except Error:
        return ""


def _answer(page: _Kept, request: HttpRequest, start_response: Callable[..., Any]) -> list[bytes]:
    """The page with this visitor's token in its gaps, and the cookie that belongs to it."""
    response = HttpResponse()
    csrf = CsrfViewMiddleware(lambda _request: response)
    csrf.process_request(request)
    parts = page.drawn.parts
    body = get_token(request).encode().join(parts) if len(parts) > 1 else parts[0]
    csrf.process_response(request, response)
    cookies = [("Set-Cookie", cookie.output(header="").strip()) for cookie in response.cookies.values()]
    own = [("Content-Length", str(len(body))), ("X-Trace-Id", trace_of(request.META)), *cookies]
    start_response("200 OK", [*page.headers, *own])
    return [body]
