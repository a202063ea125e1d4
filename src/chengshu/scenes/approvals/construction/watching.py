"""Looking at a public page: over HTTP as anybody does, or through the application when no public address is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

from django.conf import settings
from django.test import Client

PATIENCE_S: Final = 20
MOST_BYTES: Final = 4_000_000
AGENT: Final = "Chengshu notice watch"


@dataclass(frozen=True, slots=True)
class Page:
    """What was answered.

    :param status: HTTP status, 0 when nothing answered
    """

    status: int
    body: bytes = b""


PageSource = Callable[[str], Page]
"""From the path of a page to what it answers now."""


def over_http(address: str) -> PageSource:
    """Look from outside, at ``address`` such as ``https://zwfw.example.gov.cn``."""

    def look(path: str) -> Page:
        request = Request(urljoin(address, path), headers={"User-Agent": AGENT})  # noqa: S310 - from the settings
        try:
            with urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310 - from the settings
                return Page(answer.status, answer.read(MOST_BYTES))
        except HTTPError as refused:
            return Page(refused.code)
        except (URLError, TimeoutError, OSError):
            return Page(0)

    return look


def through_the_application(path: str) -> Page:
    """Ask the application itself as the anonymous public: proves that it shows the page, not that the network does."""
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name.strip("*.[]:1")), "localhost")
    client = Client(headers={"user-agent": AGENT}, SERVER_NAME=host, raise_request_exception=False)
    answer = client.get(path, secure=settings.HTTPS)
    return Page(answer.status_code, answer.content)
