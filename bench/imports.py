"""Importing the two official tables: reading, dry run, first import, the same again, and one changed value.

The tables are the shipped facts; what is read from bytes is the project table written out in the official layout.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.measuring import Report, run, timed

RUNS = 3


def measure(report: Report, folder: Path) -> None:
    from chengshu.foundation.asking import asking, system
    from chengshu.foundation.orgs.base_data import load_base_data
    from chengshu.hub.promises.actions.importing import Source, import_tables, preview
    from chengshu.hub.promises.departments import department_of
    from chengshu.hub.promises.tables import facts

    with asking(system("bench", "cli")):
        load_base_data()
    tables = facts.load()
    with asking(system("bench", "cli")):
        department = department_of(tables)

    def write(what: Any) -> None:
        import_tables(department=department, tables=what, source=Source("bench"))

    report.add("reading the shipped facts", "ms", timed(facts.load, 5))
    report.add("dry run of a first import", "ms", timed(_undone(lambda: preview(department, tables)), RUNS))
    first = report.add("first import of 306 promises", "ms", timed(_undone(lambda: write(tables)), RUNS))
    with asking(system("bench", "cli")):
        write(tables)
    same = report.add("the same again", "ms", timed(_undone(lambda: write(tables)), RUNS))
    changed = _changed(tables)
    report.add(
        "dry run with one changed value", "ms", timed(_undone(lambda: preview(department, changed)), RUNS)
    )
    report.add("import with one changed value", "ms", timed(_undone(lambda: write(changed)), RUNS))
    report.add("ratio, the same again to first import", "×", [same / first])


def _undone(work: Callable[[], Any]) -> Callable[[], None]:
    """The work in a transaction on behalf of the platform, taken back at its end."""
    from django.db import transaction

    from chengshu.foundation.asking import asking, system

    def once() -> None:
        with transaction.atomic():
            with asking(system("bench", "cli")):
                work()
            transaction.set_rollback(True)

    return once


def _changed(tables: Any) -> Any:
    """The tables with another target in the first indicator of the first project."""
    unit, *units = tables.projects.units
    project, *projects = unit.projects
    indicator, *indicators = project.indicators
    indicator = replace(indicator, annual_raw="2次", raw=indicator.raw + "（调整）")
    project = replace(project, indicators=(indicator, *indicators))
    unit = replace(unit, projects=(project, *projects))
    return replace(tables, projects=replace(tables.projects, units=(unit, *units)))


if __name__ == "__main__":
    raise SystemExit(run("imports", measure))
