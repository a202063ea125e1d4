"""The promises that every scene makes."""

from __future__ import annotations

from chengshu.foundation.testing.suites import SceneContract
from chengshu.scenes.sample.tests.builders import a_note


class TestSample(SceneContract):
    scene = "sample"
    reader = "window_clerk"
    stranger = "other_department_officer"

    def make_row(self) -> None:
        a_note()
