"""Budget performance: import, check, reconcile, score and export the two official tables."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.markup import escape

from chengshu.cli.output import AsJson, complain, people, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import ChengshuError, InvalidInput, Missing
from chengshu.hub.promises.actions.importing import import_tables, preview
from chengshu.hub.promises.appraisal import appraise
from chengshu.hub.promises.commands_coverage import coverage
from chengshu.hub.promises.commands_proof import pack, refresh
from chengshu.hub.promises.departments import department_of
from chengshu.hub.promises.downloads import check_data, imprint, json_bytes, lint_report_of, tables_data
from chengshu.hub.promises.findings import found_in
from chengshu.hub.promises.forms import Form, TargetsForm, render, render_together
from chengshu.hub.promises.lint import Finding, lint
from chengshu.hub.promises.models import BudgetYear, Monitoring, SelfEvaluation
from chengshu.hub.promises.printouts import evaluation_form, monitoring_form
from chengshu.hub.promises.reading import GivenFile, content_of, read_files, source_of
from chengshu.hub.promises.reconcile import reconcile
from chengshu.hub.promises.rows import tables_of
from chengshu.hub.promises.scores import read_reports, score, score_data
from chengshu.hub.promises.tables import ReadResult, facts
from chengshu.hub.promises.tables.data import SourceTables
from chengshu.hub.promises.tables.diff import Change, difference
from chengshu.hub.promises.tables.problems import Problem, where
from chengshu.hub.promises.tables.text import DEFAULT_YEAR

cli = typer.Typer(help=__doc__, no_args_is_help=True)
cli.command("refresh")(refresh)
cli.command("pack")(pack)
cli.command("coverage")(coverage)

FAILED = 1
SHOWN_CHANGES = 50

Files = Annotated[
    list[Path] | None, typer.Argument(exists=True, dir_okay=False, help="Text, .xlsx or .docx files.")
]
FromFiles = Annotated[
    list[Path] | None,
    typer.Option("--file", exists=True, dir_okay=False, help="Read these files instead of the database."),
]
Year = Annotated[int, typer.Option("--year", help="The budget year; the official layouts do not print it.")]
Encoding = Annotated[
    str | None,
    typer.Option("--encoding", help="Of text files that are not UTF-8, such as gb18030; auto recognises it."),
]


@cli.command("import")
def import_(
    files: Files = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "--file", exists=True, dir_okay=False, help="Only read and count; the database is not touched."
        ),
    ] = None,
    year: Year = DEFAULT_YEAR,
    encoding: Encoding = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and compare, write nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import both table layouts; importing the same again changes nothing."""
    if bool(files) == bool(file):
        raise InvalidInput(
            "Name the files to import, or with --file those to read only.", hint="promises import FILE…"
        )
    given = _given(files or file or [], encoding)
    tables = _accepted(read_files(given, year=year), as_json)
    content = content_of(tables)
    writes = not (dry_run or file)
    if file:
        changes = difference(SourceTables(year, None, None), tables)
    else:
        changes = _compared_or_imported(tables, given, writes)
    if as_json:
        print_json(
            {**content, "changes": len(changes), "dry_run": not writes, "differences": _listed(changes)}
        )
    else:
        _tell_import(content, changes, writes)


def _compared_or_imported(tables: SourceTables, given: list[GivenFile], writes: bool) -> tuple[Change, ...]:
    with asking(system("promises import", "cli")):
        department = department_of(tables)
        if not writes:
            return preview(department, tables)
        return import_tables(department=department, tables=tables, source=source_of(given)).changes


def _tell_import(content: dict[str, Any], changes: tuple[Change, ...], writes: bool) -> None:
    print_table(["", ""], [*content.items(), ("changes", len(changes))])
    if changes:
        rows = [(c.sort.value, c.ref, c.field, c.before[:40], c.after[:40]) for c in changes[:SHOWN_CHANGES]]
        print_table(["change", "ref", "field", "before", "after"], rows)
    if len(changes) > SHOWN_CHANGES:
        people.print(f"… and {len(changes) - SHOWN_CHANGES} more; --json lists all.")
    people.print("Nothing was written." if not writes else "Imported." if changes else "Already as imported.")


