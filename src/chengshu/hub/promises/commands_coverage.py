"""Command-line step on what proves the promises; the app's ``commands`` adds it to ``./chengshu promises``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import Missing
from chengshu.hub.promises.coverage import Covered, counted
from chengshu.hub.promises.coverage import coverage as covered
from chengshu.hub.promises.models import BudgetYear
from chengshu.hub.promises.tables.text import DEFAULT_YEAR


def coverage(
    form: Annotated[
        list[str] | None,
        typer.Option("--form", help="Only this project, such as P27, or D; may be repeated."),
    ] = None,
    year: Annotated[int, typer.Option("--year", help="Budget year.")] = DEFAULT_YEAR,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a table for a document.")] = False,
    as_json: AsJson = False,
) -> None:
    """Which promises are computed by which indicator, which are attested and why, and which are open."""
    with asking(system("promises coverage", "cli")):
        found = [row for budget_year in _years(year) for row in covered(budget_year, form or ())]
    if as_json:
        print_json([_data(row) for row in found])
    elif markdown:
        typer.echo("\n".join(_markdown(found)))
        typer.echo(f"\n{_summary(found)}")
    else:
        print_table(
            ["ref", "promise", "target", "state", "proven by"],
            [(row.ref, row.name, row.target, row.state, _by(row)) for row in found],
        )
        people.print(_summary(found))


def _years(year: int) -> list[BudgetYear]:
    found = list(BudgetYear.objects.filter(year=year))
    if not found:
        raise Missing(f"There is no budget year {year}.", hint="./chengshu promises import FILE…")
    return found


def _summary(found: Sequence[Covered]) -> str:
    counts, bound = counted(found), sum(row.state == "attested" for row in found)
    return (
        f"{len(found)} promises: {counts['computed']} computed, {counts['attested']} attested with a reason "
        f"({bound} of them bound to a post), {counts['open']} open"
    )


def _by(row: Covered) -> str:
    """The indicator or the post that proves it; else why it is not computed, or who may declare it."""
    if row.state == "computed":
        asked = ", ".join(f"{name}={value}" for name, value in {**row.parameters, **row.way}.items())
        return f"{row.source} {f'(`{asked}`)' if asked else ''}".strip()
    told = (row.reason.zh or (f"{row.reason.expects}: no indicator declared")) if row.reason else ""
    return "; ".join(part for part in (row.post, told) if part)


def _data(row: Covered) -> dict[str, Any]:
    return {
        "ref": row.ref,
        "name": row.name,
        "target": row.target,
        "state": row.state,
        "indicator": row.source or None,
        "parameters": dict(row.parameters),
        "way": dict(row.way),
        "post": row.post or None,
        "value": row.verdict_value or None,
        "why": {"zh": row.reason.zh, "en": row.reason.en} if row.reason and row.state != "computed" else None,
        "expects": row.reason.expects or None if row.reason else None,
    }


def _markdown(found: Sequence[Covered]) -> list[str]:
    lines = ["| | promise | target | state | proven by, or why not computed |", "|---|---|---|---|---|"]
    for row in found:
        cells = (row.ref, row.name, row.target, row.state, _by(row))
        lines.append("| " + " | ".join(cell.replace("|", "\\|") or "—" for cell in cells) + " |")
    return lines
