"""Budget performance: import, check, reconcile, score and export the two official tables."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from django.utils import timezone

from chengshu import __version__
from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.papers.layout import Imprint
from chengshu.hub.promises.actions.importing import import_tables, preview
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.forms import TargetsForm, render
from chengshu.hub.promises.lint import Finding, lint
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.reading import GivenFile, read_files, source_of
from chengshu.hub.promises.reconcile import Check, reconcile
from chengshu.hub.promises.rows import tables_of
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.text import DEFAULT_YEAR

cli = typer.Typer(help=__doc__, no_args_is_help=True)

Files = Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Text, .xlsx or .docx files.")]
FromFiles = Annotated[
    list[Path] | None,
    typer.Option("--file", exists=True, dir_okay=False, help="Read these files instead of the database."),
]
Year = Annotated[int, typer.Option("--year", help="The budget year; the official layouts do not print it.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Of text files that are not UTF-8.")]


@cli.command("import")
def import_(
    files: Files,
    year: Year = DEFAULT_YEAR,
    encoding: Encoding = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and compare, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import both table layouts; importing the same again changes nothing."""
    given = _given(files, encoding)
    tables = read_files(given, year=year).accepted
    with asking(system("promises import", "cli")):
        department = department_of(tables)
        if dry_run:
            changes = preview(department, tables)
        else:
            changes = import_tables(department=department, tables=tables, source=source_of(given)).changes
    summary = {**_counts(tables), "changes": len(changes), "dry_run": dry_run}
    if as_json:
        listed = [
            {"sort": c.sort.value, "ref": c.ref, "field": c.field, "before": c.before, "after": c.after}
            for c in changes
        ]
        print_json({**summary, "differences": listed})
        return
    print_table(["", ""], list(summary.items()))
    if changes:
        rows = [(c.sort.value, c.ref, c.field, c.before[:40], c.after[:40]) for c in changes[:50]]
        print_table(["change", "ref", "field", "before", "after"], rows)
    people.print("Nothing was written." if dry_run else "Imported." if changes else "Already as imported.")


@cli.command("lint")
def lint_(
    file: FromFiles = None, year: Year = DEFAULT_YEAR, encoding: Encoding = None, as_json: AsJson = False
) -> None:
    """List what is wrong with the targets, by rule."""
    findings = lint(_tables(file, year, encoding))
    if as_json:
        print_json([_finding(found) for found in findings])
        return
    print_table(
        ["id", "code", "", "finding"], [(f.ref, f.code, f.severity.value, f.message) for f in findings]
    )
    people.print(f"{len(findings)} findings")


@cli.command("reconcile")
def reconcile_(
    file: FromFiles = None, year: Year = DEFAULT_YEAR, encoding: Encoding = None, as_json: AsJson = False
) -> None:
    """Check the arithmetic within and between the two tables."""
    checks = reconcile(_tables(file, year, encoding))
    if as_json:
        print_json([_check(check) for check in checks])
        return
    print_table(
        ["check", "printed", "compared", "difference", "state"],
        [
            (str(c.title), f"{c.left:,.2f}", f"{c.right:,.2f}", f"{c.difference:,.2f}", c.state.value)
            for c in checks
        ],
    )


@cli.command("export")
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write.")],
    file_format: Annotated[Literal["xlsx", "docx", "pdf", "json"], typer.Option("--format")] = "xlsx",
    file: FromFiles = None,
    year: Year = DEFAULT_YEAR,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Write both tables in the official layout, or as JSON."""
    tables = _tables(file, year, encoding)
    if file_format == "json":
        content = json.dumps(_as_data(tables), ensure_ascii=False, indent=2, default=str).encode()
    else:
        content = render(TargetsForm(tables, Imprint(timezone.localtime(), __version__)), file_format)
    output.write_bytes(content)
    if as_json:
        print_json({"file": str(output), "bytes": len(content), **_counts(tables)})
    else:
        people.print(f"{output}: {len(content):,} bytes")


def _given(files: list[Path], encoding: str | None) -> list[GivenFile]:
    return [GivenFile(path.name, path.read_bytes(), encoding) for path in files]


def _tables(files: list[Path] | None, year: int, encoding: str | None) -> SourceTables:
    """The tables of the files, or of the database where no file is named."""
    if files:
        return read_files(_given(files, encoding), year=year).accepted
    with asking(system("promises", "cli")):
        known = BudgetYear.objects.filter(year=year).order_by("id").first()
        if known is None:
            raise Missing(
                f"No budget year {year} is known.", hint="Import its tables: ./chengshu promises import FILE…"
            )
        return tables_of(known)


def _counts(tables: SourceTables) -> dict[str, Any]:
    projects, department = tables.projects, tables.department
    if projects is None and department is None:
        raise InvalidInput("The files hold no table.", field="files", code="import.empty")
    return {
        "units": len(projects.units) if projects else 0,
        "projects": len(projects.projects) if projects else 0,
        "indicators": len(projects.indicators) if projects else 0,
        "department_indicators": len(department.indicators) if department else 0,
        "amount": str(projects.amount) if projects else None,
    }


def _finding(found: Finding) -> dict[str, Any]:
    return {
        "id": found.ref,
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "suggestions": [
            {
                "kind": s.kind.value,
                "field": s.field,
                "before": s.before,
                "after": s.after,
                "reason": str(s.reason),
            }
            for s in found.suggestions
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "code": check.code,
        "title": str(check.title),
        "left": str(check.left),
        "right": str(check.right),
        "difference": str(check.difference),
        "state": check.state.value,
        "detail": str(check.detail),
        "terms": [{"ref": t.ref, "name": t.name, "amount": str(t.amount)} for t in check.terms],
    }


def _as_data(tables: SourceTables) -> dict[str, Any]:
    return asdict(tables)
