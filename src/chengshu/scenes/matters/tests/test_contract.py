"""The promises that every scene makes."""

from __future__ import annotations

from django.test import Client

from chengshu.foundation.testing.suites import SceneContract, SignIn
from chengshu.scenes.matters.models import Matter
from chengshu.scenes.matters.tests.builders import a_draft

OPEN = ("/matters/public/", "/matters/public/matters.json", "/matters/public/matters.csv")
"""For everybody."""
FILE = "/matters/workbook/export/"
"""A workbook, not a page."""


class TestMatters(SceneContract):
    scene = "matters"
    reader = "section_head"
    stranger = "other_department_officer"

    def pages(self) -> list[str]:
        closed = [page for page in super().pages() if page not in (*OPEN, FILE)]
        assert len(closed) == len(super().pages()) - len(OPEN) - 1
        return closed

    def make_row(self) -> None:
        a_draft(f"test.permit{Matter.objects.count()}")

    def test_a_stranger_gets_no_workbook(self, signed_in: SignIn) -> None:
        assert signed_in(self.stranger).get(FILE).status_code == 403

    def test_the_open_pages_need_no_account(self, anonymous: Client) -> None:
        assert {page: anonymous.get(page).status_code for page in OPEN} == dict.fromkeys(OPEN, 200)
