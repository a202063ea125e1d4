"""Asking a website or an interface: status, content, time, redirects within the allowed networks only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from chengshu.engines.probes.checking.answers import Answer, Asked, Surroundings, Unanswered
from chengshu.engines.probes.kinds import read_statuses

MOST_BYTES: Final = 1 << 20
"""Of an answer, unpacked; what comes after is not looked at."""
AGENT: Final = "Chengshu-Probes"
_MOVED: Final = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Page:
    """What came back last.

    :param took_us: from the question to the last byte looked at, redirects included
    """

    url: str
    status: int
    text: str
    took_us: int
    redirects: int


async def ask(asked: Asked, around: Surroundings) -> Answer:
    """The kind ``http``."""
    told = asked.parameters
    async with browser(told, around) as client:
        page = await fetch(client, around, told["method"], told["url"], redirects=told["redirects"])
    facts = {"status": page.status, "redirects": page.redirects}
    if wrong := judge(page, told):
        return Answer("failed", *wrong, facts=facts, latency_us=page.took_us)
    most_ms = told.get("most_ms")
    if most_ms is not None and page.took_us > most_ms * 1000:
        return Answer("failed", "slow", f"{page.took_us // 1000} ms", facts, page.took_us)
    return Answer("ok", facts=facts, latency_us=page.took_us)


def browser(told: Mapping[str, Any], around: Surroundings) -> httpx.AsyncClient:
    """A client without a proxy, a history or a redirect of its own."""
    return httpx.AsyncClient(
        verify=around.context(told),
        trust_env=False,
        follow_redirects=False,
        timeout=None,  # noqa: S113 - the whole check is held to its time
        headers={"User-Agent": AGENT, "Accept-Language": "zh-CN"},
    )


async def fetch(
    client: httpx.AsyncClient,
    around: Surroundings,
    method: str,
    url: str,
    *,
    redirects: int,
    fields: Mapping[str, str] | None = None,
    cookies: httpx.Cookies | None = None,
) -> Page:
    """Ask, and follow where it leads; each stop is resolved and held against the allowed networks.

    :raises Unanswered: if it leads on too often, or nowhere
    """
    begun, followed, url = time.perf_counter(), 0, around.url(url)
    while True:
        answer, text = await _once(client, around, method, url, fields, cookies)
        place = answer.headers.get("location", "")
        if answer.status_code not in _MOVED or not place or redirects == 0:
            took = round((time.perf_counter() - begun) * 1_000_000)
            return Page(url, answer.status_code, text, took, followed)
        followed += 1
        if followed > redirects:
            raise Unanswered("redirects", str(followed))
        url = urljoin(url, place)
        if urlsplit(url).scheme not in ("http", "https"):
            raise Unanswered("redirects", urlsplit(url).scheme)
        if answer.status_code in (301, 302, 303):
            method, fields = ("HEAD" if method == "HEAD" else "GET"), None


async def _once(
    client: httpx.AsyncClient,
    around: Surroundings,
    method: str,
    url: str,
    fields: Mapping[str, str] | None,
    cookies: httpx.Cookies | None,
) -> tuple[httpx.Response, str]:
    parts = httpx.URL(url)
    host, port = parts.host, parts.port or (443 if parts.scheme == "https" else 80)
    address = await around.guard.resolve(host, port)
    request = client.build_request(
        method,
        parts.copy_with(host=address),
        headers={"Host": parts.netloc.decode("ascii")},
        data=dict(fields) if fields is not None else None,
        extensions={"sni_hostname": host},
    )
    if cookies is not None:
        asking = httpx.Request(method, url)
        cookies.set_cookie_header(asking)
        if header := asking.headers.get("cookie"):
            request.headers["Cookie"] = header
    try:
        answer = await client.send(request, stream=True)
        try:
            text = await _read(answer)
        finally:
            await answer.aclose()
    except httpx.ConnectError as error:
        raise _as_told(error) from error
    except httpx.HTTPError as error:
        raise Unanswered("broken_answer", type(error).__name__) from error
    if cookies is not None:
        answer.request = httpx.Request(method, url)
        cookies.extract_cookies(answer)
    return answer, text


def _as_told(error: httpx.ConnectError) -> Exception:
    """What lies beneath httpx's own error, for the reasons to be told apart."""
    cause: BaseException | None = error
    found: OSError | None = None
    while cause is not None:
        found = cause if isinstance(cause, OSError) else found
        cause = cause.__cause__ or cause.__context__
    return found or Unanswered("unreachable", str(error))


async def _read(answer: httpx.Response) -> str:
    content = bytearray()
    async for part in answer.aiter_bytes():
        content += part
        if len(content) >= MOST_BYTES:
            break
    return bytes(content[:MOST_BYTES]).decode(answer.charset_encoding or "utf-8", errors="replace")


def judge(page: Page, told: Mapping[str, Any]) -> tuple[str, str] | None:
    """Reason and detail of what is wrong with a page; None if nothing is."""
    if not any(low <= page.status <= high for low, high in read_statuses(told["status"], "status")):
        return "status", str(page.status)
    if told["contains"] and told["contains"] not in page.text:
        return "content_missing", told["contains"]
    if told["contains_not"] and told["contains_not"] in page.text:
        return "content_found", told["contains_not"]
    return None
