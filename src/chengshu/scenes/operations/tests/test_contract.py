"""The promises that every scene makes."""

from __future__ import annotations

from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.operations.tests.builders import contract, deploy, service, ticket, unit


class TestOperations(SceneContract):
    scene = "operations"
    reader = "section_head"
    stranger = "other_department_officer"

    def pages(self) -> list[str]:
        """A fault may be reported by all staff: see the tests of tickets. The workbook is no page."""
        others = ("/operations/report-fault/", "/operations/resources/export/")
        return [page for page in super().pages() if page not in others]

    def make_row(self) -> None:
        unit()
        deploy()
        ticket(service(contract()))
