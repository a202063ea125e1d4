"""Probes: what is watched, ask now, prove the results, availability of a period."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from django.utils import timezone

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.foundation.asking import asking, system

cli = typer.Typer(help=__doc__, no_args_is_help=True)
FAILED = 1


@cli.command("list")
def list_targets(as_json: AsJson = False) -> None:
    """Every target, the worst first."""
    from chengshu.engines.probes import queries
    from chengshu.engines.probes.pages import showing

    with asking(system("operator", "cli")):
        lines = showing.lines(list(queries.targets()))
        rows = [
            {
                "key": line.target.key,
                "title": line.target.title,
                "state": str(line.state),
                "since": _local(line.since),
                "cause": line.cause,
                "latency": line.latency,
            }
            for line in lines
        ]
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("key", "title", "state", "since", "cause", "latency"), [list(row.values()) for row in rows]
        )


def _local(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""


@cli.command("run")
def run(name: Annotated[str, typer.Argument(help="The key of a target.")], as_json: AsJson = False) -> None:
    """Ask every check of a target now, and record the answers; exits with 1 if one is not as it should be."""
    from chengshu.engines.probes import queries
    from chengshu.engines.probes.probing import ask_all, surroundings
    from chengshu.engines.probes.recording import record

    with asking(system("operator", "cli")):
        checks = [one for one in queries.checks_of(queries.target_by_key(name)) if one.retired_at is None]
        due = [queries.as_due(queries.version_in_force(one)) for one in checks]
    done = ask_all(due, surroundings())
    record(done, "operator")
    rows = [
        {"check": check.name, "kind": check.kind, **asdict(one.answer)}
        for check, one in zip(checks, done, strict=True)
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("check", "kind", "outcome", "reason", "detail", "latency_us")
        print_table(columns, [[row[column] for column in columns] for row in rows], name)
    if any(row["outcome"] != "ok" for row in rows):
        raise typer.Exit(FAILED)


@cli.command("verify")
def verify_results(as_json: AsJson = False) -> None:
    """Recompute every digest, link and signature; lists every altered, removed, reordered or inserted result."""
    from chengshu.engines.probes.verifying import verify

    with asking(system("operator", "cli")):
        outcome = verify()
    if as_json:
        broken = [{**asdict(one), "fault": one.fault.value} for one in outcome.broken]
        print_json({**asdict(outcome), "broken": broken, "sound": outcome.is_sound})
    else:
        people.print(f"{outcome.results} results of {outcome.checks} checks in {outcome.batches} batches.")
        for one in outcome.broken:
            row = f"result {one.row}" if one.row else "no result"
            people.print(
                f"{one.fault.value:<10} {one.check}/{one.position}  {row}: {one.detail}", markup=False
            )
        people.print("The results are sound." if outcome.is_sound else f"{len(outcome.broken)} faults.")
    if not outcome.is_sound:
        raise typer.Exit(FAILED)


@cli.command("availability")
def availability_of(
    month: Annotated[str, typer.Option(help="Such as 2026-11; this month without it.")] = "",
    gaps_are_down: Annotated[
        bool, typer.Option("--gaps-are-down", help="Count time without a result as out of order.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """The availability of every target in a month, with every term in microseconds."""
    from chengshu.engines.probes import availability, queries
    from chengshu.engines.probes.reckoning import Treatment

    with asking(system("operator", "cli")):
        since, until = availability.month_of(month or f"{timezone.localdate():%Y-%m}")
        treatment = Treatment(gaps_are_down=gaps_are_down)
        found = [availability.of_target(row, since, until, treatment) for row in queries.targets()]
    rows = [
        {
            "key": one.target.key,
            "availability": None if one.figure.share is None else str(one.figure.share),
            "outages": one.outages,
            **asdict(one.figure),
        }
        for one in found
    ]
    if as_json:
        print_json(rows)
    else:
        columns = ("key", "availability", "outages", "counted_us", "down_us", "gap_us", "excluded_us")
        print_table(columns, [[row[column] for column in columns] for row in rows])
