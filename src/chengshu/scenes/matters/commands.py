"""Service matters: check their elements, make their lists, write the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.scenes.matters import queries
from chengshu.scenes.matters.actions.listing import make_list
from chengshu.scenes.matters.elements import elements_from
from chengshu.scenes.matters.linting import MatterFindings, lint_catalogue
from chengshu.scenes.matters.lists import KINDS
from chengshu.scenes.matters.workbook import write_catalogue

cli = typer.Typer(help=__doc__, no_args_is_help=True)


@cli.command("lint")
def lint(
    local_code: Annotated[str, typer.Argument(help="Only this matter.")] = "",
    notes: Annotated[bool, typer.Option(help="Notes too, not only errors and warnings.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check the elements of the matters; fails when one has an error."""
    with asking(system("matters lint", "cli")):
        chosen = queries.matters().filter(local_code=local_code) if local_code else queries.matters()
        found = lint_catalogue(chosen)
    rows = [row for one in found for row in _rows(one, notes)]
    if as_json:
        print_json({"matters": len(found), "conform": sum(one.conforms for one in found), "findings": rows})
    else:
        print_table(
            ["matter", "severity", "rule", "element", "message"], [list(row.values())[:5] for row in rows]
        )
    if not all(one.conforms for one in found):
        raise typer.Exit(1)


def _rows(found: MatterFindings, notes: bool) -> list[dict[str, Any]]:
    return [
        {
            "matter": found.matter.local_code,
            "severity": one.severity,
            "code": one.code,
            "element": one.element,
            "message": str(one.message),
            "hint": str(one.hint),
            "decided": one.decided,
        }
        for one in found.findings
        if notes or one.severity != "note"
    ]


@cli.command("lists")
def make_lists(as_json: AsJson = False) -> None:
    """Make every list anew; a version is added only where something changed."""
    with asking(system("matters lists", "cli")):
        made = [make_list(kind=kind.key) for kind in KINDS]
    rows = [
        {"list": one.kind, "version": one.number, "matters": one.count, "sm3": one.digest} for one in made
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(["list", "version", "matters", "sm3"], [list(row.values()) for row in rows])


@cli.command("export")
def export(path: Path) -> None:
    """Write the catalogue into an Excel workbook."""
    with asking(system("matters export", "cli")):
        content = write_catalogue(elements_from(one.elements) for one in queries.matters())
    path.write_bytes(content)
    people.print(f"{path}: {len(content)} bytes")
