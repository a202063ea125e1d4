"""The platform in a real browser: one served district for all browser tests of a run, with real commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from chengshu.foundation.http.doors import Door
from chengshu.foundation.runtime.doctor import chromium
from chengshu.foundation.testing import browser as kit
from chengshu.hub.catalogue.routes import Route, routes
from tests.browser.windows import Window, open_window
from tests.contracts.district import District, Visitor, build
from tests.contracts.samples import NEAR, make_rows
from tests.contracts.test_deny_matrix import Way, way_to


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@dataclass
class Site:
    """The served district: its people, and where each route leads."""

    url: str
    district: District
    ways: dict[str, Way]
    chromium: Any

    def visitor_for(self, route: Route) -> Visitor | None:
        """Somebody whom the door lets in and who sees the row behind it; staff before the public."""
        way = self.ways[key_of(route)]
        for visitor in sorted(self.district.visitors.values(), key=lambda v: (-len(v.permissions), v.name)):
            if _is_let_in(visitor, route.door) and (way.row is None or way.row.is_seen_by(visitor)):
                return visitor
        return None

    def window(
        self,
        stack: ExitStack,
        visitor: str = "anonymous",
        *,
        size: dict[str, int] | None = None,
        language: str = "zh-hans",
    ) -> Window:
        """A new window, signed in as a persona."""
        cookie = self.district.visitors[visitor].live_cookie()
        return open_window(stack, self.chromium, self.url, cookie=cookie, size=size, language=language)


def key_of(route: Route) -> str:
    return f"{route.pattern} {','.join(route.methods)}"


def _is_let_in(visitor: Visitor, door: str) -> bool:
    if door in ("", Door.PUBLIC.value):
        return True
    return visitor.is_signed_in if door == Door.SIGNED_IN.value else door in visitor.permissions


def page_routes() -> list[Route]:
    return [route for route in routes() if not route.is_api]


@pytest.fixture(scope="session")
def site(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Base data, the shipped facts, the cast and one row of everything, behind the real web server."""
    if not chromium():
        pytest.skip("needs a Chromium, which this machine does not have: apt-get install chromium")
    name = f"chengshu_browser_{os.getpid()}"
    data: Path = tmp_path_factory.mktemp("site")
    with django_db_blocker.unblock(), ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        kit.make_database(name)
        stack.callback(kit.drop_database, name)
        served = stack.enter_context(kit.serving(data, name=name))
        patch.setattr("django.conf.settings.DATA_DIR", data)
        with kit.using(name), transaction.atomic():
            district = build()
            rows = make_rows(district)
            ways = {key_of(route): way_to(route, rows, NEAR) for route in page_routes()}
        patch.undo()
        launched = stack.enter_context(kit.browser())
        yield Site(served.url, district, ways, launched)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened
