"""The promises that every scene makes."""

from __future__ import annotations

from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.command.tests.builders import event


class TestCommand(SceneContract):
    scene = "command"
    reader = "section_head"
    stranger = "other_department_officer"

    def pages(self) -> list[str]:
        """Templates of reports are only posted to."""
        return [page for page in super().pages() if page != "/command/reports/templates/"]

    def make_row(self) -> None:
        event(place="")
