"""The real tables for the linter's tests: the full texts where they are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from chengshu.hub.promises.tables import read_text
from chengshu.hub.promises.tables.data import SourceTables

REPOSITORY = Path(__file__).resolve().parents[6]
FOLDER = REPOSITORY.parent / "shared" / "source-tables"
EXPECTED = Path(__file__).parent / "expected"


def full_tables() -> SourceTables:
    """Both tables with their goals; skips where the source texts are not at hand."""
    if not FOLDER.is_dir():
        pytest.skip("the source tables are not beside the repository (../shared/source-tables)")
    projects = read_text((FOLDER / "project-expenditure-performance-targets.txt").read_text("utf-8"))
    department = read_text((FOLDER / "department-budget-performance-targets.txt").read_text("utf-8"))
    return SourceTables(2025, projects.projects, department.department)


def pairs(name: str) -> list[tuple[str, str]]:
    """The (reference, code) pairs of a file in ``expected``, one ``CODE: ref ref …`` per line."""
    found = []
    for line in (EXPECTED / name).read_text("utf-8").splitlines():
        code, _, refs = line.partition(":")
        if refs and not line.startswith("#"):
            found += [(ref, code.strip()) for ref in refs.split()]
    return found
