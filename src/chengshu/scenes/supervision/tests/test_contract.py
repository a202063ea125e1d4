"""The promises that every scene makes."""

from __future__ import annotations

from typing import ClassVar

from django.test import Client

from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.supervision.tests.test_cards import a_card


class TestSupervision(SceneContract):
    scene = "supervision"
    reader = "supervisor"
    stranger = "other_department_officer"
    staff: ClassVar[tuple[str, ...]] = (
        "/supervision/",
        "/supervision/cards/",
        "/supervision/cards/new/",
        "/supervision/rules/",
        "/supervision/letters/",
        "/supervision/letters/new/",
        "/supervision/ratings/",
        "/supervision/ratings/figures/",
        "/supervision/inspections/",
        "/supervision/inspections/new/",
        "/supervision/findings/",
    )

    def pages(self) -> list[str]:
        """Those of the staff; the public pages stand beside them and are open to everybody."""
        return list(self.staff)

    def make_row(self) -> None:
        a_card()

    def test_public_pages_are_open(self, anonymous: Client) -> None:
        for page in ("/ratings/", "/ratings/done/", "/inspection-results/"):
            assert anonymous.get(page).status_code == 200
