"""Command-line steps on standings; the app's ``commands`` adds them to ``./chengshu promises``."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated

import typer
from django.utils.translation import gettext as _

from chengshu.foundation.asking import asking, system
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.models import BudgetYear


def refresh(
    year: Annotated[int | None, typer.Option(help="Budget year; all of them without it.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Judge at the end of this day instead of today."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Recalculate where every promise stands, as the worker does each day."""
    day: date | None = as_of.date() if as_of else None
    changed: list[dict[str, object]] = []
    with asking(system("promises refresh", "cli")):
        for budget_year in _years(year):
            count = refresh_standings(budget_year=budget_year, as_of=day)
            changed.append(
                {"year": budget_year.year, "department": budget_year.department_name, "changed": count}
            )
    if as_json:
        typer.echo(json.dumps(changed, ensure_ascii=False))
        return
    for row in changed:
        typer.echo(_("%(year)s %(department)s: %(changed)s standings changed") % row)


def _years(year: int | None) -> list[BudgetYear]:
    found = BudgetYear.objects.order_by("-year", "department_name")
    return list(found.filter(year=year) if year else found)
