"""The shipped facts, which every installation has."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from chengshu.foundation.errors import InvalidFile, Missing
from chengshu.hub.promises.tables import read_text
from chengshu.hub.promises.tables.facts import as_facts, facts_path, load, main
from chengshu.hub.promises.tables.tests import forms


def test_another_year_has_no_facts() -> None:
    with pytest.raises(Missing) as caught:
        load(1999)
    assert caught.value.code == "tables.no_facts"


def test_one_table_alone_is_not_enough_to_write_facts() -> None:
    with pytest.raises(InvalidFile, match="Both tables"):
        as_facts(read_text(forms.form()))


def test_the_command_says_why_it_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("nothing", encoding="utf-8")
    assert main(["--from", str(bad), "--to", str(tmp_path / "facts.json")]) == 1
    assert "neither of the two official tables" in capsys.readouterr().err
    assert not (tmp_path / "facts.json").exists()


def test_facts_hold_both_tables_without_prose() -> None:
    tables = load()
    assert tables.projects is not None
    assert tables.department is not None
    assert (len(tables.projects.projects), len(tables.projects.indicators)) == (46, 281)
    assert tables.projects.amount == Decimal("13074.48")
    assert len(tables.department.indicators) == 25
    assert not any(project.goal for project in tables.projects.projects)
    assert not any(task.goal or task.content for task in tables.department.tasks)
    assert "<p>" not in facts_path(2025).read_text(encoding="utf-8")
