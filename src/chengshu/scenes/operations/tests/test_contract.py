"""The promises that every scene makes."""

from __future__ import annotations

from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.operations.tests.builders import contract, deploy, service, ticket, unit


class TestOperations(SceneContract):
    scene = "operations"
    reader = "section_head"
    stranger = "other_department_officer"

    def pages(self) -> list[str]:
        """A fault may be reported by all staff, and by nobody else: see the tests of tickets."""
        return [page for page in super().pages() if page != "/operations/report-fault/"]

    def make_row(self) -> None:
        unit()
        deploy()
        ticket(service(contract()))
