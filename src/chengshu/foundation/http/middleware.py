"""What happens around every request: a trace number, secure headers, the asker and the transaction."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.http import flash
from chengshu.foundation.http.problem import answer, csrf_failure
from chengshu.foundation.identity.authentication import asker_of
from chengshu.foundation.identity.sessions import Terminal

Handler = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "manifest-src 'self'",
    )
)
PERMISSIONS_POLICY = "camera=(), microphone=(), geolocation=(self), payment=(), usb=()"
_TRACE = re.compile(r"^[0-9a-f]{32}$")


class RequestIdentity:
    """Gives each request a trace number and tells where it comes from."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace = trace_of(request.META)
        request.trace = trace  # type: ignore[attr-defined]
        request.terminal = Terminal(client_ip(request), request.headers.get("User-Agent", "")[:200], trace)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Trace-Id"] = trace
        return response


def trace_of(meta: Mapping[str, Any]) -> str:
    """The trace number that a request brings along, or a new one."""
    given: str = meta.get("HTTP_X_TRACE_ID", "")
    return given if _TRACE.match(given) else uuid.uuid4().hex


def client_ip(request: HttpRequest) -> str:
    """The address of the client: the peer's, or what the trusted proxies in front of us saw."""
    peer: str = request.META.get("REMOTE_ADDR", "") or "127.0.0.1"
    if not settings.TRUSTED_PROXIES:
        return peer[:45]
    hops = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return (hops[-settings.TRUSTED_PROXIES] if len(hops) >= settings.TRUSTED_PROXIES else peer)[:45]


class SecureHeaders:
    """Headers that Django's own middleware does not set."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.setdefault("X-Frame-Options", "DENY")
        if not request.path.startswith(settings.STATIC_URL):
            response.setdefault("Cache-Control", "no-store")
        if getattr(request, "flash_shown", False) and flash.COOKIE not in response.cookies:
            response.delete_cookie(flash.COOKIE)
        return response


class ErrorPages:
    """Turns an error of our tree into its answer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, ChengshuError) else None


class AskedInTransaction:
    """Finds out who asks and runs the view in one transaction on their behalf.

    A request that ends in an error of ours or in a server error leaves nothing half-written.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith((settings.STATIC_URL, "/healthz")):
            return self.get_response(request)
        try:
            asker = asker_of(request)
        except ChengshuError as error:
            return answer(request, error)
        request.asker = asker  # type: ignore[attr-defined]
        if _may_be_forged(request, asker):
            return csrf_failure(request)
        with asking(asker):
            response = self.get_response(request)
            if getattr(request, "failed", False) or response.status_code >= 500:
                transaction.set_rollback(True)
        return response


def _may_be_forged(request: HttpRequest, asker: Asker) -> bool:
    """Whether an API call that writes rides on a browser's session without the token that only our pages know."""
    if (
        request.method in SAFE
        or not request.path.startswith("/api/")
        or asker.channel != "web"
        or not asker.is_signed_in
    ):
        return False
    check = CsrfViewMiddleware(lambda _request: HttpResponse())
    check.process_request(request)
    return check.process_view(request, HttpResponse, (), {}) is not None


SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
