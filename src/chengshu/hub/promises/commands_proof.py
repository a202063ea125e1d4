"""Command-line steps on standings and evidence; the app's ``commands`` adds them to ``./chengshu promises``."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from django.utils.translation import gettext as _

from chengshu.engines.indicators.api import stored, take_pack
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import Missing
from chengshu.hub.promises.actions.standing import refresh_standings
from chengshu.hub.promises.judging import promise_of
from chengshu.hub.promises.models import BudgetYear, Observation


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


def pack(
    ref: Annotated[str, typer.Argument(help="Of the promise, such as P27#4.")],
    out: Annotated[Path, typer.Option("--out", help="The file to write, such as evidence.zip.")],
    year: Annotated[int | None, typer.Option(help="Budget year; the latest without it.")] = None,
) -> None:
    """Write what a computed promise rests on as an evidence pack, for tools/verify_evidence to compute again."""
    with asking(system("promises pack", "cli")):
        seen = _last_computed(ref, year)
        made = take_pack(observation=stored(seen.evidence["observation"]), about=_about(seen))
    out.write_bytes(made.content)
    typer.echo(f"{out} SM3 {made.sm3}")


def _last_computed(ref: str, year: int | None) -> Observation:
    """The last value of a promise that the platform computed.

    :raises Missing: if there is none
    """
    found = Observation.objects.filter(indicator__ref=ref, evidence__has_key="observation")
    if year:
        found = found.filter(indicator__form__budget_year__year=year)
    seen = found.order_by("-indicator__form__budget_year__year", "-as_of", "-pk").first()
    if seen is None:
        raise Missing(
            _("The platform has computed no value of “%(ref)s”.") % {"ref": ref[:20]},
            code="promises.no_computed_value",
            hint=_("An attested promise is proven by its file, not by a pack."),
        )
    return seen


def _about(seen: Observation) -> dict[str, object]:
    promise = promise_of(seen.indicator)
    said = promise.commitment
    return {
        "promise": promise.indicator.ref,
        "year": promise.year,
        "printed": (said.raw or said.annual_raw) if said else "",
        "as_of": seen.as_of.isoformat(),
        "value": None if seen.value is None else f"{seen.value:f}",
        "evidence_sm3": seen.evidence_digest,
    }


def _years(year: int | None) -> list[BudgetYear]:
    found = BudgetYear.objects.order_by("-year", "department_name")
    return list(found.filter(year=year) if year else found)
