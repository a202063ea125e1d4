"""Reading several files as one pair of tables: what the command line and the import page share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import InvalidInput, Place
from chengshu.hub.promises.actions.importing import Source
from chengshu.hub.promises.tables import Problem, ReadResult, read_tables
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.problems import say

AUTOMATIC = "auto"
"""Take a text for GB18030 if it is not UTF-8. Without it, another encoding is a located problem, never a guess."""

ENCODINGS = ("", AUTOMATIC, "gb18030")
"""What people choose between; the empty one is UTF-8."""


@dataclass(frozen=True)
class GivenFile:
    """A file as it was given: its name for messages, its bytes, and its encoding if it is not UTF-8."""

    name: str
    content: bytes
    encoding: str | None = None


def read_files(files: Sequence[GivenFile], *, year: int) -> ReadResult:
    """The tables in several files together; every problem names its file.

    Two files with the same table are a problem: which one is meant, only a person knows.
    """
    results = [
        (file, read_tables(file.content, filename=file.name, encoding=_encoding(file), year=year))
        for file in files
    ]
    problems = [
        _in_file(problem, file, len(files)) for file, result in results for problem in result.problems
    ]
    merged = SourceTables(year, None, None)
    for file, result in results:
        for table in ("projects", "department"):
            found = getattr(result.tables, table)
            if found is None:
                continue
            if getattr(merged, table) is not None:
                problems.append(_twice(file))
            merged = replace(merged, **{table: found})
    return ReadResult(merged, tuple(problems), tuple(w for _file, result in results for w in result.warnings))


def content_of(tables: SourceTables) -> dict[str, Any]:
    """How much the tables hold, as every report of an import tells it; the amount in 万元 as printed.

    :raises InvalidInput: if they hold nothing
    """
    projects, department = tables.projects, tables.department
    if projects is None and department is None:
        raise InvalidInput(_("The files hold no table."), field="files", code="import.empty")
    return {
        "units": len(projects.units) if projects else 0,
        "projects": len(projects.projects) if projects else 0,
        "indicators": len(projects.indicators) if projects else 0,
        "department_indicators": len(department.indicators) if department else 0,
        "amount": str(projects.amount) if projects else None,
    }


def source_of(files: Sequence[GivenFile]) -> Source:
    """The names of the files and one SM3 digest over all their bytes."""
    return Source(", ".join(file.name for file in files)[:200], sm3(b"".join(file.content for file in files)))


def _encoding(file: GivenFile) -> str | None:
    if file.encoding != AUTOMATIC:
        return file.encoding or None
    try:
        file.content.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return None


def _in_file(problem: Problem, file: GivenFile, files: int) -> Problem:
    """Name the file in the place where several were given."""
    if files == 1 or problem.place is None:
        return problem
    sheet = f"{file.name} {problem.place.sheet}".strip()
    return replace(problem, place=replace(problem.place, sheet=sheet))


def _twice(file: GivenFile) -> Problem:
    return Problem(
        "tables.twice",
        Place(0, sheet=file.name),
        say(_("The file “%(file)s” holds a table that another file holds too."), {"file": file.name}),
        _("Import each table from one file only."),
    )
