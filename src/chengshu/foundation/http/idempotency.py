"""Requests that may be sent twice and are done once.

A sender names its request with ``Idempotency-Key`` (a form with the hidden field ``idempotency_key``). The answer is
kept for a day and given again to the same account. The key's row is written in the request's own transaction: a
duplicate that comes meanwhile waits for it, and a request that failed leaves no row, so it may be tried again.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from ninja.decorators import decorate_view
from ninja.utils import contribute_operation_callback

from chengshu.foundation.asking import current_asker
from chengshu.foundation.errors import Conflict, InvalidInput
from chengshu.foundation.http.models import IdempotencyKey

HEADER = "Idempotency-Key"
FIELD = "idempotency_key"
REPLAYED = "Idempotent-Replay"
KEPT = timedelta(hours=24)
WAIT_MS = 5000

_KEY = re.compile(r"[\x21-\x7e]{8,200}")
_PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "minLength": 8, "maxLength": 200},
    "description": "Names this request, so that sending it again within a day does it once and gives the same answer.",
}

F = TypeVar("F", bound=Callable[..., Any])


class KeyConflict(Conflict):
    """The key was used for another request."""

    default_code = "idempotency.other_request"


def idempotent(endpoint: F) -> F:
    """Let an endpoint of the API be called twice and done once; stands between its router and its door."""
    endpoint.is_idempotent = True  # type: ignore[attr-defined]
    contribute_operation_callback(endpoint, _document)
    return decorate_view(_replaying)(endpoint)


def told_once(endpoint: F) -> F:
    """The same for an answer that holds a secret: it is not kept, so a repetition is refused instead of answered."""
    endpoint.is_idempotent = True  # type: ignore[attr-defined]
    contribute_operation_callback(endpoint, _document)
    return decorate_view(functools.partial(_replaying, is_kept=False))(endpoint)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The same for a page's view: a form sent twice is done once and ends on the same page."""

    @functools.wraps(view)
    def replaying(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return _once(request, lambda: view(request, *args, **kwargs))

    replaying.is_idempotent = True  # type: ignore[attr-defined]
    return replaying


def _document(operation: Any) -> None:
    extra = dict(operation.openapi_extra or {})
    extra["parameters"] = [*extra.get("parameters", []), _PARAMETER]
    operation.openapi_extra = extra


def _replaying(run: Callable[..., HttpResponse], *, is_kept: bool = True) -> Callable[..., HttpResponse]:
    @functools.wraps(run)
    def replaying(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return _once(request, lambda: run(request, **kwargs), is_kept=is_kept)

    return replaying


def _once(request: HttpRequest, perform: Callable[[], HttpResponse], *, is_kept: bool = True) -> HttpResponse:
    key, account_id = _key(request), current_asker().account_id
    if not key or account_id is None:
        return perform()
    digest = _digest(request)
    if not _claimed(account_id, key, digest):
        return _replayed(account_id, key, digest, is_kept=is_kept)
    response = perform()
    _note(account_id, key, response, is_kept=is_kept)
    return response


def _key(request: HttpRequest) -> str:
    key = request.headers.get(HEADER, "")
    if not key and request.method == "POST" and not request.path.startswith("/api/"):
        key = request.POST.get(FIELD, "")
    if key and not _KEY.fullmatch(key):
        raise InvalidInput(
            _("An idempotency key has 8 to 200 plain characters without blanks."),
            field=HEADER,
            code="idempotency.key",
            hint=_("Use a random UUID for each new request."),
        )
    return key


def _claimed(account_id: int, key: str, digest: str) -> bool:
    """Whether this request is the first one under its key; waits for one that is under way.

    :raises Conflict: if that one takes too long
    """
    row = IdempotencyKey(account_id=account_id, key=key, request_digest=digest)
    with _waiting_briefly():
        old = timezone.now() - KEPT
        IdempotencyKey.objects.filter(account_id=account_id, key=key, created_at__lt=old).delete()
        IdempotencyKey.objects.bulk_create([row], ignore_conflicts=True)
    return IdempotencyKey.objects.filter(account_id=account_id, key=key, status=None).exists()


@dataclass(frozen=True)
class Answered:
    """What a key was used for before, and what was answered."""

    digest: str
    body: bytes


def claim_all(keys: Mapping[str, str]) -> dict[str, Answered]:
    """Claim many keys for the asker at once, each for one of many things that a request asks for.

    :param keys: key → digest of what it names
    :return: those that were used before, which are not claimed
    :raises Conflict: if a request with one of them is under way for too long
    """
    account_id = current_asker().account_id
    if not keys or account_id is None:
        return {}
    names = sorted(keys)
    with _waiting_briefly(), connection.cursor() as cursor:
        cursor.execute(_FORGET, [account_id, names, timezone.now() - KEPT])
        cursor.execute(_CLAIM, [account_id, names, [keys[name] for name in names]])
        claimed = {key for (key,) in cursor.fetchall()}
    used = IdempotencyKey.objects.filter(account_id=account_id, key__in=set(keys) - claimed)
    return {row.key: Answered(row.request_digest, bytes(row.body)) for row in used}


def note_all(bodies: Mapping[str, bytes]) -> None:
    """Keep what is answered again to those who come with these claimed keys."""
    account_id = current_asker().account_id
    if bodies and account_id is not None:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [list(bodies), list(bodies.values()), account_id])


def is_key(text: str) -> bool:
    """Whether a text can name a request."""
    return _KEY.fullmatch(text) is not None


_FORGET = """
    DELETE FROM http_idempotencykey WHERE account_id = %s AND key = ANY (%s::text[]) AND created_at < %s
"""
_CLAIM = """
    INSERT INTO http_idempotencykey (account_id, key, request_digest, content_type, location, body, created_at)
    SELECT %s::bigint, named.key, named.digest, '', '', '', now()
    FROM unnest(%s::text[], %s::text[]) AS named(key, digest) ORDER BY named.key
    ON CONFLICT DO NOTHING RETURNING key
"""
_NOTE = """
    UPDATE http_idempotencykey AS kept SET status = 201, content_type = 'application/json', body = given.body
    FROM unnest(%s::text[], %s::bytea[]) AS given(key, body)
    WHERE kept.account_id = %s AND kept.key = given.key
"""


@contextmanager
def _waiting_briefly() -> Iterator[None]:
    """Wait for another request with the same key, but not for long.

    :raises Conflict: if it takes longer
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [str(WAIT_MS)])
            yield
            cursor.execute("SELECT set_config('lock_timeout', '0', true)")
    except OperationalError as error:
        raise Conflict(
            _("The same request is still being worked on."),
            code="idempotency.in_progress",
            hint=_("Wait a moment and send it again with the same key."),
        ) from error


def _replayed(account_id: int, key: str, digest: str, *, is_kept: bool) -> HttpResponse:
    known = IdempotencyKey.objects.get(account_id=account_id, key=key)
    if known.request_digest != digest:
        raise KeyConflict(
            _("This idempotency key was used for another request."),
            hint=_("Use a new key for a new request."),
        )
    if not is_kept:
        raise Conflict(
            _("This was done already, and its answer is told only once."),
            code="idempotency.told_once",
            hint=_("If the answer did not arrive, send a new request with a new key."),
        )
    response = HttpResponse(bytes(known.body), status=known.status, content_type=known.content_type)
    if known.location:
        response["Location"] = known.location
    response[REPLAYED] = "true"
    return response


def _note(account_id: int, key: str, response: HttpResponse, *, is_kept: bool) -> None:
    """Keep the answer of what was done; of what failed nothing is kept, so it may be tried again."""
    rows = IdempotencyKey.objects.filter(account_id=account_id, key=key)
    if response.status_code >= 400 or response.streaming:
        rows.delete()
        return
    rows.update(
        status=response.status_code,
        content_type=response.get("Content-Type", "")[:100],
        location=response.get("Location", "")[:500],
        body=response.content if is_kept else b"",
    )


def _digest(request: HttpRequest) -> str:
    """What makes two requests the same: method, address, and what they carry, whatever its packing."""
    digest = hashlib.sha256()
    for part in _parts(request):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _parts(request: HttpRequest) -> list[bytes]:
    parts = [(request.method or "").encode(), request.get_full_path().encode()]
    if request.content_type not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return [*parts, request.body]
    for name in sorted(set(request.POST) - {FIELD, "csrfmiddlewaretoken"}):
        parts += [
            name.encode(),
            *(value.encode(errors="surrogatepass") for value in request.POST.getlist(name)),
        ]
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            parts += [name.encode(), (file.name or "").encode(), _digest_of_file(file)]
    return parts


def _digest_of_file(file: UploadedFile) -> bytes:
    digest = hashlib.sha256()
    for piece in file.chunks():
        digest.update(piece)
    file.seek(0)
    return digest.digest()
