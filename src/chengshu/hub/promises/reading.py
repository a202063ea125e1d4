"""Reading several files as one pair of tables: what the command line and the import page share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.audit.canonical import sm3
from chengshu.foundation.errors import Place
from chengshu.hub.promises.actions.importing import Source
from chengshu.hub.promises.tables import Problem, ReadResult, read_tables
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.problems import say


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
        (file, read_tables(file.content, filename=file.name, encoding=file.encoding, year=year))
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


def source_of(files: Sequence[GivenFile]) -> Source:
    """The names of the files and one SM3 digest over all their bytes."""
    return Source(", ".join(file.name for file in files)[:200], sm3(b"".join(file.content for file in files)))


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
