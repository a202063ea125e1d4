"""Every law of approving holds on the database too, with actions, permissions and row security in between."""

from __future__ import annotations

import pytest

from chengshu.engines.cases.tests.database_adapter import DatabaseAdapter

import runner  # isort: skip


@pytest.mark.parametrize("situation", runner.situations(), ids=lambda situation: situation.id)
def test_the_database_keeps_the_law(situation: runner.Situation, db: None) -> None:
    failures = runner.run_situation(situation, DatabaseAdapter())
    assert [str(failure) for failure in failures] == []
