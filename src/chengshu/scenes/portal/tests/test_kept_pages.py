"""Public pages kept whole: nothing of one visitor reaches another, and what was changed shows at once."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from django.http.cookie import SimpleCookie

from chengshu.foundation.http.kept import GAP, MOST_PAGES, Front
from chengshu.foundation.identity.sessions import COOKIE
from chengshu.foundation.testing.personas import Cast
from chengshu.hub.services import api as services
from chengshu.hub.services.tests import building
from chengshu.scenes.portal.tests.building import CODE, ELEMENTS, FORM, put_in_force

HOME = "/portal/"
MATTER = f"/portal/matters/{CODE}/"
KEPT = (
    HOME,
    f"/portal/find/?q={quote('排水')}",
    MATTER,
    f"/portal/guide/{CODE}/?q.applicant=person&q.site=leased",
    "/portal/bundles/",
    "/portal/bundles/test.bundle/",
    "/portal/guide/test.bundle/",
    "/portal/progress/",
)
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]*)"|name="csrf-token" content="([^"]*)"')


@dataclass
class Visitor:
    """A browser without a session, straight at the WSGI application."""

    front: Front
    cookies: dict[str, str] = field(default_factory=dict)
    status: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    headers_brought: dict[str, str] = field(default_factory=dict)

    def get(self, address: str) -> str:
        return self._ask("GET", address)

    def post(self, address: str, data: dict[str, str]) -> str:
        return self._ask("POST", address, urlencode(data).encode())

    def tokens(self, page: str) -> set[str]:
        return {one or other for one, other in TOKEN.findall(page)}

    def _ask(self, method: str, address: str, body: bytes = b"") -> str:
        path, _mark, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path).encode().decode("latin1"),
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **self.headers_brought,
        }
        answer = self.front(environ, self._begin)
        return b"".join(answer).decode()

    def _begin(self, status: str, headers: list[tuple[str, str]], *_rest: Any) -> None:
        self.status, self.headers = status, dict(headers)
        for name, value in headers:
            if name == "Set-Cookie":
                cookie = SimpleCookie(value)
                self.cookies |= {key: each.value for key, each in cookie.items()}


@pytest.fixture
def front(cast: Cast) -> Iterator[Front]:
    """The application over the test's own transaction, with a permit and a bundle in force."""
    put_in_force()
    bundle = building.bundle_of(CODE, form=FORM)
    services.publish_bundle(unit=building.unit("data-bureau"), elements=bundle, effective_from=building.BEGIN)
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield Front(WSGIHandler())
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("address", KEPT)
def test_nobody_is_given_the_form_token_of_another(front: Front, address: str) -> None:
    first, second = Visitor(front), Visitor(front)
    pages = first.get(address), second.get(address)
    assert len(front.kept) == 1, "the second was answered from what was drawn for the first"
    assert first.tokens(pages[0])
    assert second.tokens(pages[1])
    assert not first.tokens(pages[0]) & second.tokens(pages[1])
    assert first.cookies["chengshu_csrf"] != second.cookies["chengshu_csrf"]
    [kept] = front.kept.values()
    whole = b"".join(kept.drawn.parts).decode()
    assert not any(token in whole for token in first.tokens(pages[0]))
    assert first.cookies["chengshu_csrf"] not in whole + str(kept.headers)
    assert GAP not in pages[0] + pages[1]


def test_what_a_signed_in_person_sees_is_never_kept(
    front: Front, signed_in: Callable[[str], Any], cast: Cast
) -> None:
    person = Visitor(front, {COOKIE: signed_in("resident").cookies[COOKIE].value})
    own = person.get(HOME)
    assert "/portal/mine/" in own
    assert not front.kept
    Visitor(front).get(HOME)
    assert person.tokens(person.get(HOME))
    assert len(front.kept) == 1
    assert 'action="/sign-out/"' in person.get(HOME), "nor are they answered from what is kept for others"
    assert 'action="/sign-out/"' not in Visitor(front).get(HOME)


