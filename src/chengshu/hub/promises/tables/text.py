"""The doors of this package: a file's bytes, or a text, as the two official tables, all problems located."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from chengshu.foundation.errors import InvalidFile
from chengshu.hub.promises.tables import department_table, project_table
from chengshu.hub.promises.tables.data import DepartmentTable, ProjectTable, SourceTables
from chengshu.hub.promises.tables.files import read_rows
from chengshu.hub.promises.tables.grid import Grid, Row, text_rows
from chengshu.hub.promises.tables.problems import Findings, Problem, ReadResult, excerpt, say
from chengshu.hub.promises.tables.project_lines import is_heading

DEFAULT_YEAR = 2025
"""The budget year of the source tables, which print none (their text implies it)."""

LONGEST_TITLE = 60


def read_text(text: str, *, year: int = DEFAULT_YEAR) -> SourceTables:
    """The tables in a text, tab-separated or in markdown layout; one text may hold either table or both.

    :param year: the budget year, which the official layouts do not print
    :raises InvalidFile: if anything stands in the way, naming every problem with its line
    """
    return read_grid(text_rows(text), year=year).accepted


def read_tables(
    content: bytes, *, filename: str, encoding: str | None = None, year: int = DEFAULT_YEAR
) -> ReadResult:
    """The tables in a file, with every problem found in it.

    :param content: the whole file: text, .xlsx or .docx, told by its content, at most 20 MB
    :param filename: named in messages
    :param encoding: of a text file that is not UTF-8, such as ``gb18030``
    :param year: the budget year, which the official layouts do not print
    :raises InvalidInput: if there is no such encoding; what is wrong with the file is in the result
    """
    try:
        rows = read_rows(content, filename=filename, encoding=encoding)
    except InvalidFile as error:
        problem = Problem(error.code, error.place, error.message, error.hint)
        return ReadResult(SourceTables(year, None, None), (problem,), ())
    return read_grid(rows, year=year)


def read_grid(rows: Grid, *, year: int = DEFAULT_YEAR) -> ReadResult:
    """The tables in the rows of a file, with all problems; never raises for what the rows contain."""
    findings = Findings()
    projects: list[ProjectTable | None] = []
    departments: list[DepartmentTable | None] = []
    for kind, part in _parts(rows, findings):
        if kind is ProjectTable:
            projects.append(project_table.read_project_table(part, findings))
        else:
            departments.append(department_table.read_department_table(part, findings))
    if not projects and not departments:
        _report_nothing(rows, findings)
    tables = SourceTables(year, projects[0] if projects else None, departments[0] if departments else None)
    return ReadResult(tables, tuple(findings.problems), tuple(findings.warnings))


Kind = type[ProjectTable] | type[DepartmentTable]


def _parts(rows: Grid, findings: Findings) -> Iterator[tuple[Kind, list[Row]]]:
    """The rows cut into tables: at each title, at the first row only one layout has, and between sheets."""
    kind: Kind | None = None
    part: list[Row] = []
    for index, row in enumerate(rows):
        title, found = _title_of(row), _title_of(row) or _signature_of(row)
        if index and row.part != rows[index - 1].part:
            yield from _finished(kind, part, findings)
            kind, part = None, []
        if found and kind and found is not kind:
            yield from _finished(kind, part, findings)
            kind, part = None, []
        kind = kind or found
        if not title:
            part.append(row)
    yield from _finished(kind, part, findings)


def _finished(kind: Kind | None, part: list[Row], findings: Findings) -> Iterator[tuple[Kind, list[Row]]]:
    if kind:
        yield kind, part
    elif part:
        findings.warning(
            "not_a_table",
            part[0].place(),
            say(
                _("“%(text)s” and what follows belong to no official table."),
                {"text": excerpt(part[0].filled[0])},
            ),
            _("Nothing need be done if no table is missing."),
        )


def _title_of(row: Row) -> Kind | None:
    text = row.filled[0] if len(row.filled) == 1 else ""
    if len(text) > LONGEST_TITLE:
        return None
    if project_table.TITLE.search(text):
        return ProjectTable
    return DepartmentTable if department_table.TITLE.search(text) else None


def _signature_of(row: Row) -> Kind | None:
    if is_heading(row):
        return ProjectTable
    return DepartmentTable if department_table.is_overview(row) else None


def _report_nothing(rows: Grid, findings: Findings) -> None:
    findings.problem(
        "no_table",
        rows[0].place() if rows else None,
        _("The file holds neither of the two official tables."),
        _(
            "Give 项目支出绩效目标表 or 部门整体预算绩效目标申报表 with its heading row, "
            "as tab-separated or markdown text, .xlsx or .docx."
        ),
    )
