"""Suites that scenes inherit: a contract test declares the scene and gets these promises checked.

class TestSample(SceneContract):
    scene = "sample"
    reader = "window_clerk"
    stranger = "other_department_officer"

    def make_row(self) -> None: ...
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from chengshu.foundation.action import Reach, registered_actions
from chengshu.foundation.asking import Asker, asking
from chengshu.foundation.audit.models import AuditEntry
from chengshu.foundation.errors import ChengshuError
from chengshu.foundation.orgs.base_data import load_base_data

LANGUAGES = ("zh-hans", "zh-hant", "en")
SignIn = Callable[[str], Client]


class SceneContract:
    """What every scene promises.

    :cvar scene: the app's label
    :cvar reader: a persona that may see the scene's pages
    :cvar stranger: a persona of another unit that may not
    """

    scene: ClassVar[str]
    reader: ClassVar[str]
    stranger: ClassVar[str]

    def make_row(self) -> None:
        """Make one row that the reader sees."""
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _district(self, db: None) -> None:
        load_base_data()

    def pages(self) -> list[str]:
        """The scene's pages that need no argument."""
        prefix = f"{self.scene.replace('_', '-')}/"
        mounted = next(
            r for r in get_resolver().url_patterns if isinstance(r, URLResolver) and str(r.pattern) == prefix
        )
        return [
            f"/{prefix}{p.pattern}"
            for p in mounted.url_patterns
            if isinstance(p, URLPattern) and "<" not in str(p.pattern)
        ]

    def test_a_stranger_gets_no_page(self, signed_in: SignIn) -> None:
        client = signed_in(self.stranger)
        assert {page: client.get(page).status_code for page in self.pages()} == dict.fromkeys(
            self.pages(), 403
        )

    def test_the_public_is_asked_to_sign_in(self, anonymous: Client) -> None:
        for page in self.pages():
            answer = anonymous.get(page)
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/sign-in/")

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_pages_render_in_every_language(self, signed_in: SignIn, language: str) -> None:
        self.make_row()
        client = signed_in(self.reader)
        client.cookies["chengshu_language"] = language
        for page in self.pages():
            answer = client.get(page)
            assert answer.status_code == 200
            assert f'lang="{_html_language(language)}"' in answer.content.decode()

    def test_a_list_costs_the_same_with_one_row_and_with_eleven(self, signed_in: SignIn) -> None:
        self.make_row()
        client = signed_in(self.reader)
        for page in self.pages():
            client.get(page)
        first = {page: _queries(client, page) for page in self.pages()}
        for _more in range(10):
            self.make_row()
        assert {page: _queries(client, page) for page in self.pages()} == first

    def test_every_action_refuses_somebody_without_its_power_and_audits_that(self) -> None:
        nobody_special = Asker(account_id=10**9, name="somebody")
        for name, action in registered_actions().items():
            if action.app != self.scene or action.at in (Reach.ANYONE, Reach.SELF):
                continue
            with pytest.raises(ChengshuError), asking(nobody_special):
                action.attempt(_AnyUnit())
            assert AuditEntry.objects.filter(action=name, outcome="refused").exists()


class _AnyUnit:
    """Stands for any argument when only the permission is asked: whatever it is, its unit is 1."""

    pk = 1
    unit_id = 1


def _html_language(language: str) -> str:
    return {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(language, language)


def _queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    return len(captured)
