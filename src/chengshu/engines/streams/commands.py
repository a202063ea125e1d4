"""Devices and what they send: the gateway's counters, simulated devices, and what is wrong with a recorded series."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from chengshu.cli.output import AsJson, people, print_json, print_table
from chengshu.engines.streams.detect import Finding, Kind, Series, detect, read_series
from chengshu.engines.streams.gateway_commands import register
from chengshu.foundation.errors import InvalidFile

cli = typer.Typer(help=__doc__, no_args_is_help=True)
register(cli)

SHOWN_BAD_ROWS = 20


@cli.command("detect")
def find(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns timestamp and value.")],
    as_json: AsJson = False,
    kinds: Annotated[
        list[Kind] | None,
        typer.Option("--kind", help="Only findings of this kind; may be given several times."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if any row could not be used, after saying which.")
    ] = False,
) -> None:
    """Find gaps, stuck values, spikes, shifts of level, broken daily patterns and noisy stretches in a series.

    Rows that cannot be used are named on stderr with line, column and reason; the others are still looked at.
    """
    series = _read(file)
    _name_bad_rows(file, series)
    findings = [_as_data(series, one) for one in detect(series) if not kinds or one.kind in kinds]
    if as_json:
        print_json(findings)
    else:
        print_table(("start", "end", "kind", "score"), [tuple(one.values()) for one in findings], file.name)
    if strict and series.bad:
        raise typer.Exit(1)


def _read(file: Path) -> Series:
    """The series; a file that cannot be used is refused with the line in front, as compilers do."""
    try:
        return read_series(file)
    except InvalidFile as error:
        line = f":{error.place.line}" if error.place else ""
        column = f" {error.place.label}:" if error.place and error.place.label else ""
        raise InvalidFile(
            f"{file}{line}:{column} {error.message}", place=error.place, field=error.field, hint=error.hint
        ) from None


def _as_data(series: Series, finding: Finding) -> dict[str, Any]:
    return {
        "start": series.text_of(finding.start),
        "end": series.text_of(finding.end),
        "kind": finding.kind.value,
        "score": round(finding.score, 3),
    }


def _name_bad_rows(file: Path, series: Series) -> None:
    for bad in series.bad[:SHOWN_BAD_ROWS]:
        where = f"{file}:{bad.line}: {bad.column}" if bad.column else f"{file}:{bad.line}"
        people.print(f"{where}: {bad.reason}", markup=False, soft_wrap=True)
    rest = len(series.bad) - SHOWN_BAD_ROWS
    if rest > 0:
        people.print(f"{file}: and {rest} more rows that could not be used", markup=False, soft_wrap=True)
