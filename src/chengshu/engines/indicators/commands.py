"""Indicators: list, check, compute, explain and verify named numbers and their evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone
from rich.progress import Progress

from chengshu.cli.output import AsJson, complain, people, print_json, print_table
from chengshu.engines.indicators import queries, rounds
from chengshu.engines.indicators.actions import evaluate, refresh_indicators, take_pack
from chengshu.engines.indicators.computing import chosen_version, compare, compute
from chengshu.engines.indicators.definitions import IndicatorDefinition
from chengshu.engines.indicators.linting import problems_in_database
from chengshu.engines.indicators.periods import Period, budget_year, read_period, to_date
from chengshu.engines.indicators.registry import definitions
from chengshu.engines.indicators.results import Computed, ObservationView, Verification
from chengshu.engines.indicators.sources import lineage
from chengshu.engines.indicators.verifying import verify
from chengshu.foundation.asking import asking, system
from chengshu.foundation.errors import InvalidInput, Missing
from chengshu.foundation.runtime.layout import Layout

cli = typer.Typer(help=__doc__, no_args_is_help=True)

FAILED = 1
Name = Annotated[str, typer.Argument(help="Of the indicator, such as approvals.on_time_rate.")]
Span = Annotated[
    str,
    typer.Option("--period", help="2025, 2025-03, 2025-03-07 or FIRST/LAST; the year to date without it."),
]
Given = Annotated[list[str] | None, typer.Option("--set", help="A parameter, NAME=VALUE; may be repeated.")]
Version = Annotated[str, typer.Option("--version", help="Of the definition; the one in force without it.")]


@cli.command("list")
def list_(as_json: AsJson = False) -> None:
    """Every indicator with its unit, its version and its last value."""
    with asking(system("indicators list", "cli")):
        last = queries.latest_of_all()
        rows = [_listed(each, last.get(each.name)) for each in definitions()]
    if as_json:
        print_json(rows)
        return
    columns = ("name", "version", "title", "unit", "value", "period", "simulated")
    print_table(
        columns, [[row[column] if row[column] is not None else "—" for column in columns] for row in rows]
    )


def _listed(each: IndicatorDefinition, seen: ObservationView | None) -> dict[str, Any]:
    return {
        "name": each.name,
        "observation": None if seen is None else seen.id,
        "version": each.version,
        "title": str(each.title),
        "unit": each.unit,
        "kind": str(each.kind),
        "direction": str(each.direction),
        "owner": each.owner,
        "valid_from": each.valid_from.isoformat(),
        "valid_until": each.valid_until.isoformat() if each.valid_until else None,
        "digest": each.digest,
        "proves": [proves.promise for proves in each.promises],
        "value": None if seen is None or seen.value is None else f"{seen.value:f}",
        "period": None if seen is None else str(seen.period),
        "simulated": None if seen is None else seen.simulated,
    }


@cli.command("check")
def check(as_json: AsJson = False) -> None:
    """Check every definition against the tables as they are; nothing is computed."""
    with asking(system("indicators check", "cli")):
        found = [
            {
                "name": each.name,
                "version": each.version,
                "code": problem.code,
                "message": str(problem.message),
            }
            for each in definitions()
            for problem in problems_in_database(each)
        ]
    if as_json:
        print_json(found)
    else:
        print_table(["name", "version", "code", "problem"], [list(row.values()) for row in found])
        people.print(f"{len(definitions())} definitions, {len(found)} problems")
    if found:
        raise typer.Exit(FAILED)


@cli.command("evaluate")
def evaluate_(
    name: Annotated[str, typer.Argument(help="Of the indicator; all that are wanted without it.")] = "",
    period: Span = "",
    given: Given = None,
    version: Version = "",
    as_json: AsJson = False,
) -> None:
    """Compute and keep an indicator, or all of them as the worker does every hour."""
    with asking(system("indicators evaluate", "cli")):
        if not name:
            done = refresh_indicators()
            told: dict[str, Any] = {
                "asked": done.asked,
                "unchanged": done.unchanged,
                "stored": done.stored,
                "subjects": done.subjects,
                "left": done.left,
                "failed": done.failed,
            }
        else:
            seen = evaluate(name=name, period=_period(period), parameters=_given(given), version=version)
            told = _observed(seen)
    _tell(told, as_json)
    if told.get("failed"):
        complain("some indicators failed", "./chengshu indicators check")
        raise typer.Exit(FAILED)


@cli.command("explain")
def explain(
    name: Name,
    period: Span = "",
    given: Given = None,
    version: Version = "",
    against: Annotated[str, typer.Option("--against", help="Compare with this version.")] = "",
    as_json: AsJson = False,
) -> None:
    """What an indicator means, which tables it reads and what it would be now; nothing is kept."""
    with asking(system("indicators explain", "cli")):
        span, parameters = _period(period), _given(given)
        definition = chosen_version(name, version, span)
        told = {
            **_listed(definition, None),
            "meaning": str(definition.meaning),
            "tables": lineage(definition),
            "parameters": {key: str(one.title) for key, one in definition.parameters.items()},
            "dimensions": {key: str(title) for key, title in definition.dimensions.items()},
            "records_sql": definition.records_sql.strip(),
            **_computed(compute(name=name, period=span, parameters=parameters, version=version)),
        }
        if against:
            found = compare(
                name=name, first=against, second=definition.version, period=span, parameters=parameters
            )
            told["against"] = {
                **_computed(found.first),
                "version": against,
                "records_that_differ": found.changed,
            }
    _tell(told, as_json)


@cli.command("verify")
def verify_(
    name: Name,
    period: Span = "",
    given: Given = None,
    observation: Annotated[int, typer.Option("--observation", help="Number of one observation.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Compute an observation again from its own evidence: does it hold, and which records changed?

    The last one of the period without --observation. Exits with 1 if it does not hold.
    """
    with asking(system("indicators verify", "cli")):
        seen = (
            queries.observation(observation) if observation else _last(name, _period(period), _given(given))
        )
        if seen.name != name:
            raise InvalidInput(f"Observation {seen.id} is of {seen.name}.", field="observation")
        found = verify(seen.id)
    told = _verified(found)
    _tell(told, as_json)
    if not found.holds:
        raise typer.Exit(FAILED)


