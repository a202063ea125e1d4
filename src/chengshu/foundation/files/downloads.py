"""Sending a file: by name and kind, never to be run, in whole, in part, or not at all when it is known already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import http_date

from chengshu.foundation.files.models import File
from chengshu.foundation.files.previews import MEDIA_TYPE

_PIECE = 1 << 18
_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
_SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"


def disposition(name: str) -> str:
    """``Content-Disposition`` for a download, after RFC 6266: plain letters first, the true name beside them."""
    plain = re.sub(r"[^A-Za-z0-9._ ()+-]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def send_file(request: HttpRequest, file: File) -> HttpResponseBase:
    """The answer to a request for a file's bytes: 200, 206, 304 or 416."""
    file.content.open().close()
    return send_path(
        request,
        file.content.path,
        name=file.name,
        media_type=file.media_type,
        etag=f'"{file.content.sha256}"',
        modified=file.created_at,
    )


def send_preview(request: HttpRequest, path: Path, etag: str) -> HttpResponseBase:
    """The answer to a request for a preview's picture."""
    if _is_known(request, etag, None):
        return _protected(HttpResponse(status=304), etag, None)
    response = HttpResponse(path.read_bytes(), content_type=MEDIA_TYPE)
    return _protected(response, etag, None)


def send_path(
    request: HttpRequest, path: Path, *, name: str, media_type: str, etag: str, modified: datetime
) -> HttpResponseBase:
    """Send what lies at ``path`` as a download called ``name``."""
    if _is_known(request, etag, modified):
        return _protected(HttpResponse(status=304), etag, modified)
    size = path.stat().st_size
    wanted = _wanted_range(request, size, etag, modified)
    if wanted is not None and wanted[0] >= size:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return _protected(response, etag, modified)
    first, last = wanted or (0, size - 1)
    length = last - first + 1
    body = iter(()) if request.method == "HEAD" else _pieces(path, first, length)
    response = StreamingHttpResponse(body, status=206 if wanted else 200, content_type=_typed(media_type))
    response["Content-Length"] = str(length)
    response["Content-Disposition"] = disposition(name)
    if wanted:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _protected(response, etag, modified)


def _typed(media_type: str) -> str:
    """Text without a named character set: it may be UTF-8 or GB18030, and readers look for themselves."""
    return media_type


def _protected(response: HttpResponseBase, etag: str, modified: datetime | None) -> HttpResponseBase:
    """Asked for anew each time, so that a power taken away works at once; never run in our name."""
    response["ETag"] = etag
    if modified is not None:
        response["Last-Modified"] = http_date(modified.timestamp())
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-cache"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _is_known(request: HttpRequest, etag: str, modified: datetime | None) -> bool:
    if asked := request.headers.get("If-None-Match"):
        tags = {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        return "*" in tags or etag in tags
    since = _date(request.headers.get("If-Modified-Since", ""))
    return since is not None and modified is not None and int(modified.timestamp()) <= since


def _date(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None


def _wanted_range(request: HttpRequest, size: int, etag: str, modified: datetime) -> tuple[int, int] | None:
    """The one range asked for, ends included; None for the whole. Several ranges at once get the whole."""
    match = _RANGE.match(request.headers.get("Range", "").strip())
    condition = request.headers.get("If-Range", "")
    if match is None or match.groups() == ("", ""):
        return None
    if condition and condition != etag and _date(condition) != int(modified.timestamp()):
        return None
    start, end = match.groups()
    if not start:
        return (max(0, size - int(end)), size - 1) if int(end) else (size, size)
    last = min(int(end), size - 1) if end else size - 1
    return (int(start), last) if int(start) <= last or int(start) >= size else None


def _pieces(path: Path, first: int, length: int) -> Iterator[bytes]:
    """Opened only when the sending begins, so that an unsent answer leaves nothing open."""
    with path.open("rb") as file:
        file.seek(first)
        while length > 0 and (piece := file.read(min(_PIECE, length))):
            length -= len(piece)
            yield piece