@cli.command("lint")
def lint_(
    file: FromFiles = None, year: Year = DEFAULT_YEAR, encoding: Encoding = None, as_json: AsJson = False
) -> None:
    """List what is wrong with the targets, by rule."""
    findings = lint(_tables(file, year, encoding, as_json))
    if as_json:
        print_json([_finding(found) for found in findings])
        return
    print_table(
        ["id", "code", "", "finding"],
        [(f.ref, f.code, f.severity.value, escape(f.message)) for f in findings],
    )
    people.print(f"{len(findings)} findings")


@cli.command("reconcile")
def reconcile_(
    file: FromFiles = None, year: Year = DEFAULT_YEAR, encoding: Encoding = None, as_json: AsJson = False
) -> None:
    """Check the arithmetic within and between the two tables."""
    checks = reconcile(_tables(file, year, encoding, as_json))
    if as_json:
        print_json([check_data(check) for check in checks])
        return
    print_table(
        ["check", "printed", "compared", "difference", "state", ""],
        [
            (
                str(c.title), f"{c.left:,.2f}", f"{c.right:,.2f}", f"{c.difference:,.2f}", c.state.value,
                str(c.detail) if c.state.value != "agrees" else "",
            )
            for c in checks
        ],
    )  # fmt: skip


@cli.command("score")
def score_(
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            exists=True,
            dir_okay=False,
            help="CSV or JSON of ref, actual, paid, adjusted and points, instead of the database.",
        ),
    ] = None,
    tables: Annotated[
        list[Path] | None,
        typer.Option(
            "--tables",
            exists=True,
            dir_okay=False,
            help="Tables to score --file against; the shipped facts if none.",
        ),
    ] = None,
    year: Year = DEFAULT_YEAR,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Score the self-evaluations of the database, or actual values from a file."""
    if tables and not file:
        raise InvalidInput("--tables needs --file.", hint="promises score --file ACTUALS --tables FILE…")
    scored = _scored_file(file, tables, year, encoding, as_json) if file else _scored_year(year)
    if as_json:
        print_json(scored)
        return
    print_table(
        ["ref", "project", "total", "grade", "scored so far", "missing"],
        [
            (
                s["ref"], s["name"], s["total"] or "—", s["grade"] or "—",
                f"{s['subtotal']} / {s['scored_weight']}", len(s["blockers"]),
            )
            for s in scored
        ],
    )  # fmt: skip


def _scored_file(
    file: Path, tables: list[Path] | None, year: int, encoding: str | None, as_json: bool
) -> list[dict[str, Any]]:
    against = _tables(tables, year, encoding, as_json) if tables else facts.load(year)
    try:
        return [score_data(s.ref, s.name, s.evaluation) for s in score(against, read_reports(file))]
    except ChengshuError as error:
        if as_json:
            print_json(
                {
                    "problems": error.data.get("problems")
                    or [{"code": error.code, "reason": str(error.message)}]
                }
            )
        raise


def _scored_year(year: int) -> list[dict[str, Any]]:
    with asking(system("promises", "cli")):
        evaluations = SelfEvaluation.objects.filter(form__budget_year=_known_year(year))
        return [
            score_data(evaluation.form.ref, evaluation.form.title, appraise(evaluation).result)
            for evaluation in evaluations.select_related("form__project", "form__budget_year").order_by(
                "form__ref"
            )
        ]


@cli.command("export")
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="Where to write.")],
    file_format: Annotated[Literal["xlsx", "docx", "pdf", "json"], typer.Option("--format")] = "xlsx",
    form: Annotated[
        Literal["targets", "lint", "self-evaluation", "monitoring"],
        typer.Option("--form", help="What to write."),
    ] = "targets",
    file: FromFiles = None,
    year: Year = DEFAULT_YEAR,
    encoding: Encoding = None,
    as_json: AsJson = False,
) -> None:
    """Write an official form: the target tables, the quality report, self-evaluations or monitoring forms."""
    content = (
        _filled_forms(form, file_format, year)
        if form in ("self-evaluation", "monitoring")
        else _written(form, file_format, _tables(file, year, encoding, as_json))
    )
    output.write_bytes(content)
    if as_json:
        print_json({"file": str(output), "form": form, "format": file_format, "bytes": len(content)})
    else:
        people.print(f"{output}: {len(content):,} bytes", markup=False)


def _written(form: str, file_format: str, tables: SourceTables) -> bytes:
    if file_format == "json":
        data: Any = tables_data(tables) if form == "targets" else [_finding(found) for found in lint(tables)]
        return json_bytes(data)
    printed: Form = (
        TargetsForm(tables, imprint()) if form == "targets" else lint_report_of(tables, found_in(tables))
    )
    return render(printed, file_format)  # type: ignore[arg-type]


def _filled_forms(form: str, file_format: str, year: int) -> bytes:
    with asking(system("promises", "cli")):
        known = _known_year(year)
        made = _self_evaluations(known) if form == "self-evaluation" else _monitorings(known)
        if not made:
            raise Missing(
                f"There is no {form} form in {year} yet.",
                hint="Start one on the page of a project, then export it.",
            )
        if file_format == "json":
            return json_bytes([asdict(one) for one in made])
        return render_together(made, file_format)  # type: ignore[arg-type]


def _self_evaluations(known: BudgetYear) -> list[Form]:
    found = SelfEvaluation.objects.filter(form__budget_year=known).order_by("form__ref")
    return [evaluation_form(evaluation) for evaluation in found]


def _monitorings(known: BudgetYear) -> list[Form]:
    """The latest checkpoint of each form."""
    found = (
        Monitoring.objects.filter(form__budget_year=known)
        .order_by("form__ref", "-as_of")
        .distinct("form__ref")
    )
    return [monitoring_form(checkpoint) for checkpoint in found]


def _given(files: list[Path], encoding: str | None) -> list[GivenFile]:
    return [GivenFile(path.name, path.read_bytes(), encoding) for path in files]


def _tables(files: list[Path] | None, year: int, encoding: str | None, as_json: bool) -> SourceTables:
    """The tables of the files, or of the database where no file is named."""
    if files:
        return _accepted(read_files(_given(files, encoding), year=year), as_json)
    with asking(system("promises", "cli")):
        return tables_of(_known_year(year))


def _known_year(year: int) -> BudgetYear:
    known = BudgetYear.objects.filter(year=year).order_by("id").first()
    if known is None:
        raise Missing(
            f"No budget year {year} is known.", hint="Import its tables: ./chengshu promises import FILE…"
        )
    return known


def _accepted(result: ReadResult, as_json: bool) -> SourceTables:
    """The tables; with any problem, all of them are told and nothing else is done."""
    if result.problems:
        _refuse(result.problems, as_json)
    content_of(result.tables)
    return result.tables


def _refuse(problems: tuple[Problem, ...], as_json: bool) -> NoReturn:
    for problem in problems:
        place = f"{where(problem.place)}: " if problem.place else ""
        complain(f"{place}{problem.reason}", str(problem.next_step))
    people.print(f"{len(problems)} problems; nothing was written.")
    if as_json:
        print_json({"problems": [problem.as_data() for problem in problems]})
    raise typer.Exit(FAILED)


def _listed(changes: tuple[Change, ...]) -> list[dict[str, str]]:
    return [
        {"sort": c.sort.value, "ref": c.ref, "field": c.field, "before": c.before, "after": c.after}
        for c in changes
    ]


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
