"""What comes round by itself, and the console."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils import timezone
from freezegun import freeze_time
from typer.testing import CliRunner

from chengshu.scenes.sample.commands import cli
from chengshu.scenes.sample.tasks import acknowledge_forgotten
from chengshu.scenes.sample.tests.builders import a_note


def test_a_forgotten_note_is_acknowledged_and_a_fresh_one_is_left_to_its_event(db: None) -> None:
    with freeze_time(timezone.now() - timedelta(days=2)):
        forgotten = a_note()
    fresh = a_note()
    acknowledge_forgotten()
    for note in (forgotten, fresh):
        note.refresh_from_db()
    assert forgotten.acknowledged_at is not None
    assert fresh.acknowledged_at is None


def test_the_console_counts_notes_by_state(db: None) -> None:
    a_note()
    result = CliRunner().invoke(cli, ["count", "--json"])
    assert json.loads(result.stdout) == {"open": 1, "answered": 0}