@pytest.mark.parametrize(
    "brought",
    [
        {"HTTP_AUTHORIZATION": "Bearer unknown"},
        {"HTTP_COOKIE": f"{COOKIE}=unknown"},
        {"HTTP_COOKIE": "chengshu_flash=unknown"},
        {"HTTP_HX_REQUEST": "true"},
    ],
)
def test_whoever_brings_something_of_their_own_is_asked_for_anew(
    front: Front, brought: dict[str, str]
) -> None:
    Visitor(front, headers_brought=brought).get(HOME)
    assert not front.kept


@pytest.mark.parametrize("address", ["/portal/matters/nothing/", "/portal/mine/", "/sign-in/"])
def test_errors_and_pages_of_persons_are_not_kept(front: Front, address: str) -> None:
    Visitor(front).get(address)
    assert not front.kept


def test_only_looking_is_kept(front: Front) -> None:
    visitor = Visitor(front)
    visitor.get("/portal/progress/")
    [before] = front.kept.values()
    token = visitor.tokens(visitor.get("/portal/progress/")).pop()
    page = visitor.post(
        "/portal/progress/", {"csrfmiddlewaretoken": token, "number": "X", "access_code": "Y"}
    )
    assert visitor.status.startswith("404")
    assert list(front.kept.values()) == [before]
    assert 'value="X"' in page


def test_the_token_of_a_kept_page_opens_its_form_and_no_other_does(front: Front) -> None:
    first, second = Visitor(front), Visitor(front)
    first.get("/portal/progress/")
    token = second.tokens(second.get("/portal/progress/")).pop()
    second.post("/portal/progress/", {"csrfmiddlewaretoken": token})
    assert second.status.startswith("422"), "the form was read"
    first.post("/portal/progress/", {"csrfmiddlewaretoken": token})
    assert first.status.startswith("403"), "the token belongs to the cookie of the second"


def test_a_kept_answer_has_the_headers_of_a_drawn_one(front: Front) -> None:
    visitor = Visitor(front)
    visitor.get(HOME)
    drawn = visitor.headers
    visitor.get(HOME)
    own = {"X-Trace-Id", "Set-Cookie", "Content-Length"}
    assert {k: v for k, v in visitor.headers.items() if k not in own} == {
        k: v for k, v in drawn.items() if k not in own
    }
    assert visitor.headers["Cache-Control"] == "no-store", "a page with a token is nobody else's to keep"
    assert visitor.headers["X-Trace-Id"] != drawn["X-Trace-Id"]


def test_every_language_and_appearance_has_its_own(front: Front) -> None:
    pages = [
        Visitor(front, {"chengshu_language": language, "chengshu_theme": theme}).get(MATTER)
        for language in ("zh-hans", "zh-hant", "en")
        for theme in ("light", "dark", "anything")
    ]
    languages = [re.findall(r'<html lang="([^"]+)"', page)[0] for page in pages]
    assert languages == ["zh-Hans"] * 3 + ["zh-Hant"] * 3 + ["en"] * 3
    assert ['data-theme="' in page for page in pages] == [True, True, False] * 3
    assert len(front.kept) == 9


def test_what_is_published_shows_at_once(front: Front) -> None:
    visitor = Visitor(front)
    assert "城镇排水许可" in visitor.get(MATTER)
    building.publish(replace(ELEMENTS, name="城镇污水排入许可"))
    assert "城镇污水排入许可" in visitor.get(MATTER)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM http_publishedstamp")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("address", KEPT)
def test_every_table_that_a_kept_page_reads_is_watched(front: Front, address: str) -> None:
    read: set[str] = set()

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        read.update(re.findall(r'(?:FROM|JOIN)\s+"?([a-z]+_[a-z]+)"?', sql))
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        Visitor(front).get(address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%\\_published'")
        watched = {table for (table,) in cursor.fetchall()}
    assert "services_matterversion" in watched
    assert read <= watched


def test_no_more_is_kept_than_there_is_room_for(front: Front) -> None:
    for number in range(3):
        Visitor(front).get(f"/portal/progress/?number={number}")
    [first, *_others] = front.kept
    page = front.kept[first]
    for number in range(MOST_PAGES):
        front._keep((number,), page)
    assert len(front.kept) == MOST_PAGES
    assert first not in front.kept