@cli.command("pack")
def pack(
    observation: Annotated[
        int, typer.Argument(help="Number of the observation, as evaluate and list tell it.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The file to write, such as evidence.zip.")],
    as_json: AsJson = False,
) -> None:
    """Write an observation with its evidence as a pack, for tools/verify_evidence to compute again."""
    with asking(system("indicators pack", "cli")):
        found = queries.stored(observation)
        made = take_pack(observation=found)
    out.write_bytes(made.content)
    _tell(
        {
            "file": str(out),
            "bytes": len(made.content),
            "sm3": made.sm3,
            "evidence_sm3": found.evidence_digest,
            "records_opened": made.opened,
            "records_withheld": made.withheld,
            "verify": f"python3 tools/verify_evidence/verify_evidence.py {out}",
        },
        as_json,
    )


@cli.command("recompute")
def recompute(
    check: Annotated[
        bool, typer.Option("--check", help="Only report; without it what differs is computed and kept anew.")
    ] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Begin again, not where it was interrupted.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compute every kept observation again from the records, and say why it differs where it does.

    Goes on where it was interrupted. Exits with 1 if a difference has no explanation.
    """
    state = Layout.from_environment().data / "indicators-recompute.json"
    with asking(system("indicators recompute", "cli")):
        done = rounds.resumed(state, restart=restart)
        _recheck_with_progress(done, state)
        kept = [] if check else rounds.keep_anew(done)
    state.unlink(missing_ok=True)
    told = {**done.told(), "kept_anew": kept}
    if as_json:
        print_json(told)
    else:
        differing = done.differing
        print_table(
            ["observation", "indicator", "period", "cause", "kept", "now", "records changed", ""],
            [[one[key] for key in rounds.COLUMNS] for one in differing],
        )
        people.print(
            ", ".join(f"{cause} {count}" for cause, count in done.counts.items()) or "no observation yet"
        )
        people.print(f"{len(kept)} computed and kept anew" if not check else "nothing was kept: --check")
    if done.unexplained:
        complain(
            f"{done.unexplained} observations differ without an explanation",
            "./chengshu indicators verify NAME --observation NUMBER; ./chengshu audit verify",
        )
        raise typer.Exit(FAILED)


def _recheck_with_progress(done: rounds.Round, state: Path) -> None:
    with Progress(console=people, transient=True) as progress:
        task = progress.add_task("observations", total=rounds.left(done))
        for _one in rounds.go_on(done, state):
            progress.advance(task)


def _last(name: str, period: Period, parameters: Mapping[str, str]) -> ObservationView:
    found = queries.latest(name=name, period=period, parameters=parameters)
    if found is None:
        raise Missing(
            f"{name} was never computed for {period} with these parameters.",
            hint=f"./chengshu indicators evaluate {name} --period {period}",
        )
    return found


def _period(text: str) -> Period:
    return read_period(text) if text else to_date(budget_year(timezone.localdate().year))


def _given(texts: Sequence[str] | None) -> dict[str, str]:
    given = dict(text.partition("=")[::2] for text in texts or ())
    if "" in given:
        raise InvalidInput("A parameter is given as NAME=VALUE.", field="set")
    return given


def _computed(found: Computed) -> dict[str, Any]:
    return {
        "period": str(found.period),
        "value": None if found.value is None else f"{found.value:f}",
        "reason": found.reason,
        "numerator": f"{found.numerator:f}",
        "denominator": f"{found.denominator:f}",
        "records": found.records,
        "simulated_records": found.simulated,
        "records_sm3": found.records_digest,
        "duration_ms": found.duration_ms,
    }


def _observed(seen: ObservationView) -> dict[str, Any]:
    return {
        "observation": seen.id,
        "name": seen.name,
        "version": seen.version,
        "period": str(seen.period),
        "value": None if seen.value is None else f"{seen.value:f}",
        "unit": seen.unit,
        "reason": seen.reason,
        "numerator": f"{seen.numerator:f}",
        "denominator": f"{seen.denominator:f}",
        "records": seen.records,
        "simulated": seen.simulated,
        "records_sm3": seen.records_digest,
        "evidence_sm3": seen.evidence_digest,
        "computed_at": seen.computed_at.isoformat(),
    }


def _verified(found: Verification) -> dict[str, Any]:
    return {
        **_observed(found.observation),
        "intact": found.intact,
        "holds": found.holds,
        "definition_known": found.known,
        "now": None if found.now is None or found.now.value is None else f"{found.now.value:f}",
        "records_changed": found.changed,
        "changes": [
            {"sort": change.sort, "key": change.key, "before": change.before, "after": change.after}
            for change in found.changes
        ],
        "problem": found.problem,
    }


def _tell(told: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(told)
    else:
        print_table(["", ""], [(name, value) for name, value in told.items()])
